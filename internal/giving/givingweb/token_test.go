package givingweb

import (
	"strings"
	"testing"

	"manyhands/internal/giving"
	"manyhands/internal/money"
)

func FuzzGiftToken(f *testing.F) {
	for _, s := range []string{"", "/g/", "https://x.example/g/AAAAAAAAAAAAAAAAAAAAAA?thanks=1", "AAAAAAAAAAAAAAAAAAAAAA"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := GiftToken(s)
		if got != "" && (len(got) != 27 || strings.ContainsAny(got, "/?#.% ") || !strings.Contains(s, got)) {
			t.Fatalf("%q from %q", got, s)
		}
	})
}

func TestFormKeyTellsContentsApart(t *testing.T) {
	t.Parallel()
	base := giving.GiftInput{Slug: "a", Amount: money.Yuan(100), Method: "a", Visibility: giving.Public, Name: "ab", Email: "c"}
	seen := map[string]bool{formKey("k", base): true}
	for _, change := range []func(*giving.GiftInput){
		func(in *giving.GiftInput) { in.Slug = "b" },
		func(in *giving.GiftInput) { in.Amount.Minor = 101 },
		func(in *giving.GiftInput) { in.Name, in.Email = "a", "bc" }, // the same letters, parted otherwise
		func(in *giving.GiftInput) { in.Message = "x" },
		func(in *giving.GiftInput) { in.Visibility = giving.Sealed },
	} {
		in := base
		change(&in)
		key := formKey("k", in)
		if seen[key] {
			t.Errorf("%+v has the key of another form", in)
		}
		seen[key] = true
	}
	if formKey("", base) != "" {
		t.Error("a form without a key got one")
	}
	first, again := formKey("k", base), formKey("k", base)
	if first != again {
		t.Error("the same form has two keys")
	}
}
