package national

import (
	"container/heap"
	"errors"
	"math/rand/v2"
	"slices"
	"time"
)

// ErrParams says that the model cannot be played with these numbers.
var ErrParams = errors.New("national: shards, rate, length, campaigns, batch and service times must be above nought, and zipf above 1")

// ErrInexact says that the model made or lost money: it is wrong itself.
var ErrInexact = errors.New("national: the slices do not add up to the pool")

func (p Params) valid() bool {
	return p.Shards > 0 && p.Rate > 0 && p.Length > 0 && p.Campaigns > 0 && p.Batch > 0 && p.Commit > 0 && p.Gift > 0 && p.Entry > 0 && p.Zipf > 1 && p.MostFen > 0 && p.Carry > 0
}

// Run plays the model to its end: until the spike is over, all queues are empty and every collected
// sum is at home. The same parameters give the same result.
func Run(p Params) (Result, error) {
	if !p.valid() {
		return Result{}, ErrParams
	}
	s := newSim(p)
	for s.step() {
	}
	if !s.pool.exact() || s.funds.given != s.funds.home {
		return Result{}, ErrInexact
	}
	return s.result(), nil
}

// step lets the next thing happen; false when nothing will.
func (s *sim) step() bool {
	if s.next < s.p.Length && (len(s.agenda) == 0 || s.next <= s.agenda[0].at) {
		s.now = s.next
		s.arrive()
		s.next += s.gap()
		return true
	}
	if len(s.agenda) == 0 {
		return false
	}
	e := heap.Pop(&s.agenda).(event)
	s.now = e.at
	s.happen(e)
	return true
}

// sim is the model being played.
type sim struct {
	p      Params
	now    time.Duration
	next   time.Duration // arrival
	agenda agenda
	order  int64
	rand   *rand.Rand
	choose *rand.Zipf
	shards []shard
	pool   *escrow
	funds  struct{ given, home int64 } // fen of gifts and matches: given anywhere, and arrived at their funds
	waits  []time.Duration
	late   []time.Duration
	refill []time.Duration
	counts
}

// counts is the part of the result that is counted along the way.
type counts struct {
	gifts, refills, shortGifts, shortFen, stranded int64
	dryAfter                                       time.Duration
}

func newSim(p Params) *sim {
	r := rand.New(rand.NewPCG(p.Seed, uint64(p.Shards)))
	s := &sim{p: p, rand: r, choose: rand.NewZipf(r, p.Zipf, 1, uint64(p.Campaigns-1)), shards: make([]shard, p.Shards), pool: newEscrow(p.Pool, p.Shards)}
	for i := range s.shards {
		s.shards[i] = shard{collected: map[int]int64{}, latency: 4 * (p.Net + p.Commit)}
		if p.Route == AtGiver { // not all at the same moment
			s.plan(event{at: p.Carry * time.Duration(i+1) / time.Duration(p.Shards), shard: i, what: carry})
		}
	}
	s.next = s.gap()
	return s
}

func (s *sim) gap() time.Duration {
	return time.Duration(s.rand.ExpFloat64() / s.p.Rate * float64(time.Second))
}

// home is the shard on which a campaign's fund is at home.
func (s *sim) home(campaign int) int { return campaign % s.p.Shards }

// poolHome is the shard on which the pool is at home: away from the funds that most gifts go to.
func (s *sim) poolHome() int { return s.p.Shards - 1 }

// arrive brings a gift to its shard.
func (s *sim) arrive() {
	campaign := int(s.choose.Uint64())
	to := s.home(campaign)
	if s.p.Route == AtGiver {
		to = s.rand.IntN(s.p.Shards)
	}
	s.reach(to, work{kind: giftCame, at: s.now, fen: 1 + s.rand.Int64N(s.p.MostFen), camp: campaign})
}

func (s *sim) happen(e event) {
	switch e.what {
	case reaches:
		s.reach(e.shard, e.work)
	case durable:
		s.durable(e.shard)
	case carry:
		s.carry(e.shard)
	}
}

// send lets work reach another shard after its way.
func (s *sim) send(to int, w work) {
	s.plan(event{at: s.now + s.p.Net, shard: to, what: reaches, work: w})
}

func (s *sim) result() Result {
	r := Result{Gifts: s.gifts, Matched: s.pool.matched + s.pool.held, Refills: s.refills, ShortGifts: s.shortGifts, ShortFen: s.shortFen,
		Stranded: s.stranded, DryAfter: s.dryAfter, HotHome: s.home(0)}
	for i := range s.shards {
		use := float64(s.shards[i].busyFor) / float64(s.p.Length)
		r.Mean += use / float64(s.p.Shards)
		r.Busiest = max(r.Busiest, use)
		r.Backlog = max(r.Backlog, s.shards[i].emptyAt-s.p.Length)
	}
	r.HotUse = float64(s.shards[r.HotHome].busyFor) / float64(s.p.Length)
	r.P50, r.P99 = rank(s.waits, 50), rank(s.waits, 99)
	r.RefillP99, r.LateP99 = rank(s.refill, 99), rank(s.late, 99)
	s.pool.close()
	return r
}

func rank(all []time.Duration, p int) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[(len(all)*p+99)/100-1]
}
