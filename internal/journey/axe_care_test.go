package journey_test

import (
	"net/http"
	"strings"
	"testing"

	"manyhands/internal/app/apptest"
)

// pagesOf are the pages below some paths to which a reader is led, one of each kind.
func pagesOf(t *testing.T, r *apptest.Running, email string, under ...string) (paths []string) {
	t.Helper()
	c := newReader(t, r, 1)
	if email != "" {
		c.signIn(r.SignInLink(t, email))
	}
	c.walk(func(p page) {
		if !p.html || p.status != http.StatusOK {
			return
		}
		for _, u := range under {
			if strings.HasPrefix(p.path, u) {
				paths = append(paths, p.path)
				return
			}
		}
	}, under...)
	return paths
}

// TestCareIsAccessible asks every kind of page about children, people, verification and harm: on a phone in
// light and dark, and the broad ones on a desk as well.
func TestCareIsAccessible(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	for _, x := range []struct {
		who, lang string
		under     []string
	}{
		{"", "en", []string{"/concern", "/apply"}},
		{worker, "zh", []string{"/desk/children", "/me/duties"}},
		{lead, "en", []string{"/desk/concerns", "/desk/glass", "/desk/audit", "/desk/retention", "/desk/minors"}},
		{coordinator, "zh", []string{"/desk/people"}},
		{"verifier@example.org", "en", []string{"/desk/verification"}},
	} {
		t.Run(x.who, func(t *testing.T) {
			t.Parallel()
			b := newTab(t, r.URL, phone)
			b.open("/?lang=" + x.lang)
			if x.who != "" {
				b.open(r.SignInLink(t, x.who))
				b.follow("#use-link button")
			}
			paths := pagesOf(t, r, x.who, x.under...)
			if len(paths) < 2 {
				t.Errorf("only %s", paths)
			}
			for i, path := range paths {
				if b.open(path); i == len(paths)/2 {
					b.do(desktop)
				}
				b.accessible()
			}
			t.Logf("%d pages", len(paths))
		})
	}
}
