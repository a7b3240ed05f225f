package db_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
)

// When no page can be added, writes are refused in words that a person can act on, those that were
// answered stay, and once there is room the writer goes on as before.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	d, _ := dbtest.SQLite(t)
	ctx := context.Background()
	pages := func(n int) {
		err := d.Write(ctx, func(tx *db.Tx) error {
			return tx.QueryRowContext(ctx, fmt.Sprintf("PRAGMA max_page_count = %d", n)).Scan(new(int))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	pages(1) // SQLite takes the present size as the least
	var mu sync.Mutex
	kept, refused := 0, 0
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() {
			err := d.Write(ctx, func(tx *db.Tx) error { return put(ctx, tx, fmt.Sprint("k", i), strings.Repeat("x", 3000)) })
			mu.Lock()
			defer mu.Unlock()
			switch e, ok := errors.AsType[*fault.Error](err); {
			case err == nil:
				kept++
			case ok && e.Kind == fault.Busy && e.Key == "db.full":
				refused++
			default:
				t.Errorf("write %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	if refused == 0 || settings(t, d) != kept {
		t.Fatalf("%d kept, %d refused, %d there", kept, refused, settings(t, d))
	}
	pages(1_000_000)
	if err := d.Write(ctx, func(tx *db.Tx) error { return put(ctx, tx, "after", strings.Repeat("x", 3000)) }); err != nil {
		t.Fatalf("there is room again: %v", err)
	}
}
