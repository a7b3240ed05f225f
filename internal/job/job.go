// Package job keeps work that must happen later: a row written in the same transaction as what causes
// it, run afterwards by whichever node comes first.
//
// A job runs at least once: a node that dies in the middle loses its lease and another begins again,
// so every handler must bear being run twice. The package knows no business words and must not be
// used for what has to be answered within the request.
package job

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/job/internal/jobdb"
)

const (
	defaultAttempts = 10
	retryAttempts   = 3 // what a person's retry of a dead job grants
)

// Handler does one job. args is the JSON given to Add. An error has the job run again later; the
// context ends before the job's lease does.
type Handler func(ctx context.Context, args json.RawMessage) error

// Options says when and how often.
type Options struct {
	// Unique, unless empty, is a key that at most one open job has. It is free again when the job
	// ends. It must not begin with "slot:".
	Unique string
	// RunAt is the earliest moment; zero for at once.
	RunAt time.Time
	// MaxAttempts is after how many failures the job is dead; 0 stands for 10.
	MaxAttempts int
}

// Add writes a job. added is false when a job with the same unique key is open, which is no error.
// args is anything that encodes to JSON. The runner in ctx (see With) looks for work as soon as the
// write is durable; other nodes find it at their next poll.
func Add(ctx context.Context, tx *db.Tx, kind string, args any, o Options) (added bool, err error) {
	text, err := json.Marshal(args)
	if err != nil {
		return false, fmt.Errorf("job %s: encode arguments: %w", kind, err)
	}
	runAt := tx.NowMicros()
	if !o.RunAt.IsZero() {
		runAt = clock.Micros(o.RunAt)
	}
	attempts := o.MaxAttempts
	if attempts <= 0 {
		attempts = defaultAttempts
	}
	n, err := jobdb.New().Insert(ctx, tx, jobdb.InsertParams{
		ID: tx.NewID(), Kind: kind, Args: string(text), Uniq: o.Unique,
		RunAt: runAt, MaxAttempt: int64(attempts), MadeAt: tx.NowMicros(),
	})
	if err != nil {
		return false, fmt.Errorf("job %s: add: %w", kind, err)
	}
	if r, ok := ctx.Value(runnerKey{}).(*Runner); ok && n == 1 {
		tx.AfterCommit(r.look)
	}
	return n == 1, nil
}

// Stats counts the open and the dead jobs. oldest is the earliest moment at which an open job should
// have run or should run, zero when there is none: well in the past means that nobody works.
func Stats(ctx context.Context, q db.Queryer) (ready, dead int64, oldest time.Time, err error) {
	r, err := jobdb.New().CountReady(ctx, q)
	if err != nil {
		return 0, 0, time.Time{}, fmt.Errorf("job: count ready: %w", err)
	}
	if dead, err = jobdb.New().CountDead(ctx, q); err != nil {
		return 0, 0, time.Time{}, fmt.Errorf("job: count dead: %w", err)
	}
	return r.N, dead, clock.Time(r.Oldest), nil
}

// DeadJob is a job that failed as often as it may.
type DeadJob struct {
	ID       int64
	Kind     string
	Attempts int64
	Error    string // of the last attempt, for the operator
	Made     time.Time
	Died     time.Time
}

// Dead returns at most limit dead jobs, the latest first.
func Dead(ctx context.Context, q db.Queryer, limit int) ([]DeadJob, error) {
	rows, err := jobdb.New().Dead(ctx, q, int32(min(max(limit, 0), math.MaxInt32)))
	if err != nil {
		return nil, fmt.Errorf("job: list dead: %w", err)
	}
	out := make([]DeadJob, len(rows))
	for i, r := range rows {
		out[i] = DeadJob{ID: r.ID, Kind: r.Kind, Attempts: r.Attempt, Error: r.LastError,
			Made: clock.Time(r.MadeAt), Died: clock.Time(r.DoneAt)}
	}
	return out, nil
}

// Retry has a dead job run again at once, for three more attempts. Faults: Conflict "job.not_dead".
func Retry(ctx context.Context, tx *db.Tx, id int64) error {
	n, err := jobdb.New().Retry(ctx, tx, jobdb.RetryParams{Now: tx.NowMicros(), More: retryAttempts, ID: id})
	if err != nil {
		return fmt.Errorf("job: retry: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "job.not_dead")
	}
	if r, ok := ctx.Value(runnerKey{}).(*Runner); ok {
		tx.AfterCommit(r.look)
	}
	return nil
}

// Purge deletes the jobs that were done before the given moment and returns how many. Dead jobs stay
// until somebody retries them: what they were to do has not happened. A runner purges by itself once a
// day what was done more than a week ago.
func Purge(ctx context.Context, tx *db.Tx, before time.Time) (int64, error) {
	n, err := jobdb.New().Purge(ctx, tx, clock.Micros(before))
	if err != nil {
		return 0, fmt.Errorf("job: purge: %w", err)
	}
	return n, nil
}
