// Package clock gives the time and time-ordered ids, real and simulated.
//
// Nothing else in the house calls time.Now for business: a clock is handed in, so that a test or a
// simulation can stand still, jump forward or jump back. Times are kept in UTC at microsecond
// precision, which is what both databases store.
package clock

import (
	"sync"
	"time"
)

// Clock tells the time.
type Clock interface {
	Now() time.Time
}

// System is the machine's clock, in UTC and whole microseconds.
type System struct{}

// Now returns the present moment.
func (System) Now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// Sim is a clock that moves only when told to. It is safe for use by many goroutines.
type Sim struct {
	mu sync.Mutex
	t  time.Time
}

// NewSim returns a clock that stands at t.
func NewSim(t time.Time) *Sim { return &Sim{t: t.UTC().Truncate(time.Microsecond)} }

// Now returns the moment at which the clock stands.
func (s *Sim) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.t
}

// Advance moves the clock by d, which may be negative: a clock that was set back.
func (s *Sim) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.t = s.t.Add(d.Truncate(time.Microsecond))
}

// Set puts the clock to t.
func (s *Sim) Set(t time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.t = t.UTC().Truncate(time.Microsecond)
}

// Micros is how a moment is stored: microseconds since 1970 in UTC.
func Micros(t time.Time) int64 { return t.UnixMicro() }

// Time turns a stored moment back. Zero stays the zero time.
func Time(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}
