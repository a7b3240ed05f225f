package ha

import (
	"bufio"
	"bytes"
	"context"
	"net/http"
	"net/url"
	"os"
	"path"
	"strings"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/app/apptest"
	"manyhands/internal/bench/load"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/giving"
	"manyhands/internal/giving/givingtest"
	"manyhands/internal/people"
	"manyhands/internal/web/webtest"
)

// houses are two whole houses on one database.
type houses struct {
	a, b  *apptest.Running
	world *givingtest.World
	gives *load.Server // at a
	pays  *load.Server // at b
}

func newHouses(t *testing.T) *houses {
	t.Helper()
	if e := os.Getenv("MANYHANDS_TEST_ENGINES"); e != "" && !strings.Contains(e, string(db.Postgres)) {
		t.Skip("MANYHANDS_TEST_ENGINES leaves PostgreSQL out")
	}
	target := dbtest.PostgresTarget(t)
	h := &houses{a: apptest.ServeOn(t, target), b: apptest.ServeOn(t, target)}
	h.world = givingtest.With(t, h.a.App.DB, h.a.App.Giving)
	key := bytes.Repeat([]byte{0x5a}, 32) // that of apptest
	h.gives, h.pays = load.New(h.a.URL, key, 1), load.New(h.b.URL, key, 1)
	t.Cleanup(h.gives.Close)
	t.Cleanup(h.pays.Close)
	return h
}

func TestTwoHousesOnOneDatabase(t *testing.T) {
	t.Parallel()
	h := newHouses(t)
	if a, b := h.a.App.DB.NewID()>>16&63, h.b.App.DB.NewID()>>16&63; a == b {
		t.Errorf("both houses make ids as node %d", a)
	}
	h.sessionsAreShared(t)
	h.giftGoesThroughBoth(t)
	h.jobsRunOnce(t)
}

// sessionsAreShared signs in at one house and is signed in, and later out, at the other.
func (h *houses) sessionsAreShared(t *testing.T) {
	t.Helper()
	const email = "coordinator@example.org"
	h.world.Write(func(ctx context.Context, tx *db.Tx) error {
		p, err := h.a.App.People.EnsurePerson(ctx, tx, email, "Coordinator")
		if err != nil {
			return err
		}
		_, err = h.a.App.People.Appoint(ctx, tx, people.Appointment{PersonID: p.ID, Role: access.Coordinator, Organisation: access.Network})
		return err
	})
	c := webtest.At(t, h.a.URL)
	c.Get(h.a.SignInLink(t, email)).Status(http.StatusOK)
	c.Submit("#use-link", url.Values{})
	c.Get(h.b.URL + "/desk").Status(http.StatusOK)
	c.Get("/me").Submit("#sign-out", nil)
	c.Get(h.a.URL + "/desk").Status(http.StatusSeeOther)
}

// giftGoesThroughBoth makes a gift at one house and pays it at the other, while somebody watches the
// pool at that one: they see the promise, then the match.
func (h *houses) giftGoesThroughBoth(t *testing.T) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	figures := h.watch(t, ctx)
	before := next(t, ctx, figures, "")
	gift := load.Gift{Campaign: h.world.Campaign.Slug, Minor: 80_00, Key: "ha-test-two-houses", From: load.Address(1)}
	token, err := h.gives.Give(ctx, gift)
	if err != nil {
		t.Fatal(err)
	}
	held := next(t, ctx, figures, before)
	if again, err := h.pays.Give(ctx, gift); err != nil || again != token {
		t.Errorf("the same form at the other house: %q, %v", again, err)
	}
	wallet, err := h.pays.Checkout(ctx, token)
	if err != nil {
		t.Fatal(err)
	}
	number, err := h.pays.Number(ctx, wallet)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.pays.Notify(ctx, number, path.Base(wallet), gift.Minor, time.Now()); err != nil {
		t.Fatal(err)
	}
	next(t, ctx, figures, held)
	h.world.Read(func(ctx context.Context, r *db.Reader) error {
		g, err := giving.GiftByToken(ctx, r, token)
		if err == nil && (g.State != giving.Received || g.MatchPosted == 0 || g.MatchPosted != g.MatchPromised) {
			t.Errorf("the gift is %s, of the match %d was promised and %d posted", g.State, g.MatchPromised, g.MatchPosted)
		}
		return err
	})
}

// watch returns the figures of the pool as the second house streams them.
func (h *houses) watch(t *testing.T, ctx context.Context) <-chan string {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.b.URL+"/live/pools/"+h.world.Pool.Slug, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "text/event-stream")
	res, err := http.DefaultClient.Do(req)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("live figures: %v, %v", res, err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	out := make(chan string, 64)
	go func() {
		defer close(out)
		lines := bufio.NewScanner(res.Body)
		lines.Buffer(nil, 1<<20)
		data := ""
		for lines.Scan() {
			if line := lines.Text(); line != "" {
				data += line
			} else if strings.Contains(data, "event: pool") {
				out <- data
				data = ""
			}
		}
	}()
	return out
}

// next returns the first figures that differ from what was seen.
func next(t *testing.T, ctx context.Context, figures <-chan string, seen string) string {
	t.Helper()
	for {
		select {
		case f, ok := <-figures:
			if !ok {
				t.Fatal("the stream of live figures has ended")
			}
			if f != seen {
				return f
			}
		case <-ctx.Done():
			t.Fatal("no new figures came")
		}
	}
}

// jobsRunOnce waits until the slots that both houses offered have run: once each.
func (h *houses) jobsRunOnce(t *testing.T) {
	t.Helper()
	slots := func(where string) (n int) {
		h.world.Read(func(ctx context.Context, r *db.Reader) error {
			return r.QueryRowContext(ctx, "SELECT count(*) FROM job WHERE uniq LIKE 'slot:giving.settle:%' AND "+where).Scan(&n)
		})
		return n
	}
	err := eventually(t.Context(), patience, func(context.Context) error {
		if slots("state = 'done'") == 0 {
			return errNotYet
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := slots("attempt > 1 OR state = 'dead'"); n > 0 {
		t.Errorf("%d slots were run more than once", n)
	}
}
