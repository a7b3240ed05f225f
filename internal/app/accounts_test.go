package app

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/giving"
	"manyhands/internal/giving/givingtest"
	"manyhands/internal/i18n"
	"manyhands/internal/job"
	"manyhands/internal/money"
	"manyhands/internal/notify"
	"manyhands/internal/notify/notifytest"
	"manyhands/internal/people"
	"manyhands/internal/people/account"
	"manyhands/internal/people/reach"
	"manyhands/internal/people/signin"
	"manyhands/internal/vault/vaulttest"
)

const (
	leaverMail  = "leaver@example.org"
	leaverPhone = "13800000001"
)

// own is the wired services with a giver who has an account.
type own struct {
	t      *testing.T
	c      *clock.Sim
	s      *Services
	w      *givingtest.World
	box    *notifytest.Memory
	runner *job.Runner
	person people.Person
}

func newOwn(t *testing.T) *own {
	t.Helper()
	d, c := dbtest.SQLite(t)
	texts, err := Texts()
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewServices(d, Setting{Secret: bytes.Repeat([]byte{7}, 32), Vault: vaulttest.Open(t, d), Zone: time.UTC,
		BaseURL: func() string { return "http://localhost" }, Network: i18n.Text{ZH: "众手", EN: "Manyhands"}, Sandbox: true, Texts: texts})
	if err != nil {
		t.Fatal(err)
	}
	o := &own{t: t, c: c, s: s, w: givingtest.With(t, d, s.Giving), box: &notifytest.Memory{}, runner: job.NewRunner(d, slog.New(slog.DiscardHandler), job.Config{})}
	notify.RegisterWith(o.runner, o.box, s.Account)
	notify.RegisterSMS(o.runner, o.box, nil, c)
	o.runner.Handle(giving.JobThank, func(context.Context, json.RawMessage) error { return nil })
	ask := account.Ask{Ticket: "a", Client: "b", Lang: i18n.ZH}
	o.w.Write(func(ctx context.Context, tx *db.Tx) error {
		o.person, err = s.People.EnsurePerson(ctx, tx, leaverMail, "Somebody Leaving")
		return err
	})
	if err := s.Account.AskPhone(t.Context(), o.person.ID, leaverPhone, ask); err != nil {
		t.Fatal(err)
	}
	o.run()
	if err := s.Account.SetPhone(t.Context(), o.person.ID, leaverPhone, "a", o.box.Messages()[0].Params["code"]); err != nil {
		t.Fatal(err)
	}
	o.run()
	return o
}

func (o *own) run() {
	o.t.Helper()
	if _, err := o.runner.RunOnce(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
}

func (o *own) give(person int64, email string) giving.Gift {
	o.t.Helper()
	g, err := o.s.Giving.Give(context.Background(), giving.GiftInput{Campaign: o.w.Campaign.ID, Amount: money.Yuan(10_00), Method: "sandbox",
		Visibility: giving.Public, Name: "Somebody Leaving", Email: email, Person: person, Message: "From Somebody Leaving.", Lang: "zh", Device: "d"})
	if err != nil {
		o.t.Fatal(err)
	}
	return o.w.Pay(g)
}

// held says in which columns of any table a text stands in clear.
func (o *own) held(text string) (out []string) {
	o.t.Helper()
	o.w.Read(func(ctx context.Context, r *db.Reader) error {
		var tables []string
		rows, err := r.QueryContext(ctx, "SELECT name FROM sqlite_master WHERE type = 'table'")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				return err
			}
			tables = append(tables, name)
		}
		for _, table := range tables {
			found, err := search(ctx, r, table, text)
			if err != nil {
				return err
			}
			out = append(out, found...)
		}
		return rows.Err()
	})
	return out
}

