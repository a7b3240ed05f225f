package apply

import (
	"context"

	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/notify"
	"manyhands/internal/programme"
)

// Suspend stops an organisation at once and tells who answers for it. Who is close to it may do so too: to
// stop is no favour. Faults: those of programme.SuspendOrganisation.
func (s *Service) Suspend(ctx context.Context, tx *db.Tx, organisation int64, reason, note string, by int64) error {
	o, err := programme.OrganisationByID(ctx, tx, organisation)
	if err != nil || o.State == programme.Suspended {
		return err
	}
	if err := programme.SuspendOrganisation(ctx, tx, organisation, reason, note, by); err != nil {
		return err
	}
	return s.tellOf(ctx, tx, organisation, must, "apply.mail_suspended", "What", "programme.suspend."+reason)
}

// Uphold notes that a second person has looked at a suspension and agrees. Faults: Forbidden with one of the
// keys of Close; those of programme.UpholdSuspension.
func (s *Service) Uphold(ctx context.Context, tx *db.Tx, organisation, by int64) error {
	if err := s.Judge(ctx, tx, by, organisation); err != nil {
		return err
	}
	return programme.UpholdSuspension(ctx, tx, organisation, by)
}

// Lift says that a suspension can end; with the second person's word it does, and who answers for the
// organisation is told. Faults: Forbidden with one of the keys of Close; those of
// programme.LiftSuspension.
func (s *Service) Lift(ctx context.Context, tx *db.Tx, organisation, by int64) error {
	if err := s.Judge(ctx, tx, by, organisation); err != nil {
		return err
	}
	done, err := programme.LiftSuspension(ctx, tx, organisation, by)
	if err != nil || !done {
		return err
	}
	return s.tellOf(ctx, tx, organisation, must, "apply.mail_lifted")
}

// tellOf is tell for an organisation that may never have applied: then nobody answers for it here.
func (s *Service) tellOf(ctx context.Context, tx *db.Tx, organisation int64, topic notify.Topic, key string, args ...any) error {
	v, err := s.View(ctx, tx, organisation)
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	return s.tell(ctx, tx, v, topic, key, args...)
}

// CloseForGood ends an organisation's part in the network. It must be suspended, by somebody else, and who
// keeps its children's records from then on must be said (package safeguard). Faults: Forbidden with one of
// the keys of Close; Conflict "apply.needs_heir"; those of programme.CloseOrganisation.
func (s *Service) CloseForGood(ctx context.Context, tx *db.Tx, organisation, by int64) error {
	if err := s.Judge(ctx, tx, by, organisation); err != nil {
		return err
	}
	if s.NeedsHeir != nil {
		needs, err := s.NeedsHeir(ctx, tx, organisation)
		if err != nil {
			return err
		}
		if needs {
			return fault.New(fault.Conflict, "apply.needs_heir")
		}
	}
	if err := programme.CloseOrganisation(ctx, tx, organisation, by); err != nil {
		return err
	}
	return s.tellOf(ctx, tx, organisation, must, "apply.mail_closed")
}
