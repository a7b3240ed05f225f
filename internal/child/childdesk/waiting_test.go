package childdesk_test

import (
	"context"
	"testing"
	"time"

	"manyhands/internal/child"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
)

const aDay = 24 * time.Hour

// What ends soon is named by code, matter and last day, with those first whose guardians nobody else tells; what
// does not count any more is not.
func TestWhatEndsSoonStandsOnTheDesk(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	first, paper := h.active(), h.enrol(worker, another())
	h.agree(worker, paper.ID, consent.For(consent.Enrol), true)
	h.must(worker, func(ctx context.Context, tx *db.Tx) error { return h.s.Accept(ctx, tx, paper.ID) })
	h.agree(worker, paper.ID, consent.For(consent.Meals), true)
	gFirst := h.guardian(worker, first.ID)
	h.must(boss, func(ctx context.Context, tx *db.Tx) error {
		return h.s.LinkGuardian(ctx, tx, first.ID, gFirst, nobody)
	})
	h.visitor(worker).Get("/desk/children").Lacks("within 30 days")
	h.c.Set(consent.Enrol.Expires(h.c.Now(), i18n.DefaultZone()).Add(-29 * aDay))
	w := h.visitor(worker).Get("/desk/children").Contains("3 consents end within 30 days", "until 31 August 2027", "No account: please ask")
	if lines := w.Find("details li"); lines.Length() != 2 || lines.First().Find("a").Text() != paper.Code || lines.First().Find(".chip").Length() != 1 ||
		lines.Last().Find("a").Text() != first.Code || lines.Last().Find(".chip").Length() != 0 {
		t.Errorf("lines: %s", lines.Text())
	}
	h.must(boss, func(ctx context.Context, tx *db.Tx) error { return h.s.End(ctx, tx, paper.ID, "casework") })
	h.visitor(worker).Get("/desk/children").Contains("One consent ends within 30 days").Lacks("No account: please ask")
}

// Whoever decides sees by when.
func TestADeadlineStandsOnTheDesk(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r := h.active()
	g := h.guardian(worker, r.ID)
	h.must(boss, func(ctx context.Context, tx *db.Tx) error {
		return h.s.LinkGuardian(ctx, tx, r.ID, g, nobody)
	})
	h.must(nobody, func(ctx context.Context, tx *db.Tx) error {
		_, err := h.s.Ask(ctx, tx, r.ID, child.Copy, "")
		return err
	})
	const by = "8 December 2026" // fifteen days later
	h.visitor(boss).Get("/desk/children").Contains("answer by " + by).Lacks("late")
	h.visitor(boss).Get(at(r.ID, "casework", "requests")).Contains("Please answer by " + by)
	h.c.Advance(child.RequestTime + time.Second)
	h.visitor(boss).Get("/desk/children").Contains("answer by "+by, "late")
}
