package ha

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"manyhands/internal/app"
)

const givers = 8

// TestFailover kills, one after the other and under load, the primary's process, the primary's whole
// node and one of the two servers; in between the primary's machine hangs.
func TestFailover(t *testing.T) {
	if os.Getenv("MANYHANDS_HA") != "1" {
		t.Skip("MANYHANDS_HA is not 1; run 'make test-ha'")
	}
	path := program(t)
	c := newCluster(t)
	command(t, path, c.address(), "migrate")
	s := open(t, c.address())
	campaigns := furnish(t, s)
	a, b := serve(t, path, c.address()), serve(t, path, c.address())
	if n := count(t, s, "SELECT count(*) FROM node"); n != 2 {
		t.Fatalf("%d places are taken, want 2", n)
	}
	crowd := newCrowd(t, givers, campaigns, a.base(), b.base())
	crowd.flow(500)
	report(t, crowd, "with a synchronous standby")

	strike(t, crowd, "the primary's process was killed", func() { c.killPostgres(c.primary()) })
	c.wait("the old primary as standby", c.bothStand)
	report(t, crowd, "before the next strike")

	lost := c.primary()
	strike(t, crowd, "the primary's whole node was killed", lost.kill)
	report(t, crowd, "without a standby")
	c.restart(lost)
	c.wait("the lost node as standby", c.bothStand)

	lost = c.primary()
	strike(t, crowd, "the primary's machine hung", lost.hang)
	lost.kill()
	c.restart(lost)
	c.wait("the node that hung as standby", c.bothStand)

	killed := s.DB.NowMicros()
	strike(t, crowd, "one of two servers was killed", func() { crowd.gone[0].Store(true); a.kill() })
	takenOver(t, s, killed)

	crowd.end()
	gifts, received := verify(t, s, crowd.acts)
	t.Logf("%d gifts, %d received, %d steps repeated because they were not answered", gifts, received, crowd.refused)
	if received == 0 || crowd.refused == 0 {
		t.Error("nothing was under way when something was killed: this proves nothing")
	}
	b.stop()
	t.Logf("check: %s", command(t, path, c.address(), "check"))
}

// leases is how long those of a killed server may last: that of a job is two minutes.
const leases = 150 * time.Second

// takenOver waits until the living server has freed the killed one's place and done all that was to be
// done when it was killed, what it had begun included.
func takenOver(t *testing.T, s *app.Services, killed int64) {
	t.Helper()
	began := time.Now()
	for _, x := range []struct {
		what, query string
		args        []any
		want        int64
	}{
		{"place was freed", "SELECT count(*) FROM node", nil, 1},
		{"jobs were finished", "SELECT count(*) FROM job WHERE state = 'ready' AND run_at <= $1", []any{killed}, 0},
		{"jobs did not fail", "SELECT count(*) FROM job WHERE state = 'dead'", nil, 0},
	} {
		err := eventually(t.Context(), leases, func(context.Context) error {
			if n := count(t, s, x.query, x.args...); n != x.want {
				return fmt.Errorf("%d rows, want %d", n, x.want)
			}
			return nil
		})
		if err != nil {
			t.Errorf("the killed server's %s: %v", x.what, err)
		}
		t.Logf("the killed server's %s after %s", x.what, time.Since(began).Round(time.Second))
	}
}

// strike does harm and reports how long it took until a write was answered again.
func strike(t *testing.T, crowd *crowd, what string, harm func()) {
	t.Helper()
	from := crowd.mark()
	harm()
	crowd.flow(300)
	gap := crowd.gap(from)
	t.Logf("%s: nothing was written for %s", what, gap.Round(10*time.Millisecond))
}

func report(t *testing.T, crowd *crowd, when string) {
	t.Helper()
	took, n := crowd.usual()
	t.Logf("%s: a form is answered within %s (median of %d, %d givers at two servers)", when, took.Round(10*time.Microsecond), n, givers)
}
