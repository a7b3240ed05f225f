package givingweb_test

import (
	"context"
	"testing"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
)

// TestALateGiftIsToldSo opens the pages of gifts whose payment ended before the money came.
func TestALateGiftIsToldSo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		wait   time.Duration
		end    giving.State // "": the payment did not end before the money came
		en, zh string
	}{
		"in time": {wait: time.Minute},
		"late": {wait: 16 * time.Minute, end: giving.Closed, zh: "配捐只保留 15 分钟，您的付款在此之后到账",
			en: "Your payment arrived after the 15 minutes for which the match was held, so it came without the match. It is all there."},
		"refused at first": {wait: time.Minute, end: giving.Failed, zh: "您的付款到账时，配捐已不再保留",
			en: "Your payment arrived when the match was no longer held, so it came without the match. It is all there."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := build(t)
			g := s.Give(35_00, "late")
			s.clock.Advance(c.wait)
			if c.end != "" {
				s.Write(func(ctx context.Context, tx *db.Tx) error { return s.Service.Ended(ctx, tx, g.ID, c.end) })
			}
			g = s.Pay(g)
			if late := g.MatchPosted == 0; late != (c.end != "") {
				t.Fatalf("matched %d", g.MatchPosted)
			}
			en, zh := s.visitor(i18n.EN), s.visitor(i18n.ZH)
			en.Get("/g/" + g.Token).Status(200)
			zh.Get("/g/" + g.Token).Status(200)
			en.Contains(c.en)
			zh.Contains(c.zh)
			if c.end == "" && en.Find(".notice").Length() > 0 {
				t.Error("a gift that came in time has a notice")
			}
			s.checkTexts()
		})
	}
}
