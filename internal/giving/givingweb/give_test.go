package givingweb_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
)

func TestBadAmounts(t *testing.T) {
	t.Parallel()
	s := build(t)
	for typed, want := range map[string][2]string{
		"0":            {"The amount must be more than zero.", "须大于零"},
		"-1":           {"The amount must be more than zero.", "须大于零"},
		"0.001":        {"Use no more than 2 decimal places.", "小数"},
		"1e9":          {"Enter the amount in figures, such as 35 or 1,234.50.", "数字"},
		"35,00":        {"Use a full stop for decimals: 12.50, not 12,50.", "12.50"},
		"abc":          {"Enter the amount in figures, such as 35 or 1,234.50.", "数字"},
		"999999999999": {"That is more than can be entered at once.", "超"},
	} {
		for i, lang := range []i18n.Lang{i18n.EN, i18n.ZH} {
			c := s.visitor(lang)
			c.Get(s.path()).Status(200)
			c.Submit(giveForm, url.Values{"amount": {typed}, "name": {"Kept Name"}, "message": {"kept words"}}).Status(422)
			if got := c.Text("#f-amount-bad"); !strings.Contains(got, want[i]) {
				t.Errorf("%s %q: %q", lang, typed, got)
			}
			for sel, value := range map[string]string{"#f-amount": typed, "#f-name": "Kept Name", "#f-message": "kept words"} {
				if got := c.Must(sel).AttrOr("value", ""); got != value {
					t.Errorf("%s is %q, want what was typed: %q", sel, got, value)
				}
			}
		}
	}
	s.checkTexts()
}

func TestGoodAmounts(t *testing.T) {
	t.Parallel()
	s := build(t)
	for typed, want := range map[string]string{"１００": "¥100", "¥35": "¥35", "35.5": "¥35.50", " 1,234.50 ": "¥1,234.50", "12元": "¥12"} {
		c := s.visitor(i18n.EN)
		s.give(c, url.Values{"amount": {typed}})
		if got := c.Text("h1"); got != "You give "+want {
			t.Errorf("%q: %s", typed, got)
		}
	}
}

func TestOtherBadFields(t *testing.T) {
	t.Parallel()
	s := build(t)
	c := s.visitor(i18n.EN)
	for name, value := range map[string]string{"email": "nobody", "name": strings.Repeat("n", 61), "message": strings.Repeat("m", 141)} {
		c.Get(s.path())
		c.Submit(giveForm, url.Values{"amount": {"5"}, name: {value}}).Status(422)
		c.Must("#f-" + name + "-bad")
	}
	c.Post(s.path()+"/give", url.Values{"amount": {"5"}, "visibility": {"everybody"}, "method": {"purse"}}).Status(422)
	c.Must("#f-visibility-bad")
}

func TestDoubleSubmitIsOneGift(t *testing.T) {
	t.Parallel()
	s := build(t)
	c := s.visitor(i18n.EN)
	form := url.Values{"form_key": {"k1"}, "amount": {"35"}, "visibility": {"public"}, "method": {"sandbox"}}
	first := c.Post(s.path()+"/give", form).Status(303).Response.Header.Get("Location")
	c.Post(s.path()+"/give", form).RedirectsTo(first)
	form.Set("amount", "36") // gone back and changed
	if again := c.Post(s.path()+"/give", form).Status(303).Response.Header.Get("Location"); again == first {
		t.Fatal("the changed form led to the first gift")
	}
	if n := len(s.gifts()); n != 2 {
		t.Fatalf("%d gifts, want 2", n)
	}
}

func (s *site) gifts() (out []giving.Gift) {
	s.t.Helper()
	s.Read(func(ctx context.Context, r *db.Reader) (err error) {
		out, err = giving.Gifts(ctx, r, "", "", 0, 100)
		return err
	})
	return out
}

