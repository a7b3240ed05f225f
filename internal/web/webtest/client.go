// Package webtest is a browser without script for tests: it keeps cookies, reads pages by CSS
// selector and sends forms with the fields that the page really holds, so that a form which lost its
// field fails the test. It must stay out of the program.
package webtest

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"manyhands/internal/i18n"
)

// Client is one visitor. It does not follow redirects by itself: see [Client.Follow].
type Client struct {
	t    testing.TB
	http *http.Client
	base *url.URL
	lang string
	head http.Header

	Response *http.Response // the last one; its body is in Body
	Body     string
	doc      *goquery.Document
}

// New starts a server for h and returns a visitor of it.
func New(t testing.TB, h http.Handler) *Client {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(func() { srv.CloseClientConnections(); srv.Close() })
	return At(t, srv.URL)
}

// At returns a visitor of a server that runs at base.
func At(t testing.TB, base string) *Client {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Client{t: t, base: u, lang: "en", head: http.Header{}, http: &http.Client{
		Jar:           jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Another returns another visitor of the same server, with empty cookies.
func (c *Client) Another() *Client { return At(c.t, c.base.String()) }

// Lang sets the Accept-Language header of what follows.
func (c *Client) Lang(l i18n.Lang) *Client { c.lang = l.Tag(); return c }

// Header sets a header of all requests that follow; with an empty value it is not sent at all.
func (c *Client) Header(name, value string) *Client {
	if value == "" {
		c.head[http.CanonicalHeaderKey(name)] = nil
	} else {
		c.head.Set(name, value)
	}
	return c
}

// Get opens a path, which may be relative to the page or absolute.
func (c *Client) Get(path string) *Client {
	c.t.Helper()
	return c.do(http.MethodGet, path, "", nil)
}

// Post sends form values as a browser would.
func (c *Client) Post(path string, form url.Values) *Client {
	c.t.Helper()
	return c.do(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// PostBody sends a body of another kind.
func (c *Client) PostBody(path, contentType, body string) *Client {
	c.t.Helper()
	return c.do(http.MethodPost, path, contentType, strings.NewReader(body))
}

func (c *Client) do(method, path, contentType string, body io.Reader) *Client {
	c.t.Helper()
	from := c.base
	if c.Response != nil {
		from = c.Response.Request.URL
	}
	u, err := from.Parse(path)
	if err != nil {
		c.t.Fatalf("path %q: %v", path, err)
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, u.String(), body)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html,application/xhtml+xml")
	req.Header.Set("Accept-Language", c.lang)
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
		req.Header.Set("Origin", c.base.Scheme+"://"+c.base.Host)
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for k, v := range c.head {
		req.Header[k] = v
	}
	res, err := c.http.Do(req)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatalf("%s %s: read: %v", method, path, err)
	}
	c.Response, c.Body, c.doc = res, string(b), nil
	return c
}

// Follow asserts a redirect and opens where it leads, as often as it leads on (at most 5 times).
func (c *Client) Follow() *Client {
	c.t.Helper()
	for hops := 0; c.Response.StatusCode >= 300 && c.Response.StatusCode < 400 && hops < 5; hops++ {
		c.Get(c.Response.Header.Get("Location"))
		if c.Response.StatusCode < 300 || c.Response.StatusCode >= 400 {
			return c
		}
	}
	c.t.Fatalf("%s: status %d leads nowhere\n%s", c.Path(), c.Response.StatusCode, c.excerpt())
	return c
}

// Path is the path of the present page.
func (c *Client) Path() string { return c.Response.Request.URL.Path }

func (c *Client) excerpt() string {
	s := c.Body
	if len(s) > 2000 {
		s = s[:2000] + "…"
	}
	return s
}
