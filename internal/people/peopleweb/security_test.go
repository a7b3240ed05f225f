package peopleweb_test

import (
	"context"
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/people"
	"manyhands/internal/people/peopleweb"
	"manyhands/internal/people/signin"
	"manyhands/internal/people/signin/signintest"
	"manyhands/internal/vault"
	"manyhands/internal/web/webtest"
)

// appointed makes a member of staff without signing them in.
func (h *house) appointed(email string, role access.Role) {
	h.t.Helper()
	h.write(func(ctx context.Context, tx *db.Tx) error {
		p, err := h.people.EnsurePerson(ctx, tx, email, "")
		if err == nil {
			_, err = h.people.Appoint(ctx, tx, people.Appointment{PersonID: p.ID, Role: role})
		}
		return err
	})
}

// byMail signs somebody in by a link that came by mail, as a thief of the mailbox could.
func (h *house) byMail(c *webtest.Client, email, to string) *webtest.Client {
	h.t.Helper()
	c.Post("/sign-in", url.Values{"who": {email}, "to": {to}}).Status(303)
	c.Get(h.lastLink()).Status(200)
	return c.Submit("form#use-link", nil).Status(303)
}

// post sends JSON as the pages' script does.
func post(c *webtest.Client, path string, body map[string]any) map[string]json.RawMessage {
	b, _ := json.Marshal(body)
	c.Header("Accept", "application/json").PostBody(path, "application/json", string(b)).Header("Accept", "text/html")
	out := map[string]json.RawMessage{}
	_ = json.Unmarshal([]byte(c.Body), &out)
	return out
}

// addPasskey makes a passkey on the page of somebody who has signed in.
func addPasskey(c *webtest.Client, k *signintest.Passkey) *webtest.Client {
	o := post(c, "/me/security/passkeys/options", nil)
	if c.Response.StatusCode == 200 {
		post(c, "/me/security/passkeys", map[string]any{"ceremony": o["ceremony"], "name": "<b>phone</b>", "answer": k.Create(o["options"])})
	}
	return c
}

var shownSecret = regexp.MustCompile(`<code>([A-Z2-7 ]+)</code>`)

// addApp sets up a code app and returns its secret.
func (h *house) addApp(c *webtest.Client) string {
	h.t.Helper()
	c.Post("/me/security/app", nil).RedirectsTo("/me/security/app").Follow().Status(200)
	found := shownSecret.FindStringSubmatch(c.Body)
	if found == nil {
		h.t.Fatal("no secret is shown")
	}
	c.Submit("form#confirm-app", one("code", signintest.Code(h.t, found[1], h.c.Now()))).RedirectsTo("/me/security?done=app_added")
	return found[1]
}

func TestDeskWantsMoreThanAMailbox(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	h.appointed("admin@example.org", access.Administrator)
	c := webtest.New(t, h.handler)
	h.byMail(c, "admin@example.org", "/desk/people").RedirectsTo("/me/prove?to=%2Fdesk%2Fpeople")
	c.Get("/desk/people").RedirectsTo("/sign-in?to=%2Fdesk%2Fpeople").Follow().Status(200).Contains("Protect your desk")
	c.Post("/desk/people", nil).Status(401)
	if c.Get("/me").Status(200); c.Find("main a[href='/desk']").Length() > 0 {
		t.Error("somebody who has shown a mailbox acts with the roles of staff")
	}
	if addPasskey(c, signintest.NewPasskey(t, plainBase)).Status(200); !strings.Contains(c.Body, "passkey_added") {
		t.Errorf("answer %s", c.Body)
	}
	c.Get("/desk/people").Status(200)
	c.Get("/me").Must("main a[href='/desk']")
	if c.Get("/me/security").Status(200); !strings.Contains(c.Body, "&lt;b&gt;phone&lt;/b&gt;") || strings.Contains(c.Body, "<b><b>phone") {
		t.Error("the passkey's name is not shown as text")
	}

	thief := c.Another()
	h.byMail(thief, "admin@example.org", "").RedirectsTo("/me/prove?to=%2Fdesk").Follow().Status(200).Contains("second proof")
	thief.Get("/desk/people").Status(303)
	if post(thief, "/me/security/passkeys/options", nil); thief.Response.StatusCode != 401 {
		t.Errorf("the thief is offered a passkey: %d", thief.Response.StatusCode)
	}
	for _, path := range []string{"/me/security/app", "/me/security/codes", "/me/security/password", "/me/security/app/remove"} {
		thief.Post(path, one("password", "four words in a row"))
		if got := thief.Response.Header.Get("Location"); !strings.HasPrefix(got, "/me/prove") && thief.Response.StatusCode != 409 {
			t.Errorf("%s answers the thief %d %q", path, thief.Response.StatusCode, got)
		}
	}
	thief.Get("/desk/people").Status(303)
}

