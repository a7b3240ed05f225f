package crash

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"manyhands/internal/app"
	"manyhands/internal/db/dbtest"
)

const (
	usualRounds = 2
	longestLife = 500 * time.Millisecond // of a process under load
	telling     = 10                     // so many rounds cannot all have missed
)

func TestKilledAtAnyMomentOnSQLite(t *testing.T) {
	t.Parallel()
	newStory(t, newHouse(t, t.TempDir())).run(killed)
}

func TestKilledAtAnyMomentOnPostgres(t *testing.T) {
	t.Parallel()
	skipWithoutPostgres(t)
	newStory(t, newHouse(t, dbtest.PostgresTarget(t))).run(killed)
}

// killed lets the program live for a while and kills it.
func killed(s *story, life time.Duration) {
	<-time.After(life)
	s.h.p.kill()
}

// story is a house, its crew, and what happens to them round by round.
type story struct {
	t      *testing.T
	h      *house
	c      *crew
	rounds int
	chance *rand.Rand
	what   string // happened last
	ready  bool   // the program was heard of in this round
	again  func() // makes the program's world whole after a round, before it is started
}

func newStory(t *testing.T, h *house) *story {
	seed := number(t, "MANYHANDS_CRASH_SEED", rand.Int64())
	s := &story{t: t, h: h, rounds: int(number(t, "MANYHANDS_CRASH_ROUNDS", usualRounds)), chance: rand.New(rand.NewPCG(uint64(seed), 1)), again: func() {}}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("MANYHANDS_CRASH_SEED=%d MANYHANDS_CRASH_ROUNDS=%d", seed, s.rounds)
		}
	})
	h.p.start()
	h.p.ready()
	h.signIn(t.Context())
	s.c = newCrew(t, h, seed)
	return s
}

// run lets something happen again and again while everybody works, looks at the books each time, and
// at the end has everybody finish and proves everything. On SQLite happen must leave the program dead.
func (s *story) run(happen func(s *story, life time.Duration)) {
	ctx := s.t.Context()
	for n := range s.rounds {
		if s.h.p.cmd == nil {
			s.h.p.start()
		}
		s.round(ctx, n, happen)
		s.again()
		s.look(ctx, n)
		s.c.server.Close()
		if s.t.Failed() {
			return
		}
	}
	if s.h.p.cmd == nil {
		s.h.p.start()
		s.h.p.ready()
	}
	s.c.finish(ctx)
	told, err := s.c.public(ctx)
	if err != nil {
		s.t.Error(err)
	}
	s.h.p.stop()
	if s.t.Failed() {
		return
	}
	sum := s.c.prove(ctx, s.h, told)
	lost, busy := s.c.unanswered.Load(), s.c.busy.Load()
	s.t.Logf("%d rounds; steps not answered %d, answered busy %d, failed %d; %+v", s.rounds, lost, busy, s.c.failed.Load(), sum)
	if s.rounds >= telling && lost+busy == 0 || sum.received == 0 || sum.matched == 0 || sum.payouts == 0 {
		s.t.Error("nothing was under way when it happened: this proves nothing")
	}
}

// round is one life of the program: mostly under load, sometimes no longer than its start. The first
// is a full one.
func (s *story) round(ctx context.Context, n int, happen func(*story, time.Duration)) {
	life := time.Duration(s.chance.Int64N(int64(longestLife)))
	if n == 0 {
		life = longestLife
	}
	s.ready = false
	if s.chance.IntN(6) == 0 && n > 0 {
		happen(s, life/5)
		return
	}
	s.h.p.ready()
	s.ready = true
	working, stop := context.WithCancel(ctx)
	rest := make(chan struct{})
	go func() {
		defer close(rest)
		s.c.work(working)
	}()
	happen(s, life)
	stop()
	<-rest
}

// after lets the program recover from what happened to its database and live a little longer; now and
// then it dies as well, and always when it was only starting: then it may end by itself.
func (s *story) after(life time.Duration) {
	if s.ready {
		s.recovers()
	}
	<-time.After(life)
	if !s.ready || s.h.p.gone() || s.chance.IntN(4) == 0 {
		s.h.p.kill()
	}
}

// recovers sees that the program works again by itself once the trouble is over: a gift is made and
// paid. A program that has ended by itself counts as well: whoever watches over it starts it again.
func (s *story) recovers() {
	limit := time.After(patience)
	for {
		err := s.c.probe.advance(s.t.Context(), s.c.probe.begin())
		if err == nil || s.h.p.gone() {
			return
		}
		if !s.c.excused(err) {
			s.t.Error(err)
			return
		}
		select {
		case <-limit:
			s.h.p.kill()
			s.t.Errorf("%s: the trouble is over and the program does not recover: %v\n%s", s.what, err, s.h.p.lastWords())
			return
		case <-time.After(breath):
		}
	}
}

// look compares the books with what was answered. The longer the story, the more seldom the books are
// proven whole.
func (s *story) look(ctx context.Context, n int) {
	nothing := func(*app.Services) error { return nil }
	err := s.h.read(nothing, func(b books) error {
		err := s.c.kept(ctx, b, false)
		if n%(1+s.rounds/25) == 0 {
			err = errors.Join(err, b.checks(ctx))
		}
		return err
	})
	if err != nil {
		s.t.Errorf("after round %d (%s): %v", n+1, s.what, err)
	}
}

func number(t *testing.T, name string, usual int64) int64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return usual
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w", name, err))
	}
	return n
}
