package journey_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"manyhands/internal/app/apptest"
	"manyhands/internal/demo"
)

// reader is somebody who follows every link, in one language.
type reader struct {
	t      *testing.T
	http   *http.Client
	url    string
	routes *http.ServeMux // to tell which pages are of one kind
	most   int            // pages read of one kind
	assets map[string]int // compressed size by address
}

// page is what a reader got.
type page struct {
	path   string
	status int
	html   bool
	body   string // as text
	size   int    // compressed
	doc    *goquery.Document
}

func newReader(t *testing.T, r *apptest.Running, most int) *reader {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &reader{t: t, url: r.URL, most: most, assets: map[string]int{}, routes: http.NewServeMux(),
		http: &http.Client{Jar: jar, Transport: &http.Transport{DisableCompression: true}}}
	t.Cleanup(c.http.CloseIdleConnections)
	for _, route := range r.App.Mux.Routes() {
		if strings.HasPrefix(route.Pattern, "GET ") {
			c.routes.Handle(route.Pattern, http.NotFoundHandler())
		}
	}
	return c
}

// signIn makes the reader somebody.
func (c *reader) signIn(link string) {
	c.t.Helper()
	res, err := c.http.Post(link, "application/x-www-form-urlencoded", nil)
	if err != nil {
		c.t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		c.t.Fatalf("signing in answered %d", res.StatusCode)
	}
}

func (c *reader) get(path string) page {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), "GET", c.url+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "gzip")
	res, err := c.http.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatalf("%s: %v", path, err)
	}
	p := page{path: path, status: res.StatusCode, size: len(raw), html: strings.HasPrefix(res.Header.Get("Content-Type"), "text/html")}
	if res.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(bytes.NewReader(raw))
		if err == nil {
			raw, err = io.ReadAll(z)
		}
		if err != nil {
			c.t.Fatalf("%s: %v", path, err)
		}
	}
	p.body = string(raw)
	if p.html {
		if p.doc, err = goquery.NewDocumentFromReader(bytes.NewReader(raw)); err != nil {
			c.t.Fatalf("%s: %v", path, err)
		}
	}
	return p
}

// walk reads the pages that links lead to from the given ones on, most of each kind, and gives each
// to visit.
func (c *reader) walk(visit func(page), from ...string) {
	c.t.Helper()
	kinds, seen, queue := map[string]int{}, map[string]bool{}, from
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		kind := c.kind(path)
		if seen[path] || kinds[kind] == c.most {
			continue
		}
		seen[path] = true
		kinds[kind]++
		p := c.get(path)
		visit(p)
		if p.html {
			queue = append(queue, links(p)...)
		}
	}
}

// kind names what is shown at a path: its route, and which values its query has.
func (c *reader) kind(path string) string {
	req, err := http.NewRequest("GET", path, nil)
	if err != nil {
		c.t.Fatalf("a link leads to %q: %v", path, err)
	}
	_, pattern := c.routes.Handler(req)
	return fmt.Sprint(pattern, slices.Sorted(maps.Keys(req.URL.Query())))
}

// links lists the addresses of this house that a page leads to. The switch of language is left out:
// each reader keeps to one.
func links(p page) (out []string) {
	at, err := url.Parse(p.path)
	if err != nil {
		return nil
	}
	p.doc.Find("a[href], form[method=get]").Each(func(_ int, s *goquery.Selection) {
		u, err := at.Parse(s.AttrOr("href", s.AttrOr("action", "")))
		if err != nil || u.Host != "" || u.Scheme != "" || u.Query().Has("lang") {
			return
		}
		u.Fragment = ""
		out = append(out, u.String())
	})
	return out
}

// weight is what a page makes a first visitor load: itself, its styles, scripts and pictures.
func (c *reader) weight(p page) int {
	sum := p.size
	p.doc.Find("link[rel=stylesheet], link[rel=icon], script[src], img[src]").Each(func(_ int, s *goquery.Selection) {
		path := s.AttrOr("href", s.AttrOr("src", ""))
		if _, ok := c.assets[path]; !ok {
			a := c.get(path)
			if a.status != http.StatusOK {
				c.t.Errorf("%s loads %s, which answers %d", p.path, path, a.status)
			}
			c.assets[path] = a.size
		}
		sum += c.assets[path]
	})
	return sum
}

// lightest is what a public page may weigh, in bytes.
const lightest = 60_000

// missingText is how a text that no catalogue holds is shown.
var missingText = regexp.MustCompile(`\[[a-z0-9_]+(\.[a-z0-9_]+)+\]`)

