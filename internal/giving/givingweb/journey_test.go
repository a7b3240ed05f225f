package givingweb_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
)

// TestJourney walks the whole way as a visitor without script: home, campaign, give, pay in the
// wallet, thank-you, and after a payout what the gift became.
func TestJourney(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, lang i18n.Lang) {
		s := build(t)
		c := s.visitor(lang)
		c.Get("/").Status(200)
		c.Click(`a[href="/campaigns"]`).Status(200)
		c.Click(`a[href="` + s.path() + `"]`).Status(200)
		c.Contains("TEST-1")
		c.Submit(giveForm, url.Values{"preset": {"10.00"}, "email": {"giver@example.org"}}).Status(303)
		c.Follow().Status(200)
		c.Contains("¥10", "¥20")
		c.Must("time[datetime]")
		pay := c.Response.Request.URL.Path
		c.Submit(`form[action="`+pay+`"]`, nil).Status(303)
		c.Follow().Status(200)
		c.Submit("#pay", nil).Status(303)
		c.Follow().Status(200)
		link := strings.TrimSuffix(pay, "/pay")
		if got := c.Response.Request.URL.Path; got != link {
			t.Fatalf("the wallet leads to %s", got)
		}
		thanks := map[i18n.Lang]string{i18n.EN: "Thank you for ¥10", i18n.ZH: "感谢您捐赠 ¥10"}[lang]
		c.Contains(thanks)
		s.becomesMeals()
		c.Get(link).Status(200)
		c.Contains(map[i18n.Lang]string{i18n.EN: "City Hospital", i18n.ZH: "市立医院"}[lang])
		c.Contains(map[i18n.Lang]string{i18n.EN: "hot meals (2 meals)", i18n.ZH: "热饭（2 顿饭）"}[lang])
		c.Contains(map[i18n.Lang]string{i18n.EN: "¥10 + ¥10 match = ¥20 paid on", i18n.ZH: "¥10 + 配捐 ¥10 = 已拨付 ¥20"}[lang])
		c.Get(pay).RedirectsTo(link)
		s.Check()
		s.checkTexts()
	})
}

// becomesMeals pays out all that has come and records what it became.
func (s *site) becomesMeals() giving.Payout {
	s.t.Helper()
	p := s.PayOut("INV-1", 20_00)
	s.Write(func(ctx context.Context, tx *db.Tx) error {
		return s.Service.RecordOutcome(ctx, tx, tx.NewID(), giving.OutcomeInput{Payout: p.ID, Quantity: money.Amount{Minor: 2, Unit: money.Meal},
			Label: i18n.Text{ZH: "热饭", EN: "hot meals"}, HappenedAt: tx.Now()}, s.Maker)
	})
	return p
}
