package people

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/people/internal/peopledb"
)

// UndoFor is how long a merge can be undone.
const UndoFor = 30 * 24 * time.Hour

// MergeState is where a merge stands.
type MergeState string

// The states of a merge.
const (
	MergeWaiting MergeState = "waiting" // a second person has to look
	Merged       MergeState = "merged"
	MergeUndone  MergeState = "undone"
	MergeRefused MergeState = "refused"
)

// Merge makes two records of one person one: what belonged to Gone belongs to Kept, and who signs in
// with the e-mail address of Gone comes in as Kept.
type Merge struct {
	ID         int64
	Kept, Gone int64
	State      MergeState
	AskedBy    int64
	Asked      time.Time
	DecidedBy  int64     // the second person; 0 where none was needed
	Merged     time.Time // zero: not yet
	EndedBy    int64     // who undid or refused it
	Ended      time.Time
}

// Undoable reports whether the merge can be undone at a moment.
func (m Merge) Undoable(at time.Time) bool {
	return m.State == Merged && at.Before(m.Merged.Add(UndoFor))
}

func mergeOf(r peopledb.PersonMerge) Merge {
	return Merge{ID: r.ID, Kept: r.KeptID, Gone: r.GoneID, State: MergeState(r.State), AskedBy: r.AskedBy, Asked: clock.Time(r.AskedAt),
		DecidedBy: r.DecidedBy, Merged: clock.Time(r.MergedAt), EndedBy: r.EndedBy, Ended: clock.Time(r.EndedAt)}
}

// mayMerge asks whether who acts may join these two: people.appoint for the whole network, since a
// person's rows are everywhere, and neither of the two oneself.
func mayMerge(ctx context.Context, kept, gone int64) error {
	if err := access.CheckFor(ctx, access.PeopleAppoint, access.Network); err != nil {
		return err
	}
	if me := access.PersonID(ctx); me == 0 || me == kept || me == gone {
		return fault.New(fault.Forbidden, "people.merge_yourself")
	}
	return nil
}

// AskMerge merges gone into kept. Where both hold appointments, and not at the same organisations, the
// merge waits for a second person. Faults: those of access.CheckFor; Forbidden "people.merge_yourself";
// NotFound "people.unknown"; Conflict "people.merge_same", "people.merge_taken" (one of them is part of
// another merge), "people.merge_two_sides" (they stood on the two sides of a decision that takes two),
// "people.merge_found" (an inquiry found something about the one that would go).
func (s *Service) AskMerge(ctx context.Context, tx *db.Tx, kept, gone int64) (Merge, error) {
	if err := mayMerge(ctx, kept, gone); err != nil {
		return Merge{}, err
	}
	if err := s.checkMerge(ctx, tx, kept, gone); err != nil {
		return Merge{}, err
	}
	m := Merge{ID: tx.NewID(), Kept: kept, Gone: gone, State: MergeWaiting, AskedBy: access.PersonID(ctx), Asked: tx.Now()}
	n, err := peopledb.New().InsertMerge(ctx, tx, peopledb.InsertMergeParams{ID: m.ID, KeptID: kept, GoneID: gone, AskedBy: m.AskedBy, AskedAt: clock.Micros(m.Asked)})
	if err != nil {
		return Merge{}, fmt.Errorf("people: ask for a merge: %w", err)
	}
	if n == 0 {
		return Merge{}, fault.New(fault.Conflict, "people.merge_taken")
	}
	two, err := s.takesTwo(ctx, tx, kept, gone)
	if err != nil {
		return Merge{}, err
	}
	if two {
		return m, recordMerge(ctx, tx, "person.merge_asked", m)
	}
	return s.perform(ctx, tx, m, 0)
}

func (s *Service) checkMerge(ctx context.Context, q db.Queryer, kept, gone int64) error {
	if kept == gone {
		return fault.New(fault.Conflict, "people.merge_same")
	}
	for _, id := range []int64{kept, gone} {
		if _, err := s.PersonByID(ctx, q, id); err != nil {
			return err
		}
		n, err := peopledb.New().CountTaken(ctx, q, id)
		if err != nil {
			return fmt.Errorf("people: look for merges: %w", err)
		}
		if n > 0 {
			return fault.New(fault.Conflict, "people.merge_taken")
		}
	}
	return s.checkSides(ctx, q, kept, gone)
}

