package web

import (
	"testing"
	"time"
)

// queueAt is a queue whose fill a test sets.
func shedAt(places int) (s *Shed, queue *float64) {
	queue = new(float64)
	return NewShed(ShedOptions{Places: places, Queue: func() float64 { return *queue }}), queue
}

// hold keeps the pressure for a while, a look at a time, and returns the moment after it.
func hold(s *Shed, from time.Time, d time.Duration) time.Time {
	to := from.Add(d)
	for ; from.Before(to); from = from.Add(lookEvery) {
		s.look(from)
	}
	return from
}

func shut(s *Shed) (out string) {
	for _, c := range Classes() {
		if !s.opens(c) {
			out += c.String() + " "
		}
	}
	return out
}

func TestClassesAreShedInOrderAndComeBackInOrder(t *testing.T) {
	t.Parallel()
	s, queue := shedAt(100)
	at := s.began
	for _, step := range []struct {
		queue float64
		want  string
	}{
		{.49, ""}, {.51, "live "}, {.66, "live search "}, {.81, "live search page "}, {.96, "live search page give "}, {1, "live search page give "},
		// On the way down each stays shut until the pressure is well below where it was shut.
		{.81, "live search page give "}, {.79, "live search page "}, {.66, "live search page "}, {.64, "live search "}, {.51, "live search "},
		{.49, "live "}, {.36, "live "}, {.34, ""},
	} {
		*queue = step.queue
		at = hold(s, at, 20*time.Second)
		if got := shut(s); got != step.want {
			t.Errorf("at %.2f shut: %q, want %q", step.queue, got, step.want)
		}
	}
}

func TestAShortRushShedsNothingAndAShortLullOpensNothing(t *testing.T) {
	t.Parallel()
	s, queue := shedAt(100)
	at := hold(s, s.began, time.Second)
	*queue = 1
	at = hold(s, at, 2*lookEvery)
	if got := shut(s); got != "" {
		t.Errorf("a rush of %s shut %q", 2*lookEvery, got)
	}
	at = hold(s, at, 5*time.Second)
	*queue = 0
	hold(s, at, 2*lookEvery)
	if got := shut(s); got != "live search page give " {
		t.Errorf("after a lull of %s only %q is shut", 2*lookEvery, got)
	}
}

func TestThePressureIsMeasuredNoMoreOftenThanNeeded(t *testing.T) {
	t.Parallel()
	asked := 0
	s := NewShed(ShedOptions{Queue: func() float64 { asked++; return 0 }})
	for i := range 1000 {
		s.look(s.began.Add(time.Duration(i) * time.Millisecond))
	}
	if most := int(time.Second / lookEvery); asked == 0 || asked > most {
		t.Errorf("asked %d times in a second, want at most %d", asked, most)
	}
}

// TestRooms fills the places of every class; the others' are still there.
func TestRooms(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		class Class
		most  int
	}{{Live, 32}, {Search, 40}, {Page, 48}, {Give, 64}, {Kept, 128}, {Notice, 256}, {Vital, 64}} {
		s, _ := shedAt(64)
		n := 0
		for s.enter(c.class, s.began) != nil {
			n++
		}
		if n != c.most {
			t.Errorf("%s takes %d places, want %d", c.class, n, c.most)
		}
		for _, other := range []Class{Kept, Notice, Vital} {
			if other != c.class && s.enter(other, s.began) == nil {
				t.Errorf("%s keeps %s out", c.class, other)
			}
		}
		if common := c.class <= Search; common && s.enter(Give, s.began) == nil {
			t.Errorf("%s keeps givers out", c.class)
		}
		if got := s.Stats().Refused[c.class.String()]; got != 1 {
			t.Errorf("%s: %d refused, want 1", c.class, got)
		}
	}
}

// TestFullPlacesNeverShutTheDoorToGivers holds all places for long: they bound themselves, and only a
// full queue of writes turns givers away.
func TestFullPlacesNeverShutTheDoorToGivers(t *testing.T) {
	t.Parallel()
	s, _ := shedAt(8)
	for s.enter(Give, s.began) != nil {
	}
	hold(s, s.began, time.Minute)
	if got := shut(s); got != "live search page " {
		t.Errorf("shut: %q", got)
	}
}

// TestNoticesOnTheirWayComeBeforeNewGifts has more notices under way than can be worked through.
func TestNoticesOnTheirWayComeBeforeNewGifts(t *testing.T) {
	t.Parallel()
	for _, c := range []Class{Kept, Notice} {
		s, _ := shedAt(8)
		for range 8 {
			s.enter(c, s.began)
		}
		hold(s, s.began, time.Minute)
		if got := shut(s); got != "live search page give " {
			t.Errorf("%s: shut: %q", c, got)
		}
		if s.enter(c, s.began) == nil {
			t.Errorf("%s itself has no room left", c)
		}
	}
}

func TestEnteringCostsNoAllocation(t *testing.T) {
	s, _ := shedAt(8)
	now := time.Now()
	if n := testing.AllocsPerRun(100, func() { s.enter(Give, now).Add(-1) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
