package apply

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"manyhands/internal/checklist"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/programme"
)

// DecideItem says a word on one piece of evidence of an organisation. Faults: Forbidden with one of the
// keys of Close; NotFound "checklist.no_evidence" for another's; Conflict "apply.not_handed_in" while the
// organisation still writes; those of checklist.Decide.
func (s *Service) DecideItem(ctx context.Context, tx *db.Tx, organisation, evidence int64, d checklist.Decision, by int64) error {
	v, err := s.judged(ctx, tx, organisation, by)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(v.Items, func(i checklist.Item) bool { return i.Open.ID == evidence }) {
		if err := s.ofThis(ctx, tx, v, evidence); err != nil {
			return err
		}
		return fault.New(fault.Conflict, "checklist.not_open")
	}
	state, err := checklist.Decide(ctx, tx, evidence, d, by)
	if err != nil || state != checklist.Accepted {
		return err
	}
	return s.certify(ctx, tx, v, evidence, by)
}

// certify shows the number and the last day of a public-fundraising certificate that was accepted on the
// organisation's page and on its campaigns (Charity Law, art. 22).
func (s *Service) certify(ctx context.Context, tx *db.Tx, v View, evidence, by int64) error {
	for _, i := range v.Items {
		if i.Open.ID == evidence && i.Code == "fundraising" {
			in := v.Input()
			in.Certificate, in.CertificateEndsAt = i.Open.Reference, i.Open.Until
			return programme.UpdateOrganisation(ctx, tx, v.ID, in, by)
		}
	}
	return nil
}

// ofThis tells evidence of this organisation that is not open any more from another's.
func (s *Service) ofThis(ctx context.Context, r db.Queryer, v View, evidence int64) error {
	for _, item := range v.Items {
		all, err := checklist.History(ctx, r, programme.Papers(v.Organisation), item.Code)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(all, func(e checklist.Entry) bool { return e.ID == evidence }) {
			return nil
		}
	}
	return fault.New(fault.NotFound, "checklist.no_evidence")
}

// RecordItem notes what a verifier has found out themselves, such as who signs for the organisation.
// Faults: as DecideItem; those of checklist.Record.
func (s *Service) RecordItem(ctx context.Context, tx *db.Tx, organisation int64, code string, e checklist.Evidence, by int64) error {
	v, err := s.judged(ctx, tx, organisation, by)
	if err != nil {
		return err
	}
	_, err = checklist.Record(ctx, tx, programme.Papers(v.Organisation), code, e, by)
	return err
}

// WithdrawItem takes back what was accepted. Faults: as DecideItem; those of checklist.Withdraw.
func (s *Service) WithdrawItem(ctx context.Context, tx *db.Tx, organisation int64, code string, d checklist.Decision, by int64) error {
	v, err := s.judged(ctx, tx, organisation, by)
	if err != nil {
		return err
	}
	return checklist.Withdraw(ctx, tx, programme.Papers(v.Organisation), code, d, by)
}

// judged returns the organisation when by may judge it and there is something to judge.
func (s *Service) judged(ctx context.Context, tx *db.Tx, organisation, by int64) (View, error) {
	v, err := s.View(ctx, tx, organisation)
	if err != nil {
		return v, err
	}
	if err := s.Judge(ctx, tx, by, organisation); err != nil {
		return v, err
	}
	if v.Application.Open() {
		return v, fault.New(fault.Conflict, "apply.not_handed_in")
	}
	return v, nil
}

// Return gives an application back with the reasons that stand beside its items, and with a note. Faults:
// Forbidden with one of the keys of Close, "apply.appeal_other" for who refused what is appealed against;
// Conflict "apply.not_handed_in", "apply.accepted"; Invalid field note, which is needed when no item was
// refused.
func (s *Service) Return(ctx context.Context, tx *db.Tx, organisation int64, note string, by int64) error {
	v, err := s.reviewed(ctx, tx, organisation, by)
	if err != nil {
		return err
	}
	note = strings.TrimSpace(note)
	refused := slices.ContainsFunc(v.Items, func(i checklist.Item) bool { return i.State == checklist.Refused })
	switch {
	case note == "" && !refused:
		return fault.Fields{{Name: "note", Key: "form.required"}}
	case utf8.RuneCountInString(note) > MaxPurpose:
		return fault.Fields{{Name: "note", Key: "form.too_long", Args: map[string]any{"Max": MaxPurpose}}}
	}
	if err := s.move(ctx, tx, v.Application, Returned, "returned", note, by); err != nil {
		return err
	}
	return s.tell(ctx, tx, v, must, "apply.mail_returned")
}

// Approve says yes to an application. The second different verifier who does takes the organisation into
// the network: it is shown from that moment; done tells whether it is. Faults: Forbidden with one of the
// keys of Close, "apply.second_person" for who said yes first, "apply.appeal_other"; Conflict
// "apply.not_handed_in", "apply.accepted", "apply.unmet" while something that is asked is not in force;
// Invalid fields as programme.PublishOrganisation.
func (s *Service) Approve(ctx context.Context, tx *db.Tx, organisation, by int64) (done bool, err error) {
	v, err := s.reviewed(ctx, tx, organisation, by)
	if err != nil {
		return false, err
	}
	if n := len(checklist.Unmet(v.Items)); n > 0 {
		return false, fault.New(fault.Conflict, "apply.unmet", "Count", n)
	}
	if v.Application.State == HandedIn {
		return false, s.move(ctx, tx, v.Application, Second, "first", "", by)
	}
	if v.saidLast("first") == by {
		return false, fault.New(fault.Forbidden, "apply.second_person")
	}
	if err := s.move(ctx, tx, v.Application, Accepted, "accepted", "", by); err != nil {
		return false, err
	}
	if err := programme.PublishOrganisation(ctx, tx, organisation, by); err != nil {
		return false, err
	}
	return true, s.tell(ctx, tx, v, must, "apply.mail_accepted")
}

// reviewed returns an application that is under review by this person.
func (s *Service) reviewed(ctx context.Context, tx *db.Tx, organisation, by int64) (View, error) {
	v, err := s.judged(ctx, tx, organisation, by)
	switch {
	case err != nil:
		return v, err
	case v.Application.State == Accepted:
		return v, fault.New(fault.Conflict, "apply.accepted")
	case v.Application.Appeal != "" && v.saidLast("returned") == by:
		return v, fault.New(fault.Forbidden, "apply.appeal_other")
	}
	return v, nil
}

// saidLast returns who said a word last; 0 for nobody.
func (v View) saidLast(word string) int64 {
	for _, w := range slices.Backward(v.Words) {
		if w.Word == word {
			return w.By
		}
	}
	return 0
}
