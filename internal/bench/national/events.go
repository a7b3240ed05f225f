package national

import (
	"container/heap"
	"time"
)

// work is one thing that waits on a shard for the next commit.
type work struct {
	kind kind
	at   time.Duration // when it came; of a refill and of a carried sum: when it began elsewhere
	fen  int64
	from int // shard
	n    int // entries
	camp int // campaign
}

type kind uint8

const (
	giftCame kind = iota
	promiseEnded
	refillAsked // at the pool's home
	refillCame  // at the slice
	sumSent     // at the giver's shard: collected sums leave
	sumCame     // at the funds' home
)

// event is something that happens at a moment: work reaches a shard, a batch is durable, sums are
// to be carried.
type event struct {
	at    time.Duration
	order int64 // of events at the same moment
	shard int
	what  happening
	work  work
}

type happening uint8

const (
	reaches happening = iota
	durable
	carry
)

// agenda is what will happen, soonest first. It implements heap.Interface.
type agenda []event

func (a agenda) Len() int { return len(a) }

func (a agenda) Less(i, j int) bool {
	if a[i].at != a[j].at {
		return a[i].at < a[j].at
	}
	return a[i].order < a[j].order
}

func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }

// Push implements heap.Interface.
func (a *agenda) Push(x any) { *a = append(*a, x.(event)) }

// Pop implements heap.Interface.
func (a *agenda) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}

func (s *sim) plan(e event) {
	s.order++
	e.order = s.order
	heap.Push(&s.agenda, e)
}
