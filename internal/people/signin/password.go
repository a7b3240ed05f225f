package signin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"manyhands/internal/fault"
)

// How long a password may be, in characters. There are no rules of what it must hold (NIST SP 800-63B,
// 5.1.1.2): those make passwords alike.
const (
	ShortestPassword = 10
	LongestPassword  = 200
)

// common are the passwords of ten characters and more that are tried first everywhere.
//
//go:embed common.txt
var common string

// password brings what was typed into the form that is hashed: full-width letters as ASCII and all
// spaces as one (NIST SP 800-63B recommends NFKC; RFC 8265, 4.2.2 maps the spaces), so that a password
// does not depend on the keyboard. False for what is no text.
func password(typed string) (string, bool) {
	if !utf8.ValidString(typed) || len(typed) > LongestPassword*utf8.UTFMax {
		return "", false
	}
	s := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Zs, r) {
			return ' '
		}
		return r
	}, norm.NFKC.String(typed))
	return s, s != "" && !strings.ContainsFunc(s, unicode.IsControl) && utf8.RuneCountInString(s) <= LongestPassword
}

// newPassword checks a password that somebody chose. names are what those try first who know where it is
// for: the network's name, the product's, the host's, the person's address. Faults: Fields naming
// "password".
func newPassword(typed string, names ...string) (string, error) {
	var bad fault.Fields
	s, ok := password(typed)
	switch n := utf8.RuneCountInString(s); {
	case typed == "":
		bad.Add("password", "form.required")
	case utf8.RuneCountInString(typed) > LongestPassword:
		bad.Add("password", "form.too_long", "Max", LongestPassword)
	case !ok:
		bad.Add("password", "form.encoding")
	case n < ShortestPassword:
		bad.Add("password", "signin.password_short", "Min", ShortestPassword)
	case isCommon(s):
		bad.Add("password", "signin.password_common")
	case slices.ContainsFunc(names, func(name string) bool { return isNamed(s, name) }):
		bad.Add("password", "signin.password_named")
	}
	return s, bad.Err()
}

// names are the words that no password may be made of here: the product's name, and the network's and the
// host's, whole and in parts.
func (s *Service) names() []string {
	out := []string{"manyhands", "众手"}
	u, _ := url.Parse(s.cfg.BaseURL) // New has checked it
	for _, name := range []string{s.cfg.Network.ZH, s.cfg.Network.EN, u.Hostname()} {
		out = append(append(out, name), strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })...)
	}
	return out
}

// leet are the figures that people write for letters.
var leet = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i")

// isNamed reports whether a password is a name with little around it: any number of times, with figures for
// letters, and with figures or signs before, between and after.
func isNamed(s, name string) bool {
	letters := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) {
				return r
			}
			return -1
		}, s)
	}
	fold := strings.ToLower(s)
	name = letters(strings.ToLower(name))
	if n := utf8.RuneCountInString(name); n < 2 || n < 4 && !strings.ContainsFunc(name, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return false // part of too many words
	}
	for _, written := range []string{letters(fold), letters(leet.Replace(fold))} {
		rest := strings.ReplaceAll(written, name, "")
		if name != "" && len(rest) < len(written) && utf8.RuneCountInString(rest) < 4 {
			return true
		}
	}
	return false
}

// isCommon finds passwords that are guessed first: the best known, few characters over and over, and runs
// of the keyboard or of numbers.
func isCommon(s string) bool {
	fold := strings.ToLower(s)
	for line := range strings.Lines(common) {
		if fold == strings.TrimSpace(line) {
			return true
		}
	}
	seen := map[rune]bool{}
	steps := map[rune]int{}
	var before rune
	for i, r := range fold {
		seen[r] = true
		if i > 0 {
			steps[r-before]++
		}
		before = r
	}
	return len(seen) <= 3 || max(steps[0], steps[1], steps[-1]) >= utf8.RuneCountInString(fold)*3/4
}

// The cost of argon2id: the second choice of OWASP's Password Storage Cheat Sheet. BenchmarkHash measures it.
const (
	hashMemory  = 19 * 1024 // KiB
	hashPasses  = 2
	hashThreads = 1
	saltBytes   = 16
	hashBytes   = 32

	hashesAtOnce = 4 // each holds its memory while it runs
)

// hasher hashes a few passwords at once.
type hasher struct {
	places chan struct{}
	dummy  func() string // the hash of no password, so that nobody's takes as long as somebody's
}

func newHasher() hasher {
	h := hasher{places: make(chan struct{}, hashesAtOnce)}
	h.dummy = sync.OnceValue(func() string {
		_, nobody := newToken()
		return encodeHash(nobody)
	})
	return h
}

// hash returns what the database keeps of a password, as PHC strings write it.
func (h hasher) hash(ctx context.Context, password string) (string, error) {
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	return encodeHash(password), nil
}

func (h hasher) enter(ctx context.Context) error {
	select {
	case h.places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("signin: wait for a place to hash: %w", ctx.Err())
	}
}

func (h hasher) leave() { <-h.places }

func newSalt() []byte {
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // never fails, by its contract
	return salt
}

// argon is argon2id at our cost.
func argon(word, salt []byte) []byte {
	return argon2.IDKey(word, salt, hashPasses, hashMemory, hashThreads, hashBytes)
}

func encodeHash(password string) string {
	salt := newSalt()
	key := argon([]byte(password), salt)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashPasses, hashThreads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

// matches reports whether a password is that of a hash; "" stands for nobody's, and takes as long.
func (h hasher) matches(ctx context.Context, password, encoded string) (bool, error) {
	if err := h.enter(ctx); err != nil {
		return false, err
	}
	defer h.leave()
	nobody := encoded == ""
	if nobody {
		encoded = h.dummy()
	}
	var version, memory, passes, threads int
	parts := strings.Split(encoded, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, errHash
	}
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &passes, &threads); err != nil || version != argon2.Version {
		return false, errHash
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	key, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(key) != hashBytes {
		return false, errHash
	}
	got := argon2.IDKey([]byte(password), salt, uint32(passes), uint32(memory), uint8(threads), hashBytes)
	return subtle.ConstantTimeCompare(got, key) == 1 && !nobody, nil
}

var errHash = errors.New("signin: a password's hash is not one of ours")
