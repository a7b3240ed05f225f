package journey_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"manyhands/internal/app/apptest"
	"manyhands/internal/clock"
	"manyhands/internal/demo"
	"manyhands/internal/i18n"
	"manyhands/internal/web/webtest"
)

// TestAGuardianForgetsTheFamilyCode goes from a mailed link to the closed door, to the worker who makes a
// slip, and back in with a new code; what was done stands where the guardian reads who looked.
func TestAGuardianForgetsTheFamilyCode(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	at := "/me/children/" + clock.FormatID(guardiansRecord(t, r))
	c := webtest.At(t, r.URL).Lang(i18n.ZH)
	c.Get("/sign-in?to=/me/children").Submit("form#sign-in", url.Values{"who": {demo.Guardian}}).Status(http.StatusSeeOther)
	c.Get(mailedLink(t, r, demo.Guardian)).Submit("form#use-link", nil).Status(http.StatusSeeOther)
	led(c)
	c.Status(http.StatusOK).Must("form#family")
	for _, page := range []string{"/me/children", at, at + "/consents", at + "/copy.json", at + "/looked"} {
		if c.Get(page); c.Response.StatusCode != http.StatusSeeOther {
			t.Errorf("a mailbox alone opens %s: %d", page, c.Response.StatusCode)
		}
	}
	c.Get("/me/family").Submit("form#family", url.Values{"code": {"48291518"}}).Status(http.StatusUnprocessableEntity)
	c.Click("a[href^='/me/family/forgotten']").Status(http.StatusOK)

	w := visitor(t, r, worker)
	w.Get(strings.Replace(at, "/me/", "/desk/", 1) + "/casework/guardians").Status(http.StatusOK)
	slip := w.Submit("form[action$='/family']", nil).Status(http.StatusOK).Text("#invitation")
	drawn := strings.ReplaceAll(c.Text("#drawn"), " ", "")
	c.Submit("form#slip", url.Values{"slip": {slip}, "code": {drawn}}).Status(http.StatusSeeOther)
	led(c)
	c.Status(http.StatusOK).Must("main .card.link a")
	c.Get(at + "/looked").Status(http.StatusOK).Contains("重设家庭口令的条子")
}

// led follows a visitor to the page to which they are led.
func led(c *webtest.Client) {
	for c.Response.StatusCode == http.StatusSeeOther {
		c.Follow()
	}
}
