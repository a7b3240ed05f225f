package peopleweb_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/i18n"
	"manyhands/internal/people/peopleweb"
	"manyhands/internal/web/webtest"
)

func TestWhoSeesThePeoplePage(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	webtest.New(t, h.handler).Get("/desk/people").RedirectsTo("/sign-in?to=%2Fdesk%2Fpeople")
	h.visitor("giver@example.org").Get("/desk/people").Status(403)
	h.staff("treasurer@example.org", access.Treasurer).Get("/desk/people").Status(403)
	auditor := h.staff("auditor@example.org", access.Auditor)
	auditor.Get("/desk/people").Status(200).Contains("auditor@example.org", "Treasurer")
	if auditor.Find("form[action^='/desk/people']").Length() != 0 {
		t.Error("an auditor is offered to change things")
	}
	auditor.Post("/desk/people", one("email", "x@example.org")).Status(403)
	admin := h.staff("admin@example.org", access.Administrator)
	admin.Lang(i18n.ZH).Get("/desk/people").Status(200).Contains("管理员", "任命人员", "全网络")
	admin.Must("form#appoint-form")
}

func TestAppointAndEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	admin := h.staff("admin@example.org", access.Administrator)
	admin.Get("/desk/people").Submit("form#appoint-form", url.Values{"email": {"Till@example.org"}, "name": {"王芳"},
		"role": {"auditor"}, "organisation": {clock.FormatID(schoolID)}, "until": {"2026-12-31"}}).RedirectsTo("/desk/people")
	admin.Follow().Contains("王芳", "till@example.org", "Auditor", "Riverside School", "31 December 2026")
	auditor := webtest.New(t, h.handler)
	h.signIn(auditor, "till@example.org", "/desk")
	auditor.Get("/desk/people").Status(200)
	h.c.Set(time.Date(2026, 12, 31, 15, 59, 0, 0, time.UTC)) // the last minute of the day in Shanghai
	h.signIn(auditor, "till@example.org", "/desk")
	auditor.Get("/desk/people").Status(200)
	h.c.Advance(time.Minute)
	auditor.Get("/desk/people").Status(403)

	h.c.Set(time.Date(2026, 12, 30, 0, 0, 0, 0, time.UTC))
	auditor.Get("/desk/people").Status(200)
	h.signIn(admin, "admin@example.org", "/desk")
	page := pageOf(admin, "till@example.org")
	form := admin.Get(page).Status(200).Must("form[action*='/end']")
	admin.Post(form.AttrOr("action", ""), nil).RedirectsTo(page)
	auditor.Get("/desk/people").Status(403)
	admin.Post(form.AttrOr("action", ""), nil).Status(409)
	admin.Post("/desk/people/appointments/nonsense/end", nil).Status(404)
	admin.Get("/desk/people").Lacks("till@example.org")
}

// pageOf returns the desk's page of one of the staff.
func pageOf(c *webtest.Client, email string) string {
	row := c.Get("/desk/people").Status(200).Find(".grid > section").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.Contains(s.Text(), email) })
	return row.Find("a").AttrOr("href", "/desk/people/nobody")
}

func TestLastAdministratorIsTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	admin := h.staff("admin@example.org", access.Administrator)
	action := admin.Get(pageOf(admin, "admin@example.org")).Must("form[action*='/end']").AttrOr("action", "")
	admin.Post(action, nil).Status(403).Contains("last administrator")
}

func TestMistakesAreSaidBesideTheirFields(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	admin := h.staff("admin@example.org", access.Administrator)
	h.staff("t@example.org", access.Treasurer)
	tests := []struct {
		name   string
		fields url.Values
		bad    string
	}{
		{"no address", url.Values{"role": {"auditor"}}, "email"},
		{"bad address, and no role", url.Values{"email": {"x"}}, "email"},
		{"no role", url.Values{"email": {"x@example.org"}}, "role"},
		{"oneself", url.Values{"email": {"admin@example.org"}, "role": {"approver"}}, "email"},
		{"twice", url.Values{"email": {"t@example.org"}, "role": {"treasurer"}}, "role"},
		{"long ago", url.Values{"email": {"x@example.org"}, "role": {"auditor"}, "until": {"2020-01-01"}}, "until"},
		{"no date", url.Values{"email": {"x@example.org"}, "role": {"auditor"}, "until": {"soon"}}, "until"},
		{"long name", url.Values{"email": {"x@example.org"}, "role": {"auditor"}, "name": {strings.Repeat("长", 61)}}, "name"},
	}
	for _, x := range tests {
		admin.Get("/desk/people").Submit("form#appoint-form", x.fields).Status(422)
		if admin.Find("#f-"+x.bad+"-bad").Length() != 1 {
			t.Errorf("%s: nothing is said beside %s: %s", x.name, x.bad, admin.Text("#appoint"))
		}
	}
	admin.Post("/desk/people", url.Values{"email": {"x@example.org"}, "role": {"king"}, "organisation": {"elsewhere"}}).Status(422)
	admin.Must("#f-role-bad")
	admin.Must("#f-organisation-bad")
}

