package givingweb_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strings"
	"testing"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/giving/givingweb"
	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/money"
)

func TestCatalogues(t *testing.T) {
	t.Parallel()
	i18ntest.CheckCatalogues(t, givingweb.Texts(), "giving.")
}

// TestEmptyNetwork opens every public page before anything has happened.
func TestEmptyNetwork(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, lang i18n.Lang) {
		s := build(t)
		c := s.visitor(lang)
		for _, path := range []string{"/", "/campaigns", "/campaigns?words=nothing+fits+this", "/books", "/books/" + s.Fallback.Slug, "/follow", s.path(), "/pools/" + s.Pool.Slug} {
			c.Get(path).Status(200)
			c.Must("h1")
		}
		for _, path := range []string{"/pools/none", "/books/none", "/payouts/none", "/payouts/0000000000001", "/g/none"} {
			c.Get(path).Status(404)
		}
		s.checkTexts()
	})
}

func TestMatchLine(t *testing.T) {
	t.Parallel()
	s := build(t)
	c := s.visitor(i18n.EN)
	at := s.path() + "/match?"
	c.Get(at + "amount=35").RedirectsTo(s.path() + "#give")
	c.Header("HX-Request", "true")
	c.Get(at + "amount=35&preset=10.00").Status(200)
	c.Contains("Your ¥35 becomes ¥70.")
	c.Get(at + "preset=10.00").Status(200)
	c.Contains("Your ¥10 becomes ¥20.")
	c.Get(at + "amount=500").Status(200) // over the cap of ¥200 a giver
	c.Contains("Your ¥500 becomes ¥700.")
	for _, bad := range []string{"amount=x", "amount=-1", "preset=x", ""} {
		c.Get(at + bad).Status(200)
		c.Lacks("becomes")
	}
}

// TestCapsFollowTheBrowser gives twice from one browser: the cap of ¥200 a giver holds without an
// account.
func TestCapsFollowTheBrowser(t *testing.T) {
	t.Parallel()
	s := build(t)
	c := s.visitor(i18n.EN)
	s.give(c, url.Values{"amount": {"150"}})
	c.Contains("¥300")
	s.give(c, url.Values{"amount": {"150"}})
	c.Contains("¥200") // 150 and the 50 that were left
	s.give(c.Another(), url.Values{"amount": {"150"}}).Contains("¥300")
}

func TestPoolPage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, lang i18n.Lang) {
		s := build(t)
		c := s.visitor(lang)
		c.Get("/pools/" + s.Pool.Slug).Status(200)
		proofs := c.Must("pre.proof")
		sum := sha256.Sum256([]byte(proofs.Eq(0).Text()))
		if got := proofs.Eq(1).Text(); got != hex.EncodeToString(sum[:]) {
			t.Errorf("the page shows the hash %s of %s", got, proofs.Eq(0).Text())
		}
		if want := "printf %s '" + proofs.Eq(0).Text() + "' | sha256sum"; proofs.Eq(2).Text() != want {
			t.Errorf("the command is %s", proofs.Eq(2).Text())
		}
		c.Contains("¥1,000", "¥200")
		p := s.NewPool(giving.Terms{Rule: giving.ProRata, RatioPercent: 50, MinGiftMinor: 5_00, CapGiftMinor: 60_00, CapDayMinor: 70_00, CapCampaign: 80_00}, 100_00)
		c.Get("/pools/" + p.Slug).Status(200)
		c.Contains("¥50", "¥5", "¥60", "¥70", "¥80")
		s.checkTexts()
	})
}

func TestBooksAddUp(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, lang i18n.Lang) {
		s := build(t)
		c := s.visitor(lang)
		s.give(c, url.Values{"preset": {"10.00"}})
		s.walk(c, nil)
		p := s.becomesMeals()
		c.Get("/books").Status(200)
		if got := c.Text("tfoot tr"); !strings.HasSuffix(got, "¥20¥20¥0¥0") {
			t.Errorf("totals: %s", got)
		}
		c.Click("tbody a[href$='" + s.fund().Slug + "']").Status(200)
		c.Contains("INV-1")
		c.Click("tbody a[href='/payouts/" + clock.FormatID(p.ID) + "']").Status(200)
		c.Contains("INV-1", "¥20", map[i18n.Lang]string{i18n.EN: "It drew on 1 gift with ¥10. ¥10 was their match.", i18n.ZH: "来自 1 笔捐赠，共 ¥10。其中另有配捐 ¥10。"}[lang])
		c.Lacks("Staff 0", "Staff 1", "staff0@example.org")
		c.Get("/").Status(200)
		c.Contains(map[i18n.Lang]string{i18n.EN: "hot meals (2 meals)", i18n.ZH: "热饭（2 顿饭）"}[lang])
		c.Get(s.path()).Status(200)
		c.Contains("INV-1")
		s.checkTexts()
	})
}

