package web

import (
	"math"
	"sync/atomic"
	"time"
)

// The ladder says at which pressure a class is turned away and at which it is let in again. The steps
// lie 0.15 apart so that a class that comes back cannot by itself bring the pressure back up.
//
//   - Half of all places taken for longer than a moment means that people wait already on two cores:
//     live figures go first, which most of all repeat themselves and which nobody waits for.
//   - Searches cost many times a page, so they go before pages.
//   - Pages go when four fifths are full: what is left is for those who give.
//   - New gifts go only when the queue of writes is nearly full, or as many notices or pay steps are under
//     way as there are places: who was promised something comes before who wants a promise, and a
//     notice that is behind others' new gifts may not be turned away for it.
var ladder = [...]struct {
	class    Class
	shut     float64
	openedAt float64
}{{Live, .50, .35}, {Search, .65, .50}, {Page, .80, .65}, {Give, .95, .80}}

// share is the part of the common places that a class may fill together with all others that can be
// shed. It bounds a sudden rush, before the pressure has risen: the last quarter is for givers alone.
//
// Those who are never shed have rooms of their own, wider than the places: by the time as many of them
// are under way as there are places, new gifts wait, so the rest of the room is for what is on its way
// already.
var share = [classes]float64{Live: .5, Search: .625, Page: .75, Give: 1, Kept: 2, Notice: 4, Vital: 1}

// Rooms is how many requests are let in at once in all, in places: the common ones, and those of Kept,
// Notice and Vital.
const Rooms = 1 + 2 + 4 + 1

const (
	lookEvery  = 20 * time.Millisecond  // how often the pressure is measured, when anybody asks
	riseWithin = 100 * time.Millisecond // time constant upwards: a burst of some milliseconds sheds nothing
	fallWithin = time.Second            // downwards: a short lull opens nothing
	mostPlaces = .9                     // what full common places count for
)

// ShedOptions say what Shed has to go by.
type ShedOptions struct {
	Places  int // requests at once that can be shed; Kept, Notice and Vital have rooms beside them, see Rooms; 0: 512
	Streams int // open event streams at once; 0: 2048
	// Queue returns how full the queues behind the pages are, 0 to 1, such as that of writes. It is
	// asked 50 times a second at most. nil: always 0.
	Queue func() float64
}

// Shed decides who has to wait when there is too much to do. It bounds the requests of each class at
// once, measures one pressure from 0 to 1, and turns classes away in order. Asking it takes no lock.
type Shed struct {
	places, streams int64
	queue           func() float64

	common, kept, notice, vital, open, turned room
	refused                                   [classes]room

	began    time.Time
	looked   atomic.Int64  // when the pressure was last measured, nanoseconds since began
	pressure atomic.Uint64 // bits of a float64
	level    atomic.Int32  // how many steps of the ladder are shut
}

// room counts; it fills a cache line, so that counting in one does not slow another.
type room struct {
	atomic.Int64
	_ [56]byte
}

// NewShed returns one that lets everybody in as long as there are places.
func NewShed(o ShedOptions) *Shed {
	s := &Shed{places: int64(o.Places), streams: int64(o.Streams), queue: o.Queue, began: time.Now()}
	if s.places <= 0 {
		s.places = 512
	}
	if s.streams <= 0 {
		s.streams = 2048
	}
	if s.queue == nil {
		s.queue = func() float64 { return 0 }
	}
	return s
}

// Open reports whether a class is let in at the present pressure; whoever does things in the
// background for a class, such as asking for live figures, rests while it is not.
func (s *Shed) Open(c Class) bool {
	s.look(time.Now())
	return s.opens(c)
}

func (s *Shed) opens(c Class) bool {
	for i := range s.level.Load() {
		if ladder[i].class == c {
			return false
		}
	}
	return true
}

// enter takes a place for a request; leave it with Add(-1). It returns nil when there is none or the
// class is turned away, and counts that.
func (s *Shed) enter(c Class, now time.Time) *room {
	s.look(now)
	of := s.roomOf(c)
	if s.opens(c) && of.within(s.most(c)) {
		return of
	}
	s.refused[c].Add(1)
	return nil
}

// most is how many requests may be under way in c's room for another of c to be let in.
func (s *Shed) most(c Class) int64 { return max(1, int64(share[c]*float64(s.places))) }

func (s *Shed) roomOf(c Class) *room {
	switch c {
	case Kept:
		return &s.kept
	case Notice:
		return &s.notice
	case Vital:
		return &s.vital
	}
	return &s.common
}

// within takes a place unless most are taken.
func (r *room) within(most int64) bool {
	if r.Add(1) <= most {
		return true
	}
	r.Add(-1)
	return false
}

// look measures the pressure when that is due; of many who ask at once, one does it.
func (s *Shed) look(now time.Time) {
	at, last := int64(now.Sub(s.began)), s.looked.Load()
	if at-last < int64(lookEvery) || !s.looked.CompareAndSwap(last, at) {
		return
	}
	old, p := math.Float64frombits(s.pressure.Load()), s.measure()
	within := fallWithin
	if p > old {
		within = riseWithin
	}
	p += (old - p) * math.Exp(-float64(at-last)/float64(within))
	s.pressure.Store(math.Float64bits(p))
	s.climb(p)
}

// measure returns the pressure of this moment. Full common places count for at most mostPlaces, because
// they turn newcomers away by themselves.
func (s *Shed) measure() float64 {
	places := float64(s.places)
	common, owed := float64(s.common.Load())/places, float64(max(s.kept.Load(), s.notice.Load()))/places
	return max(min(mostPlaces, common), min(1, owed), min(1, s.queue()))
}

// climb shuts and opens steps of the ladder.
func (s *Shed) climb(p float64) {
	level := s.level.Load()
	for int(level) < len(ladder) && p >= ladder[level].shut {
		level++
	}
	for level > 0 && p < ladder[level-1].openedAt {
		level--
	}
	s.level.Store(level)
}

// ShedStats is what Shed says of itself.
type ShedStats struct {
	Pressure float64          // 0 to 1, smoothed
	InFlight map[string]int64 // requests under way: "common", "kept", "notice", "vital"
	Places   map[string]int64 // for each of them
	Streams  int64            // open event streams
	Refused  map[string]int64 // requests turned away since the start, by class
}

// Stats measures, if that is due, and returns the figures.
func (s *Shed) Stats() ShedStats {
	s.look(time.Now())
	out := ShedStats{Pressure: math.Float64frombits(s.pressure.Load()), Streams: s.open.Load(), Refused: map[string]int64{},
		Places:   map[string]int64{"common": s.most(Give), "kept": s.most(Kept), "notice": s.most(Notice), "vital": s.most(Vital)},
		InFlight: map[string]int64{"common": s.common.Load(), "kept": s.kept.Load(), "notice": s.notice.Load(), "vital": s.vital.Load()}}
	for _, c := range Classes() {
		out.Refused[c.String()] = s.refused[c].Load()
	}
	return out
}
