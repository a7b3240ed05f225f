package pdf

import (
	"strings"
	"unicode"
)

// closing marks may not begin a line, and opening ones may not end it (GB/T 15834-2011, 5.1).
const (
	closing = "，。、；：？！）》」』”’】…,.;:?!)]"
	opening = "（《「『“‘【(["
)

// lines breaks text into lines no wider than width: at spaces, and between Chinese characters but
// not so that a line begins with a closing mark or ends with an opening one. A word that is wider than
// the line is cut.
func lines(text string, width float64, measure func(string) (float64, error)) ([]string, error) {
	var out []string
	line := ""
	for _, piece := range pieces(text) {
		w, err := measure(line + strings.TrimRight(piece, " "))
		if err != nil {
			return nil, err
		}
		if w <= width || line == "" {
			line += piece
		} else {
			out = append(out, strings.TrimRight(line, " "))
			line = piece
		}
		for {
			rest, err := overflow(&line, width, measure)
			if err != nil {
				return nil, err
			}
			if rest == "" {
				break
			}
			out = append(out, line)
			line = rest
		}
	}
	if line = strings.TrimRight(line, " "); line != "" {
		out = append(out, line)
	}
	return out, nil
}

// overflow cuts from a single piece what does not fit on the line, and returns it.
func overflow(line *string, width float64, measure func(string) (float64, error)) (string, error) {
	runes := []rune(strings.TrimRight(*line, " "))
	for n := len(runes); n > 1; n-- {
		w, err := measure(string(runes[:n]))
		if err != nil {
			return "", err
		}
		if w <= width {
			if n == len(runes) {
				return "", nil
			}
			*line = string(runes[:n])
			return string(runes[n:]), nil
		}
	}
	return "", nil
}

// pieces parts text into what may stand on a line of its own: words with the spaces after them, and
// Chinese characters with the marks that cling to them.
func pieces(text string) []string {
	var out []string
	var cur []rune
	flush := func() {
		if len(cur) > 0 {
			out = append(out, string(cur))
			cur = nil
		}
	}
	for _, r := range text {
		if n := len(cur); n > 0 && breaks(cur[n-1], r) {
			flush()
		}
		cur = append(cur, r)
	}
	flush()
	return out
}

// breaks reports whether a line may end after a and go on with b.
func breaks(a, b rune) bool {
	switch {
	case strings.ContainsRune(closing, b) || strings.ContainsRune(opening, a) || b == ' ':
		return false
	case a == ' ':
		return true
	}
	return wide(a) || wide(b)
}

func wide(r rune) bool {
	return unicode.Is(unicode.Han, r) || r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xffef || strings.ContainsRune("“”‘’…", r)
}
