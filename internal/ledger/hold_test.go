package ledger_test

import (
	"context"
	"testing"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/ledger"
	"manyhands/internal/money"
)

func (b *book) tryRelease(id int64) error {
	return b.try(func(ctx context.Context, tx *db.Tx) error { return ledger.Release(ctx, tx, id) })
}

func (b *book) tryExpire(id int64) error {
	return b.try(func(ctx context.Context, tx *db.Tx) error { return ledger.Expire(ctx, tx, id) })
}

func (b *book) reserve(id, from, to, quantity int64, expires time.Time) ledger.Hold {
	b.t.Helper()
	h := ledger.Hold{ID: id, Kind: "match", From: from, To: to, Quantity: quantity, ExpiresAt: expires}
	if err := b.tryReserve(h); err != nil {
		b.t.Fatalf("reserve %d: %v", id, err)
	}
	return h
}

func posting(id int64, h ledger.Hold, quantity int64) ledger.Entry {
	return ledger.Entry{ID: id, Kind: "match", From: h.From, To: h.To, Quantity: quantity, Hold: h.ID}
}

func TestHoldReservesAndAnnounces(t *testing.T) {
	oneBook(t, func(b *book) {
		b.post(move(1, b.gateway, b.pool, 100))
		h := b.reserve(10, b.pool, b.fund, 60, time.Time{})
		b.wantBalance(b.pool, 100, 40)
		if a := b.account(b.fund); a.HeldIn != 60 {
			t.Errorf("announced %d, want 60", a.HeldIn)
		}
		b.want(b.tryPost(one(move(2, b.pool, b.shop, 41))), ledger.ErrFloor)
		b.want(b.tryReserve(ledger.Hold{ID: 11, From: b.pool, To: b.fund, Quantity: 41}), ledger.ErrFloor)
		again := h
		again.ExpiresAt = b.clock.Now()
		if err := b.tryReserve(again); err != nil {
			t.Errorf("repeat: %v", err)
		}
		again.Quantity++
		b.want(b.tryReserve(again), ledger.ErrIDTaken)
		b.wantBalance(b.pool, 100, 40)
	})
}

func TestHoldIsPostedOnceAndTheRestReturns(t *testing.T) {
	eachBook(t, func(b *book) {
		b.post(move(1, b.gateway, b.pool, 100))
		h := b.reserve(10, b.pool, b.fund, 60, time.Time{})
		b.want(b.tryPost(one(posting(2, h, 61))), fault.New(fault.Invalid, "ledger.hold_exceeded"))
		astray := posting(2, h, 10)
		astray.To = b.red
		b.want(b.tryPost(one(astray)), fault.New(fault.Invalid, "ledger.hold_other"))
		b.post(posting(2, h, 45), posting(2, h, 45))
		b.wantBalance(b.pool, 55, 55)
		b.wantBalance(b.fund, 45, 45)
		b.want(b.tryPost(one(posting(3, h, 5))), ledger.ErrHoldPosted)
		b.want(b.tryRelease(10), ledger.ErrHoldPosted)
		b.want(b.tryExpire(10), ledger.ErrHoldPosted)
		if got := b.hold(10); got.State != ledger.Used || got.Posted != 45 || got.Entry != 2 {
			t.Errorf("hold is %+v", got)
		}
	})
}

func TestReleasedHoldCannotBePosted(t *testing.T) {
	oneBook(t, func(b *book) {
		b.post(move(1, b.gateway, b.pool, 100))
		h := b.reserve(10, b.pool, b.fund, 60, time.Time{})
		for range 2 {
			if err := b.tryRelease(10); err != nil {
				t.Fatal(err)
			}
			b.wantBalance(b.pool, 100, 100)
		}
		b.want(b.tryPost(one(posting(2, h, 60))), ledger.ErrHoldEnded)
		b.want(b.tryExpire(99), fault.New(fault.NotFound, "ledger.no_hold"))
	})
}

func TestExpiryAndConfirmationHaveOneWinner(t *testing.T) {
	eachBook(t, func(b *book) {
		b.post(move(1, b.gateway, b.pool, 100))
		at := b.clock.Now().Add(time.Minute)
		first := b.reserve(10, b.pool, b.fund, 30, at)
		second := b.reserve(11, b.pool, b.fund, 30, at)
		b.want(b.tryExpire(10), ledger.ErrHoldLives)
		b.clock.Advance(time.Minute)
		b.read(func(ctx context.Context, r *db.Reader) error {
			ids, err := ledger.Lapsed(ctx, r, b.clock.Now(), 10)
			if len(ids) != 2 || ids[0] != 10 {
				t.Errorf("lapsed %v", ids)
			}
			return err
		})
		b.post(posting(2, first, 30)) // late, but before anybody ended it
		b.want(b.tryExpire(10), ledger.ErrHoldPosted)
		for range 2 {
			if err := b.tryExpire(11); err != nil {
				t.Fatal(err)
			}
		}
		b.want(b.tryPost(one(posting(3, second, 30))), ledger.ErrHoldEnded)
		b.wantBalance(b.pool, 70, 70)
	})
}

func TestEveningsMayGrowLoavesMayNot(t *testing.T) {
	for unit, grows := range map[money.Unit]bool{money.Evening: true, money.Hour: true, money.Loaf: false} {
		t.Run(string(unit), func(t *testing.T) {
			oneBook(t, func(b *book) {
				from, to := b.openUnit("from", unit, true), b.openUnit("to", unit, true)
				source := b.openUnit("source", unit, false)
				b.post(move(1, source, from, 3))
				h := b.reserve(10, from, to, 2, time.Time{})
				if err := b.tryPost(one(posting(2, h, 3))); (err == nil) != grows {
					t.Errorf("3 posted of 2 held: %v", err)
				}
				h = ledger.Hold{ID: 11, From: from, To: to, Quantity: 1}
				if grows {
					b.want(b.tryReserve(h), ledger.ErrFloor)
				}
			})
		})
	}
}
