package signin

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/people/signin/internal/signindb"
)

// Guesses are slowed down, never refused for good: whoever locks a door that anybody can rattle has
// locked out its owner. A guess is counted before it is looked at, so that many at once are many.

const (
	keepAttempts = 48 * time.Hour
	firstWait    = 15 * time.Second // doubled with each guess more
	bucketBits   = 17               // of each kind; the table has an end
)

// bucket is what guesses are counted in.
type bucket struct {
	id   int64
	free int64         // guesses that cost no wait
	cap  time.Duration // the longest wait
}

// The kinds of bucket.
const (
	ofDevice  = iota // a browser in which the owner has proved themselves well
	ofPair           // one network guessing at one account
	ofClient         // one network guessing at any account
	ofAccount        // everybody guessing at one account, but for known browsers
)

func (s *Service) bucket(kind int, free int64, longest time.Duration, parts ...string) bucket {
	sum := binary.BigEndian.Uint64(s.keyed("bucket", append(parts, fmt.Sprint(kind))...))
	return bucket{id: int64(kind)<<bucketBits | int64(sum&(1<<bucketBits-1)), free: free, cap: longest}
}

// guessing is one who guesses at an account.
type guessing struct{ own, shared []bucket }

// guesser finds the buckets of one who guesses at an account: person is whose it is, 0 for nobody's.
func (s *Service) guesser(ctx context.Context, q db.Queryer, account string, person int64, b Browser) (guessing, error) {
	if hash, ok := tokenHash(b.Token); ok && person != 0 {
		strong, _, err := s.device(ctx, q, hash, person)
		if err != nil {
			return guessing{}, err
		}
		if strong {
			return guessing{own: []bucket{s.bucket(ofDevice, 5, 15*time.Minute, account, hash)}}, nil
		}
	}
	return guessing{
		own:    []bucket{s.bucket(ofPair, 5, time.Hour, account, b.Client), s.bucket(ofAccount, 20, 5*time.Minute, account)},
		shared: []bucket{s.bucket(ofClient, 30, 15*time.Minute, b.Client)},
	}, nil
}

// take counts one guess. Faults: TooMany "signin.wait" (Minutes), and then nothing is counted: waiting
// is never made longer by those who do not wait.
func (s *Service) take(ctx context.Context, g guessing) error {
	var wait time.Duration
	err := s.d.Write(ctx, func(tx *db.Tx) error {
		wait = 0
		var rows []signindb.PutAttemptParams
		for _, b := range append(g.own, g.shared...) {
			row, left, err := s.count(ctx, tx, b)
			if err != nil {
				return err
			}
			wait, rows = max(wait, left), append(rows, row)
		}
		if wait > 0 {
			return nil
		}
		for _, row := range rows {
			if err := s.q.PutAttempt(ctx, tx, row); err != nil {
				return fmt.Errorf("signin: count a guess: %w", err)
			}
		}
		return nil
	})
	if err == nil && wait > 0 {
		err = fault.New(fault.TooMany, "signin.wait", "Minutes", int64(math.Ceil(wait.Minutes())))
	}
	return err
}

// count returns a bucket's row with one guess more, and how long to wait if it is full.
func (s *Service) count(ctx context.Context, tx *db.Tx, b bucket) (signindb.PutAttemptParams, time.Duration, error) {
	now := tx.Now()
	row := signindb.PutAttemptParams{Bucket: b.id, LastAt: clock.Micros(now)}
	old, err := s.q.Attempt(ctx, tx, b.id)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return row, 0, fmt.Errorf("signin: guesses: %w", err)
	}
	if left := clock.Time(old.FreeAt).Sub(now); old.FreeAt > 0 && left > 0 {
		return row, min(left, b.cap), nil
	}
	hours := max(0, int64(now.Sub(clock.Time(old.LastAt))/time.Hour))
	row.Failures = old.Failures>>min(hours, 62) + 1
	row.FreeAt = clock.Micros(now.Add(b.wait(row.Failures)))
	return row, 0, nil
}

// wait is how long to wait after so many guesses.
func (b bucket) wait(failures int64) time.Duration {
	over := failures - b.free
	switch {
	case over <= 0:
		return 0
	case over > 16:
		return b.cap
	}
	return min(firstWait<<(over-1), b.cap)
}

// right forgets the guesses of one who turned out to be the owner. Those of the whole network stay: it
// may hold others.
func (s *Service) right(ctx context.Context, tx *db.Tx, g guessing) error {
	for _, b := range g.own {
		if err := s.q.DeleteAttempt(ctx, tx, b.id); err != nil {
			return fmt.Errorf("signin: forget guesses: %w", err)
		}
	}
	return nil
}
