package job

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/job/internal/jobdb"
)

// Config sizes a Runner; zero values stand for the defaults.
type Config struct {
	Workers int           // jobs at a time; 4
	Lease   time.Duration // how long a node may work on one job; 2 minutes
	Poll    time.Duration // how often to look when nobody woke the runner; 1 second
}

// Runner runs the jobs of one node. Handle and Every come first, then Run or RunOnce.
type Runner struct {
	d        *db.DB
	log      *slog.Logger
	cfg      Config
	handlers map[string]Handler
	wake     chan struct{}
	slots    slots
}

type runnerKey struct{}

// With returns a context under which Add and Retry wake r. Give it to the server as its base context,
// so that all requests carry it; handlers of jobs have it already.
func With(ctx context.Context, r *Runner) context.Context {
	return context.WithValue(ctx, runnerKey{}, r)
}

// NewRunner returns a runner over d.
func NewRunner(d *db.DB, log *slog.Logger, cfg Config) *Runner {
	cfg.Workers = cmp.Or(max(cfg.Workers, 0), 4)
	cfg.Lease = cmp.Or(max(cfg.Lease, 0), 2*time.Minute)
	cfg.Poll = cmp.Or(max(cfg.Poll, 0), time.Second)
	r := &Runner{d: d, log: log, cfg: cfg, handlers: map[string]Handler{}, wake: make(chan struct{}, 1)}
	r.Every("job.purge", 24*time.Hour, r.purge)
	return r
}

// Handle names the handler of a kind. A kind has one: a second is a mistake in the program and panics.
func (r *Runner) Handle(kind string, h Handler) {
	if _, ok := r.handlers[kind]; ok {
		panic("job: a second handler for " + kind)
	}
	r.handlers[kind] = h
}

// look asks the runner to look for work without waiting for its poll.
func (r *Runner) look() {
	select {
	case r.wake <- struct{}{}:
	default: // it has been asked already
	}
}

// Run works until ctx is done and returns when the jobs under way have ended. Jobs under way are not
// cut off; they have until the end of their lease.
func (r *Runner) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	free := make(chan struct{}, r.cfg.Workers)
	poll := time.NewTicker(r.cfg.Poll)
	defer poll.Stop()
	for ctx.Err() == nil {
		got, err := r.take(ctx, r.cfg.Workers-len(free))
		if err != nil && ctx.Err() == nil {
			r.log.ErrorContext(ctx, "job: looking for work", "error", err)
		}
		for _, j := range got {
			free <- struct{}{}
			wg.Go(func() {
				defer func() { <-free; r.look() }()
				if err := r.work(ctx, j); err != nil {
					r.log.ErrorContext(ctx, "job failed", "kind", j.Kind, "job", j.ID, "attempt", j.Attempt, "error", err)
				}
			})
		}
		select {
		case <-ctx.Done():
		case <-r.wake:
		case <-poll.C:
		}
	}
	return nil
}

// RunOnce runs, one after the other in order of their time, all jobs that are due now, those that
// they add included, and returns how many it ran. err joins the failures of handlers, whose jobs are
// tried again later as ever, with those of the database. It is for tests and for filling a
// demonstration.
func (r *Runner) RunOnce(ctx context.Context) (n int, err error) {
	var errs []error
	for {
		got, err := r.take(ctx, 1)
		if err != nil {
			return n, errors.Join(append(errs, err)...)
		}
		if len(got) == 0 {
			return n, errors.Join(errs...)
		}
		for _, j := range got {
			n++
			errs = append(errs, r.work(ctx, j))
		}
	}
}

// lookWithin bounds a look for work: a database that hangs must not keep the runner for ever.
const lookWithin = 30 * time.Second

// take claims up to most due jobs. When nothing is due it costs one indexed read.
func (r *Runner) take(ctx context.Context, most int) ([]jobdb.ClaimRow, error) {
	if most <= 0 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	if err := r.addSlots(ctx); err != nil {
		return nil, err
	}
	due := false
	err := r.d.Read(ctx, func(q *db.Reader) (err error) {
		due, err = jobdb.New().AnyDue(ctx, q, r.d.NowMicros())
		return err
	})
	if err != nil || !due {
		return nil, err
	}
	var got []jobdb.ClaimRow
	err = r.d.Write(ctx, func(tx *db.Tx) (err error) {
		got, err = jobdb.New().Claim(ctx, tx, jobdb.ClaimParams{
			LeaseUntil: clock.Micros(tx.Now().Add(r.cfg.Lease)), Now: tx.NowMicros(), Most: int32(most),
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("job: claim: %w", err)
	}
	slices.SortFunc(got, func(a, b jobdb.ClaimRow) int {
		return cmp.Or(cmp.Compare(a.RunAt, b.RunAt), cmp.Compare(a.ID, b.ID))
	})
	return got, nil
}

// work runs one claimed job and writes down how it ended. Handlers outlive the end of Run but not
// their lease.
func (r *Runner) work(ctx context.Context, j jobdb.ClaimRow) error {
	ctx = With(context.WithoutCancel(ctx), r)
	err := r.call(ctx, j)
	if err != nil {
		err = fmt.Errorf("job %s: %w", j.Kind, err)
	}
	if e := r.end(ctx, j, err); e != nil {
		// The lease runs out and the job runs again: handlers bear it.
		err = errors.Join(err, fmt.Errorf("job %s: write down the end: %w", j.Kind, e))
	}
	return err
}

func (r *Runner) call(ctx context.Context, j jobdb.ClaimRow) (err error) {
	ctx, cancel := context.WithTimeout(ctx, r.cfg.Lease*9/10)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	if j.Attempt > j.MaxAttempt {
		return errors.New("the lease ran out on the last attempt")
	}
	h := r.handlers[j.Kind]
	if h == nil {
		return errors.New("no handler for this kind")
	}
	return h(ctx, json.RawMessage(j.Args))
}

// end writes down the outcome unless someone else has the job by now: the attempt's number tells.
func (r *Runner) end(ctx context.Context, j jobdb.ClaimRow, failure error) error {
	return r.d.Write(ctx, func(tx *db.Tx) error {
		q := jobdb.New()
		var err error
		switch {
		case failure == nil:
			_, err = q.Done(ctx, tx, jobdb.DoneParams{Now: tx.NowMicros(), ID: j.ID, Attempt: j.Attempt})
		case j.Attempt >= j.MaxAttempt:
			_, err = q.Die(ctx, tx, jobdb.DieParams{LastError: short(failure), Now: tx.NowMicros(),
				ID: j.ID, Attempt: j.Attempt})
		default:
			_, err = q.Again(ctx, tx, jobdb.AgainParams{RunAt: clock.Micros(tx.Now().Add(backoff(j.Attempt))),
				LastError: short(failure), ID: j.ID, Attempt: j.Attempt})
		}
		return err
	})
}

// backoff is how long to wait after the given failed attempt: 2 s, 4 s, 8 s and so on up to an hour.
func backoff(attempt int64) time.Duration {
	return min(time.Second<<min(attempt, 16), time.Hour)
}

const longestError = 500

// short cuts an error's text to what is worth keeping, at a character's border.
func short(err error) string {
	s := []rune(err.Error())
	return string(s[:min(len(s), longestError)])
}
