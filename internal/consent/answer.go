package consent

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"manyhands/internal/audit"
	"manyhands/internal/clock"
	"manyhands/internal/consent/internal/consentdb"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
)

// Said is what a guardian answered.
type Said struct {
	Record, Guardian int64
	Matter           Matter
	Given            bool
	Route            Route
	Recorder         int64 // the person who enters it
	Lang             i18n.Lang
	Hash             string    // of the words that were shown: Form.Hash
	From             time.Time // when a yes begins to hold; the zero time for now
}

// longestWait is how far ahead a yes may begin: the next school year.
const longestWait = 366 * 24 * time.Hour

// Answer keeps one guardian's yes or no. An earlier answer of theirs to the same matter stays as it was
// and does not count any more. The same answer again, as by a second tap, is the first one: it is
// returned and nothing is added. Faults: Fields naming "purpose", "about", "route", "lang" or "from"; NotFound
// "consent.no_record"; Forbidden "consent.no_authority" when the guardian's word does not count now;
// Conflict "consent.words_changed" when the words shown are not the newest any more: they have to be
// shown again.
func (s *Service) Answer(ctx context.Context, tx *db.Tx, in Said) (Answer, error) {
	family, form, err := s.check(ctx, tx, in)
	if err != nil {
		return Answer{}, err
	}
	a := Answer{ID: tx.NewID(), Record: in.Record, Guardian: in.Guardian, Organisation: family.Organisation, Matter: in.Matter,
		Kinds: form.Kinds, TextHash: in.Hash, Lang: form.Lang, Version: form.Version, Route: in.Route, Recorder: in.Recorder,
		Given: in.Given, From: tx.Now(), Made: tx.Now()}
	if in.Given {
		if in.From.After(a.From) {
			a.From = in.From.UTC()
		}
		a.Expires = in.Matter.Purpose.Expires(a.From, s.zone)
	}
	if before, ok, err := s.saidBefore(ctx, tx, a); err != nil || ok {
		return before, err
	}
	if err := s.keep(ctx, tx, a, form); err != nil {
		return Answer{}, err
	}
	kind := "consent.refused"
	if a.Given {
		kind = "consent.given"
	}
	return a, note(ctx, tx, kind, a.Record, a.Organisation, in.Recorder, in.Matter, a.Guardian)
}

// saidBefore returns the guardian's last answer to a matter when a says nothing else.
func (s *Service) saidBefore(ctx context.Context, tx *db.Tx, a Answer) (Answer, bool, error) {
	all, err := answers(ctx, tx, []int64{a.Record})
	if err != nil {
		return Answer{}, false, err
	}
	for _, b := range slices.Backward(all[a.Record]) {
		if b.Guardian != a.Guardian || b.Matter != a.Matter {
			continue
		}
		same := b.Given == a.Given && b.TextHash == a.TextHash && b.Organisation == a.Organisation && b.Expires.Equal(a.Expires) &&
			b.Withdrawn == nil && (b.From.Equal(a.From) || !b.From.After(a.Made) && !a.From.After(a.Made))
		return b, same, nil
	}
	return Answer{}, false, nil
}

func (s *Service) check(ctx context.Context, tx *db.Tx, in Said) (Family, Form, error) {
	if err := in.Matter.Check(); err != nil {
		return Family{}, Form{}, err
	}
	var bad fault.Fields
	if !slices.Contains(Routes(), in.Route) {
		bad.Add("route", "form.choice")
	}
	if !slices.Contains(i18n.Langs(), in.Lang) {
		bad.Add("lang", "form.choice")
	}
	if in.From.After(tx.Now().Add(longestWait)) {
		bad.Add("from", "consent.from_far")
	}
	if err := bad.Err(); err != nil {
		return Family{}, Form{}, err
	}
	family, err := s.authority(ctx, tx, in.Record, in.Guardian, tx.Now())
	if err != nil {
		return Family{}, Form{}, err
	}
	form, err := s.filled(ctx, tx, family.Organisation, in.Matter, 0, in.Lang)
	if err != nil {
		return Family{}, Form{}, err
	}
	if form.Hash() != in.Hash {
		return Family{}, Form{}, fault.New(fault.Conflict, "consent.words_changed")
	}
	return family, form, nil
}

// authority returns the record's family when the guardian's word counts in it.
func (s *Service) authority(ctx context.Context, r db.Queryer, record, guardian int64, at time.Time) (Family, error) {
	family, err := s.family(ctx, r, record, at)
	if err == nil && !slices.Contains(family.Guardians, guardian) {
		err = fault.New(fault.Forbidden, "consent.no_authority")
	}
	return family, err
}

func (s *Service) family(ctx context.Context, r db.Queryer, record int64, at time.Time) (Family, error) {
	all, err := s.families.Families(ctx, r, []int64{record}, at)
	if err != nil {
		return Family{}, fmt.Errorf("consent: family: %w", err)
	}
	f, ok := all[record]
	if !ok {
		return Family{}, fault.New(fault.NotFound, "consent.no_record")
	}
	return f, nil
}

