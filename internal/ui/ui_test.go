package ui_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/ui"
)

func TestCatalogue(t *testing.T) {
	t.Parallel()
	i18ntest.CheckCatalogues(t, ui.Texts(), "ui.")
}

var (
	inline = regexp.MustCompile(`(?i)\sstyle=|<style|\son[a-z]+=|javascript:`)
	script = regexp.MustCompile(`<script[^>]*>`)
	bare   = regexp.MustCompile(`>\s*\[[a-z_.]+\]`)
)

// Every part, in both languages: no missing text, nothing that the security policy forbids, ids
// once, labels tied, references that lead somewhere.
func TestEveryPart(t *testing.T) {
	t.Parallel()
	b := i18ntest.Bundle(t, ui.Texts())
	for _, lang := range i18n.Langs() {
		for name, page := range galleryPages(words{lang}) {
			html := renderPage(t, galleryContext(t, b, lang, "/desk/payouts?sort=-date&after=x"), page)
			if m := inline.FindString(html); m != "" {
				t.Errorf("%s %s: the policy forbids %q", name, lang, m)
			}
			for _, s := range script.FindAllString(html, -1) {
				if !strings.Contains(s, " src=") {
					t.Errorf("%s %s: inline script", name, lang)
				}
			}
			if m := bare.FindString(html); m != "" {
				t.Errorf("%s %s: missing text %s", name, lang, m)
			}
			checkDocument(t, name+" "+string(lang), html)
		}
	}
	if m := b.Missing(); len(m) > 0 {
		t.Errorf("missing texts: %v", m)
	}
}

func checkDocument(t *testing.T, name, html string) {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(html))
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	doc.Find("[id]").Each(func(_ int, s *goquery.Selection) {
		id := s.AttrOr("id", "")
		if ids[id] {
			t.Errorf("%s: id %q twice", name, id)
		}
		ids[id] = true
	})
	doc.Find("[aria-describedby]").Each(func(_ int, s *goquery.Selection) {
		for id := range strings.FieldsSeq(s.AttrOr("aria-describedby", "")) {
			if !ids[id] {
				t.Errorf("%s: nothing describes %q", name, id)
			}
		}
	})
	doc.Find("label[for]").Each(func(_ int, s *goquery.Selection) {
		if !ids[s.AttrOr("for", "")] {
			t.Errorf("%s: label of nothing: %s", name, s.Text())
		}
	})
	doc.Find("svg[role], nav, [role=region]").Each(func(_ int, s *goquery.Selection) {
		if s.AttrOr("aria-label", "") == "" {
			h, _ := goquery.OuterHtml(s)
			t.Errorf("%s: no label: %.120s", name, h)
		}
	})
	doc.Find("input:not([type=hidden]), select, textarea").Each(func(_ int, s *goquery.Selection) {
		if s.Closest("label").Length() == 0 && doc.Find(`label[for="`+s.AttrOr("id", "")+`"]`).Length() == 0 {
			t.Errorf("%s: field without a label: %s", name, s.AttrOr("name", ""))
		}
	})
	doc.Find(`a[href^="#"]`).Each(func(_ int, s *goquery.Selection) {
		if !ids[s.AttrOr("href", "#")[1:]] {
			t.Errorf("%s: link to nowhere: %s", name, s.AttrOr("href", ""))
		}
	})
	if name := doc.Find("html").AttrOr("lang", ""); doc.Find("main").Length() > 0 && name != "zh-CN" && name != "en" {
		t.Errorf("page language %q", name)
	}
}

func parse(t *testing.T, html string) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(html))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestLayoutsFollowTheReader(t *testing.T) {
	t.Parallel()
	b := i18ntest.Bundle(t, ui.Texts())
	ctx := galleryContext(t, b, i18n.ZH, "/needs?kind=time&after=x")
	page := parse(t, renderPage(t, ctx, inside(ui.Public(ui.PageData{Title: "需求", Nav: "needs"}), raw("<p>x</p>"))))
	if got := page.Find("title").Text(); got != "需求 · 申城邻里互助网络" {
		t.Errorf("title %q", got)
	}
	if got := page.Find("header a.lang").AttrOr("href", ""); got != "/needs?after=x&kind=time&lang=en" {
		t.Errorf("the language switch leads to %q", got)
	}
	if got := page.Find(".main-nav a[aria-current=page]").Text(); got != "需求" {
		t.Errorf("current: %q", got)
	}
	stranger := parse(t, renderPage(t, ui.WithPerson(ctx, nil), ui.Public(ui.PageData{})))
	if got := stranger.Find("a.who").AttrOr("href", ""); got != "/sign-in?to=%2Fneeds%3Fkind%3Dtime%26after%3Dx" {
		t.Errorf("sign-in leads to %q", got)
	}
	if got := ui.Here(ctx, "kind", "money"); got != "/needs?kind=money" {
		t.Errorf("another filter keeps the place in the list: %q", got)
	}
}

func TestDeskShowsWhatIsAllowed(t *testing.T) {
	t.Parallel()
	b := i18ntest.Bundle(t, ui.Texts())
	ctx := galleryContext(t, b, i18n.EN, "/desk")
	if ui.Allowed(ui.WithAllowed(ctx, nil), "desk.see") {
		t.Error("allowed without anybody to ask")
	}
	ctx = ui.WithAllowed(ctx, func(_ context.Context, p string) bool { return p == "books.see" })
	doc := parse(t, renderPage(t, ctx, ui.Desk(ui.DeskData{Title: "Books", Nav: "books"})))
	if n := doc.Find(`.side-wide a[href^="/desk"]:not(.lang)`).Length(); n != 1 {
		t.Errorf("%d entries, want the books alone", n)
	}
}

func TestUnsafeAddressesAreRefused(t *testing.T) {
	t.Parallel()
	b := i18ntest.Bundle(t, ui.Texts())
	html := renderPage(t, galleryContext(t, b, i18n.EN, "/"), ui.Card(ui.CardView{Href: "javascript:alert(1)", Title: "<b>x</b>", Percent: -1}))
	if strings.Contains(html, "javascript:") || strings.Contains(html, "<b>x") || strings.Contains(html, `class="ring`) {
		t.Error(html)
	}
}

func TestStaticFilesFitTheirBudget(t *testing.T) {
	t.Parallel()
	total := 0
	for name, limit := range map[string]int{"app.css": 10 << 10, "app.js": 2 << 10, "passkey.js": 2 << 10, "near.js": 1 << 10, "htmx.min.js": 18 << 10, "favicon.svg": 1 << 10} {
		body, err := fs.ReadFile(ui.Static(), name)
		if err != nil {
			t.Fatal(err)
		}
		n := zipped(t, body)
		if total += n; n > limit {
			t.Errorf("%s: %d bytes compressed, limit %d", name, n, limit)
		}
	}
	b := i18ntest.Bundle(t, ui.Texts())
	page := renderPage(t, galleryContext(t, b, i18n.ZH, "/"), galleryPages(words{i18n.ZH})["home"])
	if total += zipped(t, []byte(page)); total > 45<<10 {
		t.Errorf("a page with all it needs is %d bytes compressed", total)
	}
	css, err := fs.ReadFile(ui.Static(), "app.css")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(css), "{") != strings.Count(string(css), "}") || strings.Contains(string(css), "http") {
		t.Error("app.css: torn, or from elsewhere")
	}
}

func zipped(t *testing.T, b []byte) int {
	t.Helper()
	var buf bytes.Buffer
	zw := gzip.NewWriter(&buf)
	if _, err := zw.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Len()
}