func TestLinkAndCodeOpenTheDesk(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	h.appointed("admin@example.org", access.Administrator)
	c := webtest.New(t, h.handler)
	h.byMail(c, "admin@example.org", "").Follow().Contains("Protect your desk")
	secret := h.addApp(c)
	c.Get("/desk/people").Status(200)
	for _, lang := range []i18n.Lang{i18n.ZH, i18n.EN} {
		c.Lang(lang).Get("/me/security").Status(200)
	}

	h.c.Advance(time.Minute)
	again := c.Another()
	h.byMail(again, "admin@example.org", "/desk/resets").Follow().Submit("form#prove", one("code", "000000")).Status(422).Contains("did not fit")
	again.Submit("form#prove", one("code", signintest.Code(t, secret, h.c.Now()))).RedirectsTo("/desk/resets").Follow().Status(200)
	again.Get("/me/security").Submit("form[action='/me/security/codes']", nil).Status(201)
	codes := again.Must("#recovery-codes code").Text()

	h.c.Advance(time.Minute)
	lost := c.Another()
	h.byMail(lost, "admin@example.org", "").Follow().Submit("form#prove", one("code", codes[:19])).RedirectsTo("/me/security")
	lost.Get("/desk/people").Status(200)
}

func TestSignInWithAPasskey(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	c := webtest.New(t, h.handler)
	h.byMail(c, "giver@example.org", "")
	k := signintest.NewPasskey(t, plainBase)
	addPasskey(c, k).Status(200)
	for to, want := range map[string]string{"": "/me", "/needs": "/needs", "//evil.example": "/me", "https://evil.example/": "/me"} {
		c := c.Another()
		o := post(c, "/sign-in/passkey/options", nil)
		got := post(c, "/sign-in/passkey", map[string]any{"ceremony": o["ceremony"], "to": to, "answer": k.Get(o["options"])})
		if string(got["to"]) != `"`+want+`"` {
			t.Errorf("to %q leads to %s: %s", to, got["to"], c.Body)
		}
		c.Get("/me").Status(200)
	}
	for what, body := range map[string]string{"nothing": "", "nonsense": "[1", "no answer": `{"ceremony":"x"}`, "much": `{"name":"` + strings.Repeat("x", 70_000) + `"}`} {
		c.Header("Accept", "application/json").PostBody("/sign-in/passkey", "application/json", body)
		if s := c.Response.StatusCode; s < 400 || s >= 500 {
			t.Errorf("%s: %d", what, s)
		}
	}
}

// Whoever asks learns nothing of who is here: not from pages, their status, or whether a mail goes out to
// somebody else.
func TestAnswersDoNotTellWhoIsHere(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	owner := webtest.New(t, h.handler)
	h.byMail(owner, "known@example.org", "")
	h.addApp(owner)
	owner.Post("/me/security/password", one("password", "four words in a row")).RedirectsTo("/me/security?done=password_set")
	random := regexp.MustCompile(`name="form_key" value="[^"]*"`)
	for _, x := range []struct {
		path string
		form url.Values
	}{
		{"/sign-in", url.Values{}},
		{"/sign-in/password", url.Values{"password": {"four words in a row"}, "code": {"123456"}}},
		{"/sign-in/password", url.Values{"password": {"wrong"}, "code": {""}}},
	} {
		var got [2]string
		for i, who := range []string{"known@example.org", "other@example.org"} {
			c := owner.Another()
			x.form.Set("who", who)
			c.Post(x.path, x.form)
			page := random.ReplaceAllString(strings.ReplaceAll(c.Body, who, ""), "")
			got[i] = c.Response.Status + c.Response.Header.Get("Location") + strings.Join(c.Response.Header["Set-Cookie"], ";") + page
		}
		if got[0] != got[1] {
			t.Errorf("%s tells:\n%s\n%s", x.path, got[0], got[1])
		}
	}
}

func TestPasswordPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	c := webtest.New(t, h.handler)
	h.byMail(c, "giver@example.org", "")
	secret := h.addApp(c)
	c.Get("/me/security/password").Submit("form#new-password", one("password", "short")).Status(422).Contains("At least 10")
	c.Submit("form#new-password", one("password", "four words in a row")).Status(303)
	h.c.Advance(time.Minute)
	other := c.Another()
	form := url.Values{"who": {"giver@example.org"}, "password": {"four words in a row"}, "code": {signintest.Code(t, secret, h.c.Now())}}
	other.Get("/sign-in/password?to=/needs").Submit("form#with-password", form).RedirectsTo("/needs")
	third := c.Another()
	third.Get("/sign-in/password").Submit("form#with-password", form).Status(422).Contains("did not fit").Lacks("four words")
	for range 6 {
		third.Post("/sign-in/password", form)
	}
	third.Status(429).Contains("Please wait")

	change := url.Values{"password": {"five words in a row"}, "current": {"four words"}}
	c.Get("/me/security/password").Submit("form#new-password", change).Status(422).Contains("not your current password")
	c.Post("/me/security/password", one("password", "five words in a row")).Status(422)
	change.Set("current", "four words in a row")
	c.Submit("form#new-password", change).RedirectsTo("/me/security?done=password_set")
}

func TestSessionsAreListedAndEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	c := h.visitor("giver@example.org")
	second := c.Another().Header("User-Agent", "Mozilla/5.0 (Linux; Android 12) Chrome/120 Mobile Safari/537.36")
	h.signIn(second, "giver@example.org", "/me")
	stranger := h.visitor("stranger@example.org")
	c.Get("/me/security").Status(200).Contains("Chrome on Android", "this device").Lacks("Mozilla")
	end := c.Must("#sessions form[action$='/end'] [aria-label='Sign out Chrome on Android']").Closest("form").AttrOr("action", "")
	stranger.Post(end, nil).Status(404)
	second.Get("/me").Status(200)
	c.Post(end, nil).RedirectsTo("/me/security?done=session_ended")
	second.Get("/me").RedirectsTo("/sign-in?to=%2Fme")
	c.Post(end, nil).Status(404) // pressed twice
	h.signIn(second, "giver@example.org", "/me")
	c.Post("/me/security/sessions/end", nil).RedirectsTo("/me/security?done=sessions_ended")
	second.Post("/me", url.Values{"name": {"x"}, "lang": {"en"}}).Status(401)
	c.Get("/me").Status(200)
}

func TestProofGrowsOld(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	c := h.visitor("giver@example.org")
	h.addApp(c)
	h.c.Advance(signin.RecentFor)
	c.Get("/me/security").Contains("Confirm it is you")
	c.Post("/me/security/codes", nil).RedirectsTo("/me/prove?to=%2Fme%2Fsecurity").Follow().Status(200).Contains("Is it you?")
	c.Get("/sign-in?to=/needs").RedirectsTo("/me/prove?to=%2Fneeds")
	c.Get("/me/prove?to=//evil.example").Status(200)
	if to := c.Must("input[name=to]").AttrOr("value", "x"); to != "" {
		t.Errorf("a foreign address came through: %q", to)
	}
	plain := h.visitor("plain@example.org") // has nothing but a mailbox
	h.c.Advance(signin.RecentFor)
	plain.Post("/me/security/app", nil).Follow().Submit("form#prove-link", nil).Follow().Contains("A mail is on its way")
	plain.Get(h.lastLink()).Submit("form#use-link", nil).RedirectsTo("/me/security")
	h.addApp(plain)
}

func TestKeysWantAFreshProof(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	c := h.staff("till@example.org", access.Coordinator)
	h.c.Advance(signin.RecentFor)
	c.Get("/desk/keys").Status(200)
	c.Post("/desk/keys", one("name", "Till")).RedirectsTo("/me/prove?to=%2Fdesk%2Fkeys")
}

