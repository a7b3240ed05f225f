package guardianweb_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"manyhands/internal/clock"
	"manyhands/internal/consent"
	"manyhands/internal/vault"
)

// withdrawRoute is the one act that a mailbox or a telephone alone is enough for.
const withdrawRoute = "POST /me/children/{id}/consents/{matter}/withdraw"

// TestAMailboxAloneShowsNothing tries every route of a child with a session that has shown a mailbox and no
// more: each leads to the family code, and nothing is shown or done.
func TestAMailboxAloneShowsNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	at, id := h.active()
	collector, answer := h.parts(at, id)
	form := url.Values{"answer": {"no"}, "kind": {"erasure"}, "words": {"x"}, "guardian_name": {"甲"}, "relation": {"aunt"}, "until": {"2027-01-01"}, "code": {"x"}}
	weak := h.visitor(mother).Header("Shown", "mailbox")
	all := addresses(h, id, collector, answer, answer)
	for _, x := range []string{"GET /me/children", "GET /me/children/new", "POST /me/children/new", "GET /me/children/join", "POST /me/children/join"} {
		all[x] = x
	}
	for pattern, x := range all {
		if pattern == withdrawRoute {
			continue
		}
		method, path, _ := strings.Cut(x, " ")
		if method == http.MethodGet {
			weak.Get(path)
		} else {
			weak.Post(path, form)
		}
		weak.Status(http.StatusSeeOther)
		to := weak.Response.Header.Get("Location")
		if !strings.HasPrefix(to, "/sign-in?to=") && !strings.HasPrefix(to, "/prove?to=/me/children") {
			t.Errorf("%s leads to %s", pattern, to)
		}
	}
	if got := h.standing(id, consent.For(consent.Meals)); got != consent.Given {
		t.Errorf("meals: %s", got)
	}
	h.visitor(mother).Get(at + "/collectors").Status(200).Contains("测试姨") // was not ended
}

// TestSomeActsWantAFreshProof: a telephone left on the table with a child's page open is not enough to name
// who collects the child, to take a copy along or to ask for an erasure.
func TestSomeActsWantAFreshProof(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	at, id := h.active()
	collector, answer := h.parts(at, id)
	late := h.visitor(mother).Header("Shown", "once")
	late.Get(at).Status(200)
	late.Get(at + "/consents").Status(200)
	fresh := 0
	for pattern, x := range addresses(h, id, collector, answer, answer) {
		for _, part := range []string{"/collectors", "/requests", "/copy"} {
			if !strings.Contains(pattern, "{id}"+part) {
				continue
			}
			fresh++
			method, path, _ := strings.Cut(x, " ")
			if method == http.MethodGet {
				late.Get(path)
			} else {
				late.Post(path, url.Values{"kind": {"erasure"}})
			}
			if late.Response.StatusCode != http.StatusSeeOther {
				t.Errorf("%s: %d", pattern, late.Response.StatusCode)
			}
		}
	}
	if fresh < 9 {
		t.Errorf("%d routes want a fresh proof", fresh)
	}
	late.Post(at+"/collectors", nil).RedirectsTo("/prove?to=" + at + "/collectors")
	late.Post(at+"/collectors/"+clock.FormatID(collector)+"/end", nil).RedirectsTo("/prove?to=" + at)
}

// TestAYesIsTakenBackWithoutACode: on the day on which the family code is forgotten a yes can be taken back,
// and the page for it names neither the child nor the place.
func TestAYesIsTakenBackWithoutACode(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	at, id := h.active()
	h.say(h.visitor(mother), at, "meals", "yes")
	c := h.visitor(mother).Header("Shown", "mailbox")
	c.Get("/me/children/stop").Status(200).Lacks(secrets...)
	c.Lacks("河边中心", "Riverside", "2016")
	form := "form[action$='/consents/meals/withdraw']"
	for range 2 { // a second tap, or another tab
		c.Post(at+"/consents/meals/withdraw", nil)
		if status := c.Response.StatusCode; status != http.StatusSeeOther && status != http.StatusConflict {
			t.Errorf("withdraw: %d", status)
		}
		c.Lacks(secrets...)
	}
	if got := h.standing(id, consent.For(consent.Meals)); got == consent.Given {
		t.Error("meals are still agreed to")
	}
	c.Get("/me/children/stop?done=1").Status(200)
	if c.Find(form).Length() != 0 {
		t.Error("what was taken back is offered again")
	}
	for _, other := range []int64{stranger, worker} {
		h.visitor(other).Header("Shown", "mailbox").Post(at+"/consents/enrol/withdraw", nil).Status(404)
	}
	h.visitor(0).Post(at+"/consents/enrol/withdraw", nil).Status(401)
	h.serve(vault.Shut(h.d)) // the master key is lost
	c = h.visitor(mother).Header("Shown", "mailbox")
	c.Get("/me/children/stop").Status(200).Lacks(secrets...)
	c.Post(at+"/consents/enrol/withdraw", nil).RedirectsTo("/me/children/stop?done=1")
	if got := h.standing(id, consent.For(consent.Enrol)); got == consent.Given {
		t.Error("with the master key lost the yes stands")
	}
}
