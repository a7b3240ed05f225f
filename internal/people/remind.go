package people

import (
	"context"
	"fmt"
	"slices"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/checklist"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/job"
	"manyhands/internal/notify"
	"manyhands/internal/people/internal/peopledb"
)

const (
	remindEvery = 24 * time.Hour
	gapAhead    = 3 * 24 * time.Hour // how long before it begins an open cover is mailed, then daily
	mostGaps    = 200
)

// registerReminders has r tell people what runs out and who is not covered for. Nothing depends on it:
// a role rests at its moment whether or not anybody was told.
func (s *Service) registerReminders(r *job.Runner) {
	r.Every("people.remind", remindEvery, func(ctx context.Context) error {
		return s.d.Write(ctx, func(tx *db.Tx) error { return s.remind(ctx, tx) })
	})
	r.Every("people.gaps", remindEvery, func(ctx context.Context) error {
		return s.d.Write(ctx, func(tx *db.Tx) error { return s.tellGaps(ctx, tx) })
	})
}

// remind mails what runs out of the checks of people who still hold a role with children: to them, and
// to who arranges people where they work.
func (s *Service) remind(ctx context.Context, tx *db.Tx) error {
	due, err := checklist.Remind(ctx, tx, checklist.Person)
	if err != nil {
		return fmt.Errorf("people: reminders: %w", err)
	}
	for _, e := range due {
		all, err := s.live(ctx, tx, e.Subject, tx.Now())
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(a Appointment) bool { return !WithChildren(a.Role) })
		if len(all) == 0 {
			continue
		}
		if err := s.remindOf(ctx, tx, e, all); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) remindOf(ctx context.Context, tx *db.Tx, e checklist.Ending, held []Appointment) error {
	p, err := s.PersonByID(ctx, tx, e.Subject)
	if err != nil {
		return err
	}
	name := "people.mail.runs_out"
	if e.Days == 0 {
		name = "people.mail.ran_out"
	}
	args := []any{"Name", p.Called(), "Day", e.EndsAt}
	check := func(ctx context.Context) string { return i18n.T(ctx, e.Name()) }
	if err := s.mail(ctx, tx, p, name+".own", "/me/duties", check, args...); err != nil {
		return err
	}
	told, err := s.arrangers(ctx, tx, held)
	if err != nil {
		return err
	}
	for _, who := range told {
		if who.ID != p.ID {
			if err := s.mail(ctx, tx, who, name, "/desk/people/"+clock.FormatID(p.ID), check, args...); err != nil {
				return err
			}
		}
	}
	return nil
}

// tellGaps mails, once a day, which supervisors are away with nobody to cover.
func (s *Service) tellGaps(ctx context.Context, tx *db.Tx) error {
	away, err := s.Absences(ctx, tx, tx.Now(), mostGaps)
	if err != nil {
		return err
	}
	for _, a := range away {
		if a.Gap.IsZero() || a.Gap.After(tx.Now().Add(gapAhead)) {
			continue
		}
		p, err := s.PersonByID(ctx, tx, a.Person)
		if err != nil {
			return err
		}
		told, err := s.arrangers(ctx, tx, []Appointment{{Organisation: a.Organisation}})
		if err != nil {
			return err
		}
		for _, who := range told {
			if err := s.mail(ctx, tx, who, "people.mail.gap", "/desk/people/cover", nil, "Name", p.Called(), "From", a.Gap, "Until", a.Ends.Add(-time.Microsecond)); err != nil {
				return err
			}
		}
	}
	return nil
}

// tellLeads tells the safeguarding leads of the places, other than the person, that a finding has to be
// looked at: no name, no word of what it is. Without any, the administrators are told.
func (s *Service) tellLeads(ctx context.Context, tx *db.Tx, person int64, held []Appointment) error {
	told, err := s.holders(ctx, tx, access.SafeguardingLead, held, person)
	if err != nil {
		return err
	}
	if len(told) == 0 {
		if told, err = s.holders(ctx, tx, access.Administrator, held, person); err != nil {
			return err
		}
	}
	for _, who := range told {
		if err := s.mail(ctx, tx, who, "people.mail.barred", "/desk/people/"+clock.FormatID(person), nil); err != nil {
			return err
		}
	}
	return nil
}

// arrangers returns who arranges people at the places of some appointments: the coordinators there, else
// the administrators.
func (s *Service) arrangers(ctx context.Context, q db.Queryer, held []Appointment) ([]Person, error) {
	told, err := s.holders(ctx, q, access.Coordinator, held, 0)
	if err != nil || len(told) > 0 {
		return told, err
	}
	return s.holders(ctx, q, access.Administrator, held, 0)
}

// holders returns who holds a role now, in force, at one of the places or for the whole network, less one.
func (s *Service) holders(ctx context.Context, q db.Queryer, role access.Role, held []Appointment, less int64) ([]Person, error) {
	rows, err := peopledb.New().HoldersOfRole(ctx, q, peopledb.HoldersOfRoleParams{Role: string(role), At: s.d.NowMicros()})
	if err != nil {
		return nil, fmt.Errorf("people: who holds a role: %w", err)
	}
	var out []Person
	for _, r := range rows {
		here := r.OrganisationID == access.Network || slices.ContainsFunc(held, func(a Appointment) bool { return a.Organisation == r.OrganisationID })
		if !here || r.PersonID == less || slices.ContainsFunc(out, func(p Person) bool { return p.ID == r.PersonID }) {
			continue
		}
		p, err := s.PersonByID(ctx, q, r.PersonID)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// mail sends somebody a mail in their language: the texts name.subject and name.text, and a link. check
// names what it is about; nil for nothing. Who has no address is not mailed.
func (s *Service) mail(ctx context.Context, tx *db.Tx, to Person, name, path string, check func(context.Context) string, args ...any) error {
	if to.Email == "" {
		return nil
	}
	lang := to.Lang
	if lang == "" {
		lang = i18n.ZH
	}
	ctx2 := i18n.With(ctx, s.texts, lang, nil)
	args = append(args, "Network", s.cfg.Network.In(ctx2), "Link", s.cfg.BaseURL+path)
	if check != nil {
		args = append(args, "Check", check(ctx2))
	}
	return notify.Send(ctx, tx, notify.Mail{To: to.Email, Lang: lang.Tag(), Subject: i18n.T(ctx2, name+".subject", args...), Text: i18n.T(ctx2, name+".text", args...)})
}
