package app

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/child/tell"
	"manyhands/internal/clock"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/giving/givingtest"
	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/job"
	"manyhands/internal/notify"
	"manyhands/internal/notify/notifytest"
	"manyhands/internal/people"
	"manyhands/internal/people/account"
	"manyhands/internal/vault/vaulttest"
)

// family is the wired house with a child whose grandmother has a mailbox and whose grandfather has a
// telephone, a worker and a supervisor.
type family struct {
	t             *testing.T
	d             *db.DB
	c             *clock.Sim
	s             *Services
	box           *notifytest.Memory
	runner        *job.Runner
	centre        int64
	worker, boss  int64
	lead          int64
	gran, grandpa int64
	record        int64
	guardians     []int64 // the grandmother's, the grandfather's and one on paper
}

const (
	aDay     = 24 * time.Hour
	granMail = "gran@example.org"
)

func families(t *testing.T, test func(f *family)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		texts := i18ntest.Bundle(t, tell.Texts, account.Texts, child.Texts, consent.Texts, people.Texts)
		f := &family{t: t, d: d, c: c, box: &notifytest.Memory{}, runner: job.NewRunner(d, slog.New(slog.DiscardHandler), job.Config{})}
		var err error
		f.s, err = NewServices(d, Setting{Secret: bytes.Repeat([]byte{7}, 32), Vault: vaulttest.Open(t, d), Zone: i18n.DefaultZone(),
			BaseURL: func() string { return "https://give.example.org" }, Network: i18n.Text{ZH: "众手", EN: "Manyhands"}, Texts: texts})
		if err != nil {
			t.Fatal(err)
		}
		notify.RegisterWith(f.runner, f.box, f.s.Account)
		notify.RegisterSMS(f.runner, f.box, f.s.Account, c)
		f.centre = givingtest.With(t, d, f.s.Giving).Charity.ID
		f.people()
		f.child()
		f.say(0, consent.Enrol)
		f.as(f.worker, func(ctx context.Context, tx *db.Tx) error { return f.s.Children.Accept(ctx, tx, f.record) })
		test(f)
		if missing := texts.Missing(); len(missing) > 0 {
			t.Errorf("texts that are missing: %v", missing)
		}
	})
}

// as runs body in a write in which a person acts with the roles that they have now.
func (f *family) as(person int64, body func(ctx context.Context, tx *db.Tx) error) {
	f.t.Helper()
	err := f.d.Write(f.t.Context(), func(tx *db.Tx) error {
		ctx := f.t.Context()
		if person != 0 {
			a, err := f.s.People.Actor(ctx, tx, person, tx.Now())
			if err != nil {
				return err
			}
			ctx = access.With(ctx, a)
		}
		return body(ctx, tx)
	})
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *family) people() {
	f.t.Helper()
	coordinator := f.staff("coordinator@example.org", access.Coordinator)
	f.worker, f.boss = f.staff("worker@example.org", access.Worker), f.staff("boss@example.org", access.Supervisor)
	f.lead = f.staff("lead@example.org", access.SafeguardingLead)
	f.as(coordinator, func(ctx context.Context, tx *db.Tx) error {
		for _, p := range []int64{f.worker, f.boss, f.lead} {
			for code, reference := range map[string]string{"identity_seen": "", people.Inquiry: "2026-0417"} {
				if err := f.s.People.RecordCheck(ctx, tx, p, code, reference, tx.Now()); err != nil {
					return err
				}
			}
		}
		return nil
	})
	f.as(0, func(ctx context.Context, tx *db.Tx) error {
		p, err := f.s.People.EnsurePerson(ctx, tx, granMail, "")
		f.gran = p.ID
		return err
	})
	ask := account.Ask{Ticket: "a", Client: "b", Lang: i18n.EN}
	if err := f.s.Account.AskSignIn(f.t.Context(), leaverPhone, ask); err != nil {
		f.t.Fatal(err)
	}
	f.run()
	p, err := f.s.Account.SignIn(f.t.Context(), leaverPhone, "a", f.box.Messages()[0].Params["code"], false, i18n.EN)
	if err != nil {
		f.t.Fatal(err)
	}
	f.grandpa = p.ID
}

