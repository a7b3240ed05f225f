package peopleweb_test

import (
	"net/http/httptest"
	"net/url"
	"testing"

	"manyhands/internal/access"
	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/people"
	"manyhands/internal/people/oidc"
	"manyhands/internal/people/oidc/oidctest"
	"manyhands/internal/people/peopleweb"
	"manyhands/internal/people/signin"
	"manyhands/internal/web/webtest"
)

// withProvider is a house with a provider that says how people proved who they are.
func withProvider(t *testing.T, says *oidctest.Says) (h *house, visit func(email string) *webtest.Client) {
	t.Helper()
	var srv *httptest.Server
	known := oidctest.People{"lin": oidctest.Someone("lin", "lin@example.org", true), "wu": oidctest.Someone("wu", "wu@example.org", true)}
	h = newHouse(t, plainBase, func(c *peopleweb.Config) {
		srv = oidctest.ProviderSaying(t, plainBase, known, says)
		c.OIDC = oidc.New(c.DB, i18ntest.Bundle(t, people.Texts, oidc.Texts), c.People, oidc.Config{Issuer: srv.URL, ClientID: oidctest.ClientID,
			Secret: oidctest.Secret, BaseURL: plainBase, Label: i18n.Text{ZH: "统一登录", EN: "Riverside ID"}, Network: i18n.Text{ZH: "众手", EN: "Manyhands"}})
	})
	return h, func(name string) *webtest.Client {
		c := webtest.New(t, h.handler)
		to := c.Get("/sign-in/provider").Status(303).Response.Header.Get("Location")
		if c.Get(oidctest.Visit(t, srv, to, name).RequestURI()); c.Response.StatusCode == 200 {
			c.Submit("#link-provider", nil).Status(303)
		}
		return c
	}
}

// TestAProviderThatAskedForOneThingOpensNoDesk: what it says decides, not that it is the network's own.
func TestAProviderThatAskedForOneThingOpensNoDesk(t *testing.T) {
	t.Parallel()
	says := &oidctest.Says{AMR: []string{"pwd"}}
	h, visit := withProvider(t, says)
	h.appointed("lin@example.org", access.Administrator)
	h.guards[h.id("wu@example.org")] = true
	visit("lin").Get("/desk/people").Status(303)
	visit("wu").Get("/me/children").Status(303)
	says.AMR = []string{"pwd", "otp", "mfa"}
	visit("lin").Get("/desk/people").Status(200)
	visit("wu").Get("/me/children").Contains("the child")
}

// TestALinkToTheProviderIsRemoved: by its person, freshly proven; not another's, and not the last strong way
// of staff.
func TestALinkToTheProviderIsRemoved(t *testing.T) {
	t.Parallel()
	h, visit := withProvider(t, &oidctest.Says{AMR: []string{"mfa"}})
	form := "#providers form"
	wu := visit("wu")
	link := wu.Get("/me/security").Status(200).Contains("Riverside ID").Must(form)
	values := url.Values{"issuer": {link.Find("[name=issuer]").AttrOr("value", "")}, "subject": {"wu"}}
	lin := visit("lin")
	lin.Post("/me/security/provider/remove", values).Status(404)
	h.c.Advance(signin.RecentFor)
	wu.Post("/me/security/provider/remove", values).RedirectsTo("/me/prove?to=%2Fme%2Fsecurity")
	wu = visit("wu")
	other := visit("wu")
	wu.Get("/me/security").Submit(form, nil).RedirectsTo("/me/security?done=provider_removed").Follow().Contains("no longer linked")
	other.Get("/me").Status(303) // the other sessions ended
	wu.Post("/me/security/provider/remove", values).Status(404)

	h.appointed("lin@example.org", access.Administrator)
	lin = visit("lin")
	lin.Get("/me/security").Submit(form, nil).Status(422).Contains("last way to open the desk")
	h.addApp(lin)
	lin.Get("/me/security").Submit(form, nil).RedirectsTo("/me/security?done=provider_removed")
	if again := visit("lin"); again.Get("/desk/people").Response.StatusCode != 200 {
		t.Error("linking anew does not work")
	}
}
