package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"manyhands/internal/bench/load"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/giving"
)

// fate is what will happen to a gift after it was made.
type fate int

const (
	paysInTime fate = iota
	neverPays
	paysLate
)

// dayGift is one gift with what was answered about it.
type dayGift struct {
	made   load.Made
	number string // of its order at the gateway
	minor  int64
	fate   fate
	taken  bool // its notice was answered
}

// day is the spike, as the givers and the gateway live through it.
type day struct {
	house   *house
	server  *load.Server
	stage   stage
	name    string
	rate    float64 // gifts a second in the spike
	length  time.Duration
	thinks  time.Duration // at most, between promise and payment
	rand    *rand.Rand
	popular *rand.Zipf

	mu            sync.Mutex
	gifts         []*dayGift
	made, noticed []time.Duration
	failed        error

	count dayCount

	// Found by the proof.
	broken, over, promised int64
	paid, late, abandoned  int
	book                   giving.PoolBook
}

// dayCount is how often what happened.
type dayCount struct {
	spike, twice   atomic.Int64
	busy, refused  atomic.Int64 // 503 for a gift, for a notice
	rude, silent   atomic.Int64 // 503 without Retry-After, no answer at all
	gaveUp, noRoom atomic.Int64
}

const (
	mostUnderWay = 64 * crowd // gifts whose givers wait or think: most of them think
	tries        = 5          // of a giver; a gateway tries tenfold
	longestThink = 3 * time.Second
	shortWait    = time.Second // where a refusal names no time
)

func newDay(h *house, s stage, rate float64, length time.Duration) *day {
	r := rand.New(rand.NewPCG(seed, seed+1))
	return &day{house: h, server: load.New(h.base, secret[:32], 2*crowd), stage: s, name: clock.FormatID(h.DB.NewID()), rate: rate, length: length,
		thinks: min(longestThink, length/4), rand: r, popular: rand.NewZipf(r, zipf, 1, campaigns-1)}
}

// spike sends the arrivals of the spike and of the calm after it, whatever the answers are, and
// waits for the last of them.
func (d *day) spike(ctx context.Context) error {
	defer d.server.Close()
	var wg sync.WaitGroup
	var underWay atomic.Int64
	began := time.Now()
	for at := time.Duration(0); at < d.length+d.length/calmShare && ctx.Err() == nil; at += d.gap(at) {
		time.Sleep(time.Until(began.Add(at)))
		if at < d.length {
			d.count.spike.Add(1)
		}
		if underWay.Load() >= mostUnderWay {
			d.count.noRoom.Add(1)
			continue
		}
		underWay.Add(1)
		v := d.arrival()
		wg.Go(func() {
			defer underWay.Add(-1)
			d.fail(d.live(ctx, v, at < d.length))
		})
	}
	wg.Wait()
	return errors.Join(d.failed, ctx.Err())
}

// gap is the time from one arrival to the next: they come independently of each other.
func (d *day) gap(at time.Duration) time.Duration {
	rate := d.rate
	if at >= d.length {
		rate /= calmer
	}
	return time.Duration(d.rand.ExpFloat64() / rate * float64(time.Second))
}

// visitor is a giver with what they are going to do.
type visitor struct {
	gift  load.Gift
	fate  fate
	twice bool
	think time.Duration
}

func (d *day) arrival() visitor {
	n := int(d.count.spike.Load()) + int(d.rand.Int32())
	v := visitor{gift: load.Gift{Campaign: d.stage.slugs[d.popular.Uint64()], Minor: 1 + d.rand.Int64N(mostFen), From: load.Address(n),
		Key: d.name + "-day-" + strconv.FormatUint(d.rand.Uint64(), 36)}, twice: d.rand.IntN(100) < doubled, think: time.Duration(d.rand.Int64N(int64(d.thinks) + 1))}
	switch n := d.rand.IntN(100); {
	case n < abandoned:
		v.fate = neverPays
	case n < abandoned+late:
		v.fate = paysLate
	}
	return v
}

// live is one gift from its form to its end.
func (d *day) live(ctx context.Context, v visitor, inSpike bool) error {
	began := time.Now()
	made, err := again(ctx, tries, &d.count.busy, &d.count, func() (load.Made, error) { return d.server.MakeByAPI(ctx, v.gift) })
	if errors.Is(err, errGaveUp) {
		d.count.gaveUp.Add(1)
		return nil
	}
	if err != nil {
		return err
	}
	g := &dayGift{made: made, minor: v.gift.Minor, fate: v.fate}
	d.keep(g, inSpike, &d.made, time.Since(began))
	if g.number, err = d.order(ctx, made.ID); err != nil || v.fate != paysInTime {
		return err
	}
	time.Sleep(v.think)
	began = time.Now()
	if err := d.notify(ctx, g, v.twice); err != nil {
		return err
	}
	d.keep(nil, inSpike, &d.noticed, time.Since(began))
	return nil
}

// order looks up under which number the gateway knows the gift: it is told by the checkout, which is
// not played here.
func (d *day) order(ctx context.Context, gift int64) (number string, err error) {
	err = d.house.DB.Read(ctx, func(r *db.Reader) error {
		p, err := d.house.Payments.ByPurpose(ctx, r, gift)
		number = p.MerchantRef
		return err
	})
	return number, err
}

// notify sends the gateway's notice, and now and then sends it twice at once.
func (d *day) notify(ctx context.Context, g *dayGift, twice bool) error {
	times := 1
	if twice {
		times = 2
		d.count.twice.Add(1)
	}
	errs := make([]error, times)
	var wg sync.WaitGroup
	for i := range times {
		wg.Go(func() {
			_, errs[i] = again(ctx, 10*tries, &d.count.refused, &d.count, func() (struct{}, error) {
				return struct{}{}, d.server.Notify(ctx, g.number, "day"+g.number, g.minor, time.Now())
			})
		})
	}
	wg.Wait()
	err := errors.Join(errs...)
	g.taken = err == nil
	if errors.Is(err, errGaveUp) {
		return nil // the proof finds the promise broken
	}
	return err
}

func (d *day) keep(g *dayGift, inSpike bool, times *[]time.Duration, took time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if g != nil {
		d.gifts = append(d.gifts, g)
	}
	if inSpike {
		*times = append(*times, took)
	}
}

func (d *day) fail(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.failed == nil {
		d.failed = err
	}
}

// errGaveUp says that a request was answered "come back later", or not at all, until nobody came back.
var errGaveUp = errors.New("bench: came back too often")

// again does what a calm page and a gateway do: it comes back after the time that a 503 asks for, and
// when there was no answer, with the same request under the same key.
func again[T any](ctx context.Context, most int, busy *atomic.Int64, c *dayCount, do func() (T, error)) (T, error) {
	for n := 1; ; n++ {
		out, err := do()
		wait := shortWait
		r, refused := errors.AsType[*load.Refused](err)
		switch {
		case refused && r.Status == http.StatusServiceUnavailable:
			busy.Add(1)
			if r.After == 0 {
				c.rude.Add(1)
			}
			wait = max(wait, r.After)
		case errors.Is(err, load.ErrNoAnswer) && ctx.Err() == nil:
			c.silent.Add(1)
		default:
			return out, err
		}
		if n == most {
			return out, fmt.Errorf("%w: %w", errGaveUp, err)
		}
		select {
		case <-ctx.Done():
			return out, ctx.Err()
		case <-time.After(wait):
		}
	}
}
