package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/money"
)

const (
	abandoned  = 30 // of 100 gifts are never paid
	late       = 1  // of 100 are paid after their promise has ended
	doubled    = 5  // of 100 notices come twice
	calmShare  = 4  // the calm after the spike lasts a quarter of it
	calmer     = 10 // and has a tenth of its arrivals
	spikeHold  = 60 // seconds for which a promise is held: the least that a pool may say
	spikePart  = 0.8
	afterAll   = 2 * time.Hour // from the spike until nobody can pay any more
	closedLoop = "limit: complete gifts, as many as 256 clients can make"
)

// givingDay plays the opening of a giving day from outside: arrivals that do not wait for each other,
// ten times as many as on the average of the day, a third of whom never pay; notices that come twice
// and notices that come too late; a pool with money for half. It counts the promises that were broken,
// which must be none.
func (b *bench) givingDay(ctx context.Context) (err error) {
	if err := b.migrate(ctx); err != nil {
		return err
	}
	h, err := b.openHouse(ctx)
	if err != nil {
		return err
	}
	open := h
	defer func() {
		if open != nil {
			err = errors.Join(err, open.close())
		}
	}()
	n, err := newNetwork(ctx, h.Services)
	if err != nil {
		return err
	}
	rate, err := b.spikeRate(ctx, h, &n)
	if err != nil {
		return err
	}
	s, err := n.newStage(ctx, h.Services, max(1, int64(rate*b.length.Seconds()/2))*meanFen, spikeHold)
	if err != nil {
		return err
	}
	day := newDay(h, s, rate, b.length)
	b.say("the spike: %.0f gifts a second for %s ...", rate, b.length)
	if err := day.spike(ctx); err != nil {
		return err
	}
	open = nil
	if err := h.close(); err != nil {
		return err
	}
	given, err := b.night(ctx)
	if err != nil {
		return err
	}
	if open, err = b.openHouse(ctx); err != nil {
		return err
	}
	b.say("late notices, and the proof ...")
	if err := day.morning(ctx, open); err != nil {
		return err
	}
	b.noteDay(day, given)
	b.report.addMemory("memory at its peak, clients included", os.Getpid())
	if err := b.proveGifts(ctx, open.Services); err != nil {
		return err
	}
	return day.verdict()
}

// spikeRate is how many gifts a second arrive in the spike: as asked, else four fifths of what the
// machine does when every client waits for its answer.
func (b *bench) spikeRate(ctx context.Context, h *house, n *network) (rate float64, err error) {
	bare, done, err := hello(helloBig, crowd)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, done()) }()
	plenty, err := n.newStage(ctx, h.Services, money.MaxMinor, 0)
	if err != nil {
		return 0, err
	}
	g := newGivers(h.Services, h.base, plenty, crowd, false)
	defer g.server.Close()
	if err := b.measure(ctx, bare, task{name: closedLoop, limit: helloBig, workers: crowd, do: g.complete}); err != nil {
		return 0, err
	}
	if b.o.Rate > 0 {
		return float64(b.o.Rate), nil
	}
	f, _ := b.report.figure(closedLoop)
	return max(1, spikePart*f.Value), nil
}

// givenBack is what the night did.
type givenBack struct {
	payments int
	in       time.Duration
}

// night lets the promises that nobody paid end: the same services on the same database, with a clock
// that stands where the last of them is over. The house is closed meanwhile, as it would be by an
// operator who starts it anew.
func (b *bench) night(ctx context.Context) (given givenBack, err error) {
	b.say("the night: promises that nobody paid end ...")
	s, done, err := b.services(ctx, db.Options{Clock: clock.NewSim(time.Now().Add(afterAll))})
	if err != nil {
		return given, err
	}
	defer func() { err = errors.Join(err, done()) }()
	began := time.Now()
	for {
		n, err := s.Payments.SettleDue(ctx, batch)
		if err != nil {
			return given, fmt.Errorf("end what is overdue: %w", err)
		}
		if given.payments += n; n == 0 {
			break
		}
	}
	given.in = time.Since(began)
	return given, nil
}

func (b *bench) noteDay(d *day, given givenBack) {
	c := &d.count
	b.report.add(Figure{Name: "gifts that arrived in the spike", Unit: "1/s", Value: float64(c.spike.Load()) / d.length.Seconds(), N: int(c.spike.Load())}, closedLoop)
	for _, x := range []struct {
		name string
		took []time.Duration
	}{{"gift made and its match promised, in the spike", d.made}, {"notice of a payment taken, in the spike", d.noticed}} {
		f := Figure{Name: x.name, Unit: "ms", N: len(x.took)}
		f.P50, f.P99 = percentiles(x.took)
		f.Value = f.P50
		b.report.add(f, "")
	}
	if given.payments > 0 {
		b.report.add(Figure{Name: "overdue promises given back", Unit: "1/s", Value: float64(given.payments) / given.in.Seconds(), N: given.payments}, closedLoop)
	}
	for _, x := range []struct {
		name string
		n    int64
	}{
		{"promises broken", d.broken}, {"fen matched beyond the pool or a gift", d.over}, {"gifts answered 'come back later' (503)", c.busy.Load()},
		{"notices answered 'come back later' (503)", c.refused.Load()}, {"503 without Retry-After", c.rude.Load()}, {"requests without an answer, sent again", c.silent.Load()},
		{"gifts that their givers gave up", c.gaveUp.Load()}, {"arrivals that the clients had no room for", c.noRoom.Load()},
	} {
		b.report.add(Figure{Name: x.name, Unit: "times", Value: float64(x.n), N: int(x.n)}, "")
	}
	b.report.note("Times in the spike run from the first try to the answer, coming back after a 503 included.")
	b.report.note("%s gifts were promised %s fen: %d were paid in time, %d notices came twice, %d came late, %d were never paid.",
		number(float64(len(d.gifts))), number(float64(d.promised)), d.paid, c.twice.Load(), d.late, d.abandoned)
	b.report.note("The pool of %s fen %s.", number(float64(d.book.Funded)), d.poolWord())
}
