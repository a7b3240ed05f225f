package peopleweb_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/web/webtest"
)

const guardian = "guardian@example.org"

// mailed signs in with a mailed link, as a guardian does, or whoever reads their mailbox.
func (h *house) mailed(email string) *webtest.Client {
	h.t.Helper()
	c := webtest.New(h.t, h.handler).Lang(i18n.ZH)
	c.Get("/me/children").Status(303).Follow().Status(200).Submit("form#sign-in", one("who", email)).Status(303)
	c.Get(h.lastLink()).Status(200).Submit("form#use-link", nil).RedirectsTo("/me/children").Follow()
	return c
}

// led follows a visitor to the page to which they are led.
func led(c *webtest.Client, path string) *webtest.Client {
	c.Get(path)
	for c.Response.StatusCode == http.StatusSeeOther {
		c.Follow()
	}
	return c
}

func (h *house) id(email string) (id int64) {
	h.t.Helper()
	h.write(func(ctx context.Context, tx *db.Tx) error {
		p, err := h.people.EnsurePerson(ctx, tx, email, "")
		id = p.ID
		return err
	})
	return id
}

// setsCode follows a client that was led to the children's pages to a code that is set, and back.
func (h *house) setsCode(c *webtest.Client) (code string) {
	h.t.Helper()
	led(c, "/me/children").Status(200)
	code = strings.ReplaceAll(c.Text("#drawn"), " ", "")
	if len(code) != 6 {
		h.t.Fatalf("drawn %q", code)
	}
	c.Submit("form#new-family", one("code", code[:3]+" "+code[3:])).RedirectsTo("/me/children").Follow().Contains("the child")
	return code
}

// TestAFamilyCodeOpensTheChildrensPages goes the whole way: the code that was drawn is set before there is a
// child, asked for once in a session, and anew for what wants a fresh proof.
func TestAFamilyCodeOpensTheChildrensPages(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	code := h.setsCode(h.mailed(guardian))
	h.guards[h.id(guardian)] = true

	c := h.mailed(guardian)
	led(c, "/me/children/copy").Status(200).Must("form#family")
	c.Submit("form#family", one("code", "000000")).Status(422).Contains("口令不对")
	if got := c.Must("form#family input[name=to]").AttrOr("value", ""); got != "/me/children/copy" {
		t.Errorf("after a wrong code it leads to %q", got)
	}
	c.Submit("form#family", one("code", "　"+code[:2]+"-"+fullWidth(code[2:]))).RedirectsTo("/me/children/copy")
	if sessionCookie(c) == nil {
		t.Error("the session's token stayed the same")
	}
	c.Follow().Contains("the child")
	h.c.Advance(15 * time.Minute)
	c.Get("/me/children").Contains("the child")
	led(c, "/me/children/copy").Status(200).Submit("form#family", one("code", code)).RedirectsTo("/me/children/copy")
	c.Get("/me/security").Status(200).Contains("家庭口令").Must("#family")

	h.c.Advance(8 * 24 * time.Hour) // the session is over
	c.Get("/me/children").RedirectsTo("/sign-in?to=%2Fme%2Fchildren").Follow().Status(200).Must("form#sign-in")
}

func fullWidth(s string) string {
	return strings.Map(func(r rune) rune { return r - '0' + '０' }, s)
}

// TestAStolenMailboxDoesNotReachTheChild: whoever reads the mailbox can set no code, no passkey and no app,
// cannot change the address, and finds no way round.
func TestAStolenMailboxDoesNotReachTheChild(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	h.setsCode(h.mailed(guardian))
	h.guards[h.id(guardian)] = true

	thief := h.mailed(guardian)
	for _, path := range []string{"/me/children", "/me/children/copy"} {
		led(thief, path).Status(200).Lacks("the child").Must("form#family")
	}
	thief.Get("/me/family/new").RedirectsTo("/me/family?to=%2Fme%2Ffamily%2Fnew%3Fto%3D%252Fme%252Fchildren")
	form := url.Values{"code": {"48291517"}, "since": {"0"}, "seal": {""}}
	thief.Post("/me/family/new", form).Status(303)
	thief.Get("/me/children").Status(303)
	thief.Post("/me/contact/email", one("email", "thief@example.org")).Status(303)
	thief.Post("/me/security/app", nil).Status(303)
	thief.Get("/me/security/app").Status(303) // none was offered
	thief.Post("/me/security/passkeys/options", nil).Status(401)
	thief.Get("/me/family/forgotten").Status(200).Submit("form#slip", url.Values{"slip": {"1234-5678-9012"}, "code": {"48291517"}}).Status(422).Contains("条子上的数字不对")
	thief.Get("/me/prove?to=/me/security").Status(200).Lacks(`action="/me/prove/link"`)
	thief.Post("/me/prove/link", nil).Status(303)
	thief.Get(h.lastLink()).Submit("form#use-link", nil).Status(303)
	thief.Get("/me/children").Status(303) // one more link is still a mailbox
	thief.Get("/me/security").Status(200).Lacks(`data-passkey="create"`)
}

