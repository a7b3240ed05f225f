package account_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/people"
	"manyhands/internal/people/account"
)

const (
	number = "138 0000 0001"
	e164   = "+8613800000001"
)

func TestSigningInByPhoneMakesAPersonOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		p := h.byPhone(number, "a")
		if p.ID == 0 || p.Email != "" {
			t.Errorf("%+v", p)
		}
		h.c.Advance(time.Minute)
		if again := h.byPhone("＋８６ １３８－００００－０００１", "b"); again.ID != p.ID {
			t.Error("the same number is another person")
		}
		if got := h.phoneOf(p.ID); got != e164 {
			t.Errorf("number %q", got)
		}
		m := h.box.Messages()[0]
		if m.To != e164 || len(m.Params["code"]) != 6 || !strings.Contains(m.Text, m.Params["code"]) || m.Lang != "en" {
			t.Errorf("message %+v", m)
		}
	})
}

func TestNumberIsInClearNowhere(t *testing.T) {
	t.Parallel()
	lite(t, func(t *testing.T, h house) {
		h.byPhone(number, "a")
		h.read(func(ctx context.Context, r *db.Reader) error {
			for _, table := range []string{
				"SELECT lookup, sealed FROM person_phone", "SELECT target, code_hash FROM proof_code", "SELECT kind, args FROM job", "SELECT kind, data FROM event",
			} {
				rows, err := r.QueryContext(ctx, table)
				if err != nil {
					return err
				}
				defer rows.Close()
				seen := 0
				for rows.Next() {
					var a, b []byte
					if err := rows.Scan(&a, &b); err != nil {
						return err
					}
					seen++
					for _, secret := range []string{"13800000001", h.box.Messages()[0].Params["code"]} {
						if bytes.Contains(a, []byte(secret)) || bytes.Contains(b, []byte(secret)) {
							t.Errorf("%s holds %s", table, secret)
						}
					}
				}
				if seen == 0 {
					t.Errorf("%s: nothing to look at", table)
				}
				if err := rows.Err(); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

func TestGuessingACode(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		ctx := t.Context()
		if err := h.s.AskSignIn(ctx, number, ask("a")); err != nil {
			t.Fatal(err)
		}
		code := h.code()
		try := func(ticket, code string) error {
			_, err := h.s.SignIn(ctx, number, ticket, code, false, i18n.EN)
			return err
		}
		wantFault(t, try("other", code), "account.code_ended") // a code without its form is nothing
		for _, odd := range []string{"", "12345", "1234567", "abcdef", "12345\x00", strings.Repeat("1", 5000)} {
			wantFault(t, try("a", odd), "account.code_wrong") // what is no code costs no try
		}
		for i := range 5 {
			wantFault(t, try("a", wrong(code, i)), "account.code_wrong")
		}
		wantFault(t, try("a", code), "account.code_ended")

		// Somebody who guessed at another form has used up nothing of this one.
		h.c.Advance(time.Minute)
		if err := h.s.AskSignIn(ctx, number, ask("mine")); err != nil {
			t.Fatal(err)
		}
		mine := h.code()
		for range 7 {
			_ = try("a", "000000")
		}
		full := strings.Map(func(r rune) rune { return r - '0' + '０' }, mine)
		if err := try("mine", full[:9]+" "+full[9:]); err != nil {
			t.Errorf("the right code, full-width: %v", err)
		}
		wantFault(t, try("mine", mine), "account.code_ended") // once
	})
}

func wrong(code string, i int) string {
	return fmt.Sprintf("%06d", (atoi(code)+i+1)%1_000_000)
}

func atoi(s string) (n int) {
	_, _ = fmt.Sscanf(s, "%d", &n)
	return n
}

func TestACodeEndsAfterTenMinutes(t *testing.T) {
	t.Parallel()
	lite(t, func(t *testing.T, h house) {
		if err := h.s.AskSignIn(t.Context(), number, ask("a")); err != nil {
			t.Fatal(err)
		}
		code := h.code()
		h.c.Advance(10 * time.Minute)
		_, err := h.s.SignIn(t.Context(), number, "a", code, false, i18n.EN)
		wantFault(t, err, "account.code_ended")
	})
}

func TestOfManyTriesWithTheRightCodeOneSignsIn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		if err := h.s.AskSignIn(t.Context(), number, ask("a")); err != nil {
			t.Fatal(err)
		}
		code := h.code()
		var wg sync.WaitGroup
		var in atomic.Int64
		for range 4 {
			wg.Go(func() {
				if _, err := h.s.SignIn(t.Context(), number, "a", code, false, i18n.EN); err == nil {
					in.Add(1)
				}
			})
		}
		wg.Wait()
		if in.Load() != 1 {
			t.Errorf("%d signed in", in.Load())
		}
	})
}

func TestMessagesAreBounded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		ctx := t.Context()
		sent := func() int { h.run(); return len(h.box.Messages()) }
		for range 3 { // the same form, again and again
			if err := h.s.AskSignIn(ctx, number, ask("a")); err != nil {
				t.Fatal(err)
			}
		}
		if n := sent(); n != 1 {
			t.Errorf("%d messages for one form", n)
		}
		wantFault(t, h.s.AskSignIn(ctx, number, ask("b")), "account.code_minute")
		for i := range 4 {
			h.c.Advance(time.Minute)
			if err := h.s.AskSignIn(ctx, number, ask(fmt.Sprint("c", i))); err != nil {
				t.Fatal(err)
			}
		}
		h.c.Advance(time.Minute)
		wantFault(t, h.s.AskSignIn(ctx, number, account.Ask{Ticket: "d", Client: "elsewhere"}), "account.code_hour")
		if n := sent(); n != 5 {
			t.Errorf("%d messages to one number in an hour", n)
		}
		for i := range 25 { // one client, many numbers
			if err := h.s.AskSignIn(ctx, fmt.Sprintf("1380000%04d", 1000+i), ask(fmt.Sprint("e", i))); err != nil {
				t.Fatal(i, err)
			}
		}
		wantFault(t, h.s.AskSignIn(ctx, "13800009999", ask("f")), "account.client_day")
		for i := range 10 { // many clients, many numbers
			err := h.s.AskSignIn(ctx, fmt.Sprintf("1390000%04d", i), account.Ask{Ticket: "g", Client: fmt.Sprint(i)})
			if err != nil {
				t.Fatal(i, err)
			}
		}
		wantFault(t, h.s.AskSignIn(ctx, "13900009999", account.Ask{Ticket: "h", Client: "new"}), "account.sms_spent")
		h.c.Advance(24 * time.Hour)
		if err := h.s.AskSignIn(ctx, number, ask("next day")); err != nil {
			t.Error(err)
		}
		wantFault(t, h.s.AskSignIn(ctx, "+44 7700 900123", ask("i")), "account.phone_country")
		wantFault(t, h.s.AskSignIn(ctx, number, account.Ask{Client: "x"}), "account.no_ticket")
	}, func(c *account.Config) { c.MessagesPerDay = 40 })
}

