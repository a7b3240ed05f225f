// Package people knows who the persons of the network are, what they are appointed to and how they
// prove by e-mail that they are themselves; stronger proofs, and sessions, are package signin's.
//
// Anybody may sign in as a giver. Staff are persons with appointments: roles with a start and an end,
// in one organisation or in the whole network. The package must not hold children: those it never
// meets. What a role may do is package access's to say. No passwords are kept, and nothing but an
// e-mail address, a name that the person chose and a language.
package people

import (
	"context"
	"embed"
	"fmt"
	"net/url"
	"strings"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/job"
	"manyhands/internal/people/internal/peopledb"
)

// Texts holds the package's catalogues.
//
//go:embed text/*.toml
var Texts embed.FS

// Config is what the service needs to know about the installation.
type Config struct {
	BaseURL string    // scheme and host under which people reach the pages, "https://give.example.org"
	Network i18n.Text // the network's name, for mails
	Movers  []Mover   // what other parts of the house keep about persons, for merging two records
	Apart   []Apart   // where they note two different people
}

// Service is the package's door.
type Service struct {
	d     *db.DB
	texts *i18n.Bundle
	cfg   Config
}

// New returns the service. It refuses a base URL that is not http or https with a host and nothing
// after it.
func New(d *db.DB, texts *i18n.Bundle, cfg Config) (*Service, error) {
	cfg.BaseURL = strings.TrimSuffix(cfg.BaseURL, "/")
	u, err := url.Parse(cfg.BaseURL)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.Path != "" ||
		u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, fmt.Errorf("people: the base URL must look like https://give.example.org")
	}
	return &Service{d: d, texts: texts, cfg: cfg}, nil
}

// Secure reports whether the pages are reached over https.
func (s *Service) Secure() bool { return strings.HasPrefix(s.cfg.BaseURL, "https:") }

// Register has r delete links some time after their end.
func (s *Service) Register(r *job.Runner) {
	s.registerReminders(r)
	r.Every("people.purge", time.Hour, func(ctx context.Context) error {
		return s.d.Write(ctx, func(tx *db.Tx) error {
			if _, err := peopledb.New().PurgeLinks(ctx, tx, clock.Micros(tx.Now().Add(-keepLinks))); err != nil {
				return fmt.Errorf("people: purge links: %w", err)
			}
			return nil
		})
	})
}

// Person is somebody who gives or works here.
type Person struct {
	ID    int64
	Email string    // folded; "" for a person without one
	Name  string    // as the person wants to be called; may be ""
	Lang  i18n.Lang // "" until chosen
	Made  time.Time
	Seen  time.Time // last sign-in; zero for never
	Left  time.Time // when the account was deleted; zero while it is there
}

// Called returns how the person is called on pages: the chosen name, else what stands before the @.
func (p Person) Called() string {
	if p.Name != "" {
		return p.Name
	}
	local, _, _ := strings.Cut(p.Email, "@")
	return local
}

func personOf(r peopledb.Person) Person {
	return Person{ID: r.ID, Email: r.Email, Name: r.Name, Lang: i18n.Lang(r.Lang),
		Made: clock.Time(r.MadeAt), Seen: clock.Time(r.SeenAt), Left: clock.Time(r.LeftAt)}
}

// EnsurePerson returns the person with that address and makes one if there is none. name is used only
// for a new person. Faults: Fields naming "email" or "name".
func (s *Service) EnsurePerson(ctx context.Context, tx *db.Tx, email, name string) (Person, error) {
	email, err := Email(email)
	if err != nil {
		return Person{}, err
	}
	if name, err = Name(name); err != nil {
		return Person{}, err
	}
	_, err = peopledb.New().InsertPerson(ctx, tx, peopledb.InsertPersonParams{
		ID: tx.NewID(), Email: email, Name: name, MadeAt: tx.NowMicros(),
	})
	if err != nil {
		return Person{}, fmt.Errorf("people: add a person: %w", err)
	}
	return s.PersonByEmail(ctx, tx, email)
}

// PersonByEmail returns the person with that address, or the one into whom its record was merged.
// Faults: NotFound "people.unknown"; Fields naming "email".
func (s *Service) PersonByEmail(ctx context.Context, q db.Queryer, email string) (Person, error) {
	email, err := Email(email)
	if err != nil {
		return Person{}, err
	}
	r, err := peopledb.New().PersonByEmail(ctx, q, email)
	if err != nil {
		return Person{}, fmt.Errorf("people: person by address: %w", db.NotFound(err, "people.unknown"))
	}
	kept, err := s.Current(ctx, q, r.ID)
	if err != nil || kept == r.ID {
		return personOf(r), err
	}
	return s.PersonByID(ctx, q, kept)
}

// PersonByID returns a person. Faults: NotFound "people.unknown".
func (s *Service) PersonByID(ctx context.Context, q db.Queryer, id int64) (Person, error) {
	r, err := peopledb.New().PersonByID(ctx, q, id)
	if err != nil {
		return Person{}, fmt.Errorf("people: person by id: %w", db.NotFound(err, "people.unknown"))
	}
	return personOf(r), nil
}

// SetSeen notes that a person has signed in now. Faults: NotFound "people.unknown".
func (s *Service) SetSeen(ctx context.Context, tx *db.Tx, id int64) error {
	n, err := peopledb.New().SetSeen(ctx, tx, peopledb.SetSeenParams{Now: tx.NowMicros(), ID: id})
	if err != nil {
		return fmt.Errorf("people: note the sign-in: %w", err)
	}
	if n == 0 {
		return fault.New(fault.NotFound, "people.unknown")
	}
	return nil
}

// SetProfile changes what a person says of themselves; lang may be empty. Faults: Fields naming "name"
// or "lang", NotFound "people.unknown".
func (s *Service) SetProfile(ctx context.Context, tx *db.Tx, id int64, name string, lang i18n.Lang) error {
	name, err := Name(name)
	if err != nil {
		return err
	}
	if lang != "" && lang != i18n.ZH && lang != i18n.EN {
		return fault.Fields{{Name: "lang", Key: "form.choice"}}
	}
	n, err := peopledb.New().SetProfile(ctx, tx, peopledb.SetProfileParams{Name: name, Lang: string(lang), ID: id})
	if err != nil {
		return fmt.Errorf("people: change a profile: %w", err)
	}
	if n == 0 {
		return fault.New(fault.NotFound, "people.unknown")
	}
	return nil
}
