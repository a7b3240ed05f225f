package i18n

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"
	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed text/*.toml
var own embed.FS

// Texts returns this package's own catalogue, for tests that check it; NewBundle always loads it.
func Texts() fs.FS { return own }

// Bundle holds the merged catalogues. It is safe for use by many goroutines.
type Bundle struct {
	plain     map[Lang]map[string]string // messages without arguments: one look-up
	keys      map[Lang]map[string]bool
	localizer map[Lang]*goi18n.Localizer

	mu      sync.Mutex
	missing map[string]int
}

// NewBundle loads the house's own texts and those of each fsys, which holds text/en.toml and
// text/zh.toml. It returns an error for a missing or unreadable file and for a key given twice.
func NewBundle(fsys ...fs.FS) (*Bundle, error) {
	b := &Bundle{
		plain:     map[Lang]map[string]string{},
		keys:      map[Lang]map[string]bool{},
		localizer: map[Lang]*goi18n.Localizer{},
		missing:   map[string]int{},
	}
	merged := goi18n.NewBundle(language.English)
	for _, lang := range Langs() {
		b.plain[lang], b.keys[lang] = map[string]string{}, map[string]bool{}
		for _, f := range append([]fs.FS{own}, fsys...) {
			messages, err := ReadCatalogue(f, lang)
			if err != nil {
				return nil, err
			}
			if err := b.add(merged, lang, messages); err != nil {
				return nil, err
			}
		}
		b.localizer[lang] = goi18n.NewLocalizer(merged, lang.Tag())
	}
	return b, nil
}

func (b *Bundle) add(merged *goi18n.Bundle, lang Lang, messages []*goi18n.Message) error {
	for _, m := range messages {
		if b.keys[lang][m.ID] {
			return fmt.Errorf("i18n: key %s is given twice in %s", m.ID, lang)
		}
		b.keys[lang][m.ID] = true
		if m.One == "" && !strings.Contains(m.Other, "{{") {
			b.plain[lang][m.ID] = m.Other
		}
	}
	if err := merged.AddMessages(language.MustParse(lang.Tag()), messages...); err != nil {
		return fmt.Errorf("i18n: add %s messages: %w", lang, err)
	}
	return nil
}

// ReadCatalogue reads the messages of one language from a package's file system.
func ReadCatalogue(fsys fs.FS, lang Lang) ([]*goi18n.Message, error) {
	path := "text/" + string(lang) + ".toml"
	buf, err := fs.ReadFile(fsys, path)
	if err != nil {
		return nil, fmt.Errorf("i18n: read catalogue: %w", err)
	}
	f, err := goi18n.ParseMessageFileBytes(buf, path, map[string]goi18n.UnmarshalFunc{"toml": toml.Unmarshal})
	if err != nil {
		return nil, fmt.Errorf("i18n: parse %s: %w", path, err)
	}
	return f.Messages, nil
}

// Keys returns the sorted keys of one language.
func (b *Bundle) Keys(lang Lang) []string { return slices.Sorted(maps.Keys(b.keys[lang])) }

// Has reports whether a key has a text in both languages.
func (b *Bundle) Has(key string) bool { return b.keys[EN][key] && b.keys[ZH][key] }

// Missing returns the sorted keys that were asked for and not found; a test wants none.
func (b *Bundle) Missing() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Sorted(maps.Keys(b.missing))
}

func (b *Bundle) miss(key string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.missing) < 1000 {
		b.missing[key]++
	}
	return "[" + key + "]"
}

// text looks a key up. data are the formatted arguments; count drives the plural when not nil.
func (b *Bundle) text(lang Lang, key string, data map[string]any, count any) string {
	if b == nil {
		return "[" + key + "]"
	}
	if s, ok := b.plain[lang][key]; ok {
		return s
	}
	if !b.keys[lang][key] {
		return b.miss(key)
	}
	s, err := b.localizer[lang].Localize(&goi18n.LocalizeConfig{MessageID: key, TemplateData: data, PluralCount: count})
	if notFound, ok := errors.AsType[*goi18n.MessageNotFoundErr](err); ok && notFound != nil {
		return b.miss(key)
	}
	if err != nil {
		return b.miss(key + ": " + err.Error())
	}
	return s
}
