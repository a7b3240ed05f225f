package signin_test

import (
	"context"
	"strings"
	"testing"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/people"
	"manyhands/internal/people/signin"
)

const here, there = 1 << 40, 1 << 41

// as is the context in which a member of staff acts with a fresh proof.
func (h house) as(id int64) context.Context {
	h.t.Helper()
	var a access.Actor
	err := h.d.Read(h.t.Context(), func(q *db.Reader) (err error) {
		a, err = h.people.Actor(h.t.Context(), q, id, h.c.Now())
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return signin.With(access.With(h.t.Context(), a), signin.Session{PersonID: id, Way: signin.ByPasskey, Proven: h.c.Now()}, h.c.Now())
}

func (h house) at(email string, role access.Role, organisation int64) int64 {
	h.t.Helper()
	id := h.person(email)
	h.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := h.people.Appoint(ctx, tx, people.Appointment{PersonID: id, Role: role, Organisation: organisation})
		return err
	})
	return id
}

func (h house) ask(by, person int64, met bool) (r signin.Reset, err error) {
	ctx := h.as(by)
	err = h.d.Write(ctx, func(tx *db.Tx) (err error) {
		r, err = h.s.AskReset(ctx, tx, person, met)
		return err
	})
	return r, err
}

func (h house) confirm(by int64, r signin.Reset, met bool) error {
	ctx := h.as(by)
	return h.d.Write(ctx, func(tx *db.Tx) error { _, err := h.s.ConfirmReset(ctx, tx, r.ID, met); return err })
}

// lost is a network of two administrators and a colleague who has lost their passkey.
func lost(h house) (first, second, colleague int64) {
	h.t.Helper()
	first, second = h.staff("first@example.org", access.Administrator), h.staff("second@example.org", access.Administrator)
	colleague = h.at("colleague@example.org", access.Coordinator, here)
	if _, err := h.passkey(h.begin(colleague, signin.ByLink)); err != nil {
		h.t.Fatal(err)
	}
	return first, second, colleague
}

func TestTwoPeopleLetAThirdBeginAnew(t *testing.T) {
	each(t, func(h house) {
		first, second, colleague := lost(h)
		r, err := h.ask(first, colleague, false)
		wantFault(h.t, err, "")
		if _, last := h.mails(); !strings.Contains(last, "有同事申请") {
			h.t.Errorf("mail %q", last)
		}
		wantFault(h.t, h.confirm(first, r, false), "signin.reset_twice")
		wantFault(h.t, h.confirm(colleague, r, false), "signin.reset_unknown")
		wantFault(h.t, h.confirm(second, r, true), "") // one has met the person, the other has not
		_, err = h.passkey(h.begin(colleague, signin.ByLink))
		wantFault(h.t, err, "signin.prove")
		h.c.Advance(signin.ResetWait)
		old := h.standing(h.begin(colleague, signin.ByLink)).Passkeys
		if _, err = h.passkey(h.begin(colleague, signin.ByLink)); err != nil {
			h.t.Fatal(err)
		}
		if now := h.standing(h.begin(colleague, signin.ByPasskey)).Passkeys; len(now) != 1 || now[0].ID == old[0].ID {
			h.t.Errorf("the old passkeys %+v became %+v", old, now)
		}
		_, err = h.passkey(h.begin(colleague, signin.ByLink)) // once
		wantFault(h.t, err, "signin.prove")
		wantFault(h.t, h.confirm(second, r, true), "signin.reset_ended")
	})
}

func TestResetAtOnceWhenBothHaveMetThem(t *testing.T) {
	each(t, func(h house) {
		first, second, colleague := lost(h)
		r, err := h.ask(first, colleague, true)
		wantFault(h.t, err, "")
		wantFault(h.t, h.confirm(second, r, true), "")
		_, err = h.passkey(h.begin(colleague, signin.ByLink))
		wantFault(h.t, err, "")
	})
}

func TestResetIsRefused(t *testing.T) {
	each(t, func(h house) {
		first, second, colleague := lost(h)
		local := h.at("local@example.org", access.Administrator, here)
		deputy := h.at("deputy@example.org", access.Administrator, here)
		stranger := h.at("stranger@example.org", access.Administrator, there)
		_, err := h.ask(first, first, true)
		wantFault(h.t, err, "signin.reset_yourself")
		_, err = h.ask(local, h.person("giver@example.org"), true)
		wantFault(h.t, err, "access.denied")
		_, err = h.ask(first, h.person("giver@example.org"), true)
		wantFault(h.t, err, "")
		_, err = h.ask(stranger, colleague, true)
		wantFault(h.t, err, "access.denied")
		_, err = h.ask(colleague, local, true)
		wantFault(h.t, err, "access.denied")
		_, err = h.ask(local, first, true)
		wantFault(h.t, err, "access.denied")

		r, err := h.ask(local, colleague, true)
		wantFault(h.t, err, "")
		_, err = h.ask(first, colleague, true)
		wantFault(h.t, err, "signin.reset_open")
		wantFault(h.t, h.confirm(stranger, r, true), "signin.reset_unknown")
		wantFault(h.t, h.confirm(deputy, r, true), "signin.reset_network")
		ctx := signin.With(h.as(second), signin.Session{PersonID: second, Way: signin.ByPasskey, Proven: h.c.Now().Add(-signin.RecentFor)}, h.c.Now())
		err = h.d.Write(ctx, func(tx *db.Tx) error { _, err := h.s.ConfirmReset(ctx, tx, r.ID, true); return err })
		wantFault(h.t, err, "signin.prove_again")

		own := h.as(colleague) // they have found their phone, or it was never their wish
		wantFault(h.t, h.d.Write(own, func(tx *db.Tx) error { return h.s.CallOffReset(own, tx, r.ID) }), "")
		wantFault(h.t, h.d.Write(own, func(tx *db.Tx) error { return h.s.CallOffReset(own, tx, r.ID) }), "signin.reset_ended")
		wantFault(h.t, h.confirm(second, r, true), "signin.reset_ended")
		other := h.as(stranger)
		wantFault(h.t, h.d.Write(other, func(tx *db.Tx) error { return h.s.CallOffReset(other, tx, r.ID) }), "signin.reset_unknown")
	})
}

func TestResetEndsUnused(t *testing.T) {
	each(t, func(h house) {
		first, second, colleague := lost(h)
		r, err := h.ask(first, colleague, true)
		wantFault(h.t, err, "")
		wantFault(h.t, h.confirm(second, r, true), "")
		h.c.Advance(8 * signin.ResetWait)
		_, err = h.passkey(h.begin(colleague, signin.ByLink))
		wantFault(h.t, err, "signin.prove")
	})
}
