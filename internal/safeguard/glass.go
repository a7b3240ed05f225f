package safeguard

import (
	"context"
	"fmt"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/safeguard/internal/safeguarddb"
)

// Glass is one emergency: a colleague opened a record to which they were not assigned, for a reason and
// for a short time, and a lead looks into it afterwards.
type Glass struct {
	ID, Record, Organisation, Person int64
	Reason                           string // "" once the record is erased
	From, Until                      time.Time
	ReviewedBy                       int64
	Reviewed                         time.Time // zero while it waits
	Justified                        bool
	Finding                          string
}

// Due is by when a review has to be made.
func (g Glass) Due() time.Time { return g.From.Add(ReviewWithin) }

// Break opens a record in an emergency for who acts. While it is open, once more changes nothing. The
// leads are told, the trail has it, and guardians see it there. Faults: NotFound "child.no_record" for
// whoever may not even in an emergency, Fields naming "reason", those of package vault.
func (s *Service) Break(ctx context.Context, tx *db.Tx, record int64, reason string) (Glass, error) {
	r, gate, err := s.children.Resource(ctx, tx, record)
	if err != nil {
		return Glass{}, err
	}
	if !access.DecideRecord(ctx, access.RecordGlass, gate, access.Question{At: tx.Now(), Purpose: access.Safeguarding, Reason: true}).Allowed {
		return Glass{}, fault.New(fault.NotFound, "child.no_record").By(string(access.RecordGlass), record)
	}
	if err := worded("reason", reason, ShortestReason); err != nil {
		return Glass{}, err
	}
	me := access.PersonID(ctx)
	mine, err := s.Mine(ctx, tx)
	if err != nil {
		return Glass{}, err
	}
	for _, g := range mine {
		if g.Record == record {
			return g, nil
		}
	}
	id := tx.NewID()
	sealed, err := s.seal(ctx, tx, record, reasonField(id), reason)
	if err != nil {
		return Glass{}, err
	}
	g := Glass{ID: id, Record: record, Organisation: r.Organisation, Person: me, Reason: reason, From: tx.Now(), Until: tx.Now().Add(s.o.GlassLife)}
	err = q.InsertGlass(ctx, tx, safeguarddb.InsertGlassParams{ID: id, RecordID: record, OrganisationID: r.Organisation, PersonID: me,
		Reason: sealed, FromAt: clock.Micros(g.From), UntilAt: clock.Micros(g.Until), Nothing: []byte{}})
	if err != nil {
		return Glass{}, fmt.Errorf("safeguard: emergency: %w", err)
	}
	if err := act(ctx, tx, "glass.opened", record, r.Organisation, map[string]string{"glass": clock.FormatID(id)}); err != nil {
		return Glass{}, err
	}
	if err := event.Add(ctx, tx, "glass.opened", id, me, nil); err != nil {
		return Glass{}, err
	}
	return g, s.tell(ctx, tx, r.Organisation, me, "glass")
}

func reasonField(id int64) string  { return "glass:" + clock.FormatID(id) }
func findingField(id int64) string { return "finding:" + clock.FormatID(id) }

// Glass implements child.Emergencies.
func (s *Service) Glass(ctx context.Context, r db.Queryer, records []int64, at time.Time) (map[int64][]int64, error) {
	rows, err := q.GlassOf(ctx, r, safeguarddb.GlassOfParams{Records: records, At: clock.Micros(at)})
	if err != nil {
		return nil, fmt.Errorf("safeguard: who opened: %w", err)
	}
	out := map[int64][]int64{}
	for _, x := range rows {
		out[x.RecordID] = append(out[x.RecordID], x.PersonID)
	}
	return out, nil
}

// Mine returns the emergencies of who acts that have not ended, newest first.
func (s *Service) Mine(ctx context.Context, tx *db.Tx) ([]Glass, error) {
	rows, err := q.OpenGlassOf(ctx, tx, safeguarddb.OpenGlassOfParams{Person: access.PersonID(ctx), At: tx.NowMicros()})
	if err != nil {
		return nil, fmt.Errorf("safeguard: mine: %w", err)
	}
	return s.glasses(ctx, tx, rows)
}

