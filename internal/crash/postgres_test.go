package crash

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
)

func skipWithoutPostgres(t *testing.T) {
	t.Helper()
	if e := os.Getenv("MANYHANDS_TEST_ENGINES"); e != "" && !strings.Contains(e, string(db.Postgres)) {
		t.Skip("MANYHANDS_TEST_ENGINES leaves PostgreSQL out")
	}
}

// TestDatabaseServerDies kills the database server under the program, whole or one of its processes,
// whereupon it ends all. The program goes on by itself when the server is back; now and then it dies
// with it.
func TestDatabaseServerDies(t *testing.T) {
	t.Parallel()
	skipWithoutPostgres(t)
	server := dbtest.NewServer(t)
	s := newStory(t, newHouse(t, server.Target()))
	s.run(func(s *story, life time.Duration) {
		<-time.After(life / 2)
		if s.chance.IntN(3) > 0 {
			server.Kill()
			<-time.After(life / 4)
			if err := server.Start(); err != nil {
				t.Fatal(err)
			}
		} else {
			shoot(t, server)
		}
		s.after(life / 4)
	})
}

// shoot kills one process of the server and waits until the server is itself again.
func shoot(t *testing.T, server *dbtest.Server) {
	t.Helper()
	if server.Do("COPY (SELECT 1) TO PROGRAM 'kill -9 $PPID'") == nil {
		t.Error("the process that was to be killed has answered")
	}
	for limit := time.Now().Add(patience); server.Do("SELECT 1") != nil; {
		if time.Now().After(limit) {
			t.Fatal("the server does not recover from the death of one process")
		}
		<-time.After(breath)
	}
}

// TestConnectionIsCut cuts the wire between the program and its database at any byte, and above all
// between a commit and its answer.
func TestConnectionIsCut(t *testing.T) {
	t.Parallel()
	skipWithoutPostgres(t)
	dir, direct := dbtest.PostgresServer(t), dbtest.PostgresTarget(t)
	h := newHouse(t, direct)
	w := newWire(t, filepath.Join(dir, ".s.PGSQL.5432"), time.Now().UnixNano())
	host, port, _ := strings.Cut(w.address(), ":")
	h.p.target = strings.Replace(direct, "host="+dir, "host="+host+" port="+port+" sslmode=disable connect_timeout=5", 1)
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
