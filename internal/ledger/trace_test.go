package ledger_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/ledger"
)

// trail writes a trail of entry id's piece [start, end) as words: "leaf 5[0,30) via [4]; returned
// 6[0,10); waiting 20".
func (b *book) trail(id, start, end int64) string {
	b.t.Helper()
	var words []string
	b.read(func(ctx context.Context, r *db.Reader) error {
		trail, err := ledger.Follow(ctx, r, id, start, end)
		for _, p := range trail.Leaves {
			words = append(words, part("leaf", p))
		}
		for _, p := range trail.Returned {
			words = append(words, part("returned", p))
		}
		for _, w := range trail.Waiting {
			words = append(words, fmt.Sprintf("waiting %d", w.Quantity))
		}
		if trail.Rest > 0 {
			words = append(words, fmt.Sprintf("rest %d", trail.Rest))
		}
		return err
	})
	return strings.Join(words, "; ")
}

func part(kind string, p ledger.Part) string {
	s := fmt.Sprintf("%s %d[%d,%d)", kind, p.Entry.ID, p.Start, p.End)
	if len(p.Via) > 0 {
		s += fmt.Sprint(" via ", p.Via)
	}
	return s
}

func (b *book) wantTrail(id, quantity int64, want string) {
	b.t.Helper()
	if got := b.trail(id, 0, quantity); got != want {
		b.t.Errorf("entry %d became %q, want %q", id, got, want)
	}
}

func (b *book) wantSources(id int64, want string) {
	b.t.Helper()
	var words []string
	b.read(func(ctx context.Context, r *db.Reader) error {
		sources, err := ledger.Sources(ctx, r, id, 100)
		for _, s := range sources {
			words = append(words, fmt.Sprintf("%d[%d,%d)", s.Entry.ID, s.Start, s.End))
		}
		return err
	})
	if got := strings.Join(words, " "); got != want {
		b.t.Errorf("entry %d came of %q, want %q", id, got, want)
	}
}

func (b *book) gift(id, quantity int64) {
	b.t.Helper()
	b.post(move(id, b.gateway, b.fund, quantity))
}

func (b *book) pay(id, quantity int64) {
	b.t.Helper()
	b.post(move(id, b.fund, b.shop, quantity))
}

func (b *book) refund(id, of, quantity int64) error {
	e := move(id, b.fund, b.gateway, quantity)
	e.Returns = of
	return b.tryPost(one(e))
}

func TestFirstInFirstOut(t *testing.T) {
	oneBook(t, func(b *book) {
		b.gift(1, 100)
		b.gift(2, 50)
		b.pay(11, 70)
		b.pay(12, 60)
		b.wantTrail(1, 100, "leaf 11[0,70); leaf 12[0,30)")
		b.wantTrail(2, 50, "leaf 12[30,60); waiting 20")
		b.wantSources(12, "1[70,100) 2[0,30)")
		if got := b.trail(1, 60, 80); got != "leaf 11[60,70); leaf 12[0,10)" {
			t.Errorf("the middle of gift 1 became %q", got)
		}
		b.wantTrail(12, 60, "leaf 12[0,60)") // tracing ends at the shop
		b.wantSources(1, "")
	})
}

func TestRefundComesOutOfTheGiftItself(t *testing.T) {
	oneBook(t, func(b *book) {
		b.gift(1, 100)
		b.gift(2, 50)
		b.gift(3, 50)
		if err := b.refund(21, 2, 20); err != nil {
			t.Fatal(err)
		}
		b.pay(11, 140) // 100 of gift 1, 30 of gift 2, 10 of gift 3
		b.wantTrail(2, 50, "leaf 11[100,130); returned 21[0,20)")
		b.wantTrail(3, 50, "leaf 11[130,140); waiting 40")
		b.wantSources(11, "1[0,100) 2[0,30) 3[0,10)")
		b.wantSources(21, "2[30,50)")
		b.read(func(ctx context.Context, r *db.Reader) error {
			none, err := ledger.Sources(ctx, r, 21, 0)
			if len(none) != 0 {
				t.Errorf("at most none: %v", none)
			}
			return err
		})
		b.want(b.refund(22, 2, 31), ledger.ErrReturned)
		b.want(b.refund(22, 2, 30), ledger.ErrSpent)
		b.want(b.refund(22, 3, 41), ledger.ErrSpent)
		if err := b.refund(22, 3, 40); err != nil {
			t.Errorf("all that is left of gift 3: %v", err)
		}
		b.wantBalance(b.fund, 0, 0)
	})
}

