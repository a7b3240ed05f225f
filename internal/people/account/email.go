package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/notify"
	"manyhands/internal/people"
	"manyhands/internal/people/account/internal/accountdb"
)

// AskEmail sends a code to an address that a person wants to have in their account. Whether it is
// somebody else's is said only once it is proven. Faults: Fields naming "email"; TooMany and Invalid as
// AskSignIn.
func (s *Service) AskEmail(ctx context.Context, person int64, address string, a Ask) error {
	address, g, err := s.emailGoal(person, address)
	if err != nil {
		return err
	}
	return s.d.Write(ctx, func(tx *db.Tx) error {
		code, err := s.issue(ctx, tx, g, a)
		if err != nil || code == "" {
			return err
		}
		return notify.Send(ctx, tx, s.letter(ctx, people.Person{Lang: a.Lang}, address, "account.mail_code",
			"Code", code, "Minutes", int64(CodeLife/time.Minute)))
	})
}

func (s *Service) emailGoal(person int64, typed string) (string, goal, error) {
	address, err := people.Email(typed)
	if err != nil {
		return "", goal{}, err
	}
	return address, goal{kind: forEmail, person: person, target: s.addressHash(address)}, nil
}

func (s *Service) addressHash(address string) string { return s.hash("address", address) }

// SetEmail changes a person's address, once its code comes back. The address before is told, and the
// gifts made under it stay theirs. Faults: Fields naming "email" or "code"; Gone "account.code_ended";
// Conflict "people.email_taken".
func (s *Service) SetEmail(ctx context.Context, person int64, address, ticket, code string) error {
	address, g, err := s.emailGoal(person, address)
	if err != nil {
		return err
	}
	var taken error
	err = s.prove(ctx, g, ticket, code, func(tx *db.Tx, id string) error {
		taken = nil
		p, err := s.people.PersonByID(ctx, tx, person)
		if err != nil {
			return err
		}
		if err := s.use(ctx, tx, id); err != nil {
			return err
		}
		if p.Email == address {
			return nil
		}
		if err := s.people.SetEmail(ctx, tx, person, address); fault.KindOf(err) == fault.Conflict {
			taken = err // the code is used up all the same
			return nil
		} else if err != nil {
			return err
		}
		if err := s.cfg.Changed(ctx, tx, person); err != nil {
			return err
		}
		return s.addressChanged(ctx, tx, p, address)
	})
	return single(errors.Join(err, taken))
}

// addressChanged keeps the old address as one that was proven, and tells it.
func (s *Service) addressChanged(ctx context.Context, tx *db.Tx, p people.Person, now string) error {
	if err := q.DeletePastAddress(ctx, tx, now); err != nil {
		return fmt.Errorf("account: address: %w", err)
	}
	if err := event.Add(ctx, tx, "person.email_set", p.ID, p.ID, nil); err != nil {
		return err
	}
	if p.Email == "" {
		return nil
	}
	err := q.PutPastAddress(ctx, tx, accountdb.PutPastAddressParams{Email: p.Email, PersonID: p.ID, MadeAt: tx.NowMicros()})
	if err != nil {
		return fmt.Errorf("account: past address: %w", err)
	}
	return notify.Send(ctx, tx, s.letter(ctx, p, p.Email, "account.mail_email"))
}

// Addresses returns the addresses under which a person's gifts are found: the present one first, and
// those that they had proven before and that nobody else has proven since.
func (s *Service) Addresses(ctx context.Context, r db.Queryer, person int64) ([]string, error) {
	p, err := s.people.PersonByID(ctx, r, person)
	if err != nil {
		return nil, err
	}
	past, err := q.PastAddresses(ctx, r, person)
	if err != nil {
		return nil, fmt.Errorf("account: past addresses: %w", err)
	}
	var out []string
	if p.Email != "" {
		out = append(out, p.Email)
	}
	for _, a := range past {
		_, err := s.people.PersonByEmail(ctx, r, a)
		switch {
		case fault.KindOf(err) == fault.NotFound:
			out = append(out, a)
		case err != nil:
			return nil, err
		}
	}
	return slices.Compact(out), nil
}
