package journey_test

import (
	"fmt"
	"io"
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
	if c := visitor(t, r, "").Post("/follow", nil); c.Response.StatusCode == http.StatusForbidden {
		t.Error("our own pages are refused: nothing is proven")
	}
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
		c.Get(r.SignInLink(t, demo.Giver)+"?"+all.Encode()).Submit("form#use-link", nil)
		stays(t, "signing in", c.Response, c.Body, to)
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

// stays fails when an answer leads, or makes the next one lead, to another site, or sets what was planted.
func stays(t *testing.T, path string, res *http.Response, body, to string) {
	t.Helper()
	if at := res.Header.Get("Location"); at != "" && (!strings.HasPrefix(at, "/") || len(at) > 1 && strings.Contains(`/\`, at[1:2]) || strings.ContainsAny(at, "\r\n\t\\")) {
		t.Errorf("%s with %q leads to %q", path, to, at)
	}
	for _, c := range res.Cookies() {
		if c.Name == "planted" {
			t.Errorf("%s with %q sets a cookie", path, to)
		}
	}
	for _, mark := range []string{"value=\"https://evil", "value=\"//evil", "value=\"javascript:", "href=\"https://evil", "href=\"//evil", "href=\"javascript:", "action=\"//evil", "action=\"https://evil"} {
		if strings.Contains(body, mark) {
			t.Errorf("%s with %q answers with %s", path, to, mark)
		}
	}
}

// TestTheHostIsTheOperators asks under another name: nothing that is shown or mailed takes it up.
func TestTheHostIsTheOperators(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	ask := func(method, path string, form url.Values) (string, http.Header) {
		req, err := http.NewRequestWithContext(t.Context(), method, r.URL+path, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Host = "evil.example"
		req.Header.Set("X-Forwarded-Host", "evil.example")
		req.Header.Set("Forwarded", "host=evil.example")
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(body), res.Header
	}
	for _, path := range []string{"/", "/campaigns", "/programmes", "/api/hsds", "/api/hsds/services", "/api/v1/campaigns", "/sign-in", "/nowhere"} {
		body, head := ask("GET", path, nil)
		if strings.Contains(body, "evil.example") || strings.Contains(fmt.Sprint(head), "evil.example") {
			t.Errorf("%s takes the name up", path)
		}
	}
	ask("POST", "/sign-in", url.Values{"who": {demo.Giver}})
	if link := mailedLink(t, r, demo.Giver); !strings.HasPrefix(link, r.URL+"/") {
		t.Errorf("the mail leads to %s", link)
	}
}

// TestMailsKeepTheirHeaders puts line ends into everything that goes into a mail's head.
func TestMailsKeepTheirHeaders(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	c := visitor(t, r, "")
	for _, who := range []string{"a@example.org\r\nBcc: victim@evil.example", "victim@evil.example\n\nhello", "a@example.org,victim@evil.example", "<victim@evil.example> a@example.org\x00"} {
		c.Post("/sign-in", url.Values{"who": {who}})
		if c.Response.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%q as an address answers %d", who, c.Response.StatusCode)
		}
	}
	path := c.Get("/campaigns?words="+url.QueryEscape(medicine)).Must("main .grid a[href^='/campaigns/']").AttrOr("href", "")
	c.Post(path+"/give", url.Values{"amount": {"35"}, "method": {"sandbox"}, "visibility": {"public"}, "name": {"Egret\r\nBcc: victim@evil.example"},
		"email": {"egret@example.org"}, "form_key": {"egret"}})
	if s := c.Response.StatusCode; s != http.StatusSeeOther && s != http.StatusUnprocessableEntity {
		t.Errorf("a name of two lines answers %d", s)
	}
	c.Post("/sign-in", url.Values{"who": {demo.Giver}})
	mailedLink(t, r, demo.Giver)
	for _, m := range r.Mail.Mails() {
		if strings.ContainsAny(m.To+m.Subject, "\r\n") || strings.Contains(m.To, "evil") {
			t.Errorf("a mail to %q about %q", m.To, m.Subject)
		}
	}
}

// TestPathsStayInside asks for files that are none of the house's.
func TestPathsStayInside(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, false)
	for _, path := range []string{"/static/../../../../etc/passwd", "/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/static/..%2f..%2fmanyhands.db", "/static/..%5c..%5csecret",
		"/static//etc/passwd", "/static/", "/static/x/", "/.git/config", "/manyhands.db", "/secret", "/master.key", "/debug/pprof/", "/static/%00app.css"} {
		req, err := http.NewRequestWithContext(t.Context(), "GET", r.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.URL.Opaque = path
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if res.StatusCode == http.StatusOK || strings.Contains(string(body), "root:") || strings.Contains(string(body), "SQLite format") {
			t.Errorf("%s answers %d: %.60q", path, res.StatusCode, body)
		}
	}
	for _, method := range []string{"TRACE", "CONNECT", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"} {
		req, err := http.NewRequestWithContext(t.Context(), method, r.URL+"/me", nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode < 400 {
			t.Errorf("%s answers %d", method, res.StatusCode)
		}
	}
}
