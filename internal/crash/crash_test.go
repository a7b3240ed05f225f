package crash

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"manyhands/internal/app"
	"manyhands/internal/bench/load"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/giving"
	"manyhands/internal/giving/givingtest"
)

const (
	givers         = 8
	defaultRounds  = 10
	postgresRounds = 3
	longestLife    = 500 * time.Millisecond // of a process under load
)

func TestKilledAtAnyMomentOnSQLite(t *testing.T) {
	t.Parallel()
	crash(t, t.TempDir(), rounds(t, defaultRounds))
}

func TestKilledAtAnyMomentOnPostgres(t *testing.T) {
	t.Parallel()
	if e := os.Getenv("MANYHANDS_TEST_ENGINES"); e != "" && !strings.Contains(e, string(db.Postgres)) {
		t.Skip("MANYHANDS_TEST_ENGINES leaves PostgreSQL out")
	}
	crash(t, dbtest.PostgresTarget(t), rounds(t, postgresRounds))
}

// crash kills the program so many times and then proves the books.
func crash(t *testing.T, target string, rounds int) {
	seed := number(t, "MANYHANDS_CRASH_SEED", rand.Int64())
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("MANYHANDS_CRASH_SEED=%d MANYHANDS_CRASH_ROUNDS=%d", seed, rounds)
		}
	})
	chance := rand.New(rand.NewPCG(uint64(seed), 1))
	p := newProgram(t, target)
	campaigns := furnish(t, p)
	server := load.New(p.base(), secret, 2*givers)
	defer server.Close()
	all := make([]*giver, givers)
	for i := range all {
		all[i] = &giver{id: i, campaign: campaigns, server: server, rand: rand.New(rand.NewPCG(uint64(seed), uint64(i+2)))}
	}
	for range rounds {
		if t.Failed() {
			return
		}
		killOnce(t, p, all, chance)
		server.Close()
	}
	p.start()
	p.ready()
	together(t, all, func(g *giver) error { return g.finish(t.Context()) })
	p.stop()
	if t.Failed() {
		return
	}
	sum := verify(t, open(t, p), all)
	unanswered, repeated := 0, 0
	for _, g := range all {
		unanswered, repeated = unanswered+g.unanswered, repeated+g.repeated
	}
	t.Logf("killed %d times: %d gifts, %d received, %d steps not answered, %d repeated though answered, matched %d fen", rounds, sum.gifts, sum.received, unanswered, repeated, sum.matched)
	if unanswered == 0 || sum.received == 0 || sum.matched == 0 {
		t.Error("nothing was under way when the program was killed: this proves nothing")
	}
}

// killOnce starts the program and kills it: mostly under load, sometimes while it is still starting.
func killOnce(t *testing.T, p *program, all []*giver, chance *rand.Rand) {
	p.start()
	life := time.Duration(chance.Int64N(int64(longestLife)))
	if chance.IntN(6) == 0 {
		<-time.After(life / 5)
		p.kill()
		return
	}
	p.ready()
	var killed sync.WaitGroup
	killed.Go(func() {
		<-time.After(life)
		p.kill()
	})
	together(t, all, func(g *giver) error { return g.work(t.Context()) })
	killed.Wait()
}

// together runs do for every giver at once.
func together(t *testing.T, all []*giver, do func(*giver) error) {
	t.Helper()
	var wg sync.WaitGroup
	for _, g := range all {
		wg.Go(func() {
			if err := do(g); err != nil {
				t.Errorf("giver %d: %v", g.id, err)
			}
		})
	}
	wg.Wait()
}

// furnish makes a small network: two campaigns, and pools of which one runs dry.
func furnish(t *testing.T, p *program) (slugs []string) {
	t.Helper()
	s := open(t, p)
	w := givingtest.With(t, s.DB, s.Giving)
	w.NewPool(giving.Terms{Rule: giving.FirstCome, RatioPercent: 50}, 200_000_00)
	slugs = []string{w.Campaign.Slug, w.NewCampaign("Spring meals", 50_000_00).Slug}
	if err := s.DB.Close(); err != nil {
		t.Fatal(err)
	}
	return slugs
}

// open opens the database of a program that does not run, beside a test.
func open(t *testing.T, p *program) *app.Services {
	t.Helper()
	ctx := t.Context()
	d, err := db.Open(ctx, p.target, db.Options{Node: clock.CommandNode})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() }) // closed in order where that matters
	if _, err := d.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	texts, err := app.Texts()
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	s, err := app.NewServices(d, app.Setting{Secret: secret, Zone: zone, BaseURL: p.base, Sandbox: true, Texts: texts})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func rounds(t *testing.T, usual int) int {
	return int(number(t, "MANYHANDS_CRASH_ROUNDS", int64(usual)))
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
