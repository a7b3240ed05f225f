// Package tell tells guardians and those who answer them that something waits on their pages: that what
// they agreed to ends soon, that a request was answered, that one was made.
//
// A mailbox and a telephone are read by others too. So a message holds no name, no code, no purpose and
// no word of what was asked or answered: it says that there is something, and where to look. It is sent
// as its receiver wishes, and never at night. The package must not decide anything about a record: what
// ends, ends by itself, whether or not anybody was told.
package tell

import (
	"context"
	"embed"
	"fmt"
	"time"

	"manyhands/internal/child/tell/internal/telldb"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/notify"
)

// Texts holds the package's catalogues.
//
//go:embed text/*.toml
var Texts embed.FS

// Receiver is how somebody is reached.
type Receiver struct {
	Person int64
	Email  string // "" for none
	Phone  bool   // the account has a number
	Lang   i18n.Lang
}

// People knows how people are reached.
type People interface {
	// Receiver returns how a person is reached; a person who has left, or is not known, by nothing.
	Receiver(ctx context.Context, r db.Queryer, person int64) (Receiver, error)
	// Deciders returns who decides now about what guardians ask for at an organisation.
	Deciders(ctx context.Context, r db.Queryer, organisation int64) ([]Receiver, error)
}

// Config is what the service is made of.
type Config struct {
	People  People
	Texts   *i18n.Bundle
	BaseURL string    // without a final slash
	Network i18n.Text // the network's name
	Zone    *time.Location
}

// Service is the package's door. It implements child.Teller.
type Service struct {
	d   *db.DB
	cfg Config
}

// New returns the service.
func New(d *db.DB, cfg Config) *Service { return &Service{d, cfg} }

// What people are told, and by which template of short messages; staff get mails alone.
const (
	ends     = "ends"
	answered = "answered"
	asked    = "asked"
	waits    = "waits"
)

var templates = map[string]notify.Template{ends: notify.SMSEnds, answered: notify.SMSAnswer}

// Answered implements child.Teller.
func (s *Service) Answered(ctx context.Context, tx *db.Tx, person int64) error {
	return s.tellGuardian(ctx, tx, person, answered)
}

func (s *Service) tellGuardian(ctx context.Context, tx *db.Tx, person int64, what string) error {
	to, err := s.cfg.People.Receiver(ctx, tx, person)
	if err != nil {
		return fmt.Errorf("tell: %w", err)
	}
	return s.send(ctx, tx, to, what, "/me/children")
}

// Asked implements child.Teller: each of them hears of it once a day.
func (s *Service) Asked(ctx context.Context, tx *db.Tx, organisation, by int64) error {
	return s.tellDeciders(ctx, tx, organisation, by, asked)
}

func (s *Service) tellDeciders(ctx context.Context, tx *db.Tx, organisation, less int64, what string) error {
	list, err := s.cfg.People.Deciders(ctx, tx, organisation)
	if err != nil {
		return fmt.Errorf("tell: who decides: %w", err)
	}
	for _, to := range list {
		if to.Person == less {
			continue
		}
		fresh, err := s.first(ctx, tx, to.Person, asked)
		if err == nil && fresh {
			err = s.send(ctx, tx, to, what, "/desk/children")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// first notes that a person is told about something today and reports whether they were not yet.
func (s *Service) first(ctx context.Context, tx *db.Tx, person int64, about string) (bool, error) {
	n, err := telldb.New().Told(ctx, tx, telldb.ToldParams{PersonID: person, About: about, Day: s.day(tx.Now())})
	if err != nil {
		return false, fmt.Errorf("tell: note: %w", err)
	}
	return n == 1, nil
}

func (s *Service) day(at time.Time) string { return at.In(s.cfg.Zone).Format(time.DateOnly) }

// send writes to somebody by mail or, where a guardian has no address, by short message.
func (s *Service) send(ctx context.Context, tx *db.Tx, to Receiver, what, path string) error {
	lang := to.Lang
	if lang == "" {
		lang = i18n.ZH
	}
	in := i18n.With(ctx, s.cfg.Texts, lang, s.cfg.Zone)
	args := []any{"Network", s.cfg.Network.In(in), "Link", s.cfg.BaseURL + path}
	switch {
	case to.Email != "":
		return notify.Send(ctx, tx, notify.Mail{To: to.Email, Lang: lang.Tag(), Subject: i18n.T(in, "tell."+what+".subject", args...),
			Text: i18n.T(in, "tell."+what+".text", args...), Topic: notify.Reminders})
	case to.Phone && templates[what] != "":
		return notify.SendSMS(ctx, tx, notify.SMS{Person: to.Person, Lang: lang.Tag(), Template: templates[what], Topic: notify.Reminders,
			Text: i18n.T(in, "tell."+what+".sms", args...)})
	}
	return nil
}
