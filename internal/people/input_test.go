package people_test

import (
	"net/url"
	"strings"
	"testing"

	"manyhands/internal/fault"
	"manyhands/internal/people"
)

func TestEmail(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		" Giver@Example.ORG ":    "giver@example.org",
		"a.b+c@mail.example.org": "a.b+c@mail.example.org",
		"ｇｉｖｅｒ＠example.org":      "giver@example.org",
	} {
		if got, err := people.Email(in); err != nil || got != want {
			t.Errorf("Email(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"", "   ", "giver", "giver@", "@example.org", "giver@localhost", "a b@example.org",
		"Giver <giver@example.org>", "giver@example.org, other@example.org", "giver@-a.org", "giver@a..org",
		"giver@[127.0.0.1]", "\"a b\"@example.org", "giver@example.org\r\nBcc: x@example.org", "王@例子.中国",
		strings.Repeat("a", 250) + "@example.org", "giver@" + strings.Repeat("a", 64) + ".org"} {
		if got, err := people.Email(in); fault.KindOf(err) != fault.Invalid {
			t.Errorf("Email(%q) = %q, %v; want a fault", in, got, err)
		}
	}
}

func FuzzEmail(f *testing.F) {
	for _, s := range []string{"giver@example.org", "A@B.C", "x@y", "ß@example.org", "a@b.c\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := people.Email(s)
		if err != nil {
			return
		}
		again, err := people.Email(got)
		if err != nil || again != got {
			t.Errorf("Email(%q) = %q, then %q, %v", s, got, again, err)
		}
		if strings.Count(got, "@") != 1 || strings.ContainsAny(got, " \r\n<>,;") {
			t.Errorf("Email(%q) let %q pass", s, got)
		}
	})
}

func TestName(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"": "", "  王  芳 ": "王 芳", "Zoe\u0308": "Zoë"} {
		if got, err := people.Name(in); err != nil || got != want {
			t.Errorf("Name(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{strings.Repeat("长", 61), "a\x00b", "abc\u202edef", "\xff"} {
		if _, err := people.Name(in); fault.KindOf(err) != fault.Invalid {
			t.Errorf("Name(%q): %v; want a fault", in, err)
		}
	}
}

func TestLocalPath(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"/", "/me", "/campaigns/abc?sort=new#top", "/desk/people", "/sign-in-help"} {
		if got := people.LocalPath(in); got != in {
			t.Errorf("LocalPath(%q) = %q", in, got)
		}
	}
	for _, in := range []string{"", "me", "//evil.example", "/\\evil.example", "https://evil.example/", "/\t/evil.example",
		"/..//evil.example", "/a%2F%2Fb", "javascript:alert(1)", "/sign-in", "/sign-in/x", "/sign-out",
		"/\u3000", "/" + strings.Repeat("a", 500)} {
		if got := people.LocalPath(in); got != "" {
			t.Errorf("LocalPath(%q) = %q, want nothing", in, got)
		}
	}
}

func FuzzLocalPath(f *testing.F) {
	for _, s := range []string{"/me", "//evil.example", "/\\evil.example", "/a?b=//c", "/%2f"} {
		f.Add(s)
	}
	base := &url.URL{Scheme: "https", Host: "give.example.org", Path: "/"}
	f.Fuzz(func(t *testing.T, s string) {
		got := people.LocalPath(s)
		if got == "" {
			return
		}
		u, err := base.Parse(got)
		if err != nil || u.Host != base.Host || u.Scheme != base.Scheme || u.User != nil {
			t.Errorf("LocalPath(%q) leads to %v, %v", s, u, err)
		}
	})
}
