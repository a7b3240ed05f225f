package national

import "time"

// Why a rate is too much.
const (
	HotCampaign = "the home of the most popular campaign is full while others have room"
	AllShards   = "all shards are full alike"
)

const (
	tooLong  = 100 * time.Millisecond // for one gift in a hundred
	halvings = 9
	looksFor = time.Second // of each trial
)

// holds reports whether the shards kept up with a spike of that length.
func (r Result) holds(length time.Duration) bool { return r.P99 < tooLong && r.Backlog < length/20 }

// Limit returns the largest rate, of all shards together, at which 99 of 100 gifts are answered within
// a tenth of a second, and what is full beyond it. The pool grows with the rate.
func Limit(p Params) (rate float64, why string, err error) {
	perGift := float64(p.Pool) / p.Rate
	p.Length = min(p.Length, looksFor)
	low, high := 0.0, 1.5*float64(p.Shards)/p.Gift.Seconds()
	for range halvings {
		p.Rate = (low + high) / 2
		p.Pool = int64(perGift * p.Rate)
		r, err := Run(p)
		switch {
		case err != nil:
			return 0, "", err
		case r.holds(p.Length):
			low = p.Rate
		default:
			high, why = p.Rate, AllShards
			if r.Mean < r.Busiest*0.9 {
				why = HotCampaign
			}
		}
	}
	return low, why, nil
}
