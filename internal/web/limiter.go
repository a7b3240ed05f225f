package web

import (
	"container/list"
	"net/http"
	"sync"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/fault"
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
	b := l.bucketOf(key, now)
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

// Spent reports whether Allow would refuse key, and takes nothing.
func (l *Limiter) Spent(key string) bool {
	now := l.clock.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.keys[key]; !ok {
		return false
	}
	return l.bucketOf(key, now).tokens < 1
}

// bucketOf returns the bucket of key, filled up to now, in the first place of those that were used.
func (l *Limiter) bucketOf(key string, now time.Time) *bucket {
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
	return b
}

// WrongKeys answers a client who has shown more wrong keys than l allows with 429 and does not ask next
// any more. Only requests that show a key are looked at.
func (m *Mux) WrongKeys(next http.Handler, l *Limiter) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "" {
			next.ServeHTTP(w, r)
			return
		}
		who := ClientKey(r)
		if l.Spent(who) {
			m.Fail(w, r, fault.New(fault.TooMany, "fault.too_many.sentence"))
			return
		}
		rec := &recorder{ResponseWriter: w}
		next.ServeHTTP(rec, r)
		if rec.code() == http.StatusUnauthorized {
			l.Allow(who)
		}
	})
}
