package hsds

import (
	"strings"
	"unicode"

	"manyhands/internal/i18n"
)

// The names of our taxonomies and of the scheme of credit codes, as files carry them.
const (
	Themes           = "manyhands:theme"
	Kinds            = "manyhands:kind"
	Organisations    = "manyhands:organisation"
	CreditCodeScheme = "CN-USCC"
)

// HSDS has one text where we have two. Both stand in it, Chinese first: on one line with " / " between
// them, in running text as paragraphs of their own. SplitLine and SplitParagraphs take them apart.
const (
	lineBreak      = " / "
	paragraphBreak = "\n\n"
)

// Line writes both languages on one line.
func Line(t i18n.Text) string { return joined(t, lineBreak) }

// Paragraphs writes both languages as paragraphs.
func Paragraphs(t i18n.Text) string { return joined(t, paragraphBreak) }

func joined(t i18n.Text, between string) string {
	if t.ZH == "" || t.EN == "" {
		return t.ZH + t.EN
	}
	return t.ZH + between + t.EN
}

// SplitLine takes apart what Line wrote. Any other text goes to the language of its script.
func SplitLine(s string) i18n.Text { return split(s, lineBreak) }

// SplitParagraphs takes apart what Paragraphs wrote. Any other text goes to the language of its script.
func SplitParagraphs(s string) i18n.Text { return split(s, paragraphBreak) }

// split parts s where everything before is in Chinese and nothing after is.
func split(s, between string) i18n.Text {
	s = strings.TrimSpace(s)
	parts := strings.Split(s, between)
	n := 0
	for n < len(parts) && chinese(parts[n]) {
		n++
	}
	for _, rest := range parts[n:] {
		if chinese(rest) {
			return bilingual(s)
		}
	}
	return i18n.Text{ZH: strings.Join(parts[:n], between), EN: strings.Join(parts[n:], between)}
}

func chinese(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}
