package journey_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"manyhands/internal/app/apptest"
	"manyhands/internal/demo"
)

var wildcard = regexp.MustCompile(`\{[^}]*\}`)

// posts are the addresses of all routes that change something, with 1 for every id.
func posts(r *apptest.Running) (paths []string) {
	for _, route := range r.App.Mux.Routes() {
		if path, ok := strings.CutPrefix(route.Pattern, "POST "); ok {
			paths = append(paths, wildcard.ReplaceAllString(path, "1"))
		}
	}
	return paths
}

// TestAnotherSiteCannotPost sends to every route from another site, as a browser of today and as one that
// knows nothing but the header Origin, with the session of whoever may do most.
func TestAnotherSiteCannotPost(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	for name, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example", "sec-fetch-site": "same-site"} {
		c := visitor(t, r, admin)
		c.Header("Origin", "https://evil.example").Header("Sec-Fetch-Site", "").Header(name, value)
		paths := posts(r)
		if len(paths) < 100 {
			t.Fatalf("only %d routes", len(paths))
		}
		for _, path := range paths {
			if c.Post(path, url.Values{"name": {"x"}}); c.Response.StatusCode != http.StatusForbidden {
				t.Errorf("%s with %s: %s answers %d", path, name, value, c.Response.StatusCode)
			}
		}
	}
}

// elsewhere are addresses that a browser would take to lead away.
var elsewhere = []string{"https://evil.example/", "//evil.example", `/\evil.example`, `\\evil.example`, "https:evil.example", "javascript:alert(1)",
	"/\t/evil.example", "/%09/evil.example", "///evil.example", "http://localhost@evil.example", "/x\r\nSet-Cookie: planted=1", "data:text/html,x"}

// TestNobodyIsLedAway signs in and asks for pages with every parameter that could lead on, set to another
// site.
func TestNobodyIsLedAway(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	signed := visitor(t, r, demo.Giver)
	for _, to := range elsewhere {
		all := url.Values{"to": {to}, "next": {to}, "back": {to}, "return": {to}, "url": {to}, "redirect": {to}}
		c := visitor(t, r, "")
		c.Get(r.SignInLink(t, demo.Giver) + "?" + all.Encode()).Submit("form#use-link", nil)
		c.staysHere(t, to)
		for _, path := range []string{"/sign-in", "/sign-in/password", "/sign-in/phone", "/me/prove", "/me/security", "/me"} {
			signed.Get(path + "?" + all.Encode())
			stays(t, path, signed.Response, signed.Body, to)
		}
		for _, path := range []string{"/me/prove", "/me/prove/link", "/sign-out", "/me"} {
			c.Post(path, all)
			stays(t, path, c.Response, c.Body, to)
		}
	}
}
