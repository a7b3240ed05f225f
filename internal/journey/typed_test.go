package journey_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"manyhands/internal/app/apptest"
	"manyhands/internal/demo"
)

// evil closes whatever it may stand in and then does something.
const evil = `"'></textarea></title></script><i id=hole onfocus=alert(1) autofocus>${7*7}{{7*7}}<img src=x onerror=alert(1)>`

// forms are the forms of the pages that a reader can reach, one for each route that takes one. Each page
// is given to visit.
func (c *reader) forms(r *apptest.Running, visit func(page), from ...string) (found []*filled) {
	c.t.Helper()
	known := map[string]bool{}
	c.walk(func(p page) {
		visit(p)
		if !p.html {
			return
		}
		p.doc.Find("form").Each(func(_ int, s *goquery.Selection) {
			req, err := http.NewRequest("POST", s.AttrOr("action", p.path), nil)
			if err != nil || !strings.EqualFold(s.AttrOr("method", "get"), "post") {
				return
			}
			kind, _ := r.App.Mux.Match(req)
			f := &filled{path: req.URL.String(), kind: kind, values: url.Values{}, file: s.AttrOr("enctype", "") == "multipart/form-data"}
			f.take(s)
			if !known[f.kind] {
				known[f.kind] = true
				found = append(found, f)
			}
		})
	}, from...)
	return found
}

// filled is a form as somebody sends it.
type filled struct {
	path, kind string
	values     url.Values
	texts      []string // the fields into which one types
	files      []string // the fields that take a file
	file       bool
}

// take fills a form as its page proposes; what is empty and needed gets a value that may do.
func (f *filled) take(form *goquery.Selection) {
	form.Find("input[name], textarea[name], select[name]").Each(func(_ int, s *goquery.Selection) {
		name, kind := s.AttrOr("name", ""), s.AttrOr("type", "text")
		_, checked := s.Attr("checked")
		switch {
		case goquery.NodeName(s) == "select":
			option := s.Find("option[selected]")
			if option.Length() == 0 || option.AttrOr("value", "") == "" {
				option = s.Find("option[value]:not([value=''])").First()
			}
			f.values.Set(name, option.AttrOr("value", ""))
		case kind == "radio" || kind == "checkbox":
			if checked || f.values.Get(name) == "" {
				f.values.Set(name, s.AttrOr("value", "on"))
			}
		case goquery.NodeName(s) == "textarea" || kind == "text" || kind == "search":
			f.values.Set(name, s.AttrOr("value", ""))
			f.texts = append(f.texts, name)
		case kind == "file":
			f.files = append(f.files, name)
		case kind == "date":
			f.values.Set(name, s.AttrOr("value", ""))
		default:
			f.values.Set(name, s.AttrOr("value", "1"))
		}
	})
}

// with returns the form's values with one text in some of the fields into which one types, without a
// choice in all.
func (f *filled) with(text string, only ...string) url.Values {
	v := url.Values{}
	for name, values := range f.values {
		v[name] = values
	}
	if len(only) == 0 {
		only = f.texts
	}
	for _, name := range only {
		v.Set(name, text)
	}
	return v
}

// holes lists what of a page is no longer text.
func holes(doc *goquery.Document) (found []string) {
	doc.Find("#hole, [onfocus], [onerror], [href^='javascript:'], [src^='javascript:'], [action^='javascript:'], script:not([src])").Each(func(_ int, s *goquery.Selection) {
		if t := s.AttrOr("type", ""); t == "application/ld+json" || t == "application/json" {
			return
		}
		html, err := goquery.OuterHtml(s)
		if err == nil {
			found = append(found, html)
		}
	})
	return found
}

func TestHolesAreSeen(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`<input value="` + evil + `">`, "<p>" + evil, "<textarea>" + evil, "<title>" + evil, "<a href='javascript:alert(1)'>", "<script>let a = '" + evil + "'</script>"} {
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if len(holes(doc)) == 0 {
			t.Errorf("nothing is seen in %s", text)
		}
	}
}

// TestWhatIsTypedStaysText types markup into every text field of every form that anybody can reach, then
// into each alone, so that the others pass, and reads every page again.
func TestWhatIsTypedStaysText(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	kinds, shown := map[string]bool{}, 0
	for _, email := range everybody() {
		c := newReader(t, r, 1)
		from := []string{"/", "/sign-in", "/concern"}
		if email != "" {
			c.signIn(r.SignInLink(t, email))
			from = []string{"/me", "/me/children", "/desk", "/desk/children", "/me/contact", "/me/duties", "/apply"}
		}
		for _, f := range c.forms(r, func(page) {}, from...) {
			if len(f.texts) == 0 || kinds[f.kind] || strings.HasPrefix(f.path, "/sign-in/password") {
				continue
			}
			kinds[f.kind] = true
			tries := []url.Values{f.with(evil), f.with("javascript:alert(1)")}
			for _, name := range f.texts {
				tries = append(tries, f.with(evil, name))
			}
			for _, v := range tries {
				p := c.sendForm(f.path, v)
				if found := holes(p.doc); len(found) > 0 {
					t.Errorf("%s shows %.200s", f.path, found)
				}
			}
		}
	}
	if len(kinds) < 40 {
		t.Errorf("only %d forms were found", len(kinds))
	}
	for _, email := range []string{"", demo.Guardian, coordinator, "verifier@example.org", worker, lead} {
		c := newReader(t, r, 1)
		if email != "" {
			c.signIn(r.SignInLink(t, email))
		}
		c.walk(func(p page) {
			if !p.html {
				return
			}
			if strings.Contains(p.body, "&lt;i id=hole") {
				shown++
			}
			if found := holes(p.doc); len(found) > 0 {
				t.Errorf("%s shows %.200s", p.path, found)
			}
		}, "/", "/me", "/me/children", "/desk", "/desk/children")
	}
	t.Logf("%d forms, %d pages show what was typed", len(kinds), shown)
	if shown < 20 {
		t.Errorf("only %d pages show what was typed: nothing is proven", shown)
	}
}

// sendForm posts a form and returns the page that answers or that it leads to.
func (c *reader) sendForm(path string, form url.Values) page {
	c.t.Helper()
	res, err := c.http.PostForm(c.url+path, form)
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
