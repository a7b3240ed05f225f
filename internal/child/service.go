package child

import (
	"context"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/blob"
	"manyhands/internal/child/internal/childdb"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/vault"
)

var q = childdb.New()

// People tells who a person is and what they may do now; package people does.
type People interface {
	// Actor returns the person with the roles in force. Faults: NotFound for an unknown person.
	Actor(ctx context.Context, r db.Queryer, id int64, at time.Time) (access.Actor, error)
}

// Emergencies tells who has opened a record in an emergency; package safeguard does.
type Emergencies interface {
	// Glass returns, for each record, the persons for whom it is open at a moment.
	Glass(ctx context.Context, r db.Queryer, records []int64, at time.Time) (map[int64][]int64, error)
}

// Options are what the service is made of.
type Options struct {
	Vault       *vault.Vault
	Blobs       *blob.Store
	Consents    *consent.Service // made with Families
	People      People
	Names       consent.Names
	Papers      Papers      // nil: no family code begins anew
	Emergencies Emergencies // nil: nobody opens anything in an emergency
	Zone        *time.Location
	AloneAge    int // years below which no child goes home alone; 0 is DefaultAloneAge
}

// DefaultAloneAge is the age from which China lets a child ride a bicycle on the road (Regulation on the
// Implementation of the Road Traffic Safety Law, Art. 72): a careful measure for going home alone.
const DefaultAloneAge = 12

// Teller tells people that something waits for them, and no word of what it is or about which child.
type Teller interface {
	// Answered tells the account of a guardian that what they asked for has been answered.
	Answered(ctx context.Context, tx *db.Tx, person int64) error
	// Asked tells those who decide at an organisation, but for who asked, that a guardian waits.
	Asked(ctx context.Context, tx *db.Tx, organisation, by int64) error
}

// silence tells nobody.
type silence struct{}

func (silence) Answered(context.Context, *db.Tx, int64) error     { return nil }
func (silence) Asked(context.Context, *db.Tx, int64, int64) error { return nil }

// Service is the package's door.
type Service struct {
	d      *db.DB
	o      Options
	teller Teller
}

// New returns the service on d.
func New(d *db.DB, o Options) *Service {
	if o.AloneAge == 0 {
		o.AloneAge = DefaultAloneAge
	}
	return &Service{d: d, o: o, teller: silence{}}
}

// Use sets who tells people, instead of nobody.
func (s *Service) Use(t Teller) { s.teller = t }