// TestSomebodyGuessesAtAFamilyCode: waits grow, the owner's browser is not kept out, and the owner is told.
func TestSomebodyGuessesAtAFamilyCode(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	owner := h.mailed(guardian)
	code := h.setsCode(owner)
	h.guards[h.id(guardian)] = true

	thief := h.mailed(guardian)
	thief.Get("/me/family").Status(200)
	for range 6 {
		thief.Submit("form#family", one("code", "918273645")).Status(422)
	}
	thief.Submit("form#family", one("code", code)).Status(429).Contains("分钟后再试")
	thief.Get("/me/children").Status(303)

	owner.Post("/sign-out", nil)
	h.signInByMail(owner, guardian)
	owner.Get("/me/family").Status(200).Submit("form#family", one("code", code)).Status(200).Contains("有 6 次输错")
	owner.Click("a.btn").Contains("the child")
	if _, err := h.runner.RunOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	told := 0
	for _, m := range h.box.Mails() {
		if strings.Contains(m.Text, "多次输错家庭口令") {
			told++
		}
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
}

// signInByMail signs a browser in that has been here before.
func (h *house) signInByMail(c *webtest.Client, email string) {
	h.t.Helper()
	c.Get("/sign-in").Submit("form#sign-in", one("who", email)).Status(303)
	c.Get(h.lastLink()).Status(200).Submit("form#use-link", nil).Status(303)
}

// TestAForgottenFamilyCode: the worker's slip and the mailbox together set a new one, once.
func TestAForgottenFamilyCode(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	h.setsCode(h.mailed(guardian))
	id := h.id(guardian)
	h.guards[id] = true
	c := h.mailed(guardian)
	c.Get("/me/family").Status(200).Click("a[href^='/me/family/forgotten']").Status(200)
	var slip string
	h.write(func(ctx context.Context, tx *db.Tx) (err error) {
		slip, err = h.proofs.FamilyPaper(access.With(ctx, access.Actor{PersonID: h.id2(ctx, tx, "worker@example.org")}), tx, id)
		return err
	})
	c.Submit("form#slip", url.Values{"slip": {slip}, "code": {"20160309"}}).Status(422).Contains("太容易被猜到")
	c.Submit("form#slip", url.Values{"slip": {fullWidth(strings.ReplaceAll(slip, "-", ""))}, "code": {"48291517"}}).Status(303).Follow().Contains("the child")

	other := h.mailed(guardian)
	other.Get("/me/family").Submit("form#family", one("code", "48291517")).RedirectsTo("/me/children")
	third := h.mailed(guardian)
	third.Get("/me/family/forgotten").Status(200).Submit("form#slip", url.Values{"slip": {slip}, "code": {"59301628"}}).Status(422)
}

func (h *house) id2(ctx context.Context, tx *db.Tx, email string) int64 {
	h.t.Helper()
	p, err := h.people.EnsurePerson(ctx, tx, email, "")
	if err != nil {
		h.t.Fatal(err)
	}
	return p.ID
}

// TestTwoTabsSetOneCode: the second tab learns that a code is there and changes nothing.
func TestTwoTabsSetOneCode(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	one1 := h.mailed(guardian)
	one1.Get("/me/family/new").Status(200)
	second := url.Values{"code": {"59301628"}, "since": {one1.Must("input[name=since]").AttrOr("value", "")}, "to": {"/me/children"}}
	one1.Submit("form#new-family", one("code", "48291517")).Status(303)
	one1.Post("/me/family/new", second).Status(409).Contains("刚才已经设过了")
	h.guards[h.id(guardian)] = true
	c := h.mailed(guardian)
	c.Get("/me/family").Submit("form#family", one("code", "59301628")).Status(422)
	c.Submit("form#family", one("code", "48291517")).Status(303)
}

// TestAStrongWayNeedsNoFamilyCode: a passkey, a code app and the operator's link open the pages by themselves.
func TestAStrongWayNeedsNoFamilyCode(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	c := h.visitor(guardian) // with a link made on the server
	h.guards[h.id(guardian)] = true
	c.Get("/me/children").Contains("the child")
	c.Get("/me/family").RedirectsTo("/me/children")
	weak := h.mailed(guardian) // no code yet, and a child: only a worker's slip helps
	led(weak, "/me/children").Status(200).Must("form#slip")
	weak.Post("/me/family/new", url.Values{"code": {"48291517"}, "since": {"0"}}).Status(303)
	weak.Get("/me/children").Status(303)
}

// TestAFamilyCodeOpensNoDesk: what is enough for one's own child is not for everybody's.
func TestAFamilyCodeOpensNoDesk(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	h.staff("worker@example.org", access.Administrator)
	c := webtest.New(t, h.handler)
	h.signInByMail(c, "worker@example.org")
	c.Get("/me/family/new").Status(200).Submit("form#new-family", one("code", "48291517")).Status(303)
	c.Get("/me/children").Contains("the child")
	led(c, "/desk/people").Lacks("/me/family")
	if got := c.Path(); got != "/me/prove" {
		t.Errorf("led to %s", got)
	}
	c.Post("/desk/people", nil).Status(401)
}

// TestTextMessagesAreNotOversold: the page on which a code is asked for says what it is not good for.
func TestTextMessagesAreNotOversold(t *testing.T) {
	t.Parallel()
	h, _ := ownHouse(t)
	c := webtest.New(t, h.handler)
	c.Get("/sign-in/phone").Status(200).Contains("only shows who holds the SIM card", "opens no child’s pages and no desk")
	c.Submit("#phone", one("phone", "13800000001")).Status(200).Contains("only shows who holds the SIM card")
	c.Submit("#code", one("code", h.lastCode())).Status(303)
	c.Get("/me").Status(200)
	c.Get("/me/children").Status(303)
}
