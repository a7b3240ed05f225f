package consent

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"manyhands/internal/i18n"
)

//go:embed forms/*.toml
var forms embed.FS

// Form is the words that a guardian is shown and says yes or no to, in one language, with the names of
// the organisations filled in.
type Form struct {
	Matter  Matter
	Lang    i18n.Lang
	Version int64
	Kinds   []string // of data that the purpose uses: see Kinds
	Title   string
	Ask     string   // the question
	Body    []string // paragraphs
}

// Words returns the whole text, a line each for title, question and paragraphs: what is kept and hashed.
func (f Form) Words() string {
	return strings.Join(append([]string{f.Title, f.Ask}, f.Body...), "\n")
}

// Hash names the exact words: SHA-256 in hex.
func (f Form) Hash() string {
	h := sha256.Sum256([]byte(f.Words()))
	return hex.EncodeToString(h[:])
}

// formOf takes apart what Words put together.
func formOf(words string) (f Form) {
	lines := strings.Split(words, "\n")
	f.Title = lines[0]
	if len(lines) > 1 {
		f.Ask, f.Body = lines[1], lines[2:]
	}
	return f
}

// Kinds returns the kinds of data that purposes can name: the groups of a child's record, and pictures,
// stories and counts.
func Kinds() []string {
	return []string{"name", "identity", "number", "contact", "guardians", "collection", "alerts", "health",
		"education", "plan", "photo", "story", "counts"}
}

// source is one purpose's file: all versions that were ever shown, oldest first.
type source struct {
	Version []struct {
		Number int64
		Kinds  []string
		ZH, EN struct {
			Title, Ask string
			Body       []string
		}
	}
}

func readForms() (map[Purpose]source, error) {
	all := map[Purpose]source{}
	for _, p := range Purposes() {
		text, err := forms.ReadFile("forms/" + string(p) + ".toml")
		if err != nil {
			return nil, fmt.Errorf("consent: read a form: %w", err)
		}
		var s source
		meta, err := toml.Decode(string(text), &s)
		if err != nil {
			return nil, fmt.Errorf("consent: form %s: %w", p, err)
		}
		if len(meta.Undecoded()) > 0 || len(s.Version) == 0 {
			return nil, fmt.Errorf("consent: form %s: no version, or something unknown: %v", p, meta.Undecoded())
		}
		for i, v := range s.Version {
			if v.Number != int64(i)+1 || len(v.Kinds) == 0 {
				return nil, fmt.Errorf("consent: form %s: version %d is out of order or names no kinds", p, v.Number)
			}
		}
		all[p] = s
	}
	return all, nil
}

// form returns a version of a form, the newest for 0, with the names filled in.
func (s *Service) form(m Matter, version int64, lang i18n.Lang, organisation, recipient string) Form {
	versions := s.forms[m.Purpose].Version
	if version == 0 {
		version = int64(len(versions))
	}
	v := versions[version-1]
	words := v.EN
	if lang == i18n.ZH {
		words = v.ZH
	}
	fill := strings.NewReplacer("{organisation}", organisation, "{recipient}", recipient, "\n", " ").Replace
	f := Form{Matter: m, Lang: lang, Version: v.Number, Kinds: slices.Clone(v.Kinds), Title: fill(words.Title), Ask: fill(words.Ask)}
	for _, line := range words.Body {
		f.Body = append(f.Body, fill(line))
	}
	return f
}
