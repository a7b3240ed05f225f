// Package reach keeps how and when the people of the network can be reached: numbers and addresses,
// sealed under the person's own key, with the hours that are safe to call; and the hours of a week that
// somebody has to give.
//
// Everybody looks after their own; who sees the staff of a place sees how to reach them too, and nobody
// else does. The package must not hold children or guardians, and a number or address leaves it for a
// page alone, never for a log, a mail or an event.
package reach

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/people"
	"manyhands/internal/people/reach/internal/reachdb"
	"manyhands/internal/vault"
)

// Kind is a way to reach somebody.
type Kind string

// The kinds.
const (
	Phone  Kind = "phone"
	Email  Kind = "email"
	WeChat Kind = "wechat"
)

// Kinds returns the kinds in the order in which pages offer them.
func Kinds() []Kind { return []Kind{Phone, Email, WeChat} }

// MostPoints is how many contact points one person may have.
const MostPoints = 8

// Day is how many minutes a day has.
const Day = 24 * 60

// Point is one way to reach a person, in clear.
type Point struct {
	ID        int64
	Person    int64
	Kind      Kind
	Value     string // the number or address, already in its one form
	SafeFrom  int    // minutes after midnight from which it is safe to call
	SafeUntil int    // until when; before SafeFrom: over midnight
	NoName    bool   // leave neither a name nor what it is about
	MadeBy    int64
	Made      time.Time
}

// Accounts knows by which numbers people sign in.
type Accounts interface {
	// PhoneOwners returns who signs in with a number that has one of these look-ups, by look-up.
	PhoneOwners(ctx context.Context, r db.Queryer, lookups []string) (map[string]int64, error)
}

// nobody signs in with a number.
type nobody struct{}

func (nobody) PhoneOwners(context.Context, db.Queryer, []string) (map[string]int64, error) {
	return nil, nil
}

// Service is the package's door.
type Service struct {
	people   *people.Service
	v        *vault.Vault
	accounts Accounts
}

// New returns the service over a vault.
func New(p *people.Service, v *vault.Vault) *Service {
	return &Service{people: p, v: v, accounts: nobody{}}
}

// Use sets who knows by which numbers people sign in.
func (k *Service) Use(a Accounts) { k.accounts = a }

// Add keeps a contact point. Who acts is the person, or arranges people where the person works. Value is
// put into its one form; ID, MadeBy and Made are set here. Faults: NotFound "people.unknown"; Fields
// naming "kind", "value" or "safe_until"; Conflict "people.reach_already" and "people.reach_many"; those
// of package vault.
func (k *Service) Add(ctx context.Context, tx *db.Tx, p Point) (Point, error) {
	if err := k.people.MayKeep(ctx, tx, p.Person); err != nil {
		return Point{}, err
	}
	if err := p.check(); err != nil {
		return Point{}, err
	}
	p.ID, p.MadeBy, p.Made = tx.NewID(), access.PersonID(ctx), tx.Now()
	lookup, err := k.lookup(p.Kind, p.Value)
	if err != nil {
		return Point{}, err
	}
	if err := room(ctx, tx, p, lookup); err != nil {
		return Point{}, err
	}
	if err := k.v.Make(ctx, tx, p.Person); err != nil {
		return Point{}, fmt.Errorf("reach: a key for the person: %w", err)
	}
	box, err := k.v.Box(ctx, tx, p.Person)
	if err != nil {
		return Point{}, fmt.Errorf("reach: open the person's box: %w", err)
	}
	sealed, err := box.Seal(field(p.ID), []byte(p.Value))
	if err != nil {
		return Point{}, fmt.Errorf("reach: seal a contact point: %w", err)
	}
	err = reachdb.New().InsertPoint(ctx, tx, reachdb.InsertPointParams{ID: p.ID, PersonID: p.Person, VaultID: p.Person, Kind: string(p.Kind),
		Sealed: sealed, Lookup: lookup, SafeFrom: int64(p.SafeFrom), SafeUntil: int64(p.SafeUntil), NoName: p.NoName,
		MadeBy: p.MadeBy, MadeAt: clock.Micros(p.Made)})
	if err != nil {
		return Point{}, fmt.Errorf("reach: keep a contact point: %w", err)
	}
	return p, nil
}

