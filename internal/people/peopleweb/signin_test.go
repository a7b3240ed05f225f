package peopleweb_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/people/peopleweb"
	"manyhands/internal/people/signin"
	"manyhands/internal/web/webtest"
)

const plainBase = "http://give.example.org"

func TestCatalogues(t *testing.T) {
	t.Parallel()
	i18ntest.CheckCatalogues(t, peopleweb.Texts, "people.")
}

func TestSignInByMail(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		lang                  i18n.Lang
		title, sent, hello    string
		subject, gift, amount string
	}{
		{i18n.EN, "Sign in", "A mail is on its way", "Hello giver", "Your sign-in link for Manyhands", "Winter coats", "¥35"},
		{i18n.ZH, "登录", "邮件已发出", "您好，giver", "您的众手登录链接", "冬衣", "¥35"},
	} {
		t.Run(string(x.lang), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, plainBase)
			c := webtest.New(t, h.handler).Lang(x.lang)
			c.Get("/me").RedirectsTo("/sign-in?to=%2Fme").Follow().Status(200).Contains(x.title)
			c.Submit("form#sign-in", one("who", "Giver@example.org")).Follow().Status(200).Contains(x.sent)
			link := h.lastLink()
			if got := h.box.Mails()[0].Subject; got != x.subject {
				t.Errorf("subject %q, want %q", got, x.subject)
			}
			c.Another().Get(link).Status(200) // a scanner looks
			c.Get(link).Status(200).Lacks("giver@example.org")
			c.Submit("form#use-link", nil).RedirectsTo("/me").Follow().Status(200)
			c.Contains(x.hello, "giver@example.org", x.gift, x.amount)
			c.Get("/sign-in?to=/desk/people").RedirectsTo("/desk/people")
			c.Get("/me").Submit("form#sign-out", nil).RedirectsTo("/")
			c.Get("/me").RedirectsTo("/sign-in?to=%2Fme")
		})
	}
}

func TestDeadLinksOfferANewOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	c := webtest.New(t, h.handler)
	c.Get("/sign-in").Submit("form#sign-in", one("who", "giver@example.org"))
	link := h.lastLink()
	c.Get(link).Submit("form#use-link", nil).RedirectsTo("/me")
	other := c.Another()
	other.Get(link).Status(410).Contains("has been used").Must("form#sign-in")
	other.Post(link, nil).Status(410)
	other.Get("/sign-in/" + strings.Repeat("A", 43)).Status(404).Contains("not one of ours").Must("form#sign-in")
	other.Get("/sign-in").Submit("form#sign-in", one("who", "giver@example.org"))
	late := h.lastLink()
	h.c.Advance(15 * time.Minute)
	other.Get(late).Status(410).Contains("has expired")
}

func TestBadAddressIsSaidBesideTheField(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	c := webtest.New(t, h.handler)
	c.Get("/sign-in?to=/needs").Submit("form#sign-in", one("who", "nonsense")).Status(422)
	if v := c.Must("#f-who").AttrOr("value", ""); v != "nonsense" {
		t.Errorf("the field holds %q", v)
	}
	if by := c.Must("#f-who").AttrOr("aria-describedby", ""); !strings.Contains(by, "f-who-bad") {
		t.Errorf("the field is described by %q", by)
	}
	c.Must("#f-who-bad")
	if to := c.Must("input[name=to]").AttrOr("value", ""); to != "/needs" {
		t.Errorf("the way back is %q", to)
	}
	c.Get("/sign-in?to=//evil.example")
	if to := c.Must("input[name=to]").AttrOr("value", ""); to != "" {
		t.Errorf("a foreign address came through: %q", to)
	}
}

func TestAskingIsLimited(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	c := webtest.New(t, h.handler)
	for i := range 12 {
		c.Post("/sign-in", one("who", strings.Repeat("a", i+1)+"@example.org")).Status(303)
	}
	c.Post("/sign-in", one("who", "b@example.org")).Status(429)
	h.c.Advance(10 * time.Second)
	c.Post("/sign-in", one("who", "b@example.org")).Status(303)
}

