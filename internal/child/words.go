package child

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"

	"manyhands/internal/fault"
)

// The longest of what is typed, in characters.
const (
	longestName = 60
	longestLine = 200
	longestText = 4000
	mostSteps   = 30
)

// dots are the characters that people type between the parts of a name such as 买买提·艾力; all become
// the middle dot U+00B7 that the registers use.
const dots = "·・•‧∙⋅᛫．"

// PersonName brings a name to the form that is kept: composed (NFC), one space between words, the
// registers' middle dot. Letters of any script pass, the rarest Chinese ones (planes 2 and 3, and the
// private use that old registers put them into) included; so do names of one word or one letter, and
// the Tibetan mark between syllables. Empty
// stays empty. Faults: Fields naming field: "form.too_long", "child.name_letters".
func PersonName(field, typed string) (string, error) {
	s := strings.Join(strings.Fields(norm.NFC.String(typed)), " ")
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(dots, r) {
			return '·'
		}
		return r
	}, s)
	var bad fault.Fields
	switch {
	case utf8.RuneCountInString(s) > longestName:
		bad.Add(field, "form.too_long", "Max", longestName)
	case strings.ContainsFunc(s, notInName) || s != "" && !strings.ContainsFunc(s, isLetter):
		bad.Add(field, "child.name_letters")
	}
	return s, bad.Err()
}

func isLetter(r rune) bool {
	return unicode.IsLetter(r) || r >= 0x20000 && r <= 0x3fffd || unicode.Is(unicode.Co, r)
}

func notInName(r rune) bool {
	return r == utf8.RuneError || !isLetter(r) && !unicode.IsMark(r) && !strings.ContainsRune("· -'’.()（）་", r)
}

// folded is the form in which names are compared: without spaces, dots and case.
func folded(name string) string {
	return strings.Map(func(r rune) rune {
		if isLetter(r) || unicode.IsMark(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKC.String(name))
}

// PhoneNumber brings a telephone number to the form that is kept: digits, with a + for other countries
// than China. Empty stays empty. Faults: Fields naming field: "child.phone".
func PhoneNumber(field, typed string) (string, error) {
	s := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("-()（）.·\ufeff\u200b", r) {
			return -1
		}
		return r
	}, width.Narrow.String(typed))
	s = strings.TrimPrefix(strings.TrimPrefix(s, "+86"), "0086")
	digits := strings.TrimPrefix(s, "+")
	if s == "" {
		return "", nil
	}
	if len(digits) < 7 || len(digits) > 15 || strings.Trim(digits, "0123456789") != "" {
		return "", fault.Fields{{Name: field, Key: "child.phone"}}
	}
	return s, nil
}

// checker collects what is wrong with what was typed.
type checker struct{ bad fault.Fields }

func (c *checker) name(field, typed string) string {
	s, err := PersonName(field, typed)
	c.note(err)
	return s
}

func (c *checker) phone(field, typed string) string {
	s, err := PhoneNumber(field, typed)
	c.note(err)
	return s
}

func (c *checker) note(err error) {
	if f, ok := err.(fault.Fields); ok {
		c.bad = append(c.bad, f...)
	}
}

// line returns one line of text, text several; both without what no page shows.
func (c *checker) line(field, typed string) string {
	return c.limited(field, strings.Join(strings.Fields(visible(typed)), " "), longestLine)
}

func (c *checker) text(field, typed string) string {
	return c.limited(field, strings.TrimSpace(visible(typed)), longestText)
}

func (c *checker) limited(field, s string, most int) string {
	if utf8.RuneCountInString(s) > most {
		c.bad.Add(field, "form.too_long", "Max", most)
	}
	return s
}

func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		if unicode.IsControl(r) || r == utf8.RuneError || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, strings.ReplaceAll(norm.NFC.String(s), "\r\n", "\n"))
}

// day reads "2017-03-09", "" for none.
func (c *checker) day(field, typed string) (day string, at time.Time) {
	s := strings.TrimSpace(width.Narrow.String(typed))
	if s == "" {
		return "", time.Time{}
	}
	at, err := time.Parse(time.DateOnly, s)
	if err != nil {
		c.bad.Add(field, "form.date")
		return "", time.Time{}
	}
	return s, at
}

func (c *checker) required(field, s string) {
	if s == "" {
		c.bad.Add(field, "form.required")
	}
}
