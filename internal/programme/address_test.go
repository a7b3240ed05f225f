package programme_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/programme/hsds"
)

// Names alike, and names without a Latin letter, come in by the hundred from a directory.
func TestAddressesNeverCollide(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := newWorld(t, d, c)
		p := w.programme(w.organisation(both("晨星", "Morning Star"), "50002167", true).ID, both("周三", "Wednesday"), true)
		seen := map[string]bool{}
		for range 20 {
			n := w.need(evenings(p.ID, both("陪读", "Reading friends")), true)
			if seen[n.Slug] || !strings.HasPrefix(n.Slug, "reading-friends-") {
				t.Errorf("address %s", n.Slug)
			}
			seen[n.Slug] = true
			c.Advance(8*time.Millisecond - 3*time.Microsecond) // the tails of ids repeat themselves
		}
		for i := range 5 {
			r := hsds.Record{Organisation: hsds.Organisation{ID: fmt.Sprint("o", i), Name: both("机构", "")}}
			if report := w.imports(file(r), false); report.Organisations.Created != 1 {
				t.Errorf("%+v", report)
			}
			c.Advance(8 * time.Millisecond)
		}
	})
}
