package web

import (
	"container/list"
	"sync"
	"time"

	"manyhands/internal/clock"
)

// Limiter allows each key so many acts a minute, with a burst, and remembers a bounded number of
// keys: the one unused longest is forgotten first. It is safe for use by many goroutines. It counts
// on one node only.
type Limiter struct {
	clock   clock.Clock
	perSec  float64
	burst   float64
	maxKeys int

	mu   sync.Mutex
	keys map[string]*list.Element
	used *list.List // of *bucket, most recently used first
}

type bucket struct {
	key    string
	tokens float64
	at     time.Time
}

// NewLimiter returns a limiter of perMinute acts a key after a burst of burst, over maxKeys keys.
func NewLimiter(c clock.Clock, perMinute, burst, maxKeys int) *Limiter {
	return &Limiter{
		clock: c, perSec: float64(perMinute) / 60, burst: float64(burst), maxKeys: maxKeys,
		keys: map[string]*list.Element{}, used: list.New(),
	}
}

// Allow takes one act from key, usually [ClientKey]; false means that it was one too many, for which
// a handler returns fault.New(fault.TooMany, "fault.too_many.sentence").
func (l *Limiter) Allow(key string) bool {
	now := l.clock.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	e, ok := l.keys[key]
	if !ok {
		if l.used.Len() >= l.maxKeys {
			oldest := l.used.Back()
			delete(l.keys, oldest.Value.(*bucket).key)
			l.used.Remove(oldest)
		}
		e = l.used.PushFront(&bucket{key: key, tokens: l.burst, at: now})
		l.keys[key] = e
	}
	l.used.MoveToFront(e)
	b := e.Value.(*bucket)
	if d := now.Sub(b.at).Seconds(); d > 0 {
		b.tokens = min(l.burst, b.tokens+d*l.perSec)
	}
	b.at = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}
