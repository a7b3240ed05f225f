package child_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/audit"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
)

var toClinic = consent.Matter{Purpose: consent.SharePartner, About: clinic}

func (h *house) refer(who, record int64, kind child.ReferralKind) (id int64, k string) {
	h.t.Helper()
	k = h.try(who, func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = h.s.Refer(ctx, tx, child.NewReferral{Record: record, Kind: kind, To: clinic, Reason: "请看看视力。"})
		return err
	})
	return id, k
}

func (h *house) take(who, referral int64, to child.ReferralState, answer string) string {
	h.t.Helper()
	return h.try(who, func(ctx context.Context, tx *db.Tx) error { return h.s.Take(ctx, tx, referral, to, answer) })
}

func TestReferral(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c)
		r, g := h.active()
		_, k := h.refer(worker, r.ID, child.ReferralOut)
		want(t, "without consent it is not kept", k, "consent.missing")
		want(t, "agree", h.agree(worker, r.ID, g, toClinic, true), "")
		_, k = h.refer(colleague, r.ID, child.ReferralOut)
		want(t, "by somebody else", k, "child.no_record")
		id, k := h.refer(worker, r.ID, child.ReferralOut)
		want(t, "with consent", k, "")
		_, k = h.refer(worker, r.ID, child.ReferralOut)
		want(t, "twice", k, "child.referred")
		want(t, "the receiver sees nothing yet", h.openKey(clinicBoss, r.ID, access.Health), "child.no_record")
		h.must(clinicBoss, func(ctx context.Context, tx *db.Tx) error {
			list, err := h.s.Received(ctx, tx, clinic, child.InProgress)
			if err != nil || len(list) != 1 {
				t.Fatalf("received: %+v, %v", list, err)
			}
			want(t, "why", list[0].Reason, "请看看视力。")
			want(t, "who", list[0].Code, r.Code)
			return nil
		})
		want(t, "not by the sender", h.take(boss, id, child.Accepted, ""), "child.no_referral")
		want(t, "done before it was accepted", h.take(clinicBoss, id, child.Done, ""), "child.referral_moved")
		want(t, "rejected without a word", h.take(clinicBoss, id, child.Rejected, " "), "answer form.required")
		want(t, "accepted", h.take(clinicBoss, id, child.Accepted, ""), "")
		want(t, "by two at once", h.take(clinicWorker, id, child.Accepted, ""), "child.referral_moved")
		want(t, "the receiver's supervisor reads", h.openKey(clinicBoss, r.ID, access.Health), "")
		want(t, "a worker to whom nobody assigned it does not", h.openKey(clinicWorker, r.ID, access.Health), "child.no_record")
		assign := func(who, to int64) string {
			return h.try(who, func(ctx context.Context, tx *db.Tx) error {
				_, err := h.s.Assign(ctx, tx, r.ID, to, time.Time{})
				return err
			})
		}
		want(t, "the receiver's supervisor has no say over others", assign(clinicBoss, colleague), "person child.no_worker")
		want(t, "but over their own", assign(clinicBoss, clinicWorker), "")
		var own []child.Assignment
		h.must(boss, func(ctx context.Context, tx *db.Tx) (err error) {
			own, err = h.s.Assignments(ctx, tx, r.ID)
			return err
		})
		want(t, "the sender sees both", len(own), 2)
		want(t, "the receiver ends nobody else's", h.try(clinicBoss, func(ctx context.Context, tx *db.Tx) error {
			return h.s.Unassign(ctx, tx, own[0].ID)
		}), "child.no_assignment")
		h.must(clinicBoss, func(ctx context.Context, tx *db.Tx) error {
			list, err := h.s.Assignments(ctx, tx, r.ID)
			want(t, "and sees their own alone", len(list), 1)
			return err
		})
		want(t, "who reads now", h.openKey(clinicWorker, r.ID, access.Health), "")
		want(t, "the guardian takes it back", h.agree(worker, r.ID, g, toClinic, false), "")
		want(t, "and nobody there reads any more", h.openKey(clinicWorker, r.ID, access.Health), "child.no_record")
		want(t, "nor the supervisor", h.openKey(clinicBoss, r.ID, access.Health), "child.no_record")
		want(t, "and it is not done without", h.take(clinicBoss, id, child.Done, ""), "consent.refused")
		want(t, "agreed again", h.agree(worker, r.ID, g, toClinic, true), "")
		want(t, "revoked", h.try(worker, func(ctx context.Context, tx *db.Tx) error { return h.s.Revoke(ctx, tx, id) }), "")
		want(t, "twice", h.try(worker, func(ctx context.Context, tx *db.Tx) error { return h.s.Revoke(ctx, tx, id) }), "child.referral_moved")
		want(t, "nobody reads", h.openKey(clinicBoss, r.ID, access.Health), "child.no_record")
	})
}