func TestSessionTokenChangesAndEnds(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	c := h.visitor("giver@example.org")
	first := sessionCookie(c)
	if first == nil || first.Name != "mh_session" || !first.HttpOnly || first.SameSite != http.SameSiteLaxMode || first.Secure {
		t.Fatalf("cookie %v", first)
	}
	h.signIn(c, "other@example.org", "/me") // in the same browser
	second := sessionCookie(c)
	if second == nil || second.Value == first.Value {
		t.Fatalf("the token stayed: %v", second)
	}
	if replay(t, h, first) != http.StatusSeeOther {
		t.Error("the token from before the second sign-in still works")
	}
	if replay(t, h, second) != http.StatusOK {
		t.Error("the present token does not work")
	}
	c.Post("/sign-out", nil).RedirectsTo("/")
	if replay(t, h, second) != http.StatusSeeOther {
		t.Error("the token works after signing out")
	}
}

// replay opens /me with a cookie alone.
func replay(t *testing.T, h *house, cookie *http.Cookie) int {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/me", nil)
	r.AddCookie(cookie)
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	return w.Code
}

func TestSecureCookieIsBoundToTheHost(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "https://give.example.org")
	c := h.visitor("giver@example.org")
	k := sessionCookie(c)
	if k == nil || k.Name != "__Host-mh_session" || !k.Secure || k.Path != "/" || k.Domain != "" {
		t.Errorf("cookie %v", k)
	}
}

func TestSessionEndsWhenIdleAndAfterAMonth(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	lasts := func(c *webtest.Client, life, step time.Duration, path string) {
		t.Helper()
		for began := h.c.Now(); h.c.Now().Sub(began) < life; h.c.Advance(step) {
			c.Get(path).Status(200)
		}
		c.Get(path).Status(303)
	}
	lasts(h.visitor("giver@example.org"), signin.Life, signin.Idle-time.Hour, "/me")
	lasts(h.staff("admin@example.org", access.Administrator), signin.StaffLife, signin.StaffIdle-time.Hour, "/desk/people")
	idle := h.visitor("giver@example.org")
	h.c.Advance(signin.Idle)
	idle.Get("/me").Status(303)
	idle.Get("/me").Status(303)
}

func TestSigningInAgainWithAnIdleSession(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	c := h.visitor("giver@example.org")
	h.c.Advance(signin.Idle)
	var token string
	h.write(func(ctx context.Context, tx *db.Tx) (err error) {
		token, err = h.people.MakeLink(ctx, tx, "giver@example.org")
		return err
	})
	c.Post("/sign-in/"+token, nil).RedirectsTo("/me").Follow().Status(200)
}

func TestPagesBelowAreNotKeptByBrowsers(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	c := h.visitor("giver@example.org")
	for _, path := range []string{"/me", "/sign-in/x"} {
		if got := c.Get(path).Response.Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s: Cache-Control %q", path, got)
		}
	}
}

func TestLookingWritesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	c := h.visitor("giver@example.org")
	before := h.d.Stats().Commits
	h.c.Advance(9 * time.Minute)
	for range 5 {
		c.Get("/me").Status(200)
		c.Another().Get("/").Status(200)
		c.Another().Header("Cookie", "mh_session=nonsense").Get("/").Status(200)
	}
	if after := h.d.Stats().Commits; after != before {
		t.Errorf("%d writes for looking", after-before)
	}
}

func TestSigningOutClearsTheCache(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	c := h.visitor("giver@example.org")
	c.Post("/sign-out", nil).RedirectsTo("/")
	if got := c.Response.Header.Get("Clear-Site-Data"); got != `"cache"` {
		t.Errorf("Clear-Site-Data is %q", got)
	}
}
