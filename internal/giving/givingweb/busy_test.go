package givingweb_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/a-h/templ"

	"manyhands/internal/i18n"
	"manyhands/internal/ui"
	"manyhands/internal/web"
	"manyhands/internal/web/webtest"
)

const againForm = "form[data-again]"

// crowd fills every place that givers and readers have, until the returned function is called.
func (s *site) crowd() (leave func()) {
	s.t.Helper()
	entered, left := make(chan struct{}), make(chan struct{})
	var inside sync.WaitGroup
	s.stay = func() { entered <- struct{}{}; <-left }
	for range s.places {
		inside.Go(func() {
			s.handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/crowd", nil))
		})
		<-entered
	}
	leave = sync.OnceFunc(func() { close(left); inside.Wait() })
	s.t.Cleanup(leave)
	return leave
}

// TestGiftOnABusyDay sends the form while there is no place: nothing is made, nothing is lost, and what
// is sent from the busy page, twice, is one gift.
func TestGiftOnABusyDay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, lang i18n.Lang) {
		s := build(t)
		c := s.visitor(lang)
		c.Get(s.path() + "/give").RedirectsTo(s.path()) // where the busy page will stand, asked for by address
		c.Follow().Status(200)
		leave := s.crowd()
		typed := url.Values{"amount": {"35"}, "name": {`林 "A" <b>`}, "message": {"加油！ & hello"}, "visibility": {"public"}}
		c.Submit(giveForm, typed).Status(503)
		c.Contains(map[i18n.Lang]string{i18n.EN: "nothing is promised, and nothing was charged", i18n.ZH: "既没有作出承诺，也没有扣款"}[lang])
		for name, want := range typed {
			if got := c.Must(againForm+` input[name="`+name+`"]`).AttrOr("value", ""); got != want[0] {
				t.Errorf("%s is kept as %q, want %q", name, got, want[0])
			}
		}
		busyPage := c.Body
		c.Submit(againForm, nil).Status(503) // still busy: the page keeps what it kept
		if c.Body != busyPage {
			if c.Must(againForm+` input[name="form_key"]`).AttrOr("value", "") == "" {
				t.Error("the key of the form is lost on the second try")
			}
		}
		if n := len(s.gifts()); n != 0 {
			t.Fatalf("%d gifts were made while the door was shut", n)
		}
		leave()
		again := fieldsOf(c)
		first := c.Submit(againForm, nil).Status(303).Response.Header.Get("Location")
		if !strings.HasPrefix(first, "/g/") || !strings.HasSuffix(first, "/pay") {
			t.Fatalf("the form leads to %s", first)
		}
		c.Post(s.path()+"/give", again).RedirectsTo(first) // a double click, or back and once more
		if gifts := s.gifts(); len(gifts) != 1 || gifts[0].GiverName != typed.Get("name") || gifts[0].Message != typed.Get("message") {
			t.Errorf("%d gifts, want the one that was typed", len(gifts))
		}
		s.Check()
		s.checkTexts()
	})
}

// fieldsOf is what the form of a busy page would send.
func fieldsOf(c *webtest.Client) url.Values {
	out := url.Values{}
	for _, n := range c.Must(againForm + " input[type=hidden]").Nodes {
		var name, value string
		for _, a := range n.Attr {
			switch a.Key {
			case "name":
				name = a.Val
			case "value":
				value = a.Val
			}
		}
		out.Add(name, value)
	}
	return out
}

// TestSameFormAtOnce sends one form many times at the same moment, as impatient fingers and browsers
// that try again do: there is one gift, and everybody is led to it.
func TestSameFormAtOnce(t *testing.T) {
	t.Parallel()
	s := build(t)
	body := url.Values{"form_key": {"k1"}, "amount": {"35"}, "visibility": {"public"}, "method": {"sandbox"}}.Encode()
	answers := make([]*httptest.ResponseRecorder, 32)
	var sending sync.WaitGroup
	for i := range answers {
		answers[i] = httptest.NewRecorder()
		sending.Go(func() {
			r := httptest.NewRequest(http.MethodPost, s.path()+"/give", strings.NewReader(body))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			s.handler.ServeHTTP(answers[i], r)
		})
	}
	sending.Wait()
	for _, a := range answers {
		if a.Code != http.StatusSeeOther || a.Header().Get("Location") != answers[0].Header().Get("Location") {
			t.Errorf("%d, led to %s and %s", a.Code, a.Header().Get("Location"), answers[0].Header().Get("Location"))
		}
	}
	if n := len(s.gifts()); n != 1 {
		t.Errorf("%d gifts, want 1", n)
	}
	s.Check()
}

