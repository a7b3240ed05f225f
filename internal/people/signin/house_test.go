package signin_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/job"
	"manyhands/internal/notify"
	"manyhands/internal/notify/notifytest"
	"manyhands/internal/people"
	"manyhands/internal/people/signin"
	"manyhands/internal/people/signin/signintest"
	"manyhands/internal/vault/vaulttest"
)

const base = "https://give.example.org"

// house is everything that a test of the package needs.
type house struct {
	t      *testing.T
	d      *db.DB
	c      *clock.Sim
	people *people.Service
	s      *signin.Service
	runner *job.Runner
	box    *notifytest.Memory
	guards map[int64]bool // who answers for a child
}

func each(t *testing.T, test func(h house)) {
	t.Helper()
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) { test(newHouse(t, d, c)) })
}

func newHouse(t *testing.T, d *db.DB, c *clock.Sim) house {
	t.Helper()
	texts := i18ntest.Bundle(t, people.Texts, signin.Texts)
	network := i18n.Text{ZH: "众手", EN: "Manyhands"}
	p, err := people.New(d, texts, people.Config{BaseURL: base, Network: network})
	if err != nil {
		t.Fatal(err)
	}
	guards := map[int64]bool{}
	s, err := signin.New(signin.Config{Guardian: func(_ context.Context, _ db.Queryer, id int64) (bool, error) { return guards[id], nil }, DB: d, Texts: texts, People: p, Vault: vaulttest.Open(t, d), BaseURL: base, Network: network, Secret: []byte("secret")})
	if err != nil {
		t.Fatal(err)
	}
	h := house{t: t, d: d, c: c, people: p, s: s, guards: guards, box: &notifytest.Memory{}, runner: job.NewRunner(d, slog.New(slog.DiscardHandler), job.Config{})}
	notify.Register(h.runner, h.box)
	s.Register(h.runner)
	t.Cleanup(func() {
		if missing := texts.Missing(); len(missing) > 0 {
			t.Errorf("texts that are missing: %v", missing)
		}
	})
	return h
}

func (h house) write(body func(ctx context.Context, tx *db.Tx) error) {
	h.t.Helper()
	if err := h.tryWrite(body); err != nil {
		h.t.Fatal(err)
	}
}

func (h house) tryWrite(body func(ctx context.Context, tx *db.Tx) error) error {
	ctx := h.t.Context()
	return h.d.Write(ctx, func(tx *db.Tx) error { return body(ctx, tx) })
}

func (h house) person(email string) (id int64) {
	h.t.Helper()
	h.write(func(ctx context.Context, tx *db.Tx) error {
		p, err := h.people.EnsurePerson(ctx, tx, email, "")
		id = p.ID
		return err
	})
	return id
}

// staff returns somebody who is appointed for the whole network.
func (h house) staff(email string, role access.Role) int64 {
	h.t.Helper()
	id := h.person(email)
	h.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := h.people.Appoint(ctx, tx, people.Appointment{PersonID: id, Role: role})
		return err
	})
	return id
}

// begin opens a session from a browser of the person's own.
func (h house) begin(person int64, way signin.Way) signin.Session {
	h.t.Helper()
	return h.beginFrom(person, way, signin.Browser{Client: "192.0.2.1"}).Session
}

func (h house) beginFrom(person int64, way signin.Way, b signin.Browser) (out signin.Begun) {
	h.t.Helper()
	h.write(func(ctx context.Context, tx *db.Tx) (err error) {
		out, err = h.s.Begin(ctx, tx, person, way, b)
		return err
	})
	return out
}

// passkey gives a person a passkey by a fresh session.
func (h house) passkey(n signin.Session) (*signintest.Passkey, error) {
	h.t.Helper()
	k := signintest.NewPasskey(h.t, base)
	var c signin.Challenge
	err := h.tryWrite(func(ctx context.Context, tx *db.Tx) (err error) {
		c, err = h.s.OfferPasskey(ctx, tx, n)
		return err
	})
	if err != nil {
		return k, err
	}
	return k, h.s.AddPasskey(h.t.Context(), n, c.Ceremony, "phone", k.Create(c.Options))
}

// app sets up a code app and returns its secret.
func (h house) app(n signin.Session) string {
	h.t.Helper()
	ctx := h.t.Context()
	h.write(func(ctx context.Context, tx *db.Tx) error { return h.s.OfferApp(ctx, tx, n) })
	var offer signin.Offer
	err := h.d.Read(ctx, func(q *db.Reader) error {
		p, err := h.people.PersonByID(ctx, q, n.PersonID)
		if err != nil {
			return err
		}
		offer, err = h.s.OfferedApp(ctx, q, p, h.c.Now())
		return err
	})
	if err == nil {
		err = h.s.ConfirmApp(ctx, n, signintest.Code(h.t, offer.Secret, h.c.Now()), signin.Browser{Client: "192.0.2.1"})
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return offer.Secret
}

func (h house) standing(n signin.Session) (st signin.Standing) {
	h.t.Helper()
	err := h.d.Read(h.t.Context(), func(q *db.Reader) (err error) {
		st, err = h.s.Standing(h.t.Context(), q, n, h.c.Now())
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return st
}

// mails runs what is due and returns how many mails there are, and the last.
func (h house) mails() (n int, last string) {
	h.t.Helper()
	if _, err := h.runner.RunOnce(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	all := h.box.Mails()
	if len(all) > 0 {
		last = all[len(all)-1].Subject + "\n" + all[len(all)-1].Text
	}
	return len(all), last
}

func wantFault(t testing.TB, err error, key string) {
	t.Helper()
	if got := keyOf(err); got != key {
		t.Errorf("fault %q (%v), want %q", got, err, key)
	}
}

func keyOf(err error) string {
	switch e := err.(type) {
	case nil:
		return ""
	case fault.Fields:
		return e[0].Key
	case *fault.Error:
		return e.Key
	}
	return err.Error()
}

const minute = time.Minute
