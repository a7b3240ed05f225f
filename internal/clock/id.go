package clock

import (
	"errors"
	"sync"
	"time"
)

// An id is a positive int64 that grows with time: 41 bits of milliseconds since 2024, 6 bits of
// node, 16 bits of sequence. Rows inserted together lie together in the index, which on large
// tables is worth a factor of five over random ids (see docs/performance.md). An id is not a
// secret: whoever must not guess it gets a random token beside it.
const (
	nodeBits = 6
	seqBits  = 16
	// MaxNode is the highest node number.
	MaxNode = 1<<nodeBits - 1
	// CommandNode is the node number of command-line tools that run beside a server.
	CommandNode = MaxNode
)

var idEpoch = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()

// IDs makes ids for one node. It never repeats itself and never goes back, whatever the clock does:
// a clock set back keeps counting from the highest millisecond seen.
type IDs struct {
	clock Clock
	node  int64

	mu   sync.Mutex
	last int64 // milliseconds<<seqBits | sequence
}

// NewIDs returns an id source for node 0..MaxNode; two processes that write to one database at the
// same time need different nodes.
func NewIDs(c Clock, node int) *IDs { return &IDs{clock: c, node: int64(node & MaxNode)} }

// Next returns a new id.
func (g *IDs) Next() int64 {
	now := (g.clock.Now().UnixMilli() - idEpoch) << seqBits
	g.mu.Lock()
	defer g.mu.Unlock()
	g.last = max(g.last+1, now)
	return g.whole(g.last)
}

// Last returns an id that is at least as great as every one that Next has returned.
func (g *IDs) Last() int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.whole(g.last)
}

// After has every later Next return more than id, which another node may have made.
func (g *IDs) After(id int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.whole(g.last) < id {
		ms := id >> (nodeBits + seqBits)
		g.last = (ms+1)<<seqBits - 1 // the next millisecond: within one, nodes do not count in turn
	}
}

// UseNode makes ids from now on as the given node, 0..MaxNode.
func (g *IDs) UseNode(node int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.node = int64(node & MaxNode)
}

func (g *IDs) whole(last int64) int64 {
	ms, seq := last>>seqBits, last&(1<<seqBits-1)
	return ms<<(nodeBits+seqBits) | g.node<<seqBits | seq
}

// IDTime returns the moment that an id carries, to the millisecond.
func IDTime(id int64) time.Time {
	return time.UnixMilli(id>>(nodeBits+seqBits) + idEpoch).UTC()
}

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz" // Crockford's base 32, lower case
const idLen = 13

// FormatID writes an id as 13 letters and digits that sort as the ids do, for URLs and exports.
func FormatID(id int64) string {
	var b [idLen]byte
	u := uint64(id)
	for i := idLen - 1; i >= 0; i-- {
		b[i] = alphabet[u&31]
		u >>= 5
	}
	return string(b[:])
}

// ErrID is returned for text that is no id.
var ErrID = errors.New("clock: not an id")

// ParseID reads what FormatID wrote. It returns ErrID for anything else.
func ParseID(s string) (int64, error) {
	if len(s) != idLen {
		return 0, ErrID
	}
	var u uint64
	for i := range idLen {
		v := index(s[i])
		if v < 0 || (i == 0 && v > 7) {
			return 0, ErrID
		}
		u = u<<5 | uint64(v)
	}
	return int64(u), nil
}

func index(c byte) int {
	for i := range len(alphabet) {
		if alphabet[i] == c {
			return i
		}
	}
	return -1
}

// IDAt returns the smallest id that could have been made at t: a bound for 'since'.
func IDAt(t time.Time) int64 {
	return max(0, t.UnixMilli()-idEpoch) << (nodeBits + seqBits)
}