// room refuses the same one twice, and one too many.
func room(ctx context.Context, tx *db.Tx, p Point, lookup string) error {
	q := reachdb.New()
	same, err := q.CountSamePoint(ctx, tx, reachdb.CountSamePointParams{PersonID: p.Person, Kind: string(p.Kind), Lookup: lookup})
	if err != nil {
		return fmt.Errorf("reach: look for the same: %w", err)
	}
	if same > 0 {
		return fault.New(fault.Conflict, "people.reach_already")
	}
	n, err := q.CountPoints(ctx, tx, p.Person)
	if err != nil {
		return fmt.Errorf("reach: count: %w", err)
	}
	if n >= MostPoints {
		return fault.New(fault.Conflict, "people.reach_many", "Max", MostPoints)
	}
	return nil
}

// field names what a sealed value is bound to: this row and no other.
func field(id int64) string { return "contact_point." + strconv.FormatInt(id, 10) }

func (k *Service) lookup(kind Kind, value string) (string, error) {
	s, err := k.v.Lookup(string(kind), value)
	if err != nil {
		return "", fmt.Errorf("reach: look-up: %w", err)
	}
	return s, nil
}

// Points returns a person's contact points, the oldest first, to themselves and to who sees them among
// the staff. Faults: NotFound "people.unknown" for everybody else; those of package vault.
func (k *Service) Points(ctx context.Context, q db.Queryer, person int64) ([]Point, error) {
	if err := k.people.MaySee(ctx, q, person); err != nil {
		return nil, err
	}
	rows, err := reachdb.New().PointsOf(ctx, q, person)
	if err != nil {
		return nil, fmt.Errorf("reach: contact points: %w", err)
	}
	var subjects []int64
	for _, r := range rows {
		subjects = append(subjects, r.VaultID)
	}
	boxes, err := k.boxes(ctx, q, subjects)
	if err != nil {
		return nil, err
	}
	out := make([]Point, len(rows))
	for i, r := range rows {
		plain, err := boxes[r.VaultID].Open(field(r.ID), r.Sealed)
		if err != nil {
			return nil, fmt.Errorf("reach: open a contact point: %w", err)
		}
		out[i] = Point{ID: r.ID, Person: r.PersonID, Kind: Kind(r.Kind), Value: string(plain), SafeFrom: int(r.SafeFrom),
			SafeUntil: int(r.SafeUntil), NoName: r.NoName, MadeBy: r.MadeBy, Made: clock.Time(r.MadeAt)}
	}
	return out, nil
}

func (k *Service) boxes(ctx context.Context, q db.Queryer, subjects []int64) (map[int64]*vault.Box, error) {
	if len(subjects) == 0 {
		return nil, nil
	}
	boxes, err := k.v.Boxes(ctx, q, subjects)
	if err != nil {
		return nil, fmt.Errorf("reach: open boxes: %w", err)
	}
	return boxes, nil
}

// Remove forgets one of a person's contact points; who may, is as for Add. Faults: NotFound
// "people.unknown" and "people.reach_unknown".
func (k *Service) Remove(ctx context.Context, tx *db.Tx, person, id int64) error {
	if err := k.people.MayKeep(ctx, tx, person); err != nil {
		return err
	}
	n, err := reachdb.New().DeletePoint(ctx, tx, reachdb.DeletePointParams{ID: id, PersonID: person})
	if err != nil {
		return fmt.Errorf("reach: forget a contact point: %w", err)
	}
	if n == 0 {
		return fault.New(fault.NotFound, "people.reach_unknown")
	}
	return nil
}