func (f *family) staff(email string, role access.Role) (id int64) {
	f.t.Helper()
	f.as(0, func(ctx context.Context, tx *db.Tx) error {
		p, err := f.s.People.EnsurePerson(ctx, tx, email, "")
		if err != nil {
			return err
		}
		id = p.ID
		_, err = f.s.People.Appoint(ctx, tx, people.Appointment{PersonID: p.ID, Role: role, Organisation: f.centre})
		return err
	})
	return id
}

func (f *family) child() {
	f.t.Helper()
	in := child.Enrolment{Organisation: f.centre, Name: child.Name{Name: "测试甲"}}
	for _, person := range []int64{f.gran, f.grandpa, 0} {
		in.Guardians = append(in.Guardians, child.NewGuardian{Person: person, Authority: true, Proof: "household_register",
			Who: child.Relative{Name: "测试家长", Phone: "13900000000", Relation: "grandmother"}})
	}
	f.as(f.worker, func(ctx context.Context, tx *db.Tx) error {
		r, err := f.s.Children.Enrol(ctx, tx, in)
		f.record = r.ID
		return err
	})
	f.as(0, func(ctx context.Context, tx *db.Tx) error {
		all, err := child.Families{}.Families(ctx, tx, []int64{f.record}, tx.Now())
		f.guardians = all[f.record].Guardians
		return err
	})
	if len(f.guardians) != 3 {
		f.t.Fatal(f.guardians)
	}
}

