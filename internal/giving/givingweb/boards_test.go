package givingweb

import (
	"testing"

	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
)

// TestListenersAreBounded fills all places and empties them again: one more is refused, and nothing is
// left running.
func TestListenersAreBounded(t *testing.T) {
	t.Parallel()
	d, _ := dbtest.SQLite(t)
	b := New(Deps{DB: d}).stream
	var all []chan *news
	for range maxListeners {
		ch, err := b.listen("none")
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, ch)
	}
	if _, err := b.listen("other"); fault.KindOf(err) != fault.Busy {
		t.Fatalf("one listener too many: %v", err)
	}
	if len(b.open) != 1 {
		t.Errorf("%d pollers for one pool", len(b.open))
	}
	for _, ch := range all {
		b.leave("none", ch)
	}
	if b.listeners != 0 || len(b.open) != 0 {
		t.Errorf("%d listeners and %d pollers are left", b.listeners, len(b.open))
	}
}