func TestColleaguesLetAThirdBeginAnew(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	first, second := h.staff("first@example.org", access.Administrator), h.staff("second@example.org", access.Administrator)
	h.appointed("lost@example.org", access.Coordinator)
	c := webtest.New(t, h.handler)
	h.byMail(c, "lost@example.org", "")
	addPasskey(c, signintest.NewPasskey(t, plainBase)).Status(200)
	first.Get("/me/security").Status(200).Must("a[href='/desk/resets']")
	first.Get("/desk/resets").Status(200).Submit("form#ask-reset", nil).Status(422)
	lost := first.Must("#f-person option:contains('lost')").AttrOr("value", "")
	first.Submit("form#ask-reset", url.Values{"person": {lost}, "met": {"1"}}).RedirectsTo("/desk/resets?done=1").Follow().Contains("Waits for a second person")
	first.Post("/desk/resets", url.Values{"person": {lost}}).Status(409)
	first.Post("/desk/resets", one("email", "nobody@example.org")).Status(422).Contains("do not know")
	first.Post("/desk/resets", one("email", "nonsense")).Status(422)
	h.visitor("giver@example.org")
	first.Post("/desk/resets", one("email", "giver@example.org")).Status(303)
	second.Get("/desk/resets").Must("#resets article:contains('giver')")
	second.Get("/desk/resets").Submit("#resets form[action$='/confirm']", one("met", "1")).RedirectsTo("/desk/resets?done=1").Follow().Contains("until")
	again := c.Another()
	h.byMail(again, "lost@example.org", "").Follow().Contains("Protect your desk")
	again.Get("/me/security").Contains("Call it off")
	h.addApp(again)
	again.Get("/desk/keys").Status(200)
	h.noted(t, "person.reset_asked", 2)
	h.noted(t, "person.reset_confirmed", 1)
	h.noted(t, "person.reset_used", 1)
	if n := again.Get("/me/security").Find("#passkeys [data-passkey-row]").Length(); n != 0 {
		t.Errorf("%d old passkeys are left", n)
	}
	c.Get("/me").Status(303)
}

func TestLockedVaultIsSaid(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase, func(cfg *peopleweb.Config) {
		s, err := signin.New(signin.Config{DB: cfg.DB, People: cfg.People, Vault: vault.Shut(cfg.DB), BaseURL: plainBase, Secret: []byte("secret"),
			Texts: nil, Network: i18n.Text{ZH: "众手", EN: "Manyhands"}})
		if err != nil {
			t.Fatal(err)
		}
		cfg.SignIn = s
	})
	c := h.visitor("giver@example.org")
	c.Get("/me/security").Status(200).Contains("cannot be checked right now")
	c.Post("/me/security/app", nil).Status(503)
	c.Another().Post("/sign-in/password", url.Values{"who": {"giver@example.org"}}).Status(503)
	c.Another().Post("/sign-in/password", url.Values{"who": {"nobody@example.org"}}).Status(503)
	if post(c, "/me/security/passkeys/options", nil); c.Response.StatusCode != 200 {
		t.Errorf("passkeys do not work: %s", c.Body)
	}
}

func TestAddressWithLineBreaksIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	c := webtest.New(t, h.handler)
	for _, who := range []string{"giver@example.org\r\nBcc: other@example.org", "giver@example.org%0aBcc: x", "a@b.org, c@d.org"} {
		c.Post("/sign-in", one("who", who)).Status(422)
	}
	if _, err := h.runner.RunOnce(t.Context()); err != nil || len(h.box.Mails()) != 0 {
		t.Errorf("%d mails, %v", len(h.box.Mails()), err)
	}
}

// A cookie that somebody planted in a browser before its owner signs in opens nothing afterwards.
func TestPlantedSessionIsWorthNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	thief := h.visitor("thief@example.org")
	planted := sessionCookie(thief)
	if planted == nil {
		thief.Get("/me")
	}
	victim := thief.Another()
	h.signIn(victim, "victim@example.org", "/me")
	h.signIn(thief, "victim@example.org", "/me") // in the browser in which the thief had signed in
	if replay(t, h, planted) != 303 {
		t.Error("the planted token works")
	}
}
