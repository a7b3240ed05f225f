package peopleweb_test

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/notify"
	"manyhands/internal/people"
	"manyhands/internal/people/account"
	"manyhands/internal/people/peopleweb"
	"manyhands/internal/vault"
	"manyhands/internal/web/webtest"
)

// ownHouse is a house in which short messages arrive and gifts have links.
func ownHouse(t *testing.T) (*house, *account.Service) {
	t.Helper()
	var s *account.Service
	h := newHouse(t, "http://give.example.org", func(c *peopleweb.Config) {
		s = c.Account
		c.GiftOfLink = func(_ context.Context, _ db.Queryer, pasted string) (int64, error) {
			if pasted == "https://give.example.org/g/known" {
				return 7, nil
			}
			return 0, fault.New(fault.NotFound, "giving.no_gift")
		}
	})
	notify.RegisterSMS(h.runner, h.box, nil, h.c)
	return h, s
}

// absent fails when the page has any of the things, and returns the visitor.
func absent(t *testing.T, c *webtest.Client, selectors ...string) *webtest.Client {
	t.Helper()
	for _, s := range selectors {
		if c.Find(s).Length() > 0 {
			t.Errorf("%s: the page has %s", c.Path(), s)
		}
	}
	return c
}

func (h *house) lastCode() string {
	h.t.Helper()
	if _, err := h.runner.RunOnce(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	all := h.box.Messages()
	if len(all) == 0 {
		h.t.Fatal("no message")
	}
	return all[len(all)-1].Params["code"]
}

func TestSigningInByPhone(t *testing.T) {
	t.Parallel()
	h, _ := ownHouse(t)
	c := webtest.New(t, h.handler).Lang(i18n.ZH)
	c.Get("/sign-in?to=/me/notices").Submit("#sign-in", one("who", "１３８ ００００ ０００１")).Status(200).Contains("+86 138 0000 0001")
	if strings.Contains(c.Response.Request.URL.String(), "138") {
		t.Error("the number is in the address")
	}
	code := h.lastCode()
	c.Submit("#code", one("code", wrongCode(code))).Status(422).Contains("验证码不正确")
	c.Submit("#code", one("code", code)).RedirectsTo("/me/notices").Follow().Status(200)
	c.Get("/me").Status(200).Contains("您好，朋友")
	if c.Text("a.who") != "我的" {
		t.Errorf("the header calls nobody %q", c.Text("a.who"))
	}
	c.Get("/me/contact").Status(200).Contains("+86 138 0000 0001")

	// Whoever has nothing but the number shows it once more.
	h.c.Advance(20 * time.Minute)
	absent(t, c.Get("/me/data").Contains("再次验证身份"), "#leave", "#export").Get("/me/prove?to=/me/data").Click("#prove-phone")
	c.Submit("#phone", one("phone", "13800000001")).Status(200).Submit("#code", one("code", h.lastCode())).RedirectsTo("/me/data")
	c.Follow().Status(200).Must("#leave")

	other := c.Another().Lang(i18n.EN)
	other.Get("/sign-in/phone").Submit("#phone", one("phone", "010-12345678")).Status(422).Contains("This is a landline")
	other.Submit("#phone", one("phone", "13800000001")).Status(429).Contains("wait a minute") // just now
	h.c.Advance(time.Minute)
	other.Submit("#phone", one("phone", "13800000001")).Status(200)
	other.Submit("#code", url.Values{"code": {"123"}, "phone": {"nonsense"}}).Status(422)
	other.Post("/sign-in/phone/code", url.Values{"code": {"123456"}, "phone": {"13800000001"}}).Status(410).Contains("no longer works")
	other.Get("/me").RedirectsTo("/sign-in?to=%2Fme")
}

func wrongCode(code string) string {
	if code == "111111" {
		return "222222"
	}
	return "111111"
}

func TestTheAnswerToANumberIsTheSameForAll(t *testing.T) {
	t.Parallel()
	h, _ := ownHouse(t)
	known := webtest.New(t, h.handler)
	known.Get("/sign-in/phone").Submit("#phone", one("phone", "13800000001")).Submit("#code", one("code", h.lastCode())).Status(303)
	h.c.Advance(time.Minute)
	key := regexp.MustCompile(`name="form_key" value="[^"]*"`)
	answer := func(number string) string {
		c := webtest.New(t, h.handler)
		c.Get("/sign-in/phone").Submit("#phone", one("phone", number)).Status(200)
		body := key.ReplaceAllString(c.Body, "")
		return strings.NewReplacer(number, "N", number[2:5]+" "+number[5:9]+" "+number[9:], "N").Replace(strings.ReplaceAll(body, "+86", ""))
	}
	a, b := answer("8613800000001"), answer("8613900000002")
	strip := func(s string) string { return regexp.MustCompile(`[0-9 ]{11,}`).ReplaceAllString(s, "N") }
	if strip(a) != strip(b) {
		t.Errorf("the pages differ:\n%s\n%s", a, b)
	}
}

func TestAnOldNumberAsksWhoItIs(t *testing.T) {
	t.Parallel()
	h, _ := ownHouse(t)
	owner := h.visitor("owner@example.org")
	owner.Get("/me/contact").Submit("#own-phone", one("phone", "13800000001")).Status(200)
	owner.Submit("#code", one("code", h.lastCode())).RedirectsTo("/me/contact?saved=1").Follow().Contains("+86 138 0000 0001")
	h.c.Advance(100 * 24 * time.Hour)
	c := webtest.New(t, h.handler)
	c.Get("/sign-in/phone").Submit("#phone", one("phone", "13800000001"))
	c.Submit("#code", one("code", h.lastCode())).Status(409).Contains("The number is new to me").Lacks("owner@")
	c.Submit("#anew", nil).RedirectsTo("/me").Follow().Status(200).Lacks("owner@")
}

func TestChangingTheAddress(t *testing.T) {
	t.Parallel()
	h, _ := ownHouse(t)
	c := h.visitor("old@example.org")
	c.Get("/me/contact").Submit("#email", one("email", "nonsense")).Status(422)
	c.Submit("#email", one("email", "new@example.org")).Status(200).Contains("new@example.org")
	if _, err := h.runner.RunOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	mails := h.box.Mails()
	code := regexp.MustCompile(`\b\d{6}\b`).FindString(mails[len(mails)-1].Text)
	c.Submit("#code", one("code", wrongCode(code))).Status(422)
	c.Submit("#code", one("code", code)).RedirectsTo("/me/contact?saved=1").Follow().Contains("new@example.org")

	// Later, in a browser that was left open, nothing can be changed without a new proof.
	h.c.Advance(16 * time.Minute)
	absent(t, c.Get("/me/contact").Status(200).Contains("Prove who you are once more"), "#email", "#own-phone", "#remove-phone")
	c.Post("/me/contact/email", url.Values{"email": {"thief@example.org"}, "form_key": {"x"}}).RedirectsTo("/me/prove?to=%2Fme%2Fcontact")
	c.Post("/me/contact/phone/remove", nil).RedirectsTo("/me/prove?to=%2Fme%2Fcontact")
	c.Post("/me/data/export", nil).RedirectsTo("/me/prove?to=%2Fme%2Fdata")
	c.Post("/me/data/leave", one("sure", "1")).RedirectsTo("/me/prove?to=%2Fme%2Fdata")
}

func TestNotices(t *testing.T) {
	t.Parallel()
	h, s := ownHouse(t)
	c := h.visitor("giver@example.org")
	c.Get("/me/notices").Status(200)
	c.Submit("#wishes", url.Values{"news": {"1"}, "thanks": nil, "quiet_from": {"23:30"}, "quiet_until": {"06:00"}}).RedirectsTo("/me/notices?saved=1").Follow()
	if got := c.Text(`option[selected]`); !strings.Contains(got, "23:30") || !strings.Contains(got, "06:00") {
		t.Errorf("quiet hours %q", got)
	}
	c.Post("/me/notices", url.Values{"quiet_from": {"25:00"}, "quiet_until": {"07:00"}}).Status(422)
	wish, err := s.Wish(t.Context(), "giver@example.org", notify.News, "en")
	if err != nil || wish.Unwanted {
		t.Errorf("%+v, %v", wish, err)
	}
	path := strings.TrimPrefix(wish.Unsubscribe, "http://give.example.org")
	guest := c.Another()
	guest.Get(path).Status(200).Contains("No more of these mails?")
	if wish, _ = s.Wish(t.Context(), "giver@example.org", notify.News, "en"); wish.Unwanted {
		t.Error("looking at the page turned it off")
	}
	guest.Submit("#refuse", nil).Status(200).Contains("Done")
	guest.PostBody(path, "application/x-www-form-urlencoded", "List-Unsubscribe=One-Click").Status(200)
	if wish, _ = s.Wish(t.Context(), "giver@example.org", notify.News, "en"); !wish.Unwanted {
		t.Error("it is still on")
	}
	guest.Get(path + "x").Status(404)
}

func TestPastGiftsByTheirLinks(t *testing.T) {
	t.Parallel()
	h, s := ownHouse(t)
	c := h.visitor("giver@example.org")
	c.Get("/me").Submit("#keep", one("code", "giver2@example.org")).Status(422).Contains("No gift has this link")
	c.Submit("#keep", one("code", "")).Status(422)
	c.Submit("#keep", one("code", "https://give.example.org/g/known")).RedirectsTo("/me?saved=1")
	err := h.d.Read(t.Context(), func(r *db.Reader) error {
		p, err := h.people.PersonByEmail(t.Context(), r, "giver@example.org")
		if err != nil {
			return err
		}
		ids, err := s.KeptGifts(t.Context(), r, p.ID)
		if len(ids) != 1 || ids[0] != 7 {
			t.Errorf("%v", ids)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDataAndLeaving(t *testing.T) {
	t.Parallel()
	h, _ := ownHouse(t)
	c := h.visitor("giver@example.org")
	c.Get("/me/data").Submit("#export", nil).Status(200)
	if got := c.Response.Header; got.Get("Content-Type") != "application/zip" || !strings.HasPrefix(c.Body, "PK") || got.Get("Cache-Control") != "no-store" {
		t.Errorf("%v", got)
	}
	c.Get("/me/data").Submit("#leave", nil).Status(422).Contains("Tick the box")
	absent(t, c.Submit("#leave", one("sure", "1")).RedirectsTo("/me/data").Follow().Contains("Your account will be deleted on"), "#leave")
	c.Get("/me").Contains("will be deleted on").Get("/me/data").Submit("#stay", nil).RedirectsTo("/me/data").Follow().Lacks("will be deleted on")
	c.Another().Post("/me/data/leave", one("sure", "1")).Status(401)
}

func TestALockedVaultTakesNothingElseAlong(t *testing.T) {
	t.Parallel()
	var open *account.Service
	h := newHouse(t, "http://give.example.org", func(c *peopleweb.Config) {
		open = c.Account
		texts := i18ntest.Bundle(t, people.Texts, account.Texts)
		c.Account = account.New(c.DB, texts, c.People, vault.Shut(c.DB), account.Config{BaseURL: "http://give.example.org", Secret: []byte("secret")})
	})
	notify.RegisterSMS(h.runner, h.box, nil, h.c)
	c := h.visitor("owner@example.org")
	var id int64
	h.write(func(ctx context.Context, tx *db.Tx) error {
		p, err := h.people.EnsurePerson(ctx, tx, "owner@example.org", "")
		id = p.ID
		return err
	})
	if err := open.AskPhone(t.Context(), id, "13800000001", account.Ask{Ticket: "a"}); err != nil {
		t.Fatal(err)
	}
	if err := open.SetPhone(t.Context(), id, "13800000001", "a", h.lastCode()); err != nil {
		t.Fatal(err)
	}
	absent(t, c.Get("/me/contact").Status(200).Contains("cannot be read at the moment").Contains("owner@example.org"), "#own-phone")
	c.Get("/me/notices").Status(200)
	c.Get("/me").Status(200)
	c.Get("/me/data").Submit("#export", nil).Status(503)
	c.Another().Get("/sign-in/phone").Submit("#phone", one("phone", "13800000001")).Status(503)
}

func TestWithoutMessagesNumbersAreRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://give.example.org", func(c *peopleweb.Config) { c.NoSMS = true })
	c := webtest.New(t, h.handler)
	c.Get("/sign-in/phone").Submit("#phone", one("phone", "13800000001")).Status(422).Contains("not set up here")
	c.Get("/sign-in/provider").Status(404)
	c.Get("/sign-in/provider/back?state=x&code=y").Status(404)
	c.Post("/sign-in/provider/link", one("ticket", "x")).Status(404)
}