func TestReferralByOverride(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r, g := h.active()
	want(t, "a no", h.agree(worker, r.ID, g, toClinic, false), "")
	override := func(who int64, reason string) string {
		return h.try(who, func(ctx context.Context, tx *db.Tx) error {
			_, err := h.s.Override(ctx, tx, consent.Overriding{Record: r.ID, Ground: consent.Life, Matter: toClinic, Reason: reason, Until: h.c.Now().Add(time.Hour)})
			return err
		})
	}
	for _, who := range []int64{worker, boss, stranger, mother} {
		want(t, "nobody but a lead", override(who, "急"), "child.no_record")
	}
	want(t, "without a reason", override(lead, ""), "reason form.required")
	want(t, "a lead", override(lead, "孩子今晚需要医生。"), "")
	id, k := h.refer(worker, r.ID, child.ReferralOut)
	want(t, "referred", k, "")
	want(t, "accepted", h.take(clinicBoss, id, child.Accepted, ""), "")
	h.must(worker, func(ctx context.Context, tx *db.Tx) error {
		list, err := h.s.Referrals(ctx, tx, r.ID)
		want(t, "marked, with the ground", list[0].Override.Ground, consent.Life)
		return err
	})
	h.must(boss, func(ctx context.Context, tx *db.Tx) error { return h.s.LinkGuardian(ctx, tx, r.ID, g, mother) })
	for who, shown := range map[int64]bool{mother: false, lead: true} {
		purpose := access.Guardian
		if who == lead {
			purpose = access.Safeguarding
		}
		h.must(who, func(ctx context.Context, tx *db.Tx) error {
			rows, err := h.s.Looked(ctx, tx, r.ID, purpose, 0, 100)
			for _, kind := range []string{"referral.made", "referral.accepted"} {
				want(t, kind, slices.ContainsFunc(rows, func(x audit.Row) bool { return x.Kind == kind }), shown)
			}
			return err
		})
	}
	h.must(lead, func(ctx context.Context, tx *db.Tx) error {
		list, err := h.s.Overrides(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		want(t, "listed for the lead", len(list), 1)
		words, err := h.s.OverrideReason(ctx, tx, r.ID, list[0].ID)
		want(t, "who reads why", words, "孩子今晚需要医生。")
		return err
	})
	for _, who := range []int64{worker, boss, stranger, mother} {
		want(t, "nobody else", h.try(who, func(ctx context.Context, tx *db.Tx) error { _, err := h.s.Overrides(ctx, tx, r.ID); return err }), "child.no_record")
	}
	want(t, "read for an hour", h.openKey(clinicBoss, r.ID, access.Health), "")
	h.c.Advance(time.Hour)
	want(t, "and no longer", h.openKey(clinicBoss, r.ID, access.Health), "child.no_record")
}

func TestTransferMovesTheRecord(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c)
		r, g := h.active()
		want(t, "agree", h.agree(worker, r.ID, g, toClinic, true), "")
		id, k := h.refer(worker, r.ID, child.TransferOut)
		want(t, "made", k, "")
		want(t, "accepted", h.take(clinicBoss, id, child.Accepted, ""), "")
		want(t, "done", h.take(clinicBoss, id, child.Done, "收到。"), "")
		want(t, "the old worker", h.openKey(worker, r.ID, access.Casework), "child.no_record")
		want(t, "the old supervisor", h.openKey(boss, r.ID, access.Casework), "child.no_record")
		o := h.open(clinicBoss, r.ID, access.Casework, access.Name)
		want(t, "the new one fills it in", o.State, child.Enrolling)
		want(t, "with all that was there", o.Name.Name, "测试甲")
		h.must(clinicBoss, func(ctx context.Context, tx *db.Tx) error {
			list, err := h.s.Consents(ctx, tx, r.ID, access.Casework)
			for _, s := range list {
				want(t, "agreed anew: "+string(s.Matter.Purpose), s.State, consent.NotAsked)
			}
			return err
		})
		want(t, "back to where it was", h.try(clinicBoss, func(ctx context.Context, tx *db.Tx) error { return h.s.Revoke(ctx, tx, id) }), "child.referral_moved")
	})
}

// TestWhoOnlySaidSoDoesNotComeBack begins a record as somebody whose guardianship was never shown, and moves
// it: being filled in anew does not open it to them again.
func TestWhoOnlySaidSoDoesNotComeBack(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r := h.enrol(father, enrolment())
	want(t, "at first", h.openKey(father, r.ID, access.Guardian), "")
	var g int64
	h.must(boss, func(ctx context.Context, tx *db.Tx) (err error) {
		g, err = h.s.AddGuardian(ctx, tx, r.ID, access.Casework, other())
		return err
	})
	want(t, "once somebody is shown to be the guardian", h.openKey(father, r.ID, access.Guardian), "child.no_record")
	for _, m := range []consent.Matter{consent.For(consent.Enrol), toClinic} {
		want(t, "agree", h.agree(boss, r.ID, g, m, true), "")
	}
	h.must(boss, func(ctx context.Context, tx *db.Tx) error { return h.s.Accept(ctx, tx, r.ID) })
	id, _ := h.refer(boss, r.ID, child.TransferOut)
	want(t, "accepted", h.take(clinicBoss, id, child.Accepted, ""), "")
	want(t, "done", h.take(clinicBoss, id, child.Done, ""), "")
	want(t, "after the transfer", h.openKey(father, r.ID, access.Guardian), "child.no_record")
}

func TestWhatAReferralMustHold(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r, _ := h.active()
	for wanted, in := range map[string]child.NewReferral{
		"kind form.choice":     {Record: r.ID, Kind: "gift", To: clinic, Reason: "x"},
		"reason form.required": {Record: r.ID, Kind: child.ReferralOut, To: clinic},
		"to form.choice":       {Record: r.ID, Kind: child.ReferralOut, To: centre, Reason: "x"},
	} {
		want(t, wanted, h.try(worker, func(ctx context.Context, tx *db.Tx) error { _, err := h.s.Refer(ctx, tx, in); return err }), wanted)
	}
	want(t, "nobody", h.try(worker, func(ctx context.Context, tx *db.Tx) error {
		_, err := h.s.Refer(ctx, tx, child.NewReferral{Record: r.ID, Kind: child.ReferralOut, To: 999, Reason: "x"})
		return err
	}), "to form.choice")
}
