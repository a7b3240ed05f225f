package oidc_test

import (
	"net/url"
	"testing"

	"manyhands/internal/db"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/people/oidc"
	"manyhands/internal/people/oidc/oidctest"
)

// TestHowStrongTheProvidersWordIs: without a setting only amr's "mfa" stands for two things; a setting names
// other values, or says that the provider asks everybody for two.
func TestHowStrongTheProvidersWordIs(t *testing.T) {
	t.Parallel()
	h := newHouse(t, db.SQLite)
	for what, x := range map[string]struct {
		says   oidctest.Says
		acr    []string
		always bool
		want   bool
	}{
		"nothing said":         {},
		"a password":           {says: oidctest.Says{AMR: []string{"pwd"}}},
		"two":                  {says: oidctest.Says{AMR: []string{"pwd", "otp", "mfa"}}, want: true},
		"a value of no list":   {says: oidctest.Says{ACR: "urn:example:gold"}},
		"a value of the list":  {says: oidctest.Says{ACR: "urn:example:gold"}, acr: []string{"urn:example:silver", "urn:example:gold"}, want: true},
		"another of the list":  {says: oidctest.Says{ACR: "urn:example:bronze"}, acr: []string{"urn:example:gold"}},
		"no value, and a list": {acr: []string{"urn:example:gold"}},
		"always":               {always: true, want: true},
	} {
		srv := oidctest.ProviderSaying(t, base, h.users, &x.says)
		client := oidc.New(h.d, i18ntest.Bundle(t, oidc.Texts), h.people, oidc.Config{Issuer: srv.URL, ClientID: oidctest.ClientID, Secret: oidctest.Secret,
			BaseURL: base, StrongACR: x.acr, AlwaysStrong: x.always})
		browser := oidc.NewBrowser()
		for round, confirm := range []bool{true, false} { // a new subject says yes first; the second time it is known
			to, err := client.Begin(t.Context(), browser, "")
			if err != nil {
				t.Fatal(err)
			}
			if u, err := url.Parse(to); err != nil || len(x.acr) > 0 != u.Query().Has("acr_values") {
				t.Errorf("%s: asks for %v, %v", what, u.Query(), err)
			}
			back := oidctest.Visit(t, srv, to, "id1").Query()
			e, err := client.Finish(t.Context(), browser, back.Get("state"), back.Get("code"))
			if err == nil && confirm {
				e, err = client.Confirm(t.Context(), browser, e.Ticket)
			}
			if err != nil || e.Strong != x.want {
				t.Errorf("%s, round %d: strong %v, %v; want %v", what, round, e.Strong, err, x.want)
			}
		}
	}
}
