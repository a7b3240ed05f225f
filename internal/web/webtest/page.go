package webtest

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/PuerkitoBio/goquery"
)

// Status asserts the status of the last response.
func (c *Client) Status(want int) *Client {
	c.t.Helper()
	if got := c.Response.StatusCode; got != want {
		c.t.Fatalf("%s %s: status %d, want %d\n%s", c.Response.Request.Method, c.Path(), got, want, c.excerpt())
	}
	return c
}

// RedirectsTo asserts a 303 to a path (compared with its query).
func (c *Client) RedirectsTo(want string) *Client {
	c.t.Helper()
	c.Status(http.StatusSeeOther)
	if got := c.Response.Header.Get("Location"); got != want {
		c.t.Fatalf("%s: leads to %q, want %q", c.Path(), got, want)
	}
	return c
}

// Contains asserts that the visible text of the page holds each of the strings.
func (c *Client) Contains(texts ...string) *Client {
	c.t.Helper()
	page := squeeze(c.Find("body").Text())
	for _, s := range texts {
		if !strings.Contains(page, s) {
			c.t.Fatalf("%s: page does not hold %q:\n%s", c.Path(), s, page)
		}
	}
	return c
}

// Lacks asserts that the page's source holds none of the strings.
func (c *Client) Lacks(texts ...string) *Client {
	c.t.Helper()
	for _, s := range texts {
		if strings.Contains(c.Body, s) {
			c.t.Fatalf("%s: page holds %q", c.Path(), s)
		}
	}
	return c
}

// Find returns what a selector matches on the present page, perhaps nothing.
func (c *Client) Find(selector string) *goquery.Selection {
	c.t.Helper()
	if c.doc == nil {
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(c.Body))
		if err != nil {
			c.t.Fatalf("%s: parse: %v", c.Path(), err)
		}
		c.doc = doc
	}
	return c.doc.Find(selector)
}

// Must returns what a selector matches and fails when that is nothing.
func (c *Client) Must(selector string) *goquery.Selection {
	c.t.Helper()
	s := c.Find(selector)
	if s.Length() == 0 {
		c.t.Fatalf("%s: nothing matches %q\n%s", c.Path(), selector, c.excerpt())
	}
	return s
}

// Text returns the text of what a selector matches, with runs of white space as one space.
func (c *Client) Text(selector string) string {
	c.t.Helper()
	return squeeze(c.Must(selector).Text())
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

// Click opens the address of the first link that a selector matches.
func (c *Client) Click(selector string) *Client {
	c.t.Helper()
	href, ok := c.Must(selector).First().Attr("href")
	if !ok {
		c.t.Fatalf("%s: %q is no link", c.Path(), selector)
	}
	return c.Get(href)
}

// Submit sends the first form that a selector matches with the fields as the page gives them, changed
// by overrides; it fails when an override names a field that the form does not have or a value that
// its choices do not offer. A nil value list removes a field (unticks a box). The form's first
// submit button is pressed, unless an override carries the name of another.
func (c *Client) Submit(selector string, overrides url.Values) *Client {
	c.t.Helper()
	form := c.Must(selector).First()
	if !form.Is("form") {
		c.t.Fatalf("%s: %q is no form", c.Path(), selector)
	}
	values := fields(form)
	for name, vs := range overrides {
		c.checkOverride(form, name, vs)
		if vs == nil {
			values.Del(name)
		} else {
			values[name] = vs
		}
	}
	press(form, values, overrides)
	action, ok := form.Attr("action")
	if !ok {
		action = c.Response.Request.URL.RequestURI()
	}
	if strings.EqualFold(form.AttrOr("method", "get"), "post") {
		return c.Post(action, values)
	}
	path, _, _ := strings.Cut(action, "?")
	return c.Get(path + "?" + values.Encode())
}

func (c *Client) checkOverride(form *goquery.Selection, name string, vs []string) {
	c.t.Helper()
	all := form.Find(`[name="` + name + `"]`)
	if all.Length() == 0 {
		c.t.Fatalf("%s: the form has no field %q", c.Path(), name)
	}
	if !all.Is("select, [type=radio], button") {
		return
	}
	for _, v := range vs {
		offered := all.Filter(`[value="`+v+`"]`).Length() + all.Find(`option[value="`+v+`"]`).Length()
		if offered == 0 {
			c.t.Fatalf("%s: field %q does not offer %q", c.Path(), name, v)
		}
	}
}

// fields collects the successful controls of a form (HTML Living Standard, 4.10.22.4).
func fields(form *goquery.Selection) url.Values {
	values := url.Values{}
	form.Find("input, select, textarea").Each(func(_ int, s *goquery.Selection) {
		name := s.AttrOr("name", "")
		_, disabled := s.Attr("disabled")
		if name == "" || disabled {
			return
		}
		switch {
		case s.Is("textarea"):
			values.Add(name, s.Text())
		case s.Is("select"):
			option := s.Find("option[selected]")
			if option.Length() == 0 {
				option = s.Find("option").First()
			}
			if option.Length() > 0 {
				values.Add(name, option.First().AttrOr("value", option.First().Text()))
			}
		case s.Is("[type=checkbox], [type=radio]"):
			if _, on := s.Attr("checked"); on {
				values.Add(name, s.AttrOr("value", "on"))
			}
		case !s.Is("[type=submit], [type=button], [type=file], [type=reset], [type=image]"):
			values.Add(name, s.AttrOr("value", ""))
		}
	})
	return values
}

func press(form *goquery.Selection, values, overrides url.Values) {
	button := form.Find("button:not([type]), button[type=submit], input[type=submit]")
	for name := range overrides {
		if button.Filter(`[name="`+name+`"]`).Length() > 0 {
			return
		}
	}
	if name := button.First().AttrOr("name", ""); name != "" {
		values.Set(name, button.First().AttrOr("value", ""))
	}
}
