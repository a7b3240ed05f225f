package webtest_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"manyhands/internal/i18n"
	"manyhands/internal/web/webtest"
)

const page = `<html><body><p>Hello,
	lantern</p><a class="next" href="/done?x=1">on</a>
<form id="f" method="post" action="/send"><input type="hidden" name="key" value="k"><input name="who" value="Lin">
<textarea name="words">as it was</textarea><select name="kind"><option value="a">A</option><option value="b" selected>B</option></select>
<input type="radio" name="sum" value="10"><input type="radio" name="sum" value="35" checked>
<input type="checkbox" name="anon" value="1" checked><input type="checkbox" name="never"><input name="off" disabled value="x">
<button name="go" value="save">Save</button><button name="go" value="send">Send</button></form></body></html>`

func server() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, page) })
	m.HandleFunc("POST /send", func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		http.SetCookie(w, &http.Cookie{Name: "sent", Value: "yes", Path: "/"})
		http.Redirect(w, r, "/done?"+r.PostForm.Encode(), http.StatusSeeOther)
	})
	m.HandleFunc("GET /done", func(w http.ResponseWriter, r *http.Request) {
		_, err := r.Cookie("sent")
		fmt.Fprintf(w, "<body>%s|%v|%s</body>", r.URL.Query().Encode(), err == nil, r.Header.Get("Accept-Language"))
	})
	return m
}

func TestSubmitSendsWhatThePageHolds(t *testing.T) {
	t.Parallel()
	c := webtest.New(t, server()).Lang(i18n.ZH)
	c.Get("/").Status(200).Contains("Hello, lantern").Lacks("absent")
	c.Submit("#f", url.Values{"who": {"Zhou"}, "anon": nil, "go": {"send"}}).Status(303).Follow().Status(200)
	want := url.Values{"key": {"k"}, "who": {"Zhou"}, "words": {"as it was"}, "kind": {"b"}, "sum": {"35"}, "go": {"send"}}
	if got := c.Text("body"); got != want.Encode()+"|true|zh-CN" {
		t.Errorf("%s", got)
	}
	if c.Get("/").Click("a.next").Path() != "/done" {
		t.Error("the link leads elsewhere")
	}
	if got := c.Another().Get("/done").Text("body"); got != "|false|en" {
		t.Errorf("another visitor has the first one's cookies: %s", got)
	}
}

func TestSubmitPressesTheFirstButton(t *testing.T) {
	t.Parallel()
	c := webtest.New(t, server()).Get("/").Submit("#f", nil).Follow()
	if got := c.Response.Request.URL.Query().Get("go"); got != "save" {
		t.Errorf("go = %q", got)
	}
}

// failing records that a helper failed, without failing this test.
type failing struct {
	testing.TB
	failed bool
}

func (f *failing) Helper() {}
func (f *failing) Fatalf(string, ...any) {
	f.failed = true
	panic(f)
}

func TestHelpersFail(t *testing.T) {
	t.Parallel()
	for name, act := range map[string]func(c *webtest.Client){
		"status":           func(c *webtest.Client) { c.Status(404) },
		"absent text":      func(c *webtest.Client) { c.Contains("moon") },
		"unwanted text":    func(c *webtest.Client) { c.Lacks("lantern") },
		"absent element":   func(c *webtest.Client) { c.Must("h6") },
		"unknown field":    func(c *webtest.Client) { c.Submit("#f", url.Values{"gone": {"1"}}) },
		"choice not given": func(c *webtest.Client) { c.Submit("#f", url.Values{"sum": {"99"}}) },
		"option not given": func(c *webtest.Client) { c.Submit("#f", url.Values{"kind": {"z"}}) },
		"no redirect":      func(c *webtest.Client) { c.Follow() },
	} {
		f := &failing{TB: t}
		c := webtest.New(f, server()).Get("/")
		func() {
			defer func() { _ = recover() }()
			act(c)
		}()
		if !f.failed {
			t.Errorf("%s: no failure", name)
		}
	}
}
