// Package national is a model of a giving day that no single database could take: gifts come to many
// shards, each a house with a database of its own, and a sponsor's pool is cut into slices, one on
// each shard, so that a match is promised without asking anybody else.
//
// A slice is escrow: money that has left the pool's home and is the shard's alone to promise. So what
// must be exact stays exact without distributed transactions: nothing is promised that is not there.
// What the model finds out is the price: queues, refills, and promises that a shard could not make
// while money lay in another's slice. It is deterministic by its seed. It touches no database and
// must not be mistaken for a measurement; its service times are.
package national

import (
	"time"
)

// Route says which shard takes a gift.
type Route string

// The routes.
const (
	// AtFund takes each gift on the shard on which its fund is at home. Funds are exact at every moment;
	// a campaign that many give to has one shard's strength.
	AtFund Route = "at the fund's home"
	// AtGiver takes each gift on its giver's shard, where caps per giver are exact, in an account that
	// collects for the fund, and carries the sums to the fund's home every so often.
	AtGiver Route = "at the giver's home"
)

// Params are what the model is played with.
type Params struct {
	Shards    int
	Route     Route
	Rate      float64       // gifts a second, all shards together
	Length    time.Duration // of the spike
	Campaigns int
	Zipf      float64 // exponent by which few campaigns are popular, above 1
	Seed      uint64

	// Service times of one shard.
	Commit time.Duration // of one durable commit, however much is in it
	Gift   time.Duration // of one complete gift beside that
	Entry  time.Duration // of one entry that is only carried from shard to shard
	Batch  int           // gifts that share a commit at most
	Net    time.Duration // from one shard to another

	Pool      int64         // fen
	MostFen   int64         // a gift is 1 to MostFen fen and is matched one to one
	Abandoned float64       // share of the gifts that are never paid; their match is held until Hold ends
	Hold      time.Duration // of a promise
	Carry     time.Duration // how often collected sums are carried to their fund's home
}

// Usual returns the model as it is played when nothing else is said: a national giving day on so many
// shards. The service times are to be filled in.
func Usual(shards int, rate float64) Params {
	return Params{Shards: shards, Route: AtGiver, Rate: rate, Length: 5 * time.Second, Campaigns: 2000, Zipf: 1.1, Seed: 2020,
		Batch: 1000, Net: time.Millisecond, MostFen: 5_000, Abandoned: 0.3, Hold: 15 * time.Minute, Carry: 5 * time.Second}
}

// Result is what came of it. Shares are of 1.
type Result struct {
	Gifts   int64 // taken
	Matched int64 // fen promised and kept, or still held

	Busiest, Mean float64       // use of the busiest shard and of all, during the spike
	P50, P99      time.Duration // from a gift's arrival to its durable answer
	Backlog       time.Duration // how long the slowest shard needed after the spike

	Refills    int64         // that a slice asked for
	RefillP99  time.Duration // from asking to having
	ShortGifts int64         // matched less than one pool would have matched them, because money lay elsewhere
	ShortFen   int64
	Stranded   int64         // fen in slices when the pool's home had no more
	DryAfter   time.Duration // when that was; 0: it did not run dry

	LateP99 time.Duration // until a sum was shown at its fund's home; 0 with AtFund
	HotHome int           // the shard on which the most popular campaign is at home
	HotUse  float64       // of that shard
}
