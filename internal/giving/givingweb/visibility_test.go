package givingweb_test

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"manyhands/internal/clock"
	"manyhands/internal/i18n"
	"manyhands/internal/web/webtest"
)

// walk goes from the pay page through the wallet, with act pressed there, to the private link.
func (s *site) walk(c *webtest.Client, act url.Values) string {
	s.t.Helper()
	pay := c.Response.Request.URL.Path
	c.Submit(`form[action="`+pay+`"]`, nil).Status(303)
	c.Follow().Status(200)
	c.Submit("#pay", act).Status(303)
	c.Follow().Status(200)
	return strings.TrimSuffix(pay, "/pay")
}

// TestNamesStayWhereTheirGiversWant looks for a giver's name and words on every public page.
func TestNamesStayWhereTheirGiversWant(t *testing.T) {
	t.Parallel()
	const name, words = "Quiet Heron", "for the long evenings"
	for visibility, shown := range map[string]bool{"public": true, "organisation": false, "sealed": false} {
		t.Run(visibility, func(t *testing.T) {
			t.Parallel()
			s := build(t)
			c := s.visitor(i18n.EN)
			s.give(c, url.Values{"amount": {"20"}, "visibility": {visibility}, "name": {name}, "message": {words}, "email": {"heron@example.org"}})
			link := s.walk(c, nil)
			if visibility == "public" {
				s.judge(s.gifts()[0].ID, true)
			}
			p := s.becomesMeals()
			other := c.Another()
			for _, path := range []string{"/", "/campaigns", s.path(), "/books", "/pools/" + s.Pool.Slug, "/payouts/" + clock.FormatID(p.ID)} {
				other.Get(path).Status(200)
				if !shown || path != s.path() {
					other.Lacks(name, words, "heron@example.org")
				} else {
					other.Contains(name, words)
				}
			}
			c.Get(link + "/acknowledgement").Status(200)
			if visibility == "sealed" {
				c.Lacks(name)
				c.Get(link).Lacks(name)
			} else {
				c.Contains(name)
			}
		})
	}
}

func TestPrivatePagesStayPrivate(t *testing.T) {
	t.Parallel()
	s := build(t)
	c := s.visitor(i18n.EN)
	s.give(c, url.Values{"amount": {"20"}})
	link := s.walk(c, nil)
	for _, path := range []string{link, link + "/acknowledgement", link + "/acknowledgement.pdf", "/g/AAAAAAAAAAAAAAAAAAAAAA"} {
		head := c.Get(path).Response.Header
		if head.Get("Referrer-Policy") != "no-referrer" || head.Get("Cache-Control") != "no-store" || !strings.Contains(head.Get("X-Robots-Tag"), "noindex") {
			t.Errorf("%s: %v", path, head)
		}
	}
	c.Get("/g/AAAAAAAAAAAAAAAAAAAAAA").Status(404)
}

func TestAcknowledgement(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, lang i18n.Lang) {
		s := build(t)
		c := s.visitor(lang)
		s.give(c, url.Values{"amount": {"123.45"}, "name": {"喆镕"}})
		waiting := strings.TrimSuffix(c.Response.Request.URL.Path, "/pay")
		c.Get(waiting + "/acknowledgement").RedirectsTo(waiting)
		c.Get(waiting + "/pay")
		link := s.walk(c, nil)
		c.Get(link + "/acknowledgement").Status(200)
		wants := []string{"捐赠致谢函", "¥123.45", "壹佰贰拾叁元肆角伍分", "喆镕", "TEST-1", "53310000TEST"}
		c.Contains(wants...)
		c.Get(link + "/acknowledgement.pdf").Status(200)
		if got := c.Response.Header.Get("Content-Type"); got != "application/pdf" {
			t.Fatal(got)
		}
		text := pdfText(t, c.Body)
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("the PDF lacks %q:\n%s", want, text)
			}
		}
		s.checkTexts()
	})
}

func pdfText(t *testing.T, body string) string {
	t.Helper()
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Fatal("pdftotext is not installed: run make deps")
	}
	file := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(file, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := exec.CommandContext(context.Background(), tool, "-layout", file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