func TestBackButtonAfterPaying(t *testing.T) {
	t.Parallel()
	s := build(t)
	c := s.visitor(i18n.EN)
	s.give(c, url.Values{"amount": {"35"}})
	link := s.walk(c, nil)
	c.Get(link + "/pay").RedirectsTo(link)
	c.Post(link+"/pay", nil).RedirectsTo(link)
	c.Post(link+"/again", nil).RedirectsTo(link)
	if n := len(s.gifts()); n != 1 {
		t.Fatalf("%d gifts, want 1", n)
	}
}

func TestClosedWhileTheFormWasOpen(t *testing.T) {
	t.Parallel()
	s := build(t)
	c := s.visitor(i18n.EN)
	c.Get(s.path()).Status(200)
	s.Write(func(ctx context.Context, tx *db.Tx) error {
		_, err := s.Service.CloseCampaign(ctx, tx, s.Campaign.ID, s.Maker)
		return err
	})
	c.Submit(giveForm, url.Values{"amount": {"35"}}).Status(409)
	c.Contains("no longer takes gifts", "Nothing was charged")
	c.Get(s.path()).Status(200)
	c.Contains("This campaign has ended")
	if c.Find(giveForm).Length() != 0 {
		t.Error("a closed campaign offers the form")
	}
	c.Get("/campaigns").Status(200)
	c.Contains("Ended", "Winter meals")
	s.checkTexts()
}

func TestDraftIsNotShown(t *testing.T) {
	t.Parallel()
	s := build(t)
	var draft giving.Campaign
	s.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		draft, err = s.Service.CreateCampaign(ctx, tx, giving.CampaignInput{Programme: s.Programme.ID, Title: i18n.Text{ZH: "草稿", EN: "Draft"},
			Goal: money.Yuan(100), StartsAt: tx.Now(), EndsAt: tx.Now().Add(time.Hour), FallbackFund: s.Fallback.ID}, s.Maker)
		return err
	})
	c := s.visitor(i18n.EN)
	c.Get("/campaigns/" + draft.Slug).Status(404)
	c.Get("/campaigns/" + draft.Slug + "/match").Status(303)
	c.Get("/campaigns/nothing-here").Status(404)
}

func TestExpiredHold(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, lang i18n.Lang) {
		s := build(t)
		c := s.visitor(lang)
		s.give(c, url.Values{"amount": {"35"}})
		pay := c.Response.Request.URL.Path
		s.clock.Advance(16 * time.Minute)
		c.Post(pay, nil).RedirectsTo(pay)
		c.Follow().Status(200)
		c.Contains(map[i18n.Lang]string{i18n.EN: "The time to pay has passed", i18n.ZH: "支付时间已过"}[lang])
		c.Submit(`form[action$="/again"]`, nil).Status(303)
		c.Follow().Status(200)
		c.Contains("¥35", "¥70")
		next := c.Response.Request.URL.Path
		if next == pay {
			t.Fatal("asking again led to the old gift")
		}
		c.Post(strings.TrimSuffix(pay, "/pay")+"/again", nil).RedirectsTo(next)
		if n := len(s.gifts()); n != 2 {
			t.Fatalf("%d gifts, want 2", n)
		}
		s.Check()
		s.checkTexts()
	})
}

func TestRefusedInTheWallet(t *testing.T) {
	t.Parallel()
	s := build(t)
	c := s.visitor(i18n.EN)
	s.give(c, url.Values{"amount": {"35"}})
	s.walk(c, url.Values{"act": {"refuse"}})
	c.Contains("The payment did not go through", "Nothing was charged")
	s.Check()
}

// TestTooManyGifts begins more gifts in a minute than one address may.
func TestTooManyGifts(t *testing.T) {
	t.Parallel()
	s := build(t)
	c := s.visitor(i18n.EN)
	form := url.Values{"amount": {"1"}, "visibility": {"sealed"}, "method": {"sandbox"}}
	for range 60 {
		c.Post(s.path()+"/give", form).Status(303)
	}
	c.Post(s.path()+"/give", form).Status(429)
	s.clock.Advance(time.Minute)
	c.Post(s.path()+"/give", form).Status(303)
}
