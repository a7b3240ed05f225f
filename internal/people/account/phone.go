package account

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/notify"
	"manyhands/internal/people"
	"manyhands/internal/people/account/internal/accountdb"
)

// A number that its owner gave up is silent for at least 90 days before a provider in mainland China
// hands it to somebody else. A proof younger than that is certainly its owner's. Older ones may come
// from a stranger, so the number alone then does not open an account that has an address, by which its
// owner gets in as well. Whoever has nothing but the number keeps the way in for a year: most of them
// are its owners, and grandparents who come once a year to enrol a child must not find a closed door.
const (
	staleAfter     = 90 * 24 * time.Hour
	staleOnlyPhone = 365 * 24 * time.Hour
)

const (
	lookupPhone = "phone"
	fieldPhone  = "phone"
)

// ErrStale is the fault of a number that was not proven for so long that it may have another owner now.
var ErrStale = fault.New(fault.Conflict, "account.phone_stale")

// AskSignIn sends a code to a number for signing in with it. Who it belongs to, and whether to anybody,
// changes nothing in the answer. number is as typed. Faults: Fields naming "phone"; those of a code that
// cannot be had: TooMany "account.code_minute", "account.code_hour", "account.client_day", Busy
// "account.sms_spent", Invalid "account.no_ticket"; those of the vault when it is locked.
func (s *Service) AskSignIn(ctx context.Context, number string, a Ask) error {
	return s.askPhone(ctx, number, forSignIn, 0, a)
}

// AskPhone sends a code to a number that a person who is signed in wants to have in their account.
// Faults: as AskSignIn.
func (s *Service) AskPhone(ctx context.Context, person int64, number string, a Ask) error {
	return s.askPhone(ctx, number, forPhone, person, a)
}

func (s *Service) askPhone(ctx context.Context, typed, kind string, person int64, a Ask) error {
	number, g, err := s.phoneGoal(typed, kind, person)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(s.cfg.Countries, func(code string) bool { return callingCode(number, code) }) {
		return bad("account.phone_country")
	}
	return s.d.Write(ctx, func(tx *db.Tx) error {
		code, err := s.issue(ctx, tx, g, a)
		if err != nil || code == "" {
			return err
		}
		words := s.words(ctx, a.Lang)
		minutes := int64(CodeLife / time.Minute)
		return notify.SendSMS(ctx, tx, notify.SMS{To: number, Lang: i18n.LangOf(words).Tag(), Template: notify.SMSCode,
			Params: map[string]string{"code": code, "minutes": fmt.Sprint(minutes)}, Until: tx.Now().Add(CodeLife),
			Text: i18n.T(words, "account.sms_code", "Network", s.cfg.Network.In(words), "Code", code, "Minutes", minutes)})
	})
}

// phoneGoal reads a number and says what a code to it proves.
func (s *Service) phoneGoal(typed, kind string, person int64) (string, goal, error) {
	number, err := Number(typed)
	if err != nil {
		return "", goal{}, err
	}
	lookup, err := s.vault.Lookup(lookupPhone, number)
	if err != nil {
		return "", goal{}, err
	}
	return number, goal{kind: kind, person: person, target: lookup}, nil
}

// SignIn returns the person whose number it is, once its code comes back; a number that is new here
// makes a new person. anew says that whoever holds an old number wants an account of their own: the
// number leaves the other account, which is told. Faults: Fields naming "phone" or "code"; Gone
// "account.code_ended"; ErrStale, after which the same code works once more with anew.
func (s *Service) SignIn(ctx context.Context, number, ticket, code string, anew bool, lang i18n.Lang) (p people.Person, err error) {
	number, g, err := s.phoneGoal(number, forSignIn, 0)
	if err != nil {
		return p, err
	}
	var stale error
	err = s.prove(ctx, g, ticket, code, func(tx *db.Tx, id string) error {
		p, stale = people.Person{}, nil
		row, err := q.PhoneByLookup(ctx, tx, g.target)
		known := err == nil
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("account: number: %w", err)
		}
		if known && !anew {
			if p, err = s.owner(ctx, tx, row.PersonID); err != nil {
				return err
			}
			if old(p, row, tx.Now()) {
				stale = ErrStale
				return nil
			}
			if err := q.ProvePhone(ctx, tx, accountdb.ProvePhoneParams{Now: tx.NowMicros(), PersonID: row.PersonID}); err != nil {
				return fmt.Errorf("account: note the proof: %w", err)
			}
		} else {
			if p, err = s.people.AddPerson(ctx, tx, lang); err != nil {
				return err
			}
			if err := s.bind(ctx, tx, p.ID, number, g.target); err != nil {
				return err
			}
		}
		return s.use(ctx, tx, id)
	})
	if err = errors.Join(err, stale); err != nil {
		return people.Person{}, single(err)
	}
	return p, nil
}