func TestFollow(t *testing.T) {
	t.Parallel()
	s := build(t)
	c := s.visitor(i18n.EN)
	s.give(c, url.Values{"preset": {"10.00"}})
	link := s.walk(c, nil)
	token := strings.TrimPrefix(link, "/g/")
	for _, pasted := range []string{token, " " + token, "https://give.example.org/g/" + token, "https://give.example.org/g/" + token + "?thanks=1", link + "/acknowledgement"} {
		c.Get("/follow").Status(200)
		c.Submit("form[action='/follow']", url.Values{"code": {pasted}}).RedirectsTo(link)
	}
	for _, wrong := range []string{"", "hello", token[1:], strings.Repeat("x", 27), "/g/../../etc"} {
		c.Get("/follow")
		c.Submit("form[action='/follow']", url.Values{"code": {wrong}}).Status(422)
		c.Must("#f-code-bad")
	}
}

func TestPromise(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, lang i18n.Lang) {
		s := build(t)
		n := s.NewNeed(money.Coat, 12)
		c := s.visitor(lang)
		at := "/needs/" + n.Slug + "/promise"
		form := url.Values{"form_key": {"p1"}, "quantity": {"13"}, "visibility": {"organisation"}, "email": {"giver@example.org"}}
		c.Post(at, form).Status(422)
		c.Must("#f-quantity-bad")
		form.Set("quantity", "2")
		link := c.Post(at, form).Status(303).Response.Header.Get("Location")
		c.Post(at, form).RedirectsTo(link)
		c.Get(link).Status(200)
		c.Contains(map[i18n.Lang]string{i18n.EN: "You promised 2 coats", i18n.ZH: "您认领了 2"}[lang])
		c.Submit("form[action$='/take-back']", nil).RedirectsTo(link)
		c.Follow().Status(200)
		if c.Find("form[action$='/take-back']").Length() != 0 {
			t.Error("a promise that has ended can be taken back")
		}
		c.Post("/needs/"+s.Campaign.Slug+"/promise", form).Status(404)
		for _, bad := range []string{"0", "-1", "two", "1001"} {
			form.Set("quantity", bad)
			c.Post(at, form).Status(422)
			c.Must("#f-quantity-bad")
		}
		s.checkTexts()
	})
}

// TestFewChildrenAreNotCountedOut records that a payout reached three children: no public page says so.
func TestFewChildrenAreNotCountedOut(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, lang i18n.Lang) {
		s := build(t)
		c := s.visitor(lang)
		s.give(c, url.Values{"preset": {"10.00"}})
		link := s.walk(c, nil)
		p := s.PayOut("INV-1", 20_00)
		s.Write(func(ctx context.Context, tx *db.Tx) error {
			return s.Service.RecordOutcome(ctx, tx, tx.NewID(), giving.OutcomeInput{Payout: p.ID, Quantity: money.Amount{Minor: 3, Unit: money.Child},
				Label: i18n.Text{ZH: "受益的孩子", EN: "reached"}, HappenedAt: tx.Now()}, s.Maker)
		})
		few := map[i18n.Lang]string{i18n.EN: "fewer than 5 children", i18n.ZH: "不到 5 名儿童"}[lang]
		for _, path := range []string{"/", link, s.path(), "/books/" + s.fund().Slug, "/payouts/" + clock.FormatID(p.ID)} {
			c.Get(path).Status(200)
			c.Lacks("3 children", "3 名儿童", ">3<")
			if !strings.Contains(c.Body, few) {
				t.Errorf("%s does not say %q", path, few)
			}
		}
		s.checkTexts()
	})
}