// sound checks what every page must be.
func (c *reader) sound(p page, tag string, public bool) {
	c.t.Helper()
	if p.status != http.StatusOK {
		c.t.Errorf("%s answers %d", p.path, p.status)
		return
	}
	if !p.html {
		return
	}
	if n := p.doc.Find("h1").Length(); n != 1 {
		c.t.Errorf("%s has %d headings of the first order, want one", p.path, n)
	}
	if got := p.doc.Find("html").AttrOr("lang", ""); got != tag {
		c.t.Errorf("%s says that it is written in %q, want %q", p.path, got, tag)
	}
	if got := missingText.FindString(p.doc.Find("html").Text()); got != "" {
		c.t.Errorf("%s shows %s: a text is missing", p.path, got)
	}
	if p.doc.Find("title").Text() == "" {
		c.t.Errorf("%s has no title", p.path)
	}
	if w := c.weight(p); public && w > lightest {
		c.t.Errorf("%s weighs %d bytes, want at most %d", p.path, w, lightest)
	}
}

// nothingMissing fails for every text that was asked for and that no catalogue holds: also those of
// failures, which are shown with their kind's own sentence.
func nothingMissing(t *testing.T, r *apptest.Running) {
	t.Helper()
	if missing := r.App.Texts.Missing(); len(missing) > 0 {
		t.Errorf("texts are missing: %s", missing)
	}
}

var tags = map[string]string{"zh": "zh-CN", "en": "en"}

func TestEveryLinkLeadsSomewhere(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	t.Cleanup(func() { nothingMissing(t, r) })
	people := map[string]string{"visitor": "", "giver": demo.Giver, "guardian": demo.Guardian}
	for _, s := range demo.Staff() {
		people[s.Role] = s.Email
	}
	for who, email := range people {
		for lang, tag := range tags {
			t.Run(who+" "+lang, func(t *testing.T) {
				t.Parallel()
				c := newReader(t, r, 5)
				from, public := []string{"/"}, true
				switch {
				case email == "":
					c.most = 40
				case email == demo.Giver:
					from = []string{"/me"}
				case email == demo.Guardian:
					from, public = []string{"/me/children"}, false
				default:
					from, public = []string{"/desk"}, false
				}
				if email != "" {
					c.signIn(r.SignInLink(t, email))
				}
				c.get("/?lang=" + lang)
				n := 0
				c.walk(func(p page) { n++; c.sound(p, tag, public && !strings.HasPrefix(p.path, "/desk")) }, from...)
				if n < 20 {
					t.Errorf("only %d pages were read: are there links?", n)
				}
				t.Logf("%d pages", n)
			})
		}
	}
}

// TestLinksOfARefusedForm sends each public form empty. Where it is shown again, what was asked for
// stands at an address of its own, at which the switch of language and signing in must still work.
func TestLinksOfARefusedForm(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	c := newReader(t, r, 3)
	refused := map[string]page{}
	c.walk(func(p page) {
		if !p.html {
			return
		}
		p.doc.Find("main form[method=post]").Each(func(_ int, s *goquery.Selection) {
			action := s.AttrOr("action", "")
			kind := c.kind(strings.NewReplacer("/give", "", "/promise", "").Replace(action)) + action[strings.LastIndex(action, "/"):]
			if _, done := refused[kind]; !done {
				refused[kind] = c.post(action)
			}
		})
	}, "/", "/sign-in", "/follow")
	if len(refused) < 4 {
		t.Fatalf("only %d forms were found", len(refused))
	}
	nothingMissing(t, r)
	for _, p := range refused {
		if p.status != http.StatusUnprocessableEntity && p.status != http.StatusOK {
			t.Errorf("%s sent empty answers %d", p.path, p.status)
		}
		p.doc.Find("a[href]").Each(func(_ int, s *goquery.Selection) {
			href := s.AttrOr("href", "")
			if to, err := url.Parse(href); err == nil && to.Query().Has("to") {
				href = to.Query().Get("to") // where signing in would lead
			}
			if strings.HasPrefix(href, "/") {
				if q := c.get(href); q.status != http.StatusOK {
					t.Errorf("%s, sent empty, is shown with the link %s, which answers %d", p.path, href, q.status)
				}
			}
		})
	}
}

// post sends an empty form and returns what is shown instead.
func (c *reader) post(path string) page {
	c.t.Helper()
	res, err := c.http.PostForm(c.url+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	doc, err := goquery.NewDocumentFromReader(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return page{path: path, status: res.StatusCode, html: true, doc: doc}
}
