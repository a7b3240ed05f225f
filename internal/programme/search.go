package programme

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"manyhands/internal/i18n"
)

// MaxSearchWords is how many words of a query count; the rest is passed over.
const MaxSearchWords = 6

// maxSearchRunes bounds what of a text is searched and what of a query is read.
const maxSearchRunes = 4000

// Fold brings text to the form in which it is compared: NFKC (full-width letters become narrow),
// lower case, accents dropped from Latin letters, everything but letters and digits a space.
func Fold(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range norm.NFKD.String(strings.ToValidUTF8(s, " ")) {
		if unicode.Is(unicode.Mn, r) {
			continue
		}
		if n++; n > maxSearchRunes {
			break
		}
		r = unicode.ToLower(r)
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			r = ' '
		}
		b.WriteRune(r)
	}
	return norm.NFKC.String(b.String())
}

// Bigrams parts folded text into tokens: a run of Han characters into its overlapping pairs, any
// other run of letters and digits into itself. With tail the last character of each Han run is a
// token too, so that in a text every character begins one.
func Bigrams(folded string, tail bool) []string {
	var out []string
	for _, word := range strings.Fields(folded) {
		for len(word) > 0 {
			run := leadingRun(word)
			word = word[len(run):]
			if r := []rune(run); unicode.Is(unicode.Han, r[0]) && len(r) > 1 {
				for i := range len(r) - 1 {
					out = append(out, string(r[i:i+2]))
				}
				if tail {
					out = append(out, string(r[len(r)-1]))
				}
				continue
			}
			out = append(out, run)
		}
	}
	return out
}

// leadingRun returns the longest prefix of s, at least one rune, that is all Han or all not.
func leadingRun(s string) string {
	first := true
	han := false
	for i, r := range s {
		is := unicode.Is(unicode.Han, r)
		if first {
			han, first = is, false
		} else if is != han {
			return s[:i]
		}
	}
	return s
}

// searchText is what a row keeps of its texts: distinct tokens, parted and surrounded by spaces, so
// that '% token%' finds words by their beginning.
func searchText(texts ...i18n.Text) string {
	var tokens []string
	for _, t := range texts {
		tokens = append(tokens, Bigrams(Fold(t.ZH), true)...)
		tokens = append(tokens, Bigrams(Fold(t.EN), true)...)
	}
	slices.Sort(tokens)
	return " " + strings.Join(slices.Compact(tokens), " ") + " "
}

// patterns turns a query into MaxSearchWords LIKE patterns that must all match; unused ones match
// everything. Tokens are letters and digits alone, so nothing in them needs escaping.
func patterns(words string) [MaxSearchWords]string {
	var out [MaxSearchWords]string
	tokens := Bigrams(Fold(words), false)
	for i := range out {
		out[i] = "%"
		if i < len(tokens) {
			out[i] = "% " + tokens[i] + "%"
		}
	}
	return out
}
