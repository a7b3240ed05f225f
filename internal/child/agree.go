package child

import (
	"context"
	"slices"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/fault"
)

// What guardians allow goes through here to package consent: this package knows who may answer for whom.

// Mine returns under which guardianship who acts answers for a child. Faults: NotFound "child.no_record"
// and those of access.Decision.
func (s *Service) Mine(ctx context.Context, tx *db.Tx, record int64) (guardian int64, err error) {
	d, err := s.may(ctx, tx, record, access.RecordAnswer, access.Question{Purpose: access.Guardian})
	if err != nil {
		return 0, err
	}
	return d.guardianOf(access.PersonID(ctx), tx.Now()), nil
}

// Answer keeps what a guardian answered: their own answer, by the website, or one that a worker notes for
// them by any other route. Said.Recorder is set here. Faults: NotFound "child.no_record" and those of
// access.Decision; Fields naming "route"; those of consent.Service.Answer.
func (s *Service) Answer(ctx context.Context, tx *db.Tx, in consent.Said) (consent.Answer, error) {
	if err := s.maySpeak(ctx, tx, in.Record, in.Guardian, in.Route); err != nil {
		return consent.Answer{}, err
	}
	in.Recorder = access.PersonID(ctx)
	return s.o.Consents.Answer(ctx, tx, in)
}

// Withdraw takes a guardian's yes back. Taken.Recorder is set here. Faults: as Answer, and those of
// consent.Service.Withdraw.
func (s *Service) Withdraw(ctx context.Context, tx *db.Tx, in consent.Taken) error {
	if err := s.maySpeak(ctx, tx, in.Record, in.Guardian, in.Route); err != nil {
		return err
	}
	in.Recorder = access.PersonID(ctx)
	return s.o.Consents.Withdraw(ctx, tx, in)
}

// maySpeak asks whether who acts may give a guardian's word by a route.
func (s *Service) maySpeak(ctx context.Context, tx *db.Tx, record, guardian int64, route consent.Route) error {
	if route == consent.Website {
		own, err := s.Mine(ctx, tx, record)
		if err != nil {
			return err
		}
		if own != guardian {
			return fault.New(fault.NotFound, "child.no_guardianship")
		}
		return nil
	}
	d, err := s.may(ctx, tx, record, access.RecordConsent, access.Question{Purpose: access.Casework})
	if err != nil {
		return err
	}
	if !slices.Contains(consent.Routes(), route) {
		return fault.Fields{{Name: "route", Key: "form.choice"}}
	}
	g, err := d.guardianAt(guardian, tx.Now())
	if err != nil {
		return err
	}
	if g.PersonID != 0 && g.PersonID == access.PersonID(ctx) {
		return fault.New(fault.Forbidden, "child.answer_own") // on the website, as anybody else
	}
	return nil
}

// AskConsent notes that guardians have been asked. Faults: NotFound "child.no_record" and those of
// access.Decision; those of consent.Service.Ask.
func (s *Service) AskConsent(ctx context.Context, tx *db.Tx, record int64, guardians []int64, matters []consent.Matter) error {
	if _, err := s.may(ctx, tx, record, access.RecordConsent, access.Question{Purpose: access.Casework}); err != nil {
		return err
	}
	return s.o.Consents.Ask(ctx, tx, record, guardians, matters, access.PersonID(ctx))
}

// Consents returns where every matter of a record stands, for whoever may open it. A guardian is shown the
// state of the whole and their own answer, not another guardian's, and no override. Faults: NotFound
// "child.no_record" and those of access.Decision.
func (s *Service) Consents(ctx context.Context, tx *db.Tx, record int64, purpose access.Purpose) ([]consent.Standing, error) {
	d, err := s.may(ctx, tx, record, access.RecordOpen, access.Question{Purpose: purpose})
	if err != nil {
		return nil, err
	}
	list, err := s.o.Consents.Standings(ctx, tx, record, tx.Now())
	if err != nil || purpose != access.Guardian {
		return list, err
	}
	own := d.guardianOf(access.PersonID(ctx), tx.Now())
	for i := range list {
		list[i].Override = nil // a lead's decision; see Looked
		list[i].Each = slices.DeleteFunc(list[i].Each, func(p consent.Position) bool { return p.Guardian != own })
	}
	return list, nil
}