func search(ctx context.Context, r *db.Reader, table, text string) (out []string, err error) {
	rows, err := r.QueryContext(ctx, "SELECT * FROM "+table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	values, into := make([][]byte, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		for i, v := range values {
			if bytes.Contains(bytes.ToLower(v), []byte(strings.ToLower(text))) {
				out = append(out, table+"."+columns[i])
			}
		}
	}
	return out, rows.Err()
}

func TestWhoLeavesIsNowhereAndNoTotalChanges(t *testing.T) {
	t.Parallel()
	o := newOwn(t)
	signedIn, guest := o.give(o.person.ID, ""), o.give(0, "Leaver@Example.org")
	ctx := t.Context()
	var begun signin.Begun
	o.w.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		begun, err = o.s.SignIn.Begin(ctx, tx, o.person.ID, signin.ByLink, signin.Browser{})
		return err
	})
	lookup, err := o.s.Vault.Lookup(string(reach.Phone), "+86"+leaverPhone)
	if err != nil {
		t.Fatal(err)
	}
	o.w.Write(func(ctx context.Context, tx *db.Tx) error {
		as := access.With(ctx, access.Actor{PersonID: o.person.ID})
		if _, err := o.s.Reach.Add(as, tx, reach.Point{Person: o.person.ID, Kind: reach.Phone, Value: leaverPhone, SafeUntil: reach.Day}); err != nil {
			return err
		}
		return o.s.Reach.AddHours(as, tx, o.person.ID, reach.Hours{Weekday: 1, From: 600, Until: 700})
	})
	if found := o.held(lookup); !slices.Contains(found, "contact_point.lookup") || !slices.Contains(found, "person_phone.lookup") {
		t.Fatalf("the number is found by %v", found)
	}
	if found := o.held(leaverMail); len(found) == 0 {
		t.Fatal("the search finds nothing")
	}
	raised := func() (n int64) {
		o.w.Read(func(ctx context.Context, r *db.Reader) error {
			g, err := giving.GivenSince(ctx, r, o.w.Campaign.StartsAt)
			n = g.Minor*1000 + g.Gifts
			return err
		})
		return n
	}
	before := raised()

	o.w.Write(func(ctx context.Context, tx *db.Tx) error { return o.s.Account.AskLeave(ctx, tx, o.person.ID) })
	o.c.Advance(7 * 24 * time.Hour)
	if err := o.s.Account.LeaveDue(ctx); err != nil {
		t.Fatal(err)
	}
	o.run()
	o.c.Advance(30 * 24 * time.Hour) // what is kept for a day is gone too
	o.s.People.Register(o.runner)
	o.s.Account.Register(o.runner)
	o.run()

	for _, text := range []string{leaverMail, leaverPhone, lookup, "Somebody Leaving"} {
		if found := o.held(text); len(found) > 0 {
			t.Errorf("%q stands in %v", text, found)
		}
	}
	o.w.Read(func(ctx context.Context, r *db.Reader) error {
		var hours int
		err := r.QueryRowContext(ctx, "SELECT COUNT(*) FROM available WHERE person_id = $1", o.person.ID).Scan(&hours)
		if hours != 0 {
			t.Errorf("%d lines of their hours are left", hours)
		}
		return err
	})
	if after := raised(); after != before || before == 0 {
		t.Errorf("given before %d, after %d", before, after)
	}
	o.w.Check()
	o.w.Read(func(ctx context.Context, r *db.Reader) error {
		if _, ok, err := o.s.SignIn.Find(ctx, r, begun.Token, o.c.Now()); ok || err != nil {
			t.Errorf("the session goes on: %v", err)
		}
		for _, g := range []giving.Gift{signedIn, guest} {
			if id, err := giftOfLink(ctx, r, "http://localhost/g/"+g.Token); id != g.ID || err != nil {
				t.Errorf("the gift's link leads to %d, %v", id, err)
			}
		}
		return nil
	})
}

func TestWhoIsAppointedHandsOverFirst(t *testing.T) {
	t.Parallel()
	o := newOwn(t)
	leave := func() error {
		return o.s.DB.Write(t.Context(), func(tx *db.Tx) error { return o.s.Account.AskLeave(t.Context(), tx, o.person.ID) })
	}
	var a people.Appointment
	o.w.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		a, err = o.s.People.Appoint(ctx, tx, people.Appointment{PersonID: o.person.ID, Role: access.Coordinator, Starts: tx.Now().Add(time.Hour)})
		return err
	})
	if err := leave(); err == nil {
		t.Error("left before the first day of work")
	}
	o.w.Write(func(ctx context.Context, tx *db.Tx) error { return o.s.People.EndAppointment(ctx, tx, a.ID, 0) })
	o.c.Advance(2 * time.Hour)
	if err := leave(); err != nil {
		t.Error(err)
	}
}

func TestTheExportHoldsTheGifts(t *testing.T) {
	t.Parallel()
	o := newOwn(t)
	g, other := o.give(0, leaverMail), o.give(0, "other@example.org")
	texts, err := Texts()
	if err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[i18n.Lang]string{i18n.ZH: "¥10", i18n.EN: "¥10"} {
		var b bytes.Buffer
		o.w.Read(func(ctx context.Context, r *db.Reader) error {
			return o.s.Account.Export(i18n.With(ctx, texts, lang, time.UTC), r, o.person.ID, &b)
		})
		z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Contains(text, []byte("http://localhost/g/"+g.Token)) || bytes.Contains(text, []byte(other.Token)) || bytes.Contains(text, []byte("other@")) {
				t.Errorf("%s: %s", f.Name, text)
			}
			if f.Name == "data.html" && !bytes.Contains(text, []byte(want)) {
				t.Errorf("no amount: %s", text)
			}
		}
	}
	if missing := texts.Missing(); len(missing) > 0 {
		t.Errorf("missing %v", missing)
	}
}

func TestANewNumberEndsTheOtherSessions(t *testing.T) {
	t.Parallel()
	o := newOwn(t)
	var mine, other signin.Begun
	o.w.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		if mine, err = o.s.SignIn.Begin(ctx, tx, o.person.ID, signin.ByLink, signin.Browser{}); err != nil {
			return err
		}
		other, err = o.s.SignIn.Begin(ctx, tx, o.person.ID, signin.BySMS, signin.Browser{})
		return err
	})
	ctx := signin.With(t.Context(), mine.Session, o.c.Now())
	if err := o.s.Account.AskPhone(ctx, o.person.ID, "13900000002", account.Ask{Ticket: "b", Client: "b"}); err != nil {
		t.Fatal(err)
	}
	o.run()
	code := ""
	for _, m := range o.box.Messages() {
		code = m.Params["code"]
	}
	if err := o.s.Account.SetPhone(ctx, o.person.ID, "13900000002", "b", code); err != nil {
		t.Fatal(err)
	}
	o.w.Read(func(ctx context.Context, r *db.Reader) error {
		for token, want := range map[string]bool{mine.Token: true, other.Token: false} {
			if _, ok, err := o.s.SignIn.Find(ctx, r, token, o.c.Now()); ok != want || err != nil {
				t.Errorf("a session is there: %v, want %v, %v", ok, want, err)
			}
		}
		return nil
	})
}
