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

// Unique returns Make(name) with the id's last five letters behind it, so that two things of one
// name have two addresses.
func Unique(name string, id int64) string {
	tail := clock.FormatID(id)[8:]
	if s := Make(name); s != "" {
		return s + "-" + tail
	}
	return tail
}
