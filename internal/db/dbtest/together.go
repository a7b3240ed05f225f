package dbtest

import (
	"context"
	"runtime"
	"sync"
	"testing"

	"manyhands/internal/db"
)

// Together has each of the calls wait in the writer's queue, in their order, and lets them go at once,
// so that all are in one batch. Each must write exactly once.
func Together(t testing.TB, d *db.DB, calls ...func()) {
	t.Helper()
	held, release := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		first := true
		err := d.Write(context.Background(), func(*db.Tx) error {
			if first {
				close(held)
			}
			first = false
			<-release
			return nil
		})
		if err != nil {
			t.Errorf("hold the writer: %v", err)
		}
	})
	<-held
	for i, call := range calls {
		all.Go(call)
		for d.Stats().Waiting <= i && t.Context().Err() == nil {
			runtime.Gosched()
		}
	}
	close(release)
	all.Wait()
}