// TestTwoTabsOnABusyDay keeps two gifts of one giver apart: each tab has a form of its own.
func TestTwoTabsOnABusyDay(t *testing.T) {
	t.Parallel()
	s := build(t)
	one := s.visitor(i18n.EN)
	two := s.visitor(i18n.EN)
	one.Get(s.path())
	two.Get(s.path())
	leave := s.crowd()
	one.Submit(giveForm, url.Values{"amount": {"35"}}).Status(503)
	two.Submit(giveForm, url.Values{"amount": {"35"}}).Status(503)
	leave()
	a := one.Submit(againForm, nil).Status(303).Response.Header.Get("Location")
	b := two.Submit(againForm, nil).Status(303).Response.Header.Get("Location")
	if a == b || len(s.gifts()) != 2 {
		t.Errorf("%d gifts, at %s and %s", len(s.gifts()), a, b)
	}
}

// TestCampaignEndsWhileAGiftWaits sends the kept form too late: the giver learns that, and keeps what
// was typed.
func TestCampaignEndsWhileAGiftWaits(t *testing.T) {
	t.Parallel()
	s := build(t)
	c := s.visitor(i18n.EN)
	c.Get(s.path())
	leave := s.crowd()
	c.Submit(giveForm, url.Values{"amount": {"35"}, "name": {"Kept Name"}}).Status(503)
	leave()
	s.clock.Set(s.Campaign.EndsAt)
	c.Submit(againForm, nil).Status(409)
	c.Contains("no longer takes gifts", "Nothing was charged")
	if n := len(s.gifts()); n != 0 {
		t.Errorf("%d gifts", n)
	}
}

// TestAPromiseIsKeptOnABusyDay makes a gift, fills the house, and pays: nobody who was promised
// something is asked to wait. Meanwhile readers wait with a page that comes again by itself.
func TestAPromiseIsKeptOnABusyDay(t *testing.T) {
	t.Parallel()
	s := build(t)
	c := s.visitor(i18n.EN)
	s.give(c, url.Values{"amount": {"35"}})
	pay := c.Path()
	s.crowd()
	reader := c.Another().Lang(i18n.EN)
	reader.Get("/books").Status(503)
	reader.Contains("Nothing is lost")
	if reader.Response.Header.Get("Refresh") == "" {
		t.Error("the page does not come again by itself")
	}
	reader.Header("HX-Request", "true").Get(s.path() + "/match?amount=5").Status(503).Lacks("<html")
	c.Get(pay).Status(200)
	c.Contains("¥35")
	s.walk(c, nil)
	c.Contains("Thank you")
	if g := s.gifts(); len(g) != 1 || g[0].MatchPosted != 35_00 {
		t.Errorf("%+v", g)
	}
	s.Check()
	s.checkTexts()
}

// TestStreamsAreTurnedAway opens a stream when all places are taken.
func TestStreamsAreTurnedAway(t *testing.T) {
	t.Parallel()
	s := build(t)
	s.crowd()
	s.visitor(i18n.EN).Get("/live/pools/" + s.Pool.Slug).Status(503)
}

// busyPage shows a busy page as the house does.
func busyPage(r *http.Request, b web.Busy) templ.Component {
	v := ui.BusyView{Sent: b.Sent, Giving: b.Class == web.Give, Promised: b.Class == web.Kept, Seconds: b.Seconds, Href: r.URL.RequestURI()}
	if b.Again != nil {
		v.Resend, v.Once = true, b.Again.Has("form_key")
		for _, f := range b.Again.Fields {
			v.Fields = append(v.Fields, ui.Hidden(f))
		}
	}
	return ui.BusyPage(v)
}