// ConsentHistory returns every answer that was ever given for a record, newest first; to a guardian their
// own. Faults: as Consents.
func (s *Service) ConsentHistory(ctx context.Context, tx *db.Tx, record int64, purpose access.Purpose) ([]consent.Answer, error) {
	d, err := s.may(ctx, tx, record, access.RecordOpen, access.Question{Purpose: purpose})
	if err != nil {
		return nil, err
	}
	list, err := s.o.Consents.History(ctx, tx, record)
	if err != nil || purpose != access.Guardian {
		return list, err
	}
	own := d.guardianOf(access.PersonID(ctx), tx.Now())
	return slices.DeleteFunc(list, func(a consent.Answer) bool { return a.Guardian != own }), nil
}

// Ending is a yes that ends soon, of a record that who asks may know of.
type Ending struct {
	Record Record
	Matter consent.Matter
	Ends   time.Time
	Paper  bool // the guardian has no account: somebody has to ask them
}

// mostEnding is how many consents EndingSoon looks through.
const mostEnding = 200

// EndingSoon lists what ends within a time and has not been agreed to anew, soonest first, for the records
// of an organisation that who acts may know of for the purpose. What does not count any more, since the
// guardian or the child has left, is left out.
func (s *Service) EndingSoon(ctx context.Context, tx *db.Tx, organisation int64, purpose access.Purpose, within time.Duration) ([]Ending, error) {
	list, err := s.o.Consents.RunningOut(ctx, tx, organisation, tx.Now(), tx.Now().Add(within), mostEnding)
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, x := range list {
		if !slices.Contains(ids, x.Record) {
			ids = append(ids, x.Record)
		}
	}
	known, err := s.Briefs(ctx, tx, ids, purpose)
	if err != nil {
		return nil, err
	}
	whose, err := s.Answerers(ctx, tx, ids, tx.Now())
	if err != nil {
		return nil, err
	}
	var out []Ending
	for _, x := range list {
		i := slices.IndexFunc(known, func(r Record) bool { return r.ID == x.Record })
		if g, ok := whose[x.Guardian]; ok && i >= 0 {
			out = append(out, Ending{Record: known[i], Matter: x.Matter, Ends: x.Expires, Paper: g.Person == 0})
		}
	}
	return out, nil
}

// Override has a safeguarding lead record that a matter goes on without consent. Overriding.By is set
// here. Faults: NotFound "child.no_record" and those of access.Decision; those of
// consent.Service.Override.
func (s *Service) Override(ctx context.Context, tx *db.Tx, in consent.Overriding) (consent.Override, error) {
	question := access.Question{Purpose: access.Safeguarding, Reason: in.Reason != ""}
	if _, err := s.may(ctx, tx, in.Record, access.RecordOverride, question); err != nil {
		return consent.Override{}, err
	}
	in.By = access.PersonID(ctx)
	return s.o.Consents.Override(ctx, tx, in)
}

// Overrides returns every decision about a record that something goes on without consent, newest first,
// to leads: not the reasons, which OverrideReason gives. Faults: NotFound "child.no_record" and those of
// access.Decision.
func (s *Service) Overrides(ctx context.Context, tx *db.Tx, record int64) ([]consent.Override, error) {
	question := access.Question{Purpose: access.Safeguarding, Reason: true}
	if _, err := s.may(ctx, tx, record, access.RecordOverride, question); err != nil {
		return nil, err
	}
	return s.o.Consents.OverridesOf(ctx, tx, record)
}

// OverrideReason returns why a lead had a matter go on without consent, to a lead. The look is in the
// trail. Faults: NotFound "child.no_record", "consent.no_override" and those of access.Decision; those of
// package vault.
func (s *Service) OverrideReason(ctx context.Context, tx *db.Tx, record, override int64) (string, error) {
	question := access.Question{Purpose: access.Safeguarding, Reason: true}
	if _, err := s.may(ctx, tx, record, access.RecordOverride, question); err != nil {
		return "", err
	}
	return s.o.Consents.Reason(ctx, tx, record, override, access.PersonID(ctx))
}