func TestRefundsTakeTheLastUnusedPieces(t *testing.T) {
	oneBook(t, func(b *book) {
		b.gift(1, 100)
		e := move(21, b.fund, b.gateway, 10)
		e.Returns = 1
		f := move(22, b.fund, b.gateway, 5)
		f.Returns = 1
		if err := b.tryPost(one(e), one(f), one(move(11, b.fund, b.shop, 85))); err != nil { // all in one call
			t.Fatal(err)
		}
		b.wantSources(21, "1[90,100)")
		b.wantSources(22, "1[85,90)")
		b.wantSources(11, "1[0,85)")
	})
}

func TestUsesStepOverMoreCarvesThanAreReadAtOnce(t *testing.T) {
	eachBook(t, func(b *book) {
		const gifts = 200
		var sets []ledger.Set
		for i := range int64(gifts) { // each of 3, of which 2 are refunded
			e := move(1000+i, b.fund, b.gateway, 2)
			e.Returns = 1 + i
			sets = append(sets, one(move(1+i, b.gateway, b.fund, 3)), one(e))
		}
		if err := b.tryPost(sets...); err != nil {
			t.Fatal(err)
		}
		last := move(2000, b.fund, b.gateway, 1)
		last.Returns = gifts
		err := b.tryPost(one(move(501, b.fund, b.shop, 1)), one(move(502, b.fund, b.shop, 1)), one(last), one(move(503, b.fund, b.shop, gifts-3)))
		if err != nil {
			t.Fatal(err)
		}
		b.wantSources(502, "2[0,1)")
		b.wantTrail(gifts-1, 3, "leaf 503[196,197); returned 1198[0,2)")
		b.wantTrail(gifts, 3, "returned 2000[0,1); returned 1199[0,2)")
		b.wantBalance(b.fund, 0, 0)
	})
}

func TestReturnAccountMustHoldTheArrival(t *testing.T) {
	oneBook(t, func(b *book) {
		b.gift(1, 100)
		b.post(move(2, b.gateway, b.red, 100))
		e := move(21, b.red, b.gateway, 10)
		e.Returns = 1
		b.want(b.tryPost(one(e)), fault.New(fault.Invalid, "ledger.not_its_arrival"))
	})
}

func TestFollowThroughFunds(t *testing.T) {
	oneBook(t, func(b *book) {
		b.gift(1, 100)
		b.post(move(2, b.fund, b.red, 60)) // redirected
		b.post(move(3, b.gateway, b.red, 10))
		b.post(move(4, b.red, b.shop, 65))
		b.wantTrail(1, 100, "leaf 4[0,60) via [2]; waiting 40")
		b.wantTrail(3, 10, "leaf 4[60,65); waiting 5")
	})
}

func TestReversedPayoutGoesToTheEndOfTheLine(t *testing.T) {
	eachBook(t, func(b *book) {
		b.gift(1, 50)
		b.pay(11, 30)
		b.gift(2, 50)
		for range 2 {
			if err := b.tryReverse(11, 31); err != nil {
				t.Fatal(err)
			}
		}
		b.want(b.tryReverse(11, 32), ledger.ErrReversed)
		b.want(b.tryReverse(31, 32), fault.New(fault.Conflict, "ledger.reversal_final"))
		b.wantTrail(1, 50, "waiting 50")
		b.pay(12, 75) // the rest of gift 1, gift 2, then 5 of what came back
		b.wantTrail(1, 50, "leaf 12[70,75) via [11 31]; leaf 12[0,20); waiting 25")
		b.wantBalance(b.fund, 25, 25)
	})
}

func TestReversedGiftMustBeUnused(t *testing.T) {
	oneBook(t, func(b *book) {
		b.gift(1, 50)
		b.gift(2, 50)
		b.pay(11, 30)
		b.want(b.tryReverse(1, 31), ledger.ErrSpent)
		if err := b.tryReverse(2, 31); err != nil {
			t.Fatal(err)
		}
		b.wantTrail(2, 50, "returned 31[0,50)")
		b.want(b.refund(21, 2, 1), ledger.ErrReversed)
		b.gift(3, 50)
		if err := b.refund(21, 3, 1); err != nil {
			t.Fatal(err)
		}
		b.want(b.tryReverse(3, 32), ledger.ErrReturned)
		b.want(b.tryReverse(11, 21), ledger.ErrIDTaken)
		b.want(b.tryReverse(99, 32), fault.New(fault.NotFound, "ledger.no_entry"))
	})
}