func (s *Service) keep(ctx context.Context, tx *db.Tx, a Answer, f Form) error {
	_, err := q.KeepText(ctx, tx, consentdb.KeepTextParams{Hash: a.TextHash, Purpose: string(a.Matter.Purpose), Version: f.Version,
		Lang: string(f.Lang), Words: f.Words(), KeptAt: tx.NowMicros()})
	if err != nil {
		return fmt.Errorf("consent: keep the words: %w", err)
	}
	expires := int64(0)
	if a.Given {
		expires = clock.Micros(a.Expires)
	}
	err = q.InsertAnswer(ctx, tx, consentdb.InsertAnswerParams{ID: a.ID, RecordID: a.Record, GuardianID: a.Guardian,
		OrganisationID: a.Organisation, Purpose: string(a.Matter.Purpose), AboutID: a.Matter.About, Kinds: strings.Join(a.Kinds, " "),
		TextHash: a.TextHash, Route: string(a.Route), RecorderID: a.Recorder, Given: a.Given, FromAt: clock.Micros(a.From),
		ExpiresAt: expires, MadeAt: clock.Micros(a.Made)})
	if err != nil {
		return fmt.Errorf("consent: keep an answer: %w", err)
	}
	return nil
}

// Taken is a guardian taking back what they had allowed.
type Taken struct {
	Record, Guardian int64
	Matter           Matter
	Route            Route
	Recorder         int64
}

// Withdraw takes back every yes of one guardian to one matter that still runs or is to begin. It counts
// as a no from the next question on. Without such a yes, and a second time, nothing changes: one tap
// too many is no mistake. Faults: Fields as Matter.Check or naming "route"; NotFound "consent.no_record".
// A guardian whose authority has ended may still take back what they gave.
func (s *Service) Withdraw(ctx context.Context, tx *db.Tx, in Taken) error {
	if err := in.Matter.Check(); err != nil {
		return err
	}
	if !slices.Contains(Routes(), in.Route) {
		return fault.Fields{{Name: "route", Key: "form.choice"}}
	}
	family, err := s.family(ctx, tx, in.Record, tx.Now())
	if err != nil {
		return err
	}
	all, err := answers(ctx, tx, []int64{in.Record})
	if err != nil {
		return err
	}
	changed := false
	for _, a := range all[in.Record] {
		if a.Guardian != in.Guardian || a.Matter != in.Matter || !a.Given || a.Withdrawn != nil || !a.Expires.After(tx.Now()) {
			continue
		}
		n, err := q.Withdraw(ctx, tx, consentdb.WithdrawParams{ConsentID: a.ID, RecordID: in.Record, Route: string(in.Route),
			RecorderID: in.Recorder, At: tx.NowMicros()})
		if err != nil {
			return fmt.Errorf("consent: withdraw: %w", err)
		}
		changed = changed || n > 0
	}
	if !changed {
		return nil
	}
	return note(ctx, tx, "consent.withdrawn", in.Record, family.Organisation, in.Recorder, in.Matter, in.Guardian)
}

// Ask notes that guardians have been asked: without an answer they then stand at NoResponse. Again, it
// changes nothing. Faults: Fields as Matter.Check; NotFound "consent.no_record"; Forbidden
// "consent.no_authority".
func (s *Service) Ask(ctx context.Context, tx *db.Tx, record int64, guardians []int64, matters []Matter, by int64) error {
	for _, g := range guardians {
		if _, err := s.authority(ctx, tx, record, g, tx.Now()); err != nil {
			return err
		}
		for _, m := range matters {
			if err := m.Check(); err != nil {
				return err
			}
			_, err := q.InsertAsk(ctx, tx, consentdb.InsertAskParams{RecordID: record, GuardianID: g, Purpose: string(m.Purpose),
				AboutID: m.About, ByID: by, AskedAt: tx.NowMicros()})
			if err != nil {
				return fmt.Errorf("consent: ask: %w", err)
			}
		}
	}
	return nil
}

// note writes what happened into the trail: numbers and codes alone.
func note(ctx context.Context, tx *db.Tx, kind string, record, organisation, person int64, m Matter, guardian int64) error {
	type data struct {
		Purpose  Purpose `json:"purpose"`
		About    string  `json:"about,omitempty"`
		Guardian string  `json:"guardian,omitempty"`
	}
	d := data{Purpose: m.Purpose}
	if m.About != 0 {
		d.About = clock.FormatID(m.About)
	}
	if guardian != 0 {
		d.Guardian = clock.FormatID(guardian)
	}
	err := audit.Add(ctx, tx, audit.Act{Kind: kind, Subject: record, Organisation: organisation, Person: person, Data: d})
	if err != nil {
		return fmt.Errorf("consent: trail: %w", err)
	}
	return nil
}
