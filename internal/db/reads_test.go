package db_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"

	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
)

// TestReadsThatWaitAreBounded holds the only connection: one more read may wait, another is sent away.
func TestReadsThatWaitAreBounded(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.SQLite, db.Options{Readers: 1, MaxQueue: 1})
	ctx := context.Background()
	var reading sync.WaitGroup
	inside, leave := make(chan struct{}), make(chan struct{})
	reading.Go(func() {
		_ = d.Read(ctx, func(*db.Reader) error { close(inside); <-leave; return nil })
	})
	<-inside
	var waited error
	reading.Go(func() { waited = d.Read(ctx, func(*db.Reader) error { return nil }) })
	for d.ReadStats().Waiting == 0 {
		runtime.Gosched()
	}
	if got, want := d.ReadStats(), (db.ReadStats{Waiting: 1, Capacity: 1, Busy: 1, Connections: 1}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	err := d.Read(ctx, func(*db.Reader) error { return nil })
	if f, ok := errors.AsType[*fault.Error](err); !ok || f.Kind != fault.Busy || f.Key != "db.queue_full" {
		t.Errorf("one too many: %v", err)
	}
	close(leave)
	reading.Wait()
	if waited != nil {
		t.Errorf("the one that waited: %v", waited)
	}
	if got := d.ReadStats(); got.Waiting != 0 || got.Busy != 0 {
		t.Errorf("afterwards: %+v", got)
	}
}
