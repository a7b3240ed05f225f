package consent

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/consent/internal/consentdb"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
)

// Standings returns where every matter of a record stands at now: all purposes that concern nothing
// beside the child in their order, then each receiver and story that was ever asked about. Faults:
// NotFound "consent.no_record".
func (s *Service) Standings(ctx context.Context, r db.Queryer, record int64, now time.Time) ([]Standing, error) {
	b, err := s.lookAt(ctx, r, record, now)
	if err != nil {
		return nil, err
	}
	var out []Standing
	for _, m := range b.matters(record) {
		out = append(out, b.Standing(record, m))
	}
	return out, nil
}

// Standing returns where one matter of a record stands at now. Faults: Fields as Matter.Check; NotFound
// "consent.no_record".
func (s *Service) Standing(ctx context.Context, r db.Queryer, record int64, m Matter, now time.Time) (Standing, error) {
	if err := m.Check(); err != nil {
		return Standing{}, err
	}
	b, err := s.lookAt(ctx, r, record, now)
	if err != nil {
		return Standing{}, err
	}
	return b.Standing(record, m), nil
}

func (s *Service) lookAt(ctx context.Context, r db.Queryer, record int64, now time.Time) (*Snapshot, error) {
	b, err := s.Look(ctx, r, []int64{record}, now)
	if err != nil {
		return nil, err
	}
	if _, ok := b.families[record]; !ok {
		return nil, fault.New(fault.NotFound, "consent.no_record")
	}
	return b, nil
}

// Needed returns nil when the matter is allowed now, by consent or by an override in force. Whoever is
// about to do something asks right before, in the same transaction: a consent can end between two
// requests. Faults: Forbidden "consent.missing" (nobody was asked or somebody has not answered),
// "consent.refused", "consent.conflict", "consent.withdrawn", "consent.expired", each with the argument
// Purpose; Fields as Matter.Check; NotFound "consent.no_record".
func (s *Service) Needed(ctx context.Context, r db.Queryer, record int64, m Matter, now time.Time) error {
	if err := m.Check(); err != nil {
		return err
	}
	b, err := s.lookAt(ctx, r, record, now)
	if err != nil {
		return err
	}
	return b.Needed(record, m)
}

// History returns every answer of a record, newest first.
func (s *Service) History(ctx context.Context, r db.Queryer, record int64) ([]Answer, error) {
	all, err := answers(ctx, r, []int64{record})
	if err != nil {
		return nil, err
	}
	out := all[record]
	slices.Reverse(out)
	return out, nil
}

// Words returns the exact words of an answer as they were shown. Faults: NotFound "consent.no_words".
func (s *Service) Words(ctx context.Context, r db.Queryer, hash string) (Form, error) {
	t, err := q.Text(ctx, r, hash)
	if err != nil {
		return Form{}, fmt.Errorf("consent: words: %w", db.NotFound(err, "consent.no_words"))
	}
	f := formOf(t.Words)
	f.Matter.Purpose, f.Lang, f.Version = Purpose(t.Purpose), i18n.Lang(t.Lang), t.Version
	return f, nil
}

// Ending is a yes that ends soon and has not been given anew.
type Ending struct {
	Consent, Record, Guardian int64
	Organisation              int64 // that asked
	Matter                    Matter
	Expires                   time.Time
}

// RunningOut returns at most limit yeses to an organisation that end after now and not after until,
// soonest first.
func (s *Service) RunningOut(ctx context.Context, r db.Queryer, organisation int64, now, until time.Time, limit int) ([]Ending, error) {
	rows, err := q.RunningOut(ctx, r, consentdb.RunningOutParams{OrganisationID: organisation, Now: clock.Micros(now),
		Until: clock.Micros(until), Most: int32(min(max(limit, 0), math.MaxInt32))})
	if err != nil {
		return nil, fmt.Errorf("consent: running out: %w", err)
	}
	out := make([]Ending, len(rows))
	for i, x := range rows {
		out[i] = Ending{Consent: x.ID, Record: x.RecordID, Guardian: x.GuardianID,
			Organisation: organisation, Matter: Matter{Purpose(x.Purpose), x.AboutID}, Expires: clock.Time(x.ExpiresAt)}
	}
	return out, nil
}

// answers returns everything that was ever said, by record and in its order.
func answers(ctx context.Context, r db.Queryer, records []int64) (map[int64][]Answer, error) {
	rows, err := q.Answers(ctx, r, records)
	if err != nil {
		return nil, fmt.Errorf("consent: answers: %w", err)
	}
	type matter struct {
		record, guardian int64
		m                Matter
	}
	next := map[matter]int64{}
	out := map[int64][]Answer{}
	for _, x := range slices.Backward(rows) {
		a := answerOf(x)
		k := matter{a.Record, a.Guardian, a.Matter}
		a.SupersededBy, next[k] = next[k], a.ID
		out[a.Record] = append(out[a.Record], a)
	}
	for _, list := range out {
		slices.Reverse(list)
	}
	return out, nil
}

// current returns what can still count at now: an answer behind which a later one of the same guardian to
// the same matter is in effect never does again. A record's page stays as quick after ten years.
func current(ctx context.Context, r db.Queryer, records []int64, now time.Time) (map[int64][]Answer, error) {
	rows, err := q.Current(ctx, r, consentdb.CurrentParams{Records: records, Now: clock.Micros(now)})
	if err != nil {
		return nil, fmt.Errorf("consent: current answers: %w", err)
	}
	out := map[int64][]Answer{}
	for _, x := range rows {
		a := answerOf(consentdb.AnswersRow(x))
		out[a.Record] = append(out[a.Record], a)
	}
	return out, nil
}

func answerOf(x consentdb.AnswersRow) Answer {
	a := Answer{ID: x.ID, Record: x.RecordID, Guardian: x.GuardianID, Organisation: x.OrganisationID,
		Matter: Matter{Purpose(x.Purpose), x.AboutID}, Kinds: strings.Fields(x.Kinds), TextHash: x.TextHash, Lang: i18n.Lang(x.Lang),
		Version: x.Version, Route: Route(x.Route), Recorder: x.RecorderID, Given: x.Given, From: clock.Time(x.FromAt),
		Expires: clock.Time(x.ExpiresAt), Made: clock.Time(x.MadeAt)}
	if x.WithdrawnAt != 0 {
		a.Withdrawn = &TakenBack{At: clock.Time(x.WithdrawnAt), Route: Route(x.WithdrawnRoute), Recorder: x.WithdrawnBy}
	}
	return a
}
