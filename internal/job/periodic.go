package job

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/job/internal/jobdb"
)

const (
	longestPeriod = 24 * time.Hour
	keepDone      = 7 * 24 * time.Hour // longer than the longest period, so that no slot runs twice
)

// slots remembers which slot of each periodic job this runner has offered already.
type slots struct {
	mu       sync.Mutex
	periodic []periodic
	offered  map[string]int64 // kind to slot
}

type periodic struct {
	kind  string
	every time.Duration
}

// Every has h run once in each slot of the given length, over all nodes: the slot's number is the
// unique key of an ordinary job whose row stays after its end. Slots begin at whole multiples since
// the year 1; one that passes while no node runs is left out. every is at most a day and a whole
// number of seconds, else Every panics; what happens more rarely looks at the date itself.
func (r *Runner) Every(kind string, every time.Duration, h func(ctx context.Context) error) {
	if every < time.Second || every > longestPeriod || every%time.Second != 0 {
		panic("job: period of " + kind + " is not within a second and a day")
	}
	r.Handle(kind, func(ctx context.Context, _ json.RawMessage) error { return h(ctx) })
	r.slots.mu.Lock()
	defer r.slots.mu.Unlock()
	r.slots.periodic = append(r.slots.periodic, periodic{kind: kind, every: every})
}

// addSlots writes the jobs of slots that have begun since it last looked. It writes nothing, and
// reads nothing, while the slots stay the same.
func (r *Runner) addSlots(ctx context.Context) error {
	r.slots.mu.Lock()
	defer r.slots.mu.Unlock()
	now := r.d.Now()
	fresh := map[string]int64{}
	for _, p := range r.slots.periodic {
		slot := now.Truncate(p.every).Unix()
		if last, ok := r.slots.offered[p.kind]; !ok || slot > last {
			fresh[p.kind] = slot
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	err := r.d.Write(ctx, func(tx *db.Tx) error {
		for _, p := range r.slots.periodic {
			slot, ok := fresh[p.kind]
			if !ok {
				continue
			}
			if err := addSlot(ctx, tx, p.kind, slot); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("job: begin a slot: %w", err)
	}
	if r.slots.offered == nil {
		r.slots.offered = map[string]int64{}
	}
	for kind, slot := range fresh {
		r.slots.offered[kind] = slot
	}
	return nil
}

func addSlot(ctx context.Context, tx *db.Tx, kind string, slot int64) error {
	_, err := jobdb.New().Insert(ctx, tx, jobdb.InsertParams{
		ID: tx.NewID(), Kind: kind, Args: "null", Uniq: fmt.Sprintf("slot:%s:%d", kind, slot),
		RunAt: tx.NowMicros(), MaxAttempt: defaultAttempts, MadeAt: tx.NowMicros(),
	})
	return err
}

// purge is the runner's own periodic job.
func (r *Runner) purge(ctx context.Context) error {
	return r.d.Write(ctx, func(tx *db.Tx) error {
		_, err := jobdb.New().Purge(ctx, tx, clock.Micros(tx.Now().Add(-keepDone)))
		return err
	})
}
