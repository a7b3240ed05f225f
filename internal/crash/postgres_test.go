package crash

import (
	"os"
	"strings"
	"testing"
	"time"

	"manyhands/internal/db"
)

func skipWithoutPostgres(t *testing.T) {
	t.Helper()
	if e := os.Getenv("MANYHANDS_TEST_ENGINES"); e != "" && !strings.Contains(e, string(db.Postgres)) {
		t.Skip("MANYHANDS_TEST_ENGINES leaves PostgreSQL out")
	}
}

// TestDatabaseServerDies kills the database server under the program, which goes on by itself when
// the server is back; now and then the program dies with it.
func TestDatabaseServerDies(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	s := newStory(t, newHouse(t, c.target(c.address(), "house")))
	s.run(func(s *story, life time.Duration) {
		<-time.After(life / 2)
		c.die(s.chance.IntN(3) > 0, s.chance.IntN)
		<-time.After(life / 4)
		c.start()
		s.after(life / 4)
	})
}

// TestConnectionIsCut cuts the wire between the program and its database at any byte, and above all
// between a commit and its answer.
func TestConnectionIsCut(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	direct := c.target(c.address(), "house")
	h := newHouse(t, direct)
	w := newWire(t, c.address(), time.Now().UnixNano())
	h.p.target = c.target(w.address(), "house")
	s := newStory(t, h)
	s.run(func(s *story, life time.Duration) {
		<-time.After(life / 4)
		if s.chance.IntN(3) == 0 {
			w.suffer(0.02, 0)
		} else {
			w.suffer(0.005, 0.5)
		}
		<-time.After(life)
		w.suffer(0, 0)
		if s.chance.IntN(2) == 0 {
			w.cutAll()
		}
		s.after(life / 4)
	})
	w.suffer(0, 0)
	t.Logf("the wire was cut %d times, %d answers to commits were lost", w.cuts, w.lost)
	if s.rounds >= 2*telling && (w.cuts == 0 || w.lost == 0) {
		t.Error("the wire was never cut: this proves nothing")
	}
}
