package blob

import (
	"context"
	"errors"

	"manyhands/internal/fault"
)

// Scanner looks for harmful programs in a file; package clamd has one.
type Scanner interface {
	// Scan returns what was found, as the scanner calls it, "" for nothing. An error leaves it open.
	Scan(ctx context.Context, b []byte) (found string, err error)
}

// Scanned is what a scanner said of a file that is therefore not kept.
type Scanned struct {
	Found string // as the scanner calls it; "" when it gave no answer
	Err   error  // why there was no answer; nil when something was found
}

// Guard has every file looked into by a scanner before anything else reads it. What it finds, and what it
// could not look into, is refused; refused is told and stands outside any transaction. Call it once, before
// the store is used.
func (s *Store) Guard(scanner Scanner, refused func(context.Context, Scanned)) {
	s.scanner, s.refused = scanner, refused
}

var (
	errInfected = fault.New(fault.Invalid, "blob.infected")
	errNoAnswer = fault.New(fault.Invalid, "blob.scanner_down")

	// errLate is a mistake of ours: a scanner is not asked while a transaction waits.
	errLate = errors.New("blob: a file that nobody has looked into reached a write")
)

// scan asks the scanner, if there is one.
func (s *Store) scan(ctx context.Context, b []byte) error {
	if s.scanner == nil {
		return nil
	}
	found, err := s.scanner.Scan(ctx, b)
	switch {
	case err != nil:
		s.refused(ctx, Scanned{Err: err})
		return errNoAnswer
	case found != "":
		s.refused(ctx, Scanned{Found: found})
		return errInfected
	}
	return nil
}
