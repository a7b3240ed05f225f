package apply

import (
	"context"
	"slices"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/programme/apply/internal/applydb"
)

// AddPerson names somebody who answers for an organisation and tells them by mail. They see its application
// when they sign in, and act for it once they have confirmed: nobody becomes close to an organisation by
// another's word, nor learns how somebody is called from their address. A person with that address is made
// when there is none. Faults: Invalid fields email, name, post; Conflict
// "apply.too_many_people".
func (s *Service) AddPerson(ctx context.Context, tx *db.Tx, organisation int64, email, name, post string, by int64) error {
	if !slices.Contains(Posts(), post) {
		return fault.Fields{{Name: "post", Key: "form.choice"}}
	}
	v, err := s.View(ctx, tx, organisation)
	if err != nil {
		return err
	}
	held, err := q.ResponsibleOf(ctx, tx, organisation)
	if err != nil {
		return err
	}
	if len(held) >= MaxPeople {
		return fault.New(fault.Conflict, "apply.too_many_people", "Max", MaxPeople)
	}
	p, err := s.People.EnsurePerson(ctx, tx, email, name)
	if err != nil {
		return err
	}
	known, err := q.IsResponsible(ctx, tx, applydb.IsResponsibleParams{OrganisationID: organisation, PersonID: p.ID})
	if err != nil {
		return err
	}
	confirmed := p.ID == by || known.Posts > known.Unconfirmed
	if err := addResponsible(ctx, tx, organisation, p.ID, post, by, confirmed); err != nil || confirmed || known.Posts > 0 {
		return err
	}
	return s.mail(ctx, tx, p, v, must, "apply.mail_named", nil)
}

func addResponsible(ctx context.Context, tx *db.Tx, organisation, person int64, post string, by int64, confirmed bool) error {
	in := applydb.AddResponsibleParams{OrganisationID: organisation, PersonID: person, Post: post, MadeBy: by, MadeAt: tx.NowMicros()}
	if confirmed {
		in.ConfirmedAt = tx.NowMicros()
	}
	if _, err := q.AddResponsible(ctx, tx, in); err != nil {
		return err
	}
	return event.Add(ctx, tx, "responsible.added", organisation, by, map[string]string{"post": post})
}

// Confirm notes that a person says themselves that they answer for an organisation. Confirming again
// changes nothing.
func (s *Service) Confirm(ctx context.Context, tx *db.Tx, organisation, person int64) error {
	n, err := q.ConfirmResponsible(ctx, tx, applydb.ConfirmResponsibleParams{OrganisationID: organisation, PersonID: person, Now: tx.NowMicros()})
	if err != nil || n == 0 {
		return err
	}
	return event.Add(ctx, tx, "responsible.confirmed", organisation, person, nil)
}

// EndPerson ends that somebody answers for something. What they once were stays known: they never judge
// this organisation. Faults: Conflict "apply.last_person" when nobody would be left.
func (s *Service) EndPerson(ctx context.Context, tx *db.Tx, organisation, person int64, post string, by int64) error {
	held, err := q.ResponsibleOf(ctx, tx, organisation)
	if err != nil {
		return err
	}
	others := slices.ContainsFunc(held, func(r applydb.Responsible) bool { return r.PersonID != person || r.Post != post })
	if !others {
		return fault.New(fault.Conflict, "apply.last_person")
	}
	n, err := q.EndResponsible(ctx, tx, applydb.EndResponsibleParams{OrganisationID: organisation, PersonID: person, Post: post, Now: tx.NowMicros()})
	if err != nil || n == 0 {
		return err
	}
	return event.Add(ctx, tx, "responsible.ended", organisation, by, map[string]string{"post": post})
}

// Answers reports whether a person answers for an organisation now, and whether they have confirmed it.
func Answers(ctx context.Context, r db.Queryer, organisation, person int64) (named, confirmed bool, err error) {
	n, err := q.IsResponsible(ctx, r, applydb.IsResponsibleParams{OrganisationID: organisation, PersonID: person})
	return n.Posts > 0, n.Posts > 0 && n.Unconfirmed == 0, err
}

// closeness says of one person to which organisations they are too close to judge them, and why.
type closeness map[int64]string

// closenessOf reads all that one person is close to, in four queries.
func (s *Service) closenessOf(ctx context.Context, r db.Queryer, person int64) (closeness, error) {
	out := closeness{}
	held, err := s.People.AppointmentsOf(ctx, r, person, s.d.Now())
	if err != nil {
		return nil, err
	}
	for _, a := range held {
		if a.Organisation != access.Network {
			out[a.Organisation] = "apply.close_appointed"
		}
	}
	for _, x := range []struct {
		why  string
		read func(context.Context, applydb.DBTX, int64) ([]int64, error)
	}{{"apply.close_declared", q.DeclaredAbout}, {"apply.close_responsible", q.EverResponsibleFor}, {"apply.close_applied", q.AppliedFor}} {
		ids, err := x.read(ctx, r, person)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			out[id] = x.why
		}
	}
	return out, nil
}

// Close reports why a person is too close to an organisation to judge it, as a message key; "" when they
// are not: "apply.close_applied", "apply.close_responsible", "apply.close_declared",
// "apply.close_appointed".
func (s *Service) Close(ctx context.Context, r db.Queryer, person, organisation int64) (string, error) {
	near, err := s.closenessOf(ctx, r, person)
	return near[organisation], err
}

// Declare notes that a verifier is too close to an organisation. It is never taken back. Faults: Invalid
// field reason; NotFound "programme.no_organisation".
func (s *Service) Declare(ctx context.Context, tx *db.Tx, organisation int64, reason string, by int64) error {
	if !slices.Contains(ConflictReasons(), reason) {
		return fault.Fields{{Name: "reason", Key: "form.choice"}}
	}
	n, err := q.InsertConflict(ctx, tx, applydb.InsertConflictParams{OrganisationID: organisation, PersonID: by, Reason: reason, MadeAt: tx.NowMicros()})
	if err != nil || n == 0 {
		return err
	}
	return event.Add(ctx, tx, "conflict.declared", organisation, by, nil)
}

// Judge returns nil when a person may judge an organisation. Faults: Forbidden with one of the keys of
// Close.
func (s *Service) Judge(ctx context.Context, r db.Queryer, person, organisation int64) error {
	why, err := s.Close(ctx, r, person, organisation)
	if err == nil && why != "" {
		return fault.New(fault.Forbidden, why)
	}
	return err
}
