package node

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
)

// process is one that serves, on a clock that stands still unless moved.
type process struct {
	*Lease
	t   *testing.T
	at  time.Duration
	log bytes.Buffer
}

func start(t *testing.T, d *db.DB) *process {
	t.Helper()
	p := &process{t: t}
	p.Lease = newLease(d, "machine", slog.New(slog.NewTextHandler(&p.log, nil)), func() time.Duration { return p.at })
	return p
}

func (p *process) beats(times int) {
	p.t.Helper()
	for range times {
		p.at += every
		if err := p.beat(p.t.Context()); err != nil {
			p.t.Fatal(err)
		}
	}
}

func (p *process) mustHold(number int) {
	p.t.Helper()
	if p.Number() != number || p.Check() != nil {
		p.t.Fatalf("holds %d (%v), want %d", p.Number(), p.Check(), number)
	}
}

func TestEachProcessHasANumberOfItsOwn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		a, b, c := start(t, d), start(t, d), start(t, d)
		a.beats(1)
		b.beats(1)
		c.beats(1)
		a.mustHold(0)
		b.mustHold(1)
		c.mustHold(2)
		if err := b.Leave(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !errors.Is(b.Check(), ErrLost) {
			t.Error("a process that has left may still write")
		}
		late := start(t, d)
		late.beats(1)
		late.mustHold(1)
	})
}

func TestNumberOfAKilledProcessIsFreedAndThatOfALivingOneIsNot(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, sim *clock.Sim) {
		killed, slow, a := start(t, d), start(t, d), start(t, d)
		killed.beats(1)
		slow.beats(1)
		a.beats(misses) // sees the others stand still, but not yet for long enough
		sim.Advance(-time.Hour)
		slow.beats(1)
		sim.Advance(2 * time.Hour) // moments in rows decide nothing
		a.beats(2)
		slow.mustHold(1)
		late := start(t, d)
		late.beats(1)
		late.mustHold(0)
		a.beats(misses)
		slow.beats(1) // was taken for dead; finds its row gone
		if slow.Number() == late.Number() || slow.Number() == a.Number() {
			t.Fatalf("two processes hold number %d", slow.Number())
		}
	})
}

// A process must have given its number up by the time at which another may free it.
func TestALeaseEndsBeforeItCanBeTaken(t *testing.T) {
	t.Parallel()
	d, _ := dbtest.SQLite(t)
	p := start(t, d)
	p.beats(1)
	p.at += hold - 1
	p.mustHold(0)
	p.at++
	if !errors.Is(p.Check(), ErrLost) {
		t.Fatal("the lease has not ended")
	}
	if hold >= misses*every {
		t.Fatalf("a lease of %s can be freed after %s", hold, misses*every)
	}
	p.beats(1)
	p.mustHold(0)
}

func TestWritesAreRefusedWithoutALease(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		ctx := t.Context()
		p := start(t, d)
		p.beats(1)
		d.Guard(p.Check)
		write := func() error { return d.Write(ctx, func(*db.Tx) error { return nil }) }
		if err := write(); err != nil {
			t.Fatal(err)
		}
		p.at += hold
		if err := write(); !errors.Is(err, ErrLost) {
			t.Fatalf("a write without a lease: %v", err)
		}
		p.beats(1) // passes all the same
		if err := write(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestAllNumbersAreTaken(t *testing.T) {
	t.Parallel()
	d, _ := dbtest.SQLite(t)
	for range Most {
		start(t, d).beats(1)
	}
	p := start(t, d)
	for range misses + 1 {
		if err := p.beat(t.Context()); !errors.Is(err, errNoneFree) || p.Check() == nil {
			t.Fatalf("with no number left: %v", err)
		}
	}
	p.beats(1) // nobody lives
	p.mustHold(0)
}

func TestANewIDCarriesTheNumber(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		start(t, d).beats(1)
		l, err := Take(t.Context(), d, "machine", slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if n := d.NewID() >> 16 & clock.MaxNode; n != 1 || l.Number() != 1 {
			t.Errorf("ids carry %d, the lease is for %d, want 1", n, l.Number())
		}
		ctx, stop := context.WithCancel(t.Context())
		stop()
		l.Run(ctx) // returns
	})
}

func TestClocksThatDisagreeAreReportedOnce(t *testing.T) {
	t.Parallel()
	d, sim := dbtest.SQLite(t)
	a, b := start(t, d), start(t, d)
	for range 3 {
		b.beats(1)
		sim.Advance(time.Second)
		a.beats(1)
	}
	if a.log.Len() > 0 {
		t.Fatalf("reported: %s", a.log.String())
	}
	for range 3 {
		sim.Advance(time.Minute)
		b.beats(1)
		sim.Advance(-time.Minute)
		a.beats(1)
	}
	if strings.Count(a.log.String(), "clocks of two servers disagree") != 1 {
		t.Errorf("log: %s", a.log.String())
	}
}
