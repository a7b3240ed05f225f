package programme_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"manyhands/internal/programme"
)

func TestFold(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"":                "",
		"Homework Help":   "homework help",
		"ＡＢＣ１２３":          "abc123",
		"Café, déjà-vu!":  "cafe  deja vu ",
		"作业辅导（周三）":        "作业辅导 周三 ",
		"100% off_'\\":    "100  off   ",
		"\xff\xfe broken": "  broken",
	}
	for in, want := range tests {
		if got := programme.Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestBigrams(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in   string
		tail bool
		want []string
	}{
		{"作业辅导", false, []string{"作业", "业辅", "辅导"}},
		{"作业辅导", true, []string{"作业", "业辅", "辅导", "导"}},
		{"书", false, []string{"书"}},
		{"书", true, []string{"书"}},
		{"reading 读书 3d打印", false, []string{"reading", "读书", "3d", "打印"}},
		{"  ", true, nil},
	}
	for _, x := range tests {
		if got := programme.Bigrams(x.in, x.tail); !slices.Equal(got, x.want) {
			t.Errorf("%q: %q, want %q", x.in, got, x.want)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"", "作业辅导 Homework", "ﬁ½①㎏", "%_\\'", "\xff", "é́́", "İ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		folded := programme.Fold(s)
		if !utf8.ValidString(folded) || strings.ContainsAny(folded, `%_\'"`) {
			t.Fatalf("Fold(%q) = %q", s, folded)
		}
		tokens := programme.Bigrams(folded, true)
		for _, token := range tokens {
			if token == "" || strings.ContainsAny(token, " %_\\") {
				t.Fatalf("token %q of %q", token, s)
			}
		}
		text := " " + strings.Join(tokens, " ") + " "
		for _, token := range programme.Bigrams(folded, false) { // a text is found by its own words
			if !strings.Contains(text, " "+token) {
				t.Fatalf("%q is not found in %q", token, text)
			}
		}
	})
}
