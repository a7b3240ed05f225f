package concern

import (
	"context"
	"fmt"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/audit"
	"manyhands/internal/clock"
	"manyhands/internal/concern/internal/concerndb"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/vault"
)

// Hold puts a legal hold on a report, open or closed: while it lies there nothing destroys it. Faults:
// Fields naming "words", as Hear, Conflict "concern.held".
func (s *Service) Hold(ctx context.Context, tx *db.Tx, id int64, why string) error {
	c, err := s.hear(ctx, tx, id, access.ConcernClose)
	if err != nil {
		return err
	}
	if c.Held {
		return fault.New(fault.Conflict, "concern.held")
	}
	return s.setHold(ctx, tx, c, Step{Kind: "held", Words: why}, true, 0)
}

// Lift lifts a hold: the first asks, another agrees. Faults: Fields naming "words", as Hear, Conflict
// "concern.not_held", Conflict "concern.two_lift" when the same person would do both.
func (s *Service) Lift(ctx context.Context, tx *db.Tx, id int64, why string) error {
	c, err := s.hear(ctx, tx, id, access.ConcernClose)
	if err != nil {
		return err
	}
	me := access.PersonID(ctx)
	switch {
	case !c.Held:
		return fault.New(fault.Conflict, "concern.not_held")
	case c.LiftBy == me:
		return fault.New(fault.Conflict, "concern.two_lift")
	case c.LiftBy == 0:
		return s.setHold(ctx, tx, c, Step{Kind: "lift_asked", Words: why}, true, me)
	}
	return s.setHold(ctx, tx, c, Step{Kind: "let_go", Words: why}, false, 0)
}

func (s *Service) setHold(ctx context.Context, tx *db.Tx, c Concern, in Step, held bool, liftBy int64) error {
	if _, err := q.SetHold(ctx, tx, concerndb.SetHoldParams{Held: held, LiftBy: liftBy, ID: c.ID}); err != nil {
		return fmt.Errorf("concern: hold: %w", err)
	}
	return s.step(ctx, tx, c, in, true)
}

// ClosedBefore returns the reports that were closed at or before a moment and that who acts may close,
// the oldest first. Those on hold are left out.
func (s *Service) ClosedBefore(ctx context.Context, r db.Queryer, before time.Time, most int32) ([]Concern, error) {
	rows, err := q.ClosedBefore(ctx, r, concerndb.ClosedBeforeParams{Before: clock.Micros(before), Most: most})
	if err != nil {
		return nil, fmt.Errorf("concern: closed before: %w", err)
	}
	all, err := s.complete(ctx, r, rows)
	if err != nil {
		return nil, err
	}
	var out []Concern
	for _, c := range all {
		if access.DecideConcern(ctx, access.ConcernClose, c.gate()).Allowed {
			out = append(out, c)
		}
	}
	return out, nil
}

// Destroy destroys a closed report for good: its key, and with it every word, who reported and who it was
// about. That there was one, when, and how it ended stays, so that no count changes. When its time has run
// out, and that two people say so, is the caller's to see to. Faults: as Hear, Conflict "concern.open",
// Conflict "concern.held", those of package vault.
func (s *Service) Destroy(ctx context.Context, tx *db.Tx, id int64) (vault.Destroyed, error) {
	c, err := s.hear(ctx, tx, id, access.ConcernClose)
	if err != nil {
		return vault.Destroyed{}, err
	}
	switch {
	case c.Held:
		return vault.Destroyed{}, fault.New(fault.Conflict, "concern.held")
	case c.State != Closed:
		return vault.Destroyed{}, fault.New(fault.Conflict, "concern.open")
	}
	proof, err := s.vault.Destroy(ctx, tx, id)
	if err != nil {
		return vault.Destroyed{}, fmt.Errorf("concern: destroy the key: %w", err)
	}
	nothing := []byte{}
	if _, err := q.Empty(ctx, tx, concerndb.EmptyParams{Nothing: nothing, Now: tx.NowMicros(), ID: id}); err != nil {
		return vault.Destroyed{}, fmt.Errorf("concern: empty: %w", err)
	}
	if err := q.EmptySteps(ctx, tx, concerndb.EmptyStepsParams{Nothing: nothing, ConcernID: id}); err != nil {
		return vault.Destroyed{}, fmt.Errorf("concern: empty the steps: %w", err)
	}
	if err := q.ForgetAbout(ctx, tx, id); err != nil {
		return vault.Destroyed{}, fmt.Errorf("concern: forget whom it was about: %w", err)
	}
	if err := event.Add(ctx, tx, "concern.destroyed", id, access.PersonID(ctx), nil); err != nil {
		return vault.Destroyed{}, err
	}
	a := s.act("concern.destroyed", c, access.PersonID(ctx))
	a.Data = struct {
		Proof string `json:"proof"`
	}{proof.Proof}
	return proof, audit.Add(ctx, tx, a)
}

// HandOver has everything that was reported at one organisation, and is kept, belong to another, or with
// access.Network to no place: leads of the whole network then hear it. Who decides so is the caller's to see
// to. It returns how many there were.
func (s *Service) HandOver(ctx context.Context, tx *db.Tx, from, to int64) (int64, error) {
	n, err := q.HandOver(ctx, tx, concerndb.HandOverParams{ToID: to, FromID: from})
	if err != nil {
		return 0, fmt.Errorf("concern: hand over: %w", err)
	}
	return n, nil
}

// KeptAt counts the reports that are kept about an organisation, open and closed.
func KeptAt(ctx context.Context, r db.Queryer, organisation int64) (int64, error) {
	n, err := q.CountAt(ctx, r, organisation)
	if err != nil {
		return 0, fmt.Errorf("concern: kept at: %w", err)
	}
	return n, nil
}