// owner returns the person for whom a record stands today.
func (s *Service) owner(ctx context.Context, tx *db.Tx, id int64) (people.Person, error) {
	id, err := s.people.Current(ctx, tx, id)
	if err != nil {
		return people.Person{}, err
	}
	return s.people.PersonByID(ctx, tx, id)
}

// single takes one fault out of errors.Join, so that it is answered as it is.
func single(err error) error {
	if j, ok := err.(interface{ Unwrap() []error }); ok && len(j.Unwrap()) == 1 {
		return j.Unwrap()[0]
	}
	return err
}

func old(p people.Person, row accountdb.PersonPhone, now time.Time) bool {
	age := now.Sub(clock.Time(row.ProvenAt))
	if p.Email != "" {
		return age >= staleAfter
	}
	return age >= staleOnlyPhone
}

// SetPhone puts a number into a person's account, once its code comes back. It leaves any other account
// that had it, and that account is told; so is the number that it takes the place of. Faults: as SignIn.
func (s *Service) SetPhone(ctx context.Context, person int64, number, ticket, code string) error {
	number, g, err := s.phoneGoal(number, forPhone, person)
	if err != nil {
		return err
	}
	return s.prove(ctx, g, ticket, code, func(tx *db.Tx, id string) error {
		before, err := s.PhoneOf(ctx, tx, person)
		if err != nil {
			return err
		}
		if err := s.bind(ctx, tx, person, number, g.target); err != nil {
			return err
		}
		if err := s.use(ctx, tx, id); err != nil {
			return err
		}
		if before == number {
			return nil
		}
		if err := s.cfg.Changed(ctx, tx, person); err != nil {
			return err
		}
		return s.tellChange(ctx, tx, person, before, "account.mail_phone")
	})
}

// bind gives a number to a person and takes it from whoever had it.
func (s *Service) bind(ctx context.Context, tx *db.Tx, person int64, number, lookup string) error {
	had, err := q.PhoneByLookup(ctx, tx, lookup)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("account: number: %w", err)
	}
	if err == nil && had.PersonID != person {
		if _, err := q.DeletePhone(ctx, tx, had.PersonID); err != nil {
			return fmt.Errorf("account: move a number: %w", err)
		}
		if err := event.Add(ctx, tx, "person.phone_lost", had.PersonID, 0, nil); err != nil {
			return err
		}
		if err := s.tellMail(ctx, tx, had.PersonID, "account.mail_phone_lost"); err != nil {
			return err
		}
	}
	if err := s.vault.Make(ctx, tx, person); err != nil {
		return err
	}
	box, err := s.vault.Box(ctx, tx, person)
	if err != nil {
		return err
	}
	sealed, err := box.Seal(fieldPhone, []byte(number))
	if err != nil {
		return err
	}
	err = q.PutPhone(ctx, tx, accountdb.PutPhoneParams{PersonID: person, Lookup: lookup, Sealed: sealed,
		ProvenAt: tx.NowMicros(), MadeAt: tx.NowMicros()})
	if err != nil {
		return fmt.Errorf("account: keep a number: %w", err)
	}
	return event.Add(ctx, tx, "person.phone_set", person, person, nil)
}

// PhoneOf returns a person's number, "" when there is none. Faults: those of the vault when it is
// locked.
func (s *Service) PhoneOf(ctx context.Context, r db.Queryer, person int64) (string, error) {
	row, err := q.PhoneOf(ctx, r, person)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("account: number: %w", err)
	}
	box, err := s.vault.Box(ctx, r, person)
	if err != nil {
		return "", err
	}
	number, err := box.Open(fieldPhone, row.Sealed)
	if err != nil {
		return "", err
	}
	return string(number), nil
}

// RemovePhone takes the number out of a person's account. Faults: Conflict "account.only_phone" when
// there is no address either: nobody could get in any more.
func (s *Service) RemovePhone(ctx context.Context, tx *db.Tx, person int64) error {
	p, err := s.people.PersonByID(ctx, tx, person)
	if err != nil {
		return err
	}
	if p.Email == "" {
		return fault.New(fault.Conflict, "account.only_phone")
	}
	n, err := q.DeletePhone(ctx, tx, person)
	if err != nil {
		return fmt.Errorf("account: remove a number: %w", err)
	}
	if n == 0 {
		return nil
	}
	if err := event.Add(ctx, tx, "person.phone_removed", person, person, nil); err != nil {
		return err
	}
	if err := s.cfg.Changed(ctx, tx, person); err != nil {
		return err
	}
	return s.tellMail(ctx, tx, person, "account.mail_phone")
}
