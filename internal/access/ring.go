package access

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"manyhands/internal/access/internal/accessdb"
	"manyhands/internal/clock"
	"manyhands/internal/db"
)

// RingAge bounds how long a node acts on what it last read of the keys: a key that was revoked opens
// nothing on any node after that time, and one that was made opens everywhere.
const RingAge = 2 * time.Second

// useStep is how exactly the last use of a key is remembered; saves writes.
const useStep = time.Hour

// KeyRing finds keys by their secrets without asking the database each time. It keeps all keys in force
// in memory (at most MostKeys) and reads them anew once they are RingAge old, so that however many
// wrong keys are tried, they cause no further reads. It is safe for use by many goroutines.
type KeyRing struct {
	d       *db.DB
	rests   Rests
	kept    atomic.Pointer[ring]
	reading sync.Mutex // held by whoever reads the keys anew
}

// ring is what was read at one moment. A ring is never changed, but for the moments of use.
type ring struct {
	at   time.Time // before the read began
	keys map[string]*ringKey
}

type ringKey struct {
	Key
	rests bool
	used  atomic.Int64 // micros: the last use that was written
}

// Rests returns those of the organisations whose programs are refused for now.
type Rests func(ctx context.Context, r db.Queryer, organisations []int64) ([]int64, error)

// NewKeyRing returns the ring of the keys in d. rests is asked whenever the keys are read anew; nil
// refuses no organisation's programs.
func NewKeyRing(d *db.DB, rests Rests) *KeyRing { return &KeyRing{d: d, rests: rests} }

// ByBearer returns the key that an Authorization header proves, and notes its use, at most once an
// hour. It must not be called within a write. Faults: Unauthenticated "access.key_needed" for a header
// without a key, "access.key_invalid" for a key that is unknown, has expired or was revoked; Forbidden
// "access.key_rests" while its organisation is suspended.
func (r *KeyRing) ByBearer(ctx context.Context, header string) (Key, error) {
	hash, err := bearerHash(header)
	if err != nil {
		return Key{}, err
	}
	kept, err := r.current(ctx)
	if err != nil {
		return Key{}, err
	}
	k, ok := kept.keys[hash]
	now := r.d.Now()
	if !ok || !k.InForce(now) {
		return Key{}, errBadKey
	}
	if k.rests {
		return Key{}, errRests
	}
	return k.Key, r.noteUse(ctx, k, clock.Micros(now))
}

// current returns a ring that is younger than RingAge. From half that age on one caller reads it anew
// while the others go on with what there is.
func (r *KeyRing) current(ctx context.Context) (*ring, error) {
	now := r.d.Now()
	kept := r.kept.Load()
	switch {
	case kept.younger(now, RingAge/2):
		return kept, nil
	case !kept.younger(now, RingAge):
		r.reading.Lock()
	case !r.reading.TryLock():
		return kept, nil
	}
	defer r.reading.Unlock()
	now = r.d.Now()
	if kept = r.kept.Load(); kept.younger(now, RingAge/2) { // somebody else has read it meanwhile
		return kept, nil
	}
	kept, err := r.read(ctx, now)
	if err == nil {
		r.kept.Store(kept)
	}
	return kept, err
}

// younger reports whether a ring was read less than age before now, and not after it: a clock that was
// set back makes every ring old.
func (k *ring) younger(now time.Time, age time.Duration) bool {
	return k != nil && !now.Before(k.at) && now.Sub(k.at) < age
}

func (r *KeyRing) read(ctx context.Context, now time.Time) (*ring, error) {
	kept := &ring{at: now, keys: map[string]*ringKey{}}
	err := r.d.Read(ctx, func(q *db.Reader) error {
		held, err := keysInForce(ctx, q, now)
		if err != nil {
			return err
		}
		resting, err := r.resting(ctx, q, held)
		for _, h := range held {
			k := &ringKey{Key: h.Key, rests: slices.Contains(resting, h.Organisation)}
			if !h.LastUsed.IsZero() {
				k.used.Store(clock.Micros(h.LastUsed))
			}
			kept.keys[h.hash] = k
		}
		return err
	})
	return kept, err
}

func (r *KeyRing) resting(ctx context.Context, q db.Queryer, held []heldKey) ([]int64, error) {
	if r.rests == nil {
		return nil, nil
	}
	var places []int64
	for _, h := range held {
		if h.Organisation != Network && !slices.Contains(places, h.Organisation) {
			places = append(places, h.Organisation)
		}
	}
	return r.rests(ctx, q, places)
}

// noteUse writes that a key was used, unless that was written less than an hour ago. Of many requests at
// once one writes.
func (r *KeyRing) noteUse(ctx context.Context, k *ringKey, now int64) error {
	last := k.used.Load()
	if now-last < useStep.Microseconds() || !k.used.CompareAndSwap(last, now) {
		return nil
	}
	err := r.d.Write(ctx, func(tx *db.Tx) error {
		return accessdb.New().NoteKeyUse(ctx, tx, accessdb.NoteKeyUseParams{Now: now, ID: k.ID})
	})
	if err != nil {
		k.used.Store(last)
		return fmt.Errorf("access: note the use of a key: %w", err)
	}
	return nil
}