func (s *Service) checkSides(ctx context.Context, q db.Queryer, kept, gone int64) error {
	for _, x := range slices.Concat(ownSides(), s.cfg.Apart) {
		both, err := x.Together(ctx, q, kept, gone)
		if err != nil {
			return err
		}
		if both {
			return fault.New(fault.Conflict, "people.merge_two_sides")
		}
	}
	found, err := s.found(ctx, q, gone)
	if err != nil {
		return err
	}
	if found {
		return fault.New(fault.Conflict, "people.merge_found")
	}
	return nil
}

// takesTwo reports whether both hold appointments, now or later, and not at the same organisations.
func (s *Service) takesTwo(ctx context.Context, q db.Queryer, a, b int64) (bool, error) {
	var at [2][]int64
	for i, id := range []int64{a, b} {
		all, err := s.live(ctx, q, id, s.d.Now())
		if err != nil {
			return false, err
		}
		for _, x := range all {
			at[i] = append(at[i], x.Organisation)
		}
		slices.Sort(at[i])
		at[i] = slices.Compact(at[i])
	}
	return len(at[0]) > 0 && len(at[1]) > 0 && !slices.Equal(at[0], at[1]), nil
}

// DecideMerge has the second person say yes or no. Faults: those of access.CheckFor; Forbidden
// "people.merge_yourself" and "people.merge_second" for who asked; NotFound "people.merge_unknown";
// Conflict "people.merge_decided" and those of AskMerge.
func (s *Service) DecideMerge(ctx context.Context, tx *db.Tx, id int64, yes bool) error {
	m, err := s.mergeByID(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := mayMerge(ctx, m.Kept, m.Gone); err != nil {
		return err
	}
	me := access.PersonID(ctx)
	switch {
	case m.State != MergeWaiting:
		return fault.New(fault.Conflict, "people.merge_decided")
	case yes && me == m.AskedBy:
		return fault.New(fault.Forbidden, "people.merge_second")
	case !yes:
		return s.endMerge(ctx, tx, m, MergeRefused, "person.merge_refused")
	}
	if err := s.checkSides(ctx, tx, m.Kept, m.Gone); err != nil {
		return err
	}
	_, err = s.perform(ctx, tx, m, me)
	return err
}

// perform moves everything and notes what went.
func (s *Service) perform(ctx context.Context, tx *db.Tx, m Merge, second int64) (Merge, error) {
	q := peopledb.New()
	n, err := q.SetMerged(ctx, tx, peopledb.SetMergedParams{DecidedBy: second, Now: tx.NowMicros(), ID: m.ID})
	if err != nil {
		return Merge{}, fmt.Errorf("people: merge: %w", err)
	}
	if n == 0 {
		return Merge{}, fault.New(fault.Conflict, "people.merge_decided")
	}
	for _, mover := range s.movers() {
		rows, err := mover.Move(ctx, tx, m.Gone, m.Kept)
		if err != nil {
			return Merge{}, err
		}
		if len(rows) == 0 {
			continue
		}
		text, err := json.Marshal(rows)
		if err != nil {
			return Merge{}, fmt.Errorf("people: note what was moved: %w", err)
		}
		if err := q.InsertMoved(ctx, tx, peopledb.InsertMovedParams{MergeID: m.ID, What: mover.Name(), RowIds: string(text)}); err != nil {
			return Merge{}, fmt.Errorf("people: note what was moved: %w", err)
		}
	}
	m.State, m.DecidedBy, m.Merged = Merged, second, tx.Now()
	return m, recordMerge(ctx, tx, "person.merged", m)
}

func (s *Service) movers() []Mover { return slices.Concat(OwnMovers(), s.cfg.Movers) }

// UndoMerge puts everything that was moved back, as far as it is still there: two persons again, each
// with their own address to sign in with. What came to be after the merge stays with the one that was
// kept. Faults: those of access.CheckFor; Forbidden "people.merge_yourself"; NotFound
// "people.merge_unknown"; Conflict "people.merge_decided" and "people.merge_later" (Kept itself was
// merged into another since: undo that first); Gone "people.merge_old" after UndoFor.
func (s *Service) UndoMerge(ctx context.Context, tx *db.Tx, id int64) error {
	m, err := s.mergeByID(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := mayMerge(ctx, m.Kept, m.Gone); err != nil {
		return err
	}
	switch {
	case m.State != Merged:
		return fault.New(fault.Conflict, "people.merge_decided")
	case !m.Undoable(tx.Now()):
		return fault.New(fault.Gone, "people.merge_old")
	}
	q := peopledb.New()
	later, err := q.CountLaterInto(ctx, tx, m.Kept)
	if err != nil {
		return fmt.Errorf("people: look for later merges: %w", err)
	}
	if later > 0 {
		return fault.New(fault.Conflict, "people.merge_later")
	}
	if err := s.endMerge(ctx, tx, m, MergeUndone, "person.merge_undone"); err != nil {
		return err
	}
	return s.putBack(ctx, tx, m)
}

func (s *Service) putBack(ctx context.Context, tx *db.Tx, m Merge) error {
	moved, err := peopledb.New().Moved(ctx, tx, m.ID)
	if err != nil {
		return fmt.Errorf("people: what was moved: %w", err)
	}
	for _, mover := range slices.Backward(s.movers()) {
		i := slices.IndexFunc(moved, func(x peopledb.MovedRow) bool { return x.What == mover.Name() })
		if i < 0 {
			continue
		}
		var rows []string
		if err := json.Unmarshal([]byte(moved[i].RowIds), &rows); err != nil {
			return fmt.Errorf("people: what was moved: %w", err)
		}
		if err := mover.Back(ctx, tx, m.Gone, m.Kept, rows); err != nil {
			return err
		}
		moved = slices.Delete(moved, i, i+1)
	}
	if len(moved) > 0 {
		return fmt.Errorf("people: nobody moves %s any more", moved[0].What)
	}
	return nil
}

func (s *Service) endMerge(ctx context.Context, tx *db.Tx, m Merge, state MergeState, kind string) error {
	n, err := peopledb.New().EndMerge(ctx, tx, peopledb.EndMergeParams{State: string(state), EndedBy: access.PersonID(ctx), Now: tx.NowMicros(),
		ID: m.ID, Was: string(m.State)})
	if err != nil {
		return fmt.Errorf("people: end a merge: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "people.merge_decided")
	}
	return recordMerge(ctx, tx, kind, m)
}

func (s *Service) mergeByID(ctx context.Context, q db.Queryer, id int64) (Merge, error) {
	r, err := peopledb.New().MergeByID(ctx, q, id)
	if err != nil {
		return Merge{}, fmt.Errorf("people: merge: %w", db.NotFound(err, "people.merge_unknown"))
	}
	return mergeOf(r), nil
}

// Merges returns the merges that wait and those that can still be undone, the latest first.
func (s *Service) Merges(ctx context.Context, q db.Queryer, at time.Time) ([]Merge, error) {
	rows, err := peopledb.New().Merges(ctx, q, peopledb.MergesParams{Since: clock.Micros(at.Add(-UndoFor)), Most: mostMerges})
	if err != nil {
		return nil, fmt.Errorf("people: merges: %w", err)
	}
	out := make([]Merge, len(rows))
	for i, r := range rows {
		out[i] = mergeOf(r)
	}
	return out, nil
}

const mostMerges = 100

func recordMerge(ctx context.Context, tx *db.Tx, kind string, m Merge) error {
	return event.Add(ctx, tx, kind, m.Kept, access.PersonID(ctx), struct {
		Merge string `json:"merge"`
		Gone  string `json:"gone"`
	}{clock.FormatID(m.ID), clock.FormatID(m.Gone)})
}