func TestANumberProvenBySomebodyElseMoves(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		before, after := h.person("before@example.org"), h.person("after@example.org")
		h.setPhone(before.ID, "a")
		h.c.Advance(time.Minute)
		h.setPhone(after.ID, "b")
		if a, b := h.phoneOf(before.ID), h.phoneOf(after.ID); a != "" || b != e164 {
			t.Errorf("before %q, after %q", a, b)
		}
		if m := h.mailTo("before@example.org"); !strings.Contains(m.Text, "手机号码现在由他") || m.Topic != "" || strings.Contains(m.Text, "13800000001") {
			t.Errorf("mail %+v", m)
		}
		if !slices.Contains(h.kinds(), "person.phone_lost") {
			t.Error("the diary says nothing")
		}
		h.c.Advance(time.Minute)
		if p := h.byPhone(number, "c"); p.ID != after.ID {
			t.Error("the number opens the account that it left")
		}
	})
}

func (h house) setPhone(person int64, ticket string) {
	h.t.Helper()
	if err := h.s.AskPhone(h.t.Context(), person, number, ask(ticket)); err != nil {
		h.t.Fatal(err)
	}
	if err := h.s.SetPhone(h.t.Context(), person, number, ticket, h.code()); err != nil {
		h.t.Fatal(err)
	}
}

