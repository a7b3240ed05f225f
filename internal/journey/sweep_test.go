package journey_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"manyhands/internal/app/apptest"
	"manyhands/internal/demo"
)

// pageless are the GET routes, or the beginnings of such, at which there is no page of its own to stand
// on, each with the reason.
var pageless = map[string]string{
	"GET /api/":                   "JSON",
	"/api/":                       "JSON",
	"GET /healthz":                "for machines",
	"GET /readyz":                 "for machines",
	"GET /metrics":                "for machines",
	"GET /static/":                "files",
	"GET /live/":                  "a stream of events",
	"GET /campaigns/{slug}/match": "a part of the campaign's page",
	"GET /apply/{id}/documents/":  "a document",
	"GET /desk/children/{id}/{purpose}/files/":       "a document",
	"GET /me/children/{id}/files/":                   "a document",
	"GET /sign-in/provider":                          "there only with a provider: TestSigningInWithTheProvider",
	"GET /sign-in/phone":                             "there only with a door to short messages: TestSigningInByPhone",
	"GET /desk/campaigns/{id}/edit":                  "there is no campaign that has not opened: TestCampaignJourney",
	"GET /desk/children/{id}/safeguarding/override/": "a search leads there",
	"GET /desk/retention/kinds/":                     "nothing is due in the sample: TestWhatIsDueIsDestroyed",
	"GET /me/children/stop":                          "for who has forgotten the family code: TestAYesIsTakenBackWithoutACode",
	"GET /me/family":                                 "for who has no passkey: TestAFamilyCodeOpensTheChildrensPages",
	"GET /me/security/app":                           "shown once, while an app is set up: tests of peopleweb",
	"GET /desk/keys/{id}/revoke":                     "there is no key before one is made: TestTillGetsItsKey",
}

func hasNoPage(pattern string) bool {
	for begin := range pageless {
		if strings.HasPrefix(pattern, begin) {
			return true
		}
	}
	return false
}

// sight is a page that somebody is led to.
type sight struct {
	path, pattern string
	shape         string // its route and what the forms on it post to
	html          bool
}

// sights reads the pages that links lead to from some on, a few of each kind.
func (c *reader) sights(r *apptest.Running, from ...string) (out []sight) {
	c.t.Helper()
	match := func(method, path string) string {
		req, err := http.NewRequest(method, path, nil)
		if err != nil {
			c.t.Fatalf("a page leads to %q: %v", path, err)
		}
		kind, _ := r.App.Mux.Match(req)
		return kind
	}
	c.walk(func(p page) {
		if p.status != http.StatusOK {
			c.t.Errorf("%s answers %d", p.path, p.status)
			return
		}
		s := sight{path: p.path, pattern: match("GET", p.path), html: p.html}
		if s.shape = s.pattern; s.pattern == "GET /desk" || s.pattern == "GET /me" {
			s.shape += p.doc.Find("main h2").Text() // what is shown depends on who looks
		}
		if p.html {
			var posts []string
			p.doc.Find("main form[method=post]").Each(func(_ int, f *goquery.Selection) {
				posts = append(posts, match("POST", f.AttrOr("action", p.path)))
			})
			slices.Sort(posts)
			s.shape = fmt.Sprint(s.pattern, slices.Compact(posts))
		}
		out = append(out, s)
	}, from...)
	return out
}

// way is how somebody reads the house, and where from.
type way struct {
	who, email string
	most       int // pages read of one kind
	from       []string
}

// ways are those of everybody, guests first: a page that two of them are led to is looked at with the first.
func ways(t *testing.T, r *apptest.Running) []way {
	t.Helper()
	out := []way{
		{"guest", "", 2, guestsPages(t, r)},
		{"giver", demo.Giver, 2, []string{"/me", "/me/data", "/me/security", "/me/prove", "/me/security/password"}},
		{"guardian", demo.Guardian, 12, []string{"/me/children", "/me/children/join", "/me"}},
		{"leaver", "leaving@example.org", 1, []string{"/me/data"}},
		{"applicant", "orchard@example.org", 2, []string{"/apply"}},
	}
	for _, s := range demo.Staff() {
		out = append(out, way{s.Role, s.Email, 2, []string{"/desk", "/me/duties"}})
	}
	glass := strings.Replace(visitor(t, r, lead).Get("/desk/retention").Must("main a[href^='/desk/retention/'][href$='/erase']").AttrOr("href", ""), "retention", "glass", 1)
	out = append(out, way{"helper", supervisor, 1, []string{strings.TrimSuffix(glass, "/erase")}})
	return append(out, way{"resting", restsNow, 1, []string{"/me", "/me/duties"}})
}

// guestsPages are where a guest begins: at the front, and at what only a form, a mail or a wallet leads to.
func guestsPages(t *testing.T, r *apptest.Running) []string {
	t.Helper()
	c := visitor(t, r, "").Get("/campaigns")
	c.Get(c.Must("main .grid a[href^='/campaigns/']").AttrOr("href", ""))
	c.Submit("form[data-form=give]", url.Values{"amount": {"35"}}).Status(http.StatusSeeOther).Follow()
	gift := c.Path()
	c.Submit("form[action$='/pay']", nil).Status(http.StatusSeeOther)
	wallet := strings.TrimPrefix(c.Response.Header.Get("Location"), r.URL)
	return []string{"/", gift, wallet, tellingGift(t, r), "/concern/thanks", strings.TrimPrefix(r.SignInLink(t, demo.Giver), r.URL), unsubscribing(t, r), "/api/hsds/"}
}