func TestReversalBelongsToOneEntry(t *testing.T) {
	oneBook(t, func(b *book) {
		b.gift(1, 50)
		b.gift(2, 50)
		if err := b.tryReverse(1, 31); err != nil {
			t.Fatal(err)
		}
		b.want(b.tryReverse(2, 31), ledger.ErrIDTaken) // which would look just the same
		b.wantBalance(b.fund, 50, 50)
	})
}

func TestFailedRefundIsReversed(t *testing.T) {
	oneBook(t, func(b *book) {
		b.gift(1, 50)
		if err := b.refund(21, 1, 20); err != nil {
			t.Fatal(err)
		}
		if err := b.tryReverse(21, 31); err != nil {
			t.Fatal(err)
		}
		b.wantTrail(1, 50, "waiting 50")
		b.pay(11, 40)
		b.wantTrail(1, 50, "leaf 11[0,30); leaf 11[30,40) via [21 31]; waiting 10")
	})
}

func TestFollowStopsAtItsLimits(t *testing.T) {
	oneBook(t, func(b *book) {
		b.gift(1, ledger.MaxParts+10)
		var sets []ledger.Set
		for i := range int64(ledger.MaxParts + 5) {
			sets = append(sets, one(move(10+i, b.fund, b.shop, 1)))
		}
		if err := b.tryPost(sets...); err != nil {
			t.Fatal(err)
		}
		b.read(func(ctx context.Context, r *db.Reader) error {
			trail, err := ledger.Follow(ctx, r, 1, 0, ledger.MaxParts+10)
			if len(trail.Leaves) != ledger.MaxParts || !trail.Truncated || trail.Rest != 5 || trail.Waiting[0].Quantity != 5 {
				t.Errorf("%d leaves, truncated %v, rest %d, waiting %v", len(trail.Leaves), trail.Truncated, trail.Rest, trail.Waiting)
			}
			return err
		})
		for _, piece := range [][2]int64{{5, 5}, {-1, 5}, {6, 5}, {0, ledger.MaxParts + 11}} {
			err := b.d.Read(t.Context(), func(r *db.Reader) error {
				_, err := ledger.Follow(t.Context(), r, 1, piece[0], piece[1])
				return err
			})
			b.want(err, fault.New(fault.Invalid, "ledger.range"))
		}
	})
}

func TestFollowStopsAtManyRefunds(t *testing.T) {
	oneBook(t, func(b *book) {
		b.gift(1, 2000)
		var sets []ledger.Set
		for i := range int64(ledger.MaxParts + 5) {
			e := move(10+i, b.fund, b.gateway, 1)
			e.Returns = 1
			sets = append(sets, one(e))
		}
		if err := b.tryPost(sets...); err != nil {
			t.Fatal(err)
		}
		b.read(func(ctx context.Context, r *db.Reader) error {
			trail, err := ledger.Follow(ctx, r, 1, 0, 2000)
			if len(trail.Returned) != ledger.MaxParts || trail.Rest != 5 || trail.Waiting[0].Quantity != 995 {
				t.Errorf("%d returned, rest %d, waiting %v", len(trail.Returned), trail.Rest, trail.Waiting)
			}
			return err
		})
	})
}

func TestFollowStopsAtManyPartsOfSeveralFunds(t *testing.T) {
	oneBook(t, func(b *book) {
		const each = ledger.MaxParts/2 + 100
		b.gift(1, 2*each)
		var sets []ledger.Set
		for i := range int64(each) {
			sets = append(sets, one(move(10_000+i, b.fund, b.shop, 1)))
		}
		sets = append(sets, one(move(2, b.fund, b.red, each)))
		for i := range int64(each) {
			sets = append(sets, one(move(20_000+i, b.red, b.shop, 1)))
		}
		if err := b.tryPost(sets...); err != nil {
			t.Fatal(err)
		}
		b.read(func(ctx context.Context, r *db.Reader) error {
			trail, err := ledger.Follow(ctx, r, 1, 0, 2*each)
			if len(trail.Leaves) != ledger.MaxParts || !trail.Truncated || trail.Rest != 200 {
				t.Errorf("%d leaves, truncated %v, rest %d", len(trail.Leaves), trail.Truncated, trail.Rest)
			}
			return err
		})
	})
}

func TestFollowStopsGoingRound(t *testing.T) {
	oneBook(t, func(b *book) {
		b.gift(1, 10)
		from, to := b.fund, b.red
		for i := range int64(20) { // to and fro between two funds
			b.post(move(100+i, from, to, 10))
			from, to = to, from
		}
		b.wantTrail(1, 10, "rest 10")
		b.wantTrail(103, 10, "rest 10")
		b.wantTrail(104, 10, "waiting 10") // passed on as often as is followed
	})
}