// say has one of the guardians agree to some purposes, as a worker notes it.
func (f *family) say(guardian int, purposes ...consent.Purpose) {
	f.t.Helper()
	f.as(f.worker, func(ctx context.Context, tx *db.Tx) error {
		for _, p := range purposes {
			form, err := f.s.Consents.Form(ctx, tx, f.record, consent.For(p), i18n.ZH, tx.Now())
			if err != nil {
				return err
			}
			_, err = f.s.Children.Answer(ctx, tx, consent.Said{Record: f.record, Guardian: f.guardians[guardian], Matter: consent.For(p), Given: true,
				Route: consent.Paper, Lang: i18n.ZH, Hash: form.Hash()})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func (f *family) run() {
	f.t.Helper()
	if _, err := f.runner.RunOnce(f.t.Context()); err != nil {
		f.t.Fatal(err)
	}
}

// ends has the daily walk run and returns how many mails and messages have left so far, signing in apart.
func (f *family) ends() (mails, messages int) {
	f.t.Helper()
	if err := f.s.Tell.Ends(f.t.Context(), f.s.Children, f.s.Consents); err != nil {
		f.t.Fatal(err)
	}
	return f.sent()
}

func (f *family) sent() (mails, messages int) {
	f.t.Helper()
	f.run()
	return len(f.box.Mails()), len(f.box.Messages()) - 1
}

func (f *family) wantSent(what string, mails, messages int, wantMails, wantMessages int) {
	f.t.Helper()
	if mails != wantMails || messages != wantMessages {
		f.t.Errorf("%s: %d mails and %d messages, want %d and %d", what, mails, messages, wantMails, wantMessages)
	}
}

// noon sets the clock to noon in the network's zone, so many days before what was agreed to ends.
func (f *family) noon(before int) {
	f.t.Helper()
	end := consent.Enrol.Expires(dbtest.Start, i18n.DefaultZone())
	f.c.Set(end.Add(-time.Duration(before)*aDay + 12*time.Hour))
}

func TestWhoseConsentEndsIsToldTwice(t *testing.T) {
	t.Parallel()
	families(t, func(f *family) {
		f.say(0, consent.Meals, consent.Outings)
		f.say(1, consent.Enrol)
		f.say(2, consent.Enrol)
		for _, x := range []struct{ before, mails, messages int }{
			{30, 0, 0}, {28, 1, 1}, {27, 1, 1}, {9, 1, 1}, {7, 2, 2}, {6, 2, 2}, {1, 2, 2}, {-2, 2, 2},
		} {
			f.noon(x.before)
			for range 2 { // as after a restart, and by another server
				mails, messages := f.ends()
				f.wantSent("so many days before", mails, messages, x.mails, x.messages)
			}
		}
		m, sms := f.box.Mails()[0], f.box.Messages()[1]
		if m.To != granMail || m.Lang != "zh-CN" || sms.To != "+86"+leaverPhone || sms.Lang != "en" || sms.Template != notify.SMSEnds {
			t.Errorf("%+v\n%+v", m, sms)
		}
		for _, text := range []string{m.Subject + m.Text, sms.Text} {
			if !strings.Contains(text, "https://give.example.org/me/children") {
				t.Errorf("no link in %q", text)
			}
			for _, word := range []string{"测试", "K-", "吃饭", "用餐", "外出", "meal", "139"} {
				if strings.Contains(text, word) {
					t.Errorf("%q tells %q", text, word)
				}
			}
		}
	})
}

func TestOnlyWhatStillCountsIsToldOf(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(f *family){
		"taken back": func(f *family) {
			f.as(f.worker, func(ctx context.Context, tx *db.Tx) error {
				return f.s.Children.Withdraw(ctx, tx, consent.Taken{Record: f.record, Guardian: f.guardians[0], Matter: consent.For(consent.Enrol), Route: consent.Phone})
			})
		},
		"guardian no more": func(f *family) {
			f.as(f.boss, func(ctx context.Context, tx *db.Tx) error {
				return f.s.Children.EndGuardian(ctx, tx, f.record, f.guardians[0])
			})
		},
		"the child has left": func(f *family) {
			f.as(f.boss, func(ctx context.Context, tx *db.Tx) error {
				return f.s.Children.End(ctx, tx, f.record, access.Casework)
			})
		},
		"at another organisation now": func(f *family) {
			f.as(0, func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.ExecContext(ctx, "UPDATE child_record SET organisation_id = organisation_id + 1 WHERE id = $1", f.record)
				return err
			})
		},
		"not wanted": func(f *family) {
			f.as(0, func(ctx context.Context, tx *db.Tx) error {
				w := account.DefaultWishes()
				w.Topics[notify.Reminders] = false
				return f.s.Account.SetWishes(ctx, tx, f.gran, w)
			})
		},
		"nothing, for comparison": func(*family) {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			families(t, func(f *family) {
				change(f)
				f.noon(28)
				mails, messages := f.ends()
				f.wantSent(name, mails, messages, map[bool]int{true: 1}[strings.HasPrefix(name, "nothing")], 0)
			})
		})
	}
}

// A yes that was given anew, for the year that follows, is nothing to be told of; one that was given when
// less than the days were left is told of once.
func TestAnsweredAnew(t *testing.T) {
	t.Parallel()
	families(t, func(f *family) {
		f.noon(20)
		f.say(1, consent.Outings)
		f.as(f.worker, func(ctx context.Context, tx *db.Tx) error {
			form, err := f.s.Consents.Form(ctx, tx, f.record, consent.For(consent.Enrol), i18n.ZH, tx.Now())
			if err != nil {
				return err
			}
			_, err = f.s.Children.Answer(ctx, tx, consent.Said{Record: f.record, Guardian: f.guardians[0], Matter: consent.For(consent.Enrol), Given: true,
				Route: consent.Paper, Lang: i18n.ZH, Hash: form.Hash(), From: tx.Now().Add(30 * aDay)})
			return err
		})
		for _, x := range []struct{ before, messages int }{{20, 0}, {7, 1}, {3, 1}} {
			f.noon(x.before)
			mails, messages := f.ends()
			f.wantSent("so many days before", mails, messages, 0, x.messages)
		}
	})
}

// A server that did not run for weeks tells once, not twice.
func TestDaysThatPassedAreNotToldOf(t *testing.T) {
	t.Parallel()
	families(t, func(f *family) {
		f.noon(5)
		mails, messages := f.ends()
		f.wantSent("after weeks", mails, messages, 1, 0)
		f.c.Advance(aDay)
		mails, messages = f.ends()
		f.wantSent("a day later", mails, messages, 1, 0)
	})
}

func TestMessagesWaitForTheMorning(t *testing.T) {
	t.Parallel()
	families(t, func(f *family) {
		f.say(1, consent.Enrol)
		f.noon(28)
		f.c.Advance(11 * time.Hour)
		mails, messages := f.ends()
		f.wantSent("at eleven at night", mails, messages, 0, 0)
		f.as(0, func(ctx context.Context, tx *db.Tx) error { // no number waits in clear
			var n int
			err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM job WHERE done_at = 0 AND args LIKE '%"+leaverPhone+"%'").Scan(&n)
			if n != 0 {
				f.t.Errorf("%d jobs hold the number", n)
			}
			return err
		})
		f.c.Advance(8 * time.Hour)
		mails, messages = f.sent()
		f.wantSent("at seven", mails, messages, 1, 1)
	})
}

func TestAskedAndAnswered(t *testing.T) {
	t.Parallel()
	families(t, func(f *family) {
		f.noon(100)
		var ids []int64
		for _, words := range []string{"测试：改地址", "测试：改电话"} {
			f.as(f.gran, func(ctx context.Context, tx *db.Tx) error {
				id, err := f.s.Children.Ask(ctx, tx, f.record, child.Correction, words)
				ids = append(ids, id)
				return err
			})
		}
		mails, messages := f.sent()
		f.wantSent("asked twice on one day", mails, messages, 1, 0)
		if m := f.box.Mails()[0]; m.To != "boss@example.org" || strings.Contains(m.Subject+m.Text, "改") || strings.Contains(m.Text, "K-") {
			t.Errorf("%+v", m)
		}
		for _, x := range []struct{ days, mails int }{{11, 0}, {1, 1}, {0, 0}, {1, 1}, {3, 1}} { // 15 days are the time there is
			f.c.Advance(time.Duration(x.days) * aDay)
			before, _ := f.sent()
			f.as(0, func(ctx context.Context, tx *db.Tx) error { return f.s.Tell.Owed(ctx, tx, f.s.Children) })
			after, _ := f.sent()
			f.wantSent("while it waits", after-before, 0, x.mails, 0)
		}
		before, _ := f.sent()
		for i, id := range ids {
			f.as(f.boss, func(ctx context.Context, tx *db.Tx) error {
				return f.s.Children.Decide(ctx, tx, id, access.Casework, i == 0, "测试：因为")
			})
		}
		after, _ := f.sent()
		f.wantSent("answered", after-before, 0, 2, 0)
		if m := f.box.Mails()[after-1]; m.To != granMail || strings.Contains(m.Subject+m.Text, "因为") {
			t.Errorf("%+v", m)
		}
		f.as(f.gran, func(ctx context.Context, tx *db.Tx) error {
			_, err := f.s.Children.Ask(ctx, tx, f.record, child.Erasure, "")
			return err
		})
		before, _ = f.sent()
		f.as(f.lead, func(ctx context.Context, tx *db.Tx) error {
			_, err := f.s.Children.Erase(ctx, tx, f.record)
			return err
		})
		after, _ = f.sent()
		if m := f.box.Mails()[after-1]; after != before+1 || m.To != granMail {
			t.Errorf("after the erasure %d mails, the last %+v", after-before, m)
		}
	})
}