// A number that was given up comes to a stranger: it must not open what it opened before.
func TestAnOldNumberOpensNothingByItself(t *testing.T) {
	t.Parallel()
	lite(t, func(t *testing.T, h house) {
		ctx := t.Context()
		owner := h.person("owner@example.org")
		h.setPhone(owner.ID, "a")
		h.c.Advance(90*24*time.Hour - time.Second)
		if p := h.byPhone(number, "b"); p.ID != owner.ID {
			t.Error("a number proven within 90 days is its owner's")
		}
		h.c.Advance(90 * 24 * time.Hour)
		if err := h.s.AskSignIn(ctx, number, ask("c")); err != nil {
			t.Fatal(err)
		}
		code := h.code()
		_, err := h.s.SignIn(ctx, number, "c", code, false, i18n.EN)
		wantFault(t, err, "account.phone_stale")
		p, err := h.s.SignIn(ctx, number, "c", code, true, i18n.EN)
		if err != nil || p.ID == owner.ID {
			t.Fatalf("%+v, %v", p, err)
		}
		if h.phoneOf(owner.ID) != "" || h.phoneOf(p.ID) != e164 {
			t.Error("the number did not move")
		}
		h.mailTo("owner@example.org")
	})
}

// Who has nothing but a number keeps the way in for a year.
func TestANumberAloneKeepsAYear(t *testing.T) {
	t.Parallel()
	lite(t, func(t *testing.T, h house) {
		p := h.byPhone(number, "a")
		h.c.Advance(364 * 24 * time.Hour)
		if again := h.byPhone(number, "b"); again.ID != p.ID {
			t.Error("lost after less than a year")
		}
		h.write(func(ctx context.Context, tx *db.Tx) error {
			err := h.s.RemovePhone(ctx, tx, p.ID)
			wantFault(t, err, "account.only_phone")
			return nil
		})
		h.c.Advance(365 * 24 * time.Hour)
		if err := h.s.AskSignIn(t.Context(), number, ask("c")); err != nil {
			t.Fatal(err)
		}
		_, err := h.s.SignIn(t.Context(), number, "c", h.code(), false, i18n.EN)
		wantFault(t, err, "account.phone_stale")
	})
}

func TestTheNumberBeforeIsTold(t *testing.T) {
	t.Parallel()
	lite(t, func(t *testing.T, h house) {
		p := h.person("owner@example.org")
		h.setPhone(p.ID, "a")
		h.c.Advance(time.Minute)
		if err := h.s.AskPhone(t.Context(), p.ID, "13900000002", ask("b")); err != nil {
			t.Fatal(err)
		}
		if err := h.s.SetPhone(t.Context(), p.ID, "13900000002", "b", h.code()); err != nil {
			t.Fatal(err)
		}
		h.run()
		all := h.box.Messages()
		if last := all[len(all)-1]; last.To != e164 || last.Template != "changed" || last.Params != nil {
			t.Errorf("last message %+v", last)
		}
		h.mailTo("owner@example.org")
		var found people.Person
		h.write(func(ctx context.Context, tx *db.Tx) (err error) {
			found, err = h.people.PersonByID(ctx, tx, p.ID)
			if err != nil {
				return err
			}
			return h.s.RemovePhone(ctx, tx, p.ID)
		})
		if h.phoneOf(found.ID) != "" {
			t.Error("the number is still there")
		}
	})
}
