package national

import (
	"maps"
	"slices"
	"time"
)

// shard is one house: one writer that makes all that waits durable together, as the real one does.
type shard struct {
	queue   []work
	urgent  []work // refills of slices: little work that many gifts wait for
	batch   []work // being made durable
	busyFor time.Duration
	emptyAt time.Duration // when the last gift had been taken

	collected map[int]int64 // fen per campaign, for funds that are at home elsewhere

	// Of its slice of the pool.
	asked   bool
	again   time.Duration // not before: the home had no more
	demand  float64       // fen a second, smoothed
	since   time.Duration // when the last batch ended
	latency time.Duration // of a refill, smoothed
}

// reach adds work to a shard's queue and wakes its writer.
func (s *sim) reach(to int, w work) {
	sh := &s.shards[to]
	if w.kind == refillAsked || w.kind == refillCame {
		sh.urgent = append(sh.urgent, w)
	} else {
		sh.queue = append(sh.queue, w)
	}
	if len(sh.batch) == 0 {
		s.begin(to)
	}
}

// begin takes all that waits, up to the bound, and makes it durable.
func (s *sim) begin(at int) {
	sh := &s.shards[at]
	n := min(len(sh.queue), s.p.Batch)
	if n+len(sh.urgent) == 0 {
		return
	}
	sh.batch = append(append(sh.batch[:0], sh.urgent...), sh.queue[:n]...)
	sh.urgent = sh.urgent[:0]
	sh.queue = append(sh.queue[:0], sh.queue[n:]...)
	takes := s.p.Commit
	for _, w := range sh.batch {
		takes += s.cost(w)
	}
	end := s.now + takes
	sh.busyFor += max(0, min(end, s.p.Length)-min(s.now, s.p.Length))
	s.plan(event{at: end, shard: at, what: durable})
}

func (s *sim) cost(w work) time.Duration {
	switch w.kind {
	case giftCame:
		return s.p.Gift
	case sumSent, sumCame:
		return time.Duration(w.n) * s.p.Entry
	default:
		return s.p.Entry
	}
}

// durable ends a batch: everything in it has happened now.
func (s *sim) durable(at int) {
	sh := &s.shards[at]
	wanted := int64(0)
	for _, w := range sh.batch {
		switch w.kind {
		case giftCame:
			wanted += w.fen
			s.take(at, w)
			sh.emptyAt = s.now
		case promiseEnded:
			s.pool.free(at, w.fen)
		case refillAsked:
			s.answer(w)
		case refillCame:
			s.refilled(at, w)
		case sumSent:
			s.send(w.from, work{kind: sumCame, at: w.at, fen: w.fen, n: w.n})
		case sumCame:
			s.funds.home += w.fen
			s.late = append(s.late, s.now-w.at)
		}
	}
	sh.batch = sh.batch[:0]
	s.needs(at, wanted)
	s.begin(at)
}

// take promises a gift its match out of the shard's slice. The payment itself is not modelled: a gift
// is paid at once or never.
func (s *sim) take(at int, w work) {
	s.gifts++
	s.waits = append(s.waits, s.now-w.at)
	match := s.pool.promise(at, w.fen)
	if short := min(w.fen-match, s.pool.elsewhere(at)); short > 0 {
		s.shortGifts++
		s.shortFen += short
	}
	if s.rand.Float64() < s.p.Abandoned {
		if ends := s.now + s.p.Hold; ends < s.p.Length {
			s.plan(event{at: ends, shard: at, what: reaches, work: work{kind: promiseEnded, fen: match}})
		}
		return
	}
	s.pool.keep(match)
	s.funds.given += w.fen + match
	if home := s.home(w.camp); home != at {
		s.shards[at].collected[w.camp] += w.fen + match
	} else {
		s.funds.home += w.fen + match
	}
}

const (
	ahead  = 3.0                    // a slice asks when it would last for less than so many refills
	lasts  = 500 * time.Millisecond // and asks for what it needs in that time
	smooth = 0.2
	pause  = 500 * time.Millisecond // before it asks a home again that had no more
)

// needs smooths the demand on a slice and asks for more before it is used up.
func (s *sim) needs(at int, wanted int64) {
	sh := &s.shards[at]
	if past := s.now - sh.since; past > 0 {
		sh.demand += smooth * (float64(wanted)/past.Seconds() - sh.demand)
		sh.since = s.now
	}
	low := int64(sh.demand*sh.latency.Seconds()*ahead) + s.p.MostFen
	if sh.asked || s.now < sh.again || s.now >= s.p.Length || s.pool.slices[at] >= low {
		return
	}
	sh.asked = true
	s.refills++
	s.send(s.poolHome(), work{kind: refillAsked, at: s.now, fen: low + int64(sh.demand*lasts.Seconds()), from: at})
}

// answer grants what the pool's home can spare.
func (s *sim) answer(w work) {
	got := s.pool.grant(w.fen)
	if s.pool.home == 0 && s.dryAfter == 0 {
		s.dryAfter, s.stranded = s.now, s.pool.inSlices()+s.pool.underWay
	}
	s.send(w.from, work{kind: refillCame, at: w.at, fen: got})
}

func (s *sim) refilled(at int, w work) {
	sh := &s.shards[at]
	s.pool.arrive(at, w.fen)
	took := s.now - w.at
	s.refill = append(s.refill, took)
	sh.latency += time.Duration(smooth * float64(took-sh.latency))
	sh.asked = false
	if w.fen == 0 {
		sh.again = s.now + pause
	}
}

// carry sends the sums that a shard has collected to the homes of their funds, one message each.
func (s *sim) carry(at int) {
	sh := &s.shards[at]
	messages := make([]work, s.p.Shards)
	for _, c := range slices.Sorted(maps.Keys(sh.collected)) {
		m := &messages[s.home(c)]
		m.fen += sh.collected[c]
		m.n++
	}
	clear(sh.collected)
	for to, m := range messages {
		if m.n > 0 {
			s.reach(at, work{kind: sumSent, at: s.now, fen: m.fen, n: m.n, from: to})
		}
	}
	if s.now < s.p.Length || len(sh.queue)+len(sh.batch) > 0 {
		s.plan(event{at: s.now + s.p.Carry, shard: at, what: carry})
	}
}
