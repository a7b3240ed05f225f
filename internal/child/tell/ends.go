package tell

import (
	"context"
	"fmt"
	"slices"
	"time"

	"manyhands/internal/child"
	"manyhands/internal/child/tell/internal/telldb"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/job"
)

const (
	aDay      = 24 * time.Hour
	dueWithin = 3 * aDay  // how long before its day deciders hear again, daily, of what they owe
	keepTold  = 30 * aDay // how long it is known that somebody was told
	mostEnds  = 500       // yeses in one write
)

// Register has r tell once a day what ends soon and which answers are due.
func (s *Service) Register(r *job.Runner, children *child.Service, consents *consent.Service) {
	r.Every("tell.ends", aDay, func(ctx context.Context) error { return s.Ends(ctx, children, consents) })
	r.Every("tell.owed", aDay, func(ctx context.Context) error {
		return s.d.Write(ctx, func(tx *db.Tx) error { return s.Owed(ctx, tx, children) })
	})
}

// Ends tells every guardian with an account whose yes ends 28 or 7 days from now, once for each of the two
// and at most once a day. It works in small writes and goes on where it was ended.
func (s *Service) Ends(ctx context.Context, children *child.Service, consents *consent.Service) error {
	for _, days := range slices.Backward(consent.RemindDays()) { // the later day first: it stands for the earlier one too
		for from, more := (consent.Mark{}), true; more; more = from != (consent.Mark{}) {
			var next consent.Mark
			err := s.d.Write(ctx, func(tx *db.Tx) (err error) {
				var due []consent.Ending
				if due, next, err = consents.Remind(ctx, tx, days, from, mostEnds); err != nil {
					return err
				}
				return s.tellEnds(ctx, tx, children, due)
			})
			if err != nil {
				return fmt.Errorf("tell: what ends: %w", err)
			}
			from = next
		}
	}
	return nil
}

// tellEnds tells those whose answers still count.
func (s *Service) tellEnds(ctx context.Context, tx *db.Tx, children *child.Service, due []consent.Ending) error {
	if len(due) == 0 {
		return nil
	}
	records := make([]int64, len(due))
	for i, e := range due {
		records[i] = e.Record
	}
	whose, err := children.Answerers(ctx, tx, records, tx.Now())
	if err != nil {
		return err
	}
	for _, e := range due {
		g := whose[e.Guardian]
		if g.Person == 0 || g.Organisation != e.Organisation {
			continue
		}
		fresh, err := s.first(ctx, tx, g.Person, ends)
		if err == nil && fresh {
			err = s.tellGuardian(ctx, tx, g.Person, ends)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Owed tells deciders, once a day, that an answer is due within days or late, and forgets what was told.
func (s *Service) Owed(ctx context.Context, tx *db.Tx, children *child.Service) error {
	if err := telldb.New().ForgetTold(ctx, tx, s.day(tx.Now().Add(-keepTold))); err != nil {
		return fmt.Errorf("tell: forget: %w", err)
	}
	places, err := children.OwingSoon(ctx, tx, tx.Now(), dueWithin)
	if err != nil {
		return err
	}
	for _, place := range places {
		if err := s.tellDeciders(ctx, tx, place, 0, waits); err != nil {
			return err
		}
	}
	return nil
}