func TestOwnProfile(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	c := h.visitor("new@example.org")
	c.Get("/me").Status(200).Contains("Hello new", "No gifts yet")
	if c.Find("a[href='/desk']").Length() != 0 {
		t.Error("a giver is led to the desk")
	}
	c.Submit("form#profile", url.Values{"name": {"王芳"}, "lang": {"zh"}}).Status(303)
	c.Follow().Status(200).Contains("您好，王芳", "已保存")
	c.Submit("form#profile", one("name", strings.Repeat("长", 61))).Status(422).Must("#f-name-bad")
	c.Contains("您好，王芳")
	c.Post("/me", url.Values{"name": {"x"}, "lang": {"tlh"}}).Status(422).Must("#f-lang-bad")
	staff := h.staff("a@example.org", access.Approver)
	staff.Get("/me").Must("a[href='/desk']")
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	const want = `GET /desk/keys key.manage
POST /desk/keys key.manage
GET /desk/keys/{id}/revoke key.manage
POST /desk/keys/{id}/revoke key.manage
GET /desk/people people.see
POST /desk/people people.arrange
POST /desk/people/appointments/{id}/end people.arrange
GET /desk/people/checks people.see
GET /desk/people/cover people.see
POST /desk/people/cover people.arrange
POST /desk/people/cover/{id}/end signed-in
POST /desk/people/cover/{id}/name signed-in
GET /desk/people/duplicates people.appoint
GET /desk/people/merge people.appoint
POST /desk/people/merge people.appoint
POST /desk/people/merges/{id}/confirm people.appoint
POST /desk/people/merges/{id}/refuse people.appoint
POST /desk/people/merges/{id}/undo people.appoint
GET /desk/people/{id} people.see
POST /desk/people/{id}/bar/lift people.appoint
POST /desk/people/{id}/checks check.record
POST /desk/people/{id}/sign-out people.appoint
GET /desk/resets people.appoint
POST /desk/resets people.appoint
POST /desk/resets/{id}/confirm people.appoint
POST /desk/resets/{id}/end people.appoint
GET /me signed-in
POST /me signed-in
GET /me/children signed-in
GET /me/children/copy signed-in
GET /me/contact signed-in
POST /me/contact/email signed-in
POST /me/contact/email/code signed-in
POST /me/contact/phone signed-in
POST /me/contact/phone/code signed-in
POST /me/contact/phone/remove signed-in
GET /me/data signed-in
POST /me/data/export signed-in
POST /me/data/leave signed-in
POST /me/data/stay signed-in
GET /me/duties signed-in
POST /me/duties/absence signed-in
POST /me/duties/conduct signed-in
POST /me/duties/hours signed-in
POST /me/duties/hours/{id}/remove signed-in
POST /me/duties/reach signed-in
POST /me/duties/reach/{id}/remove signed-in
GET /me/family signed-in
POST /me/family signed-in
GET /me/family/forgotten signed-in
POST /me/family/forgotten signed-in
GET /me/family/new signed-in
POST /me/family/new signed-in
POST /me/gifts signed-in
GET /me/notices signed-in
POST /me/notices signed-in
GET /me/prove signed-in
POST /me/prove signed-in
POST /me/prove/link signed-in
POST /me/prove/passkey signed-in
POST /me/prove/passkey/options signed-in
GET /me/security signed-in
GET /me/security/app signed-in
POST /me/security/app signed-in
POST /me/security/app/confirm signed-in
POST /me/security/app/remove signed-in
POST /me/security/codes signed-in
POST /me/security/passkeys signed-in
POST /me/security/passkeys/options signed-in
POST /me/security/passkeys/{id}/remove signed-in
GET /me/security/password signed-in
POST /me/security/password signed-in
POST /me/security/password/remove signed-in
POST /me/security/provider/remove signed-in
POST /me/security/resets/{id}/end signed-in
POST /me/security/sessions/end signed-in
POST /me/security/sessions/{id}/end signed-in
GET /notices/{token} public
POST /notices/{token} public
GET /sign-in public
POST /sign-in public
POST /sign-in/passkey public
POST /sign-in/passkey/options public
GET /sign-in/password public
POST /sign-in/password public
GET /sign-in/phone public
POST /sign-in/phone public
POST /sign-in/phone/code public
GET /sign-in/provider public
GET /sign-in/provider/back public
POST /sign-in/provider/link public
GET /sign-in/{token} public
POST /sign-in/{token} public
POST /sign-out public
GET /{$} public
`
	var got strings.Builder
	for _, r := range newHouse(t, plainBase).mux.Routes() {
		got.WriteString(r.Pattern + " " + string(r.Need) + "\n")
	}
	if got.String() != want {
		t.Errorf("routes:\n%s", got.String())
	}
}

// Where no mail leaves, who appoints people is told how they get in; nobody else is.
func TestNoMailIsSaid(t *testing.T) {
	t.Parallel()
	for _, without := range []bool{true, false} {
		h := newHouse(t, plainBase, func(c *peopleweb.Config) { c.NoMail = without })
		admin := h.staff("admin@example.org", access.Administrator).Get("/desk/people")
		if got := strings.Contains(admin.Body, "manyhands appoint"); got != without {
			t.Errorf("without mail %v: the command is shown: %v", without, got)
		}
		h.staff("auditor@example.org", access.Auditor).Get("/desk/people").Lacks("manyhands appoint")
	}
}
