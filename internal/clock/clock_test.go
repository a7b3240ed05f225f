package clock_test

import (
	"sync"
	"testing"
	"time"

	"manyhands/internal/clock"
)

var start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestIDsGrowWhateverTheClockDoes(t *testing.T) {
	t.Parallel()
	c := clock.NewSim(start)
	ids := clock.NewIDs(c, 3)
	last := int64(0)
	for i := range 200_000 {
		if i%50_000 == 0 {
			c.Advance(-time.Hour)
		}
		id := ids.Next()
		if id <= last {
			t.Fatalf("id %d after %d", id, last)
		}
		last = id
	}
	c.Advance(24 * time.Hour)
	if got := clock.IDTime(ids.Next()); !got.Equal(start.Add(20 * time.Hour)) {
		t.Errorf("an id of %s says %s", c.Now(), got)
	}
}

func TestNodesNeverMeet(t *testing.T) {
	t.Parallel()
	c := clock.NewSim(start)
	seen := make([]map[int64]bool, 2)
	var wg sync.WaitGroup
	for n := range seen {
		seen[n] = map[int64]bool{}
		wg.Go(func() {
			g := clock.NewIDs(c, n)
			for range 100_000 {
				seen[n][g.Next()] = true
			}
		})
	}
	wg.Wait()
	for id := range seen[0] {
		if seen[1][id] {
			t.Fatalf("both nodes made %d", id)
		}
	}
	if len(seen[0]) != 100_000 {
		t.Fatalf("%d different ids of 100,000", len(seen[0]))
	}
}

func TestIDAtIsABound(t *testing.T) {
	t.Parallel()
	c := clock.NewSim(start)
	ids := clock.NewIDs(c, clock.MaxNode)
	before := ids.Next()
	c.Advance(time.Second)
	bound := clock.IDAt(c.Now())
	if after := ids.Next(); before >= bound || after < bound {
		t.Fatalf("%d, bound %d, %d", before, bound, after)
	}
}

func FuzzParseID(f *testing.F) {
	f.Add("0000000000000")
	f.Add("7zzzzzzzzzzzz")
	f.Add("01h2m3n4p5q6r")
	f.Fuzz(func(t *testing.T, s string) {
		id, err := clock.ParseID(s)
		if err == nil && clock.FormatID(id) != s {
			t.Fatalf("%q reads as %d, which is written %q", s, id, clock.FormatID(id))
		}
	})
}
