package account_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/job"
	"manyhands/internal/notify"
	"manyhands/internal/notify/notifytest"
	"manyhands/internal/people"
	"manyhands/internal/people/account"
	"manyhands/internal/vault"
	"manyhands/internal/vault/vaulttest"
)

var network = i18n.Text{ZH: "众手", EN: "Manyhands"}

// house is everything that a test of the package needs.
type house struct {
	t      *testing.T
	d      *db.DB
	c      *clock.Sim
	people *people.Service
	vault  *vault.Vault
	s      *account.Service
	runner *job.Runner
	box    *notifytest.Memory
}

// each runs test on both engines.
func each(t *testing.T, test func(t *testing.T, h house), change ...func(*account.Config)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) { in(t, d, c, test, change...) })
}

// lite runs test on the embedded engine alone: its statements have run on both in another test.
func lite(t *testing.T, test func(t *testing.T, h house), change ...func(*account.Config)) {
	t.Helper()
	d, c := dbtest.SQLite(t)
	in(t, d, c, test, change...)
}

func in(t *testing.T, d *db.DB, c *clock.Sim, test func(t *testing.T, h house), change ...func(*account.Config)) {
	t.Helper()
	texts := i18ntest.Bundle(t, people.Texts, account.Texts)
	p, err := people.New(d, texts, people.Config{BaseURL: "https://give.example.org", Network: network})
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	cfg := account.Config{BaseURL: "https://give.example.org", Network: network, Secret: []byte("a secret of thirty-two bytes ...."), Zone: zone}
	for _, f := range change {
		f(&cfg)
	}
	h := house{t: t, d: d, c: c, people: p, vault: vaulttest.Open(t, d), box: &notifytest.Memory{},
		runner: job.NewRunner(d, slog.New(slog.DiscardHandler), job.Config{})}
	h.s = account.New(d, texts, p, h.vault, cfg)
	notify.RegisterWith(h.runner, h.box, h.s)
	notify.RegisterSMS(h.runner, h.box, h.s, c)
	h.s.Register(h.runner)
	test(t, h)
	if missing := texts.Missing(); len(missing) > 0 {
		t.Errorf("texts that are missing: %v", missing)
	}
}

func (h house) write(body func(ctx context.Context, tx *db.Tx) error) {
	h.t.Helper()
	ctx := h.t.Context()
	if err := h.d.Write(ctx, func(tx *db.Tx) error { return body(ctx, tx) }); err != nil {
		h.t.Fatal(err)
	}
}

func (h house) read(body func(ctx context.Context, r *db.Reader) error) {
	h.t.Helper()
	ctx := h.t.Context()
	if err := h.d.Read(ctx, func(r *db.Reader) error { return body(ctx, r) }); err != nil {
		h.t.Fatal(err)
	}
}

func (h house) run() {
	h.t.Helper()
	if _, err := h.runner.RunOnce(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

func (h house) person(email string) (p people.Person) {
	h.t.Helper()
	h.write(func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = h.people.EnsurePerson(ctx, tx, email, "")
		return err
	})
	return p
}

// code runs what is due and returns the code in the last message.
func (h house) code() string {
	h.t.Helper()
	h.run()
	all := h.box.Messages()
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].Template == notify.SMSCode {
			return all[i].Params["code"]
		}
	}
	h.t.Fatal("no code was sent")
	return ""
}

func ask(ticket string) account.Ask {
	return account.Ask{Ticket: ticket, Client: "client", Lang: i18n.EN}
}

// byPhone signs in with a number.
func (h house) byPhone(number, ticket string) people.Person {
	h.t.Helper()
	if err := h.s.AskSignIn(h.t.Context(), number, ask(ticket)); err != nil {
		h.t.Fatal(err)
	}
	p, err := h.s.SignIn(h.t.Context(), number, ticket, h.code(), false, i18n.EN)
	if err != nil {
		h.t.Fatal(err)
	}
	return p
}

func (h house) phoneOf(person int64) (number string) {
	h.t.Helper()
	h.read(func(ctx context.Context, r *db.Reader) (err error) {
		number, err = h.s.PhoneOf(ctx, r, person)
		return err
	})
	return number
}

func (h house) kinds() (out []string) {
	h.t.Helper()
	h.read(func(ctx context.Context, r *db.Reader) error {
		all, err := event.Since(ctx, r, 0, 100)
		for _, e := range all {
			out = append(out, e.Kind)
		}
		return err
	})
	return out
}

// mailTo returns the last mail to an address after what is due was run.
func (h house) mailTo(address string) notify.Mail {
	h.t.Helper()
	h.run()
	all := h.box.Mails()
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].To == address {
			return all[i]
		}
	}
	h.t.Fatalf("no mail to %s", notify.Mask(address))
	return notify.Mail{}
}

func key(err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e.Key
	}
	if f, ok := errors.AsType[fault.Fields](err); ok && len(f) > 0 {
		return f[0].Key
	}
	return ""
}

func wantFault(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || key(err) != want {
		t.Errorf("fault %q (%v), want %q", key(err), err, want)
	}
}

func TestCatalogues(t *testing.T) {
	t.Parallel()
	i18ntest.CheckCatalogues(t, account.Texts, "account.")
}
