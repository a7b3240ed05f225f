package programme

import (
	"net/url"
	"unicode/utf8"

	"manyhands/internal/fault"
	"manyhands/internal/i18n"
)

// Limits of what people write, in characters of either language.
const (
	MaxName  = 120
	MaxShort = 600  // a summary, a note
	MaxLong  = 8000 // what an organisation or a need says of itself
)

// needText checks a bilingual field: at most most runes each, and something in at least one language
// when required. The form's fields are name_zh and name_en.
func needText(f *fault.Fields, name string, t i18n.Text, most int, required bool) {
	if required && t.Empty() {
		f.Add(name+"_zh", "programme.one_language")
	}
	if utf8.RuneCountInString(t.ZH) > most {
		f.Add(name+"_zh", "form.too_long", "Max", most)
	}
	if utf8.RuneCountInString(t.EN) > most {
		f.Add(name+"_en", "form.too_long", "Max", most)
	}
}

// needBoth checks what publishing asks for: both languages.
func needBoth(f *fault.Fields, name string, t i18n.Text) {
	if t.ZH == "" {
		f.Add(name+"_zh", "programme.both_languages")
	}
	if t.EN == "" {
		f.Add(name+"_en", "programme.both_languages")
	}
}

// isWebAddress reports whether s is an absolute http or https address of reasonable length.
func isWebAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && len(s) <= 300 && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil
}
