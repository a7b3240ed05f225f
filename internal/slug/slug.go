// Package slug makes the readable part of a public address from a name. It is pure.
package slug

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"manyhands/internal/clock"
)

const maxLen = 60

// Make returns name as lower-case ASCII words joined by hyphens, at most 60 bytes, or "" when the
// name has no ASCII letter or digit (a name in Chinese alone).
func Make(name string) string {
	var b strings.Builder
	gap := false
	for _, r := range norm.NFKD.String(name) {
		r = unicode.ToLower(r)
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			gap = false
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r) || r == '\'' || r == '’':
			// an accent or an apostrophe does not part a word
		default:
			gap = true
		}
		if b.Len() >= maxLen {
			break
		}
	}
	return strings.Trim(b.String(), "-")
}

// tailLen is how many letters of an id's mix make two things of one name differ: 30 bits.
const tailLen = 6

// Unique returns Make(name) with six letters drawn from the id behind it, so that two things of one
// name have two addresses. The id is mixed first: ids of one moment differ in few places.
func Unique(name string, id int64) string {
	mixed := uint64(id) * 0x9E3779B97F4A7C15 // Fibonacci hashing, Knuth vol. 3, 6.4
	tail := clock.FormatID(int64(mixed >> 1))[:tailLen]
	if s := Make(name); s != "" {
		return s + "-" + tail
	}
	return tail
}
