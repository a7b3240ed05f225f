package signin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
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

// newPassword checks a password that somebody chose. Faults: Fields naming "password".
func newPassword(typed, email string) (string, error) {
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
	case isCommon(s, email):
		bad.Add("password", "signin.password_common")
	}
	return s, bad.Err()
}

// isCommon finds passwords that are guessed first: the best known, few characters over and over, runs
// of the keyboard or of numbers, and one's own address.
func isCommon(s, email string) bool {
	fold := strings.ToLower(s)
	for line := range strings.Lines(common) {
		if fold == strings.TrimSpace(line) {
			return true
		}
	}
	local, _, _ := strings.Cut(email, "@")
	if email != "" && (fold == email || len(local) >= 4 && strings.Trim(strings.ReplaceAll(fold, local, ""), "0123456789") == "") {
		return true
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

func encodeHash(password string) string {
	var salt [saltBytes]byte
	_, _ = rand.Read(salt[:]) // never fails, by its contract
	key := argon2.IDKey([]byte(password), salt[:], hashPasses, hashMemory, hashThreads, hashBytes)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashPasses, hashThreads,
		base64.RawStdEncoding.EncodeToString(salt[:]), base64.RawStdEncoding.EncodeToString(key))
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
