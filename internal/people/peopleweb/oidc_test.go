package peopleweb_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/people"
	"manyhands/internal/people/oidc"
	"manyhands/internal/people/oidc/oidctest"
	"manyhands/internal/people/peopleweb"
	"manyhands/internal/web/webtest"
)

func TestSigningInWithTheProvider(t *testing.T) {
	t.Parallel()
	const base = "http://give.example.org"
	var srv *httptest.Server
	known := oidctest.People{"lin": oidctest.Someone("lin", "staff@example.org", true), "wu": oidctest.Someone("wu", "wu@example.org", false)}
	h := newHouse(t, base, func(c *peopleweb.Config) {
		srv = oidctest.Provider(t, base, known)
		texts := i18ntest.Bundle(t, people.Texts, oidc.Texts)
		c.OIDC = oidc.New(c.DB, texts, c.People, oidc.Config{Issuer: srv.URL, ClientID: oidctest.ClientID, Secret: oidctest.Secret,
			BaseURL: base, Label: i18n.Text{ZH: "统一登录", EN: "Riverside ID"}, Network: i18n.Text{ZH: "众手", EN: "Manyhands"}})
	})
	// visit goes to the provider and comes back, as the browser does.
	visit := func(c *webtest.Client, name string) *webtest.Client {
		to := c.Response.Header.Get("Location")
		if c.Response.StatusCode != 303 || !strings.HasPrefix(to, srv.URL) {
			t.Fatalf("status %d leads to %q", c.Response.StatusCode, to)
		}
		return c.Get(oidctest.Visit(t, srv, to, name).RequestURI())
	}

	c := webtest.New(t, h.handler)
	c.Get("/sign-in?to=/me/notices").Click("#provider")
	visit(c, "lin").Status(200).Contains("staff@example.org").Contains("Riverside ID")
	again := c.Response.Request.URL.RequestURI()
	c.Submit("#link-provider", nil).RedirectsTo("/me/notices").Follow().Status(200)
	c.Get(again).Status(410).Contains("took too long") // the back button
	c.Get("/me").Contains("staff@example.org")

	other := c.Another()
	visit(other.Get("/sign-in/provider?to=//evil.example"), "lin").RedirectsTo("/me")

	visit(c.Another().Get("/sign-in/provider"), "wu").Status(403).Contains("no verified e-mail address")
	stolen := oidctest.Visit(t, srv, other.Another().Get("/sign-in/provider").Response.Header.Get("Location"), "lin")
	c.Another().Get(stolen.RequestURI()).Status(410) // in a browser that did not begin
	c.Another().Get("/sign-in/provider/back?error=access_denied&state=x").Status(410)
	c.Another().Get("/sign-in/provider/back").Status(410)

	srv.Close()
	c.Another().Get("/sign-in").Status(200)
}
