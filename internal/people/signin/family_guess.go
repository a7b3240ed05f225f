package signin

import (
	"context"
	"fmt"
	"math"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/people/signin/internal/signindb"
)

// Whoever guesses at a family code reads the mailbox or holds the telephone already, so a wait keeps no
// stranger's victim out, and it may grow long: six digits hold against a few hundred guesses a year. The
// owner's own browsers are counted apart, a passkey needs no code, and a worker hands over a paper.
const (
	familyFree = 5              // wrong ones that cost no wait
	familyWait = time.Minute    // doubled with each one more
	familyMost = 24 * time.Hour // the longest
	familyOwn  = 4 * time.Hour  // and in a browser of the owner's
)

// familyWaits is how long to wait after so many wrong ones.
func familyWaits(wrong int64) time.Duration {
	over := wrong - familyFree
	switch {
	case over <= 0:
		return 0
	case over > 11:
		return familyMost
	}
	return min(familyWait<<(over-1), familyMost)
}

// ProveFamily takes the family code of who acts by n and returns how many wrong ones were said since it
// was last right. Faults: Forbidden "signin.family_wrong"; TooMany "signin.family_minutes" (Minutes),
// "signin.family_hours" (Hours); Conflict "signin.family_none".
func (s *Service) ProveFamily(ctx context.Context, n Session, typed string, b Browser) (wrong int64, err error) {
	own, err := s.ownBrowser(ctx, n, b)
	if err != nil {
		return 0, err
	}
	var hash string
	var wait time.Duration
	err = s.d.Write(ctx, func(tx *db.Tx) (err error) {
		hash, wrong, wait, err = s.countFamily(ctx, tx, n, own)
		return err
	})
	switch {
	case err != nil:
		return 0, err
	case wait > 0:
		return 0, familyTooMany(wait)
	case hash == "":
		return 0, fault.New(fault.Conflict, "signin.family_none")
	}
	code, _ := digits(typed)
	right, err := s.hashes.matches(ctx, code, hash)
	if err != nil {
		return 0, err
	}
	if !right {
		return 0, fault.New(fault.Forbidden, "signin.family_wrong")
	}
	return wrong, s.d.Write(ctx, func(tx *db.Tx) error {
		if err := s.q.CountFamilyGuess(ctx, tx, signindb.CountFamilyGuessParams{PersonID: n.PersonID}); err != nil {
			return fmt.Errorf("signin: forget guesses: %w", err)
		}
		if own == nil {
			return nil
		}
		return s.right(ctx, tx, guessing{own: []bucket{*own}})
	})
}

// ownBrowser returns the bucket of a browser in which the owner has proved themselves well, nil for a
// strange one.
func (s *Service) ownBrowser(ctx context.Context, n Session, b Browser) (own *bucket, err error) {
	hash, ok := tokenHash(b.Token)
	if !ok {
		return nil, nil
	}
	err = s.d.Read(ctx, func(q *db.Reader) error {
		known, _, err := s.device(ctx, q, hash, n.PersonID)
		if known {
			x := s.bucket(ofDevice, familyFree, familyOwn, "family:"+clock.FormatID(n.PersonID), hash)
			own = &x
		}
		return err
	})
	return own, err
}

// countFamily counts a guess before it is looked at, so that many at once are many. While one has to wait
// nothing is counted. The person is told when the free ones are used up.
func (s *Service) countFamily(ctx context.Context, tx *db.Tx, n Session, own *bucket) (hash string, before int64, wait time.Duration, err error) {
	row, err := s.familyCode(ctx, tx, n.PersonID)
	if err != nil || row.Hash == "" {
		return "", 0, 0, err
	}
	count := signindb.CountFamilyGuessParams{PersonID: n.PersonID, Wrong: row.Wrong + 1, FreeAt: row.FreeAt}
	if own != nil {
		guess, left, err := s.count(ctx, tx, *own)
		if err != nil || left > 0 {
			return "", 0, left, err
		}
		if err := s.q.PutAttempt(ctx, tx, guess); err != nil {
			return "", 0, 0, fmt.Errorf("signin: count a guess: %w", err)
		}
	} else {
		if left := clock.Time(row.FreeAt).Sub(tx.Now()); row.FreeAt > 0 && left > 0 {
			return "", 0, left, nil
		}
		count.FreeAt = clock.Micros(tx.Now().Add(familyWaits(count.Wrong)))
	}
	if err := s.q.CountFamilyGuess(ctx, tx, count); err != nil {
		return "", 0, 0, fmt.Errorf("signin: count a guess: %w", err)
	}
	if count.Wrong == familyFree+1 {
		if err := s.tell(ctx, tx, n.PersonID, "family_guessed", n.Device); err != nil {
			return "", 0, 0, err
		}
	}
	return row.Hash, row.Wrong, 0, nil
}

func familyTooMany(wait time.Duration) error {
	if wait > time.Hour {
		return fault.New(fault.TooMany, "signin.family_hours", "Hours", int64(math.Ceil(wait.Hours())))
	}
	return fault.New(fault.TooMany, "signin.family_minutes", "Minutes", int64(math.Ceil(wait.Minutes())))
}
