package peopleweb_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/people"
	"manyhands/internal/web/webtest"
)

func TestWhoSeesKeys(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	webtest.New(t, h.handler).Get("/desk/keys").RedirectsTo("/sign-in?to=%2Fdesk%2Fkeys")
	for _, role := range access.Roles() {
		c := h.staff(string(role)+"@example.org", role)
		want := 403
		if role == access.Coordinator {
			want = 200
		}
		c.Get("/desk/keys").Status(want)
		if got := c.Find("nav a[href='/desk/keys']").Length() > 0; got != (want == 200) {
			t.Errorf("%s: the keys are in the menu: %v", role, got)
		}
	}
}

// makeKey makes a key by the page and returns its secret.
func makeKey(t *testing.T, c *webtest.Client, fields url.Values) string {
	t.Helper()
	c.Get("/desk/keys").Submit("form#key-form", fields).Status(201)
	if got := c.Response.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("the page of a secret may be kept: %q", got)
	}
	return c.Text("#secret")
}

func TestKeyIsMadeShownOnceAndRevoked(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	c := h.staff("coordinator@example.org", access.Coordinator)
	c.Get("/desk/keys").Status(200).Contains("No key is in force")
	secret := makeKey(t, c, url.Values{"name": {"Old Street till"}, "organisation": {clock.FormatID(schoolID)}})
	c.Contains("Old Street till", "Riverside School", "23 May 2027")
	if !strings.HasPrefix(secret, "mhk_") {
		t.Fatalf("the secret begins with %.4q", secret)
	}
	ring := access.NewKeyRing(h.d, nil)
	k, err := ring.ByBearer(t.Context(), "Bearer "+secret)
	if err != nil || k.Organisation != schoolID || k.Expires.After(time.Date(2027, 5, 23, 16, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v %v", k, err)
	}
	c.Get("/desk/keys").Contains("Old Street till", "coordinator", "23 November 2026").Lacks(secret[4:], "No key is in force")
	c.Lang(i18n.ZH).Get("/desk/keys").Contains("签发密钥", "最近使用")
	revoke := c.Must("#keys a[href$='/revoke']").AttrOr("href", "")
	c.Get(revoke).Status(200).Contains("确定吊销密钥")
	c.Submit("main form", nil).RedirectsTo("/desk/keys")
	if c.Follow().Find("#keys").Length() != 0 || !strings.Contains(c.Text("#ended"), "已吊销") {
		t.Errorf("after revoking: %s", c.Text("main"))
	}
	h.c.Advance(access.RingAge)
	if _, err := ring.ByBearer(t.Context(), "Bearer "+secret); err == nil {
		t.Error("the revoked key opens")
	}
	c.Get(revoke).Status(409)
	c.Post(revoke, nil).Status(409)
	c.Get("/desk/keys/nonsense/revoke").Status(404)
	c.Post("/desk/keys/nonsense/revoke", nil).Status(404)
}

func TestKeysOfOneOrganisation(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	whole := h.staff("whole@example.org", access.Coordinator)
	makeKey(t, whole, url.Values{"name": {"Feed of the network"}, "organisation": {"network"}})
	revoke := whole.Get("/desk/keys").Must("#keys a[href$='/revoke']").AttrOr("href", "")
	h.write(func(ctx context.Context, tx *db.Tx) error {
		p, err := h.people.EnsurePerson(ctx, tx, "local@example.org", "")
		if err != nil {
			return err
		}
		_, err = h.people.Appoint(ctx, tx, people.Appointment{PersonID: p.ID, Role: access.Coordinator, Organisation: schoolID})
		return err
	})
	local := webtest.New(t, h.handler)
	h.signIn(local, "local@example.org", "/desk")
	local.Get("/desk/keys").Status(200).Lacks("Feed of the network")
	if got := local.Find("#f-organisation option").Length(); got != 1 {
		t.Errorf("%d organisations are offered, want one's own", got)
	}
	local.Get(revoke).Status(403)
	local.Post(revoke, nil).Status(403)
	local.Post("/desk/keys", url.Values{"name": {"x"}, "organisation": {"network"}, "expires": {"2027-01-01"}}).Status(422).Must("#f-organisation-bad")
	makeKey(t, local, url.Values{"name": {"Till of the school"}})
	whole.Get("/desk/keys").Contains("Feed of the network", "Till of the school", "The whole network", "Riverside School")
}

func TestMistakesInAKey(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	c := h.staff("coordinator@example.org", access.Coordinator)
	makeKey(t, c, url.Values{"name": {"Till"}, "organisation": {"network"}})
	for name, x := range map[string]struct {
		fields url.Values
		bad    string
	}{
		"no name":   {one("name", " "), "name"},
		"same name": {url.Values{"name": {"Till"}}, "name"},
		"nowhere":   {url.Values{"name": {"b"}, "organisation": {""}}, "organisation"},
		"long name": {one("name", strings.Repeat("长", 61)), "name"},
		"no day":    {url.Values{"name": {"b"}, "expires": {""}}, "expires"},
		"past":      {url.Values{"name": {"b"}, "expires": {"2026-11-22"}}, "expires"},
		"too late":  {url.Values{"name": {"b"}, "expires": {"2027-11-25"}}, "expires"},
	} {
		if !x.fields.Has("organisation") {
			x.fields.Set("organisation", "network")
		}
		c.Get("/desk/keys").Submit("form#key-form", x.fields).Status(422)
		if c.Find("#f-"+x.bad+"-bad").Length() != 1 {
			t.Errorf("%s: nothing is said beside %s: %s", name, x.bad, c.Text("#make"))
		}
	}
	makeKey(t, c, url.Values{"name": {"b"}, "organisation": {"network"}, "expires": {"2027-11-23"}}) // a year
	h.c.Set(time.Date(2027, 11, 23, 16, 0, 0, 0, time.UTC))                                          // its last day has ended in Shanghai
	h.signIn(c, "coordinator@example.org", "/desk")
	if c.Get("/desk/keys").Find("#keys").Length() != 0 || strings.Count(c.Text("#ended"), "expired") != 2 {
		t.Errorf("after the last day: %s", c.Text("main"))
	}
}
