package consent_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/vault"
	"manyhands/internal/vault/vaulttest"
)

// Numbers of the tests' small network.
const (
	record, centre, school, partner, worker = 70, 500, 501, 502, 900
	mother, father, grandmother             = 1, 2, 3
)

// families is a network in which the tests say whose word counts.
type families map[int64]consent.Family

func (f families) Families(_ context.Context, _ db.Queryer, records []int64, _ time.Time) (map[int64]consent.Family, error) {
	out := map[int64]consent.Family{}
	for _, r := range records {
		if x, ok := f[r]; ok {
			out[r] = x
		}
	}
	return out, nil
}

type names map[int64]i18n.Text

func (n names) Organisation(_ context.Context, _ db.Queryer, id int64) (i18n.Text, error) {
	if t, ok := n[id]; ok {
		return t, nil
	}
	return i18n.Text{}, fault.New(fault.NotFound, "programme.no_organisation")
}

// house is a service on a fresh database with one record.
type house struct {
	t        *testing.T
	d        *db.DB
	c        *clock.Sim
	s        *consent.Service
	vault    *vault.Vault
	families families
}

func newHouse(t *testing.T, d *db.DB, c *clock.Sim) *house {
	t.Helper()
	h := &house{t: t, d: d, c: c, vault: vaulttest.Open(t, d),
		families: families{record: {Organisation: centre, Guardians: []int64{mother, father}}}}
	called := names{centre: {ZH: "向阳中心", EN: "Sunny Centre"}, school: {ZH: "第三小学"}, partner: {ZH: "溪边医院", EN: "Brook Hospital"}}
	var err error
	if h.s, err = consent.New(h.families, called, h.vault, i18n.DefaultZone()); err != nil {
		t.Fatal(err)
	}
	h.write(func(ctx context.Context, tx *db.Tx) error { return h.vault.Make(ctx, tx, record) })
	return h
}

func (h *house) write(body func(context.Context, *db.Tx) error) {
	h.t.Helper()
	if err := h.try(body); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) try(body func(context.Context, *db.Tx) error) error {
	return h.d.Write(h.t.Context(), func(tx *db.Tx) error { return body(h.t.Context(), tx) })
}

// said fills in what a guardian was shown a moment ago.
func (h *house) said(guardian int64, m consent.Matter, given bool) consent.Said {
	h.t.Helper()
	in := consent.Said{Record: record, Guardian: guardian, Matter: m, Given: given, Route: consent.Website, Recorder: worker, Lang: i18n.ZH}
	h.write(func(ctx context.Context, tx *db.Tx) error {
		f, err := h.s.Form(ctx, tx, record, m, i18n.ZH, tx.Now())
		in.Hash = f.Hash()
		return err
	})
	return in
}

func (h *house) answer(guardian int64, m consent.Matter, given bool) consent.Answer {
	h.t.Helper()
	var a consent.Answer
	in := h.said(guardian, m, given)
	h.write(func(ctx context.Context, tx *db.Tx) (err error) {
		a, err = h.s.Answer(ctx, tx, in)
		return err
	})
	return a
}

func (h *house) withdraw(guardian int64, m consent.Matter) {
	h.t.Helper()
	h.write(func(ctx context.Context, tx *db.Tx) error {
		return h.s.Withdraw(ctx, tx, consent.Taken{Record: record, Guardian: guardian, Matter: m, Route: consent.Website, Recorder: worker})
	})
}

func (h *house) standing(m consent.Matter) (s consent.Standing) {
	h.t.Helper()
	err := h.d.Read(h.t.Context(), func(r *db.Reader) (err error) {
		s, err = h.s.Standing(h.t.Context(), r, record, m, h.c.Now())
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

// needed returns the key of the fault, "" for allowed.
func (h *house) needed(m consent.Matter) string {
	h.t.Helper()
	return key(h.d.Read(h.t.Context(), func(r *db.Reader) error {
		return h.s.Needed(h.t.Context(), r, record, m, h.c.Now())
	}))
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
