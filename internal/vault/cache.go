package vault

import (
	"bytes"
	"sync"
	"time"

	"github.com/tink-crypto/tink-go/v2/tink"
)

const (
	cacheLife = 5 * time.Minute // of an unwrapped key in memory
	cacheHalf = 2048            // keys in each of the two halves
)

// cache keeps unwrapped keys for a short while. When one half is full, or as old as a key may become,
// the other, with what was used longest ago, is forgotten.
type cache struct {
	mu         sync.Mutex
	young, old map[int64]unwrapped
	turned     int64 // when young was begun, microseconds
}

type unwrapped struct {
	wrapped []byte // the row that it was made from
	aead    tink.AEAD
	at      int64
}

// get returns the key that was made from this very row, nil when it is not here or too old.
func (c *cache) get(subject int64, wrapped []byte, now int64) tink.AEAD {
	c.mu.Lock()
	defer c.mu.Unlock()
	x, ok := c.young[subject]
	if !ok {
		x, ok = c.old[subject]
	}
	if !ok {
		return nil
	}
	if age := now - x.at; age < 0 || age > cacheLife.Microseconds() || !bytes.Equal(x.wrapped, wrapped) {
		delete(c.young, subject)
		delete(c.old, subject)
		return nil
	}
	c.keep(subject, x, now)
	return x.aead
}

func (c *cache) put(subject int64, wrapped []byte, a tink.AEAD, now int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keep(subject, unwrapped{wrapped: wrapped, aead: a, at: now}, now)
}

func (c *cache) keep(subject int64, x unwrapped, now int64) {
	if c.young == nil || len(c.young) >= cacheHalf || now-c.turned > cacheLife.Microseconds() {
		c.young, c.old, c.turned = make(map[int64]unwrapped), c.young, now
	}
	c.young[subject] = x
}

func (c *cache) drop(subject int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.young, subject)
	delete(c.old, subject)
}