// unsubscribing waits for a mail that says how to get no more of its kind.
func unsubscribing(t *testing.T, r *apptest.Running) string {
	t.Helper()
	var path string
	eventually(t, "a mail that can be turned off", func() bool {
		for _, m := range r.Mail.Mails() {
			if at := strings.Index(m.Text, "/notices/"); at >= 0 {
				path, _, _ = strings.Cut(m.Text[at:], "\n")
				return true
			}
		}
		return false
	})
	return path
}

// eventually waits until something is so.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for end := time.After(patience / 4); !so(); {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("in vain: %s", what)
		}
	}
}

// visit is what one pair of tabs looks at.
type visit struct {
	way
	cookies []*http.Cookie
	paths   []string
}

// parts shares a long visit out, so that tabs beside each other have about as much to look at.
func (v *visit) parts() (out []*visit) {
	for paths := range slices.Chunk(v.paths, 12) {
		part := *v
		part.paths = paths
		out = append(out, &part)
	}
	return out
}

// plan reads the house as everybody and shares out what was found: each page once in each of its shapes.
func plan(t *testing.T, r *apptest.Running) (out []*visit) {
	t.Helper()
	all := ways(t, r)
	house, err := url.Parse(r.URL)
	if err != nil {
		t.Fatal(err)
	}
	found, cookies := make([][]sight, len(all)), make([][]*http.Cookie, len(all))
	var wg sync.WaitGroup
	for i, w := range all {
		wg.Go(func() {
			c := newReader(t, r, w.most)
			if w.email != "" {
				c.signIn(r.SignInLink(t, w.email))
			}
			found[i], cookies[i] = c.sights(r, w.from...), c.http.Jar.Cookies(house)
		})
	}
	wg.Wait()
	known, routes := map[string]bool{}, map[string]bool{}
	for i, w := range all {
		v := &visit{way: w, cookies: cookies[i]}
		for _, s := range found[i] {
			if routes[s.pattern] = true; s.html && !known[s.shape] {
				known[s.shape] = true
				v.paths = append(v.paths, s.path)
			}
		}
		out = append(out, v.parts()...)
	}
	for _, route := range r.App.Mux.Routes() {
		if !strings.Contains(route.Pattern, "POST ") && !routes[route.Pattern] && !hasNoPage(route.Pattern) {
			t.Errorf("nothing led to %s", route.Pattern)
		}
	}
	return out
}

// TestEveryPageIsSound looks at every page of the route table as those who may see it: on a phone in
// Chinese, in light and dark, and on a desk in English. The browser's own complaints, of its console and
// of what the policy of content forbids, fail the test too: see newTab.
func TestEveryPageIsSound(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	for _, v := range plan(t, r) {
		t.Run(v.who, func(t *testing.T) {
			t.Parallel()
			small, wide := newTab(t, r.URL, phone, carries(r.URL, v.cookies)), newTab(t, r.URL, desktop, carries(r.URL, v.cookies))
			small.open("/follow?lang=zh")
			wide.open("/follow?lang=en")
			for _, path := range v.paths {
				small.sweep(path, 390)
				small.accessible()
				wide.sweep(path, 1280)
			}
			t.Logf("%d pages: %s", len(v.paths), v.paths)
		})
	}
	small := newTab(t, r.URL, phone)
	small.load(404, chromedp.Navigate(r.URL+"/nothing-here"))
	small.accessible()
}

// carries gives a browser the cookies of somebody who has signed in.
func carries(url string, cookies []*http.Cookie) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		for _, c := range cookies {
			if c.Name == "lang" {
				continue
			}
			if _, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value, URL: url}); err != nil {
				return err
			}
		}
		return nil
	})
}

// sweep opens a page and asks what every page must be.
func (b *tab) sweep(path string, width int) {
	b.t.Helper()
	b.open(path)
	for _, flaw := range get(b, chromedp.Evaluate[[]string](fmt.Sprintf(flaws, width))) {
		b.t.Errorf("%s at %d: %s", path, width, flaw)
	}
}

// flaws lists what is wrong with a page that is shown %d wide.
const flaws = `(width => {
	const out = [], names = (all) => all.slice(0, 3).map(e => e.outerHTML.slice(0, 90)).join(' | ');
	const scrolls = e => { for (; e !== document.body; e = e.parentElement) if (getComputedStyle(e).overflowX !== 'visible') return true; return false; };
	const sticksOut = e => e.getBoundingClientRect().right > width + 1 && e.checkVisibility() && !scrolls(e);
	if (document.documentElement.scrollWidth > width)
		out.push('it is ' + document.documentElement.scrollWidth + ' wide: ' + names(Array.from(document.querySelectorAll('body *')).filter(sticksOut)));
	if (document.querySelectorAll('h1').length != 1) out.push('it has ' + document.querySelectorAll('h1').length + ' headings of the first order');
	if (!document.title.trim()) out.push('it has no title');
	const missing = document.documentElement.innerText.match(/\[[a-z0-9_]+(\.[a-z0-9_]+)+\]/);
	if (missing) out.push('it shows ' + missing[0]);
	const low = Array.from(document.querySelectorAll('main button, main .button')).filter(e => { const r = e.getBoundingClientRect(); return r.height > 0 && r.height < 43.5; });
	if (low.length) out.push('too low for a thumb: ' + names(low));
	return out;
})(%d)`