// Shut ends an emergency now: whoever opened it, or a lead. Ended already, it changes nothing. Faults:
// NotFound "safeguard.no_glass".
func (s *Service) Shut(ctx context.Context, tx *db.Tx, id int64) error {
	x, err := q.GlassByID(ctx, tx, id)
	if err != nil {
		return fmt.Errorf("safeguard: %w", db.NotFound(err, "safeguard.no_glass"))
	}
	if x.PersonID != access.PersonID(ctx) && access.CheckFor(ctx, access.GlassReview, x.OrganisationID) != nil {
		return fault.New(fault.NotFound, "safeguard.no_glass")
	}
	n, err := q.EndGlass(ctx, tx, safeguarddb.EndGlassParams{Now: tx.NowMicros(), ID: id})
	if err != nil || n == 0 {
		return err
	}
	return act(ctx, tx, "glass.ended", x.RecordID, x.OrganisationID, map[string]string{"glass": clock.FormatID(id)})
}

// ToReview returns the emergencies that wait for who acts, oldest first: those of organisations for which
// they are a lead, and not their own.
func (s *Service) ToReview(ctx context.Context, tx *db.Tx) ([]Glass, error) {
	rows, err := q.UnreviewedGlass(ctx, tx, MaxPage)
	if err != nil {
		return nil, fmt.Errorf("safeguard: to review: %w", err)
	}
	return s.glasses(ctx, tx, s.mayReview(ctx, rows))
}

// Reviews returns the latest emergencies that were reviewed, of organisations for which who acts is a lead.
func (s *Service) Reviews(ctx context.Context, tx *db.Tx) ([]Glass, error) {
	rows, err := q.ReviewedGlass(ctx, tx, MaxPage)
	if err != nil {
		return nil, fmt.Errorf("safeguard: reviews: %w", err)
	}
	return s.glasses(ctx, tx, s.mayReview(ctx, rows))
}

func (s *Service) mayReview(ctx context.Context, rows []safeguarddb.Glass) (out []safeguarddb.Glass) {
	for _, x := range rows {
		if x.PersonID != access.PersonID(ctx) && access.CheckFor(ctx, access.GlassReview, x.OrganisationID) == nil {
			out = append(out, x)
		}
	}
	return out
}

// Review says of an emergency whether it was one. Nobody reviews their own. Faults: NotFound
// "safeguard.no_glass" also for one's own, Conflict "safeguard.reviewed", Fields naming "finding", those of
// package vault.
func (s *Service) Review(ctx context.Context, tx *db.Tx, id int64, justified bool, finding string) error {
	x, err := q.GlassByID(ctx, tx, id)
	if err != nil {
		return fmt.Errorf("safeguard: %w", db.NotFound(err, "safeguard.no_glass"))
	}
	if len(s.mayReview(ctx, []safeguarddb.Glass{x})) == 0 {
		return fault.New(fault.NotFound, "safeguard.no_glass")
	}
	if err := worded("finding", finding, ShortestReason); err != nil {
		return err
	}
	sealed, err := s.seal(ctx, tx, x.RecordID, findingField(id), finding)
	if err != nil {
		return err
	}
	n, err := q.ReviewGlass(ctx, tx, safeguarddb.ReviewGlassParams{ByID: access.PersonID(ctx), At: tx.NowMicros(), Justified: justified, Finding: sealed, ID: id})
	if err != nil {
		return fmt.Errorf("safeguard: review: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "safeguard.reviewed")
	}
	return act(ctx, tx, "glass.reviewed", x.RecordID, x.OrganisationID, map[string]any{"glass": clock.FormatID(id), "justified": justified})
}

func (s *Service) glasses(ctx context.Context, r db.Queryer, rows []safeguarddb.Glass) ([]Glass, error) {
	out := make([]Glass, len(rows))
	for i, x := range rows {
		g := Glass{ID: x.ID, Record: x.RecordID, Organisation: x.OrganisationID, Person: x.PersonID, From: moment(x.FromAt), Until: moment(x.UntilAt),
			ReviewedBy: x.ReviewedBy, Reviewed: moment(x.ReviewedAt), Justified: x.Justified}
		var err error
		if g.Reason, err = s.open(ctx, r, x.RecordID, reasonField(x.ID), x.Reason); err != nil {
			return nil, err
		}
		if g.Finding, err = s.open(ctx, r, x.RecordID, findingField(x.ID), x.Finding); err != nil {
			return nil, err
		}
		out[i] = g
	}
	return out, nil
}
