package ui

import (
	"context"
	"net/url"
	"strings"

	"manyhands/internal/i18n"
)

// PageData is what a layout needs to know about a page. Texts are in the reader's language.
type PageData struct {
	Title       string // without the network's name, which the layout adds
	Description string // one sentence for search engines and share cards
	Nav         string // which main entry the page belongs to: "give", "needs", "programmes", "follow", "books", "me", "home"
	Canonical   string // absolute address, when several addresses show the same
	OGImage     string // absolute address of the share card's picture
	NoIndex     bool   // search engines stay out: personal pages
	Live        bool   // the page listens to an event stream (hx-ext="sse")
}

// DeskData is what the staff layout needs to know.
type DeskData struct {
	Title  string
	Nav    string         // which entry: "today", "needs", "campaigns", "pools", "gifts", "payouts", "books", "organisations", "people", "keys"
	Counts map[string]int // by entry: how many things wait there
	Live   bool
}

// navItem is one entry of a navigation; need is the permission that shows it, "" for everybody.
type navItem struct {
	id, key, href, icon, need string
}

func mainNav() []navItem {
	return []navItem{
		{id: "give", key: "ui.nav.give", href: "/campaigns"},
		{id: "needs", key: "ui.nav.needs", href: "/needs"},
		{id: "programmes", key: "ui.nav.programmes", href: "/programmes"},
		{id: "follow", key: "ui.nav.follow", href: "/follow"},
		{id: "books", key: "ui.nav.books", href: "/books"},
	}
}

func tabNav() []navItem {
	return []navItem{
		{id: "home", key: "ui.nav.home", href: "/", icon: "home"},
		{id: "give", key: "ui.nav.give", href: "/campaigns", icon: "give"},
		{id: "needs", key: "ui.nav.needs", href: "/needs", icon: "hands"},
		{id: "follow", key: "ui.nav.follow_short", href: "/follow", icon: "follow"},
		{id: "me", key: "ui.nav.me", href: "/me", icon: "person"},
	}
}

func deskNav() []navItem {
	return []navItem{
		{id: "today", key: "ui.desk.today", href: "/desk", icon: "clock", need: "desk.see"},
		{id: "needs", key: "ui.desk.needs", href: "/desk/needs", icon: "hands", need: "desk.see"},
		{id: "campaigns", key: "ui.desk.campaigns", href: "/desk/campaigns", icon: "flag", need: "desk.see"},
		{id: "pools", key: "ui.desk.pools", href: "/desk/pools", icon: "drop", need: "desk.see"},
		{id: "gifts", key: "ui.desk.gifts", href: "/desk/gifts", icon: "give", need: "gift.see"},
		{id: "payouts", key: "ui.desk.payouts", href: "/desk/payouts", icon: "out", need: "desk.see"},
		{id: "books", key: "ui.desk.books", href: "/desk/books", icon: "book", need: "books.see"},
		{id: "organisations", key: "ui.desk.organisations", href: "/desk/organisations", icon: "house", need: "desk.see"},
		{id: "verification", key: "ui.desk.verification", href: "/desk/verification", icon: "check", need: "organisation.stop"},
		{id: "people", key: "ui.desk.people", href: "/desk/people", icon: "people", need: "people.see"},
		{id: "children", key: "ui.desk.children", href: "/desk/children", icon: "people", need: "record.find"},
		{id: "concerns", key: "ui.desk.concerns", href: "/desk/concerns", icon: "alert", need: "concern.triage"},
		{id: "glass", key: "ui.desk.glass", href: "/desk/glass", icon: "eye", need: "record.find"},
		{id: "retention", key: "ui.desk.retention", href: "/desk/retention", icon: "file", need: "glass.review"},
		{id: "audit", key: "ui.desk.audit", href: "/desk/audit", icon: "search", need: "audit.search"},
		{id: "minors", key: "ui.desk.minors", href: "/desk/minors", icon: "flag", need: "audit.export"},
		{id: "keys", key: "ui.desk.keys", href: "/desk/keys", icon: "key", need: "key.manage"},
	}
}

func allowedDeskNav(ctx context.Context) []navItem {
	var out []navItem
	for _, n := range deskNav() {
		if Allowed(ctx, n.need) {
			out = append(out, n)
		}
	}
	return out
}

func deskTitle(ctx context.Context, nav string) string {
	for _, n := range deskNav() {
		if n.id == nav {
			return i18n.T(ctx, n.key)
		}
	}
	return i18n.T(ctx, "ui.desk.menu")
}

func networkName(ctx context.Context) string {
	if n := envOf(ctx).Network.Name; !n.Empty() {
		return n.In(ctx)
	}
	return i18n.T(ctx, "ui.product")
}

func fullTitle(ctx context.Context, title string) string {
	if title == "" {
		return networkName(ctx)
	}
	return title + " · " + networkName(ctx)
}

// signInHref leads to the sign-in page and back to the present one.
func signInHref(ctx context.Context) string {
	u := envOf(ctx).URL
	if u == nil || u.Path == "/" || strings.HasPrefix(u.Path, "/sign-in") {
		return "/sign-in"
	}
	return "/sign-in?to=" + url.QueryEscape(u.RequestURI())
}

// htmxConfig: no inline style, no eval, only our own server; 422 answers (a form to mend) are shown.
const htmxConfig = `{"includeIndicatorStyles":false,"allowEval":false,"selfRequestsOnly":true,"historyCacheSize":0,` +
	`"responseHandling":[{"code":"204","swap":false},{"code":"[23]..","swap":true},{"code":"422","swap":true},{"code":"[45]..","swap":false,"error":true}]}`
