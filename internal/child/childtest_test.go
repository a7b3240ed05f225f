package child_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/blob"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/vault"
	"manyhands/internal/vault/vaulttest"
)

// The tests' small network: two organisations and those who work or live there.
const (
	centre, clinic = 500, 501

	worker, colleague, boss, lead, clinicBoss, clinicWorker, stranger, mother, father, chief = 901, 902, 903, 904, 905, 906, 907, 908, 909, 910
)

// c0 is 'openly': no end.
var c0 time.Time

var grants = map[int64][]access.Grant{
	worker:       {{Role: access.Worker, Organisation: centre}},
	colleague:    {{Role: access.Worker, Organisation: centre}},
	boss:         {{Role: access.Supervisor, Organisation: centre}},
	lead:         {{Role: access.SafeguardingLead, Organisation: centre}},
	clinicBoss:   {{Role: access.Supervisor, Organisation: clinic}},
	clinicWorker: {{Role: access.Worker, Organisation: clinic}},
	stranger:     {{Role: access.Coordinator, Organisation: centre}, {Role: access.Administrator}},
	chief:        {{Role: access.Supervisor}},
	mother:       nil,
	father:       nil,
}

type persons struct{}

func (persons) Actor(_ context.Context, _ db.Queryer, id int64, _ time.Time) (access.Actor, error) {
	roles, ok := grants[id]
	if !ok {
		return access.Actor{}, fault.New(fault.NotFound, "people.unknown")
	}
	return access.Actor{PersonID: id, Roles: roles}, nil
}

type names struct{}

func (names) Organisation(_ context.Context, _ db.Queryer, id int64) (i18n.Text, error) {
	if id != centre && id != clinic {
		return i18n.Text{}, fault.New(fault.NotFound, "programme.no_organisation")
	}
	return i18n.Text{ZH: "机构", EN: "Organisation"}, nil
}

// emergencies are who has opened which record in an emergency.
type emergencies map[int64][]int64

func (e emergencies) Glass(context.Context, db.Queryer, []int64, time.Time) (map[int64][]int64, error) {
	return e, nil
}

type house struct {
	t        *testing.T
	d        *db.DB
	c        *clock.Sim
	s        *child.Service
	consents *consent.Service
	vault    *vault.Vault
	glass    emergencies
}

func newHouse(t *testing.T, d *db.DB, c *clock.Sim) *house {
	t.Helper()
	h := &house{t: t, d: d, c: c, vault: vaulttest.Open(t, d), glass: emergencies{}}
	var err error
	if h.consents, err = consent.New(child.Families{}, names{}, h.vault, i18n.DefaultZone()); err != nil {
		t.Fatal(err)
	}
	h.s = child.New(d, child.Options{Vault: h.vault, Blobs: blob.New(h.vault), Consents: h.consents, People: persons{}, Names: names{},
		Emergencies: h.glass, Papers: slips{}, Zone: i18n.DefaultZone()})
	return h
}

func sqliteHouse(t *testing.T) *house {
	t.Helper()
	d, c := dbtest.SQLite(t)
	return newHouse(t, d, c)
}

// as returns a context in which a person acts; nobody for 0.
func (h *house) as(person int64) context.Context {
	if person == 0 {
		return h.t.Context()
	}
	return access.With(h.t.Context(), access.Actor{PersonID: person, Roles: grants[person]})
}

// try runs body as somebody and returns the key of what went wrong, "" for nothing.
func (h *house) try(person int64, body func(context.Context, *db.Tx) error) string {
	h.t.Helper()
	ctx := h.as(person)
	return key(h.d.Write(ctx, func(tx *db.Tx) error { return body(ctx, tx) }))
}

func (h *house) must(person int64, body func(context.Context, *db.Tx) error) {
	h.t.Helper()
	if got := h.try(person, body); got != "" {
		h.t.Fatal(got)
	}
}

// enrolment is a made-up child. Its words are codes, so that a leak is easy to look for.
func enrolment() child.Enrolment {
	return child.Enrolment{Organisation: centre, Name: child.Name{Name: "测试甲", Other: "小甲"},
		Identity: child.Identity{Birth: "2016-03-09", Sex: child.Girl},
		Contact:  child.Contact{Area: "测试街道", Address: "测试楼一号"},
		Alerts:   child.Alerts{Allergies: child.Listed, Allergy: "花生"},
		Guardians: []child.NewGuardian{{Who: child.Relative{Name: "测试家长", Phone: "138 0000 0000", Relation: "grandmother"},
			Authority: true, Proof: "household_register"}}}
}

func (h *house) enrol(person int64, in child.Enrolment) child.Record {
	h.t.Helper()
	var r child.Record
	h.must(person, func(ctx context.Context, tx *db.Tx) (err error) {
		r, err = h.s.Enrol(ctx, tx, in)
		return err
	})
	return r
}

// guardians returns the guardianships of a record as its worker sees them.
func (h *house) guardians(person, record int64) []child.Guardian {
	h.t.Helper()
	o, err := h.s.Open(h.as(person), record, access.Casework, access.Guardians)
	if err != nil || o.Guardians == nil {
		h.t.Fatal(err, o.Closed)
	}
	return o.Guardians
}

// agree has a worker note what a guardian answered on paper.
func (h *house) agree(person, record, guardian int64, m consent.Matter, given bool) string {
	h.t.Helper()
	return h.try(person, func(ctx context.Context, tx *db.Tx) error {
		f, err := h.consents.Form(ctx, tx, record, m, i18n.ZH, tx.Now())
		if err != nil {
			return err
		}
		_, err = h.s.Answer(ctx, tx, consent.Said{Record: record, Guardian: guardian, Matter: m, Given: given, Route: consent.Paper,
			Lang: i18n.ZH, Hash: f.Hash()})
		return err
	})
}

// active returns a record that the worker has taken up, and its guardianship.
func (h *house) active() (child.Record, int64) {
	h.t.Helper()
	r := h.enrol(worker, enrolment())
	g := h.guardians(worker, r.ID)[0].ID
	want(h.t, "agree", h.agree(worker, r.ID, g, consent.For(consent.Enrol), true), "")
	h.must(worker, func(ctx context.Context, tx *db.Tx) error { return h.s.Accept(ctx, tx, r.ID) })
	return r, g
}

func (h *house) open(person, record int64, purpose access.Purpose, groups ...access.Group) child.Opened {
	h.t.Helper()
	o, err := h.s.Open(h.as(person), record, purpose, groups...)
	if err != nil {
		h.t.Fatal(err)
	}
	return o
}

func (h *house) openKey(person, record int64, purpose access.Purpose) string {
	_, err := h.s.Open(h.as(person), record, purpose, access.Name)
	return key(err)
}

func key(err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e.Key
	}
	if f, ok := errors.AsType[fault.Fields](err); ok {
		return f[0].Name + " " + f[0].Key
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func want[T comparable](t *testing.T, what string, got, wanted T) {
	t.Helper()
	if got != wanted {
		t.Errorf("%s: %v, want %v", what, got, wanted)
	}
}

func same[T comparable](t *testing.T, what string, got, wanted []T) {
	t.Helper()
	if !slices.Equal(got, wanted) {
		t.Errorf("%s: %v, want %v", what, got, wanted)
	}
}
