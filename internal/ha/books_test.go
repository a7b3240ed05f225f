package ha

import (
	"context"
	"fmt"
	"testing"
	"time"

	"manyhands/internal/app"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/giving/givingtest"
	"manyhands/internal/ledger"
	"manyhands/internal/payment"
)

// open opens the database beside the servers, as a command does.
func open(t *testing.T, target string) *app.Services {
	t.Helper()
	d, err := db.Open(t.Context(), target, db.Options{Node: clock.CommandNode, Readers: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() }) // the cluster ends anyhow
	texts, err := app.Texts()
	if err != nil {
		t.Fatal(err)
	}
	s, err := app.NewServices(d, app.Setting{Secret: secret, Zone: time.UTC, BaseURL: func() string { return "http://127.0.0.1" }, Sandbox: true, Texts: texts})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// furnish makes a small network: two campaigns, and a pool that may run dry.
func furnish(t *testing.T, s *app.Services) (campaigns []string) {
	t.Helper()
	w := givingtest.With(t, s.DB, s.Giving)
	w.NewPool(giving.Terms{Rule: giving.FirstCome, RatioPercent: 50}, 2_000_00)
	return []string{w.Campaign.Slug, w.NewCampaign("Spring meals", 50_000_00).Slug}
}

// verify compares what was answered with what is in the books, and returns how many gifts there are
// and how many were received.
func verify(t *testing.T, s *app.Services, acts []*act) (gifts, received int) {
	t.Helper()
	ctx := t.Context()
	err := s.DB.Read(ctx, func(r *db.Reader) error {
		gifts, received = 0, 0
		for _, a := range acts {
			if err := sameAsAnswered(ctx, r, s, a); err != nil {
				return fmt.Errorf("form %s: %w", a.gift.Key, err)
			}
			gifts++
			if a.notified {
				received++
			}
		}
		return nothingElse(ctx, r, gifts)
	})
	if err != nil {
		t.Error(err)
	}
	return gifts, received
}

func sameAsAnswered(ctx context.Context, r *db.Reader, s *app.Services, a *act) error {
	g, err := giving.GiftByToken(ctx, r, a.token)
	if err != nil {
		return fmt.Errorf("answered, and not there: %w", err)
	}
	pay, err := s.Payments.ByPurpose(ctx, r, g.ID)
	switch {
	case err != nil:
		return fmt.Errorf("the gift has no payment: %w", err)
	case g.Amount.Minor != a.gift.Minor:
		return fmt.Errorf("%d fen were given, %d are in the books", a.gift.Minor, g.Amount.Minor)
	case !a.notified && g.State != giving.Waiting:
		return fmt.Errorf("nobody paid, and it is %s", g.State)
	case !a.notified:
		return nil
	case g.State != giving.Received || pay.State != payment.Captured:
		return fmt.Errorf("the notice was taken, and the gift is %s, its payment %s", g.State, pay.State)
	case g.MatchPosted != g.MatchPromised:
		return fmt.Errorf("a match of %d was promised, %d was posted", g.MatchPromised, g.MatchPosted)
	}
	entry, err := ledger.EntryByID(ctx, r, g.ID)
	if err == nil && entry.Quantity != a.gift.Minor {
		err = fmt.Errorf("the entry says %d", entry.Quantity)
	}
	return err
}

// nothingElse counts all gifts: each form made one.
func nothingElse(ctx context.Context, r *db.Reader, want int) error {
	n := 0
	for before := int64(0); ; {
		page, err := giving.Gifts(ctx, r, "", "", before, 100)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		n, before = n+len(page), page[len(page)-1].ID
	}
	if n != want {
		return fmt.Errorf("%d forms made %d gifts", want, n)
	}
	return nil
}

// count answers a question about rows that no package asks.
func count(t *testing.T, s *app.Services, query string, args ...any) (n int64) {
	t.Helper()
	err := s.DB.Read(t.Context(), func(r *db.Reader) error {
		return r.QueryRowContext(t.Context(), query, args...).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
