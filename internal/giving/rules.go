package giving

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math/bits"
	"slices"
)

// Used is how much of each cap is taken, by holds and by matches, before the gift in hand.
type Used struct {
	Giver, GiverDay, Campaign int64 // minor units
}

// The scopes in which a pool's caps are counted.
const (
	scopeGiver    = "giver"
	scopeGiverDay = "giver_day"
	scopeCampaign = "campaign"
)

func (u *Used) add(scope string, n int64) {
	switch scope {
	case scopeGiver:
		u.Giver += n
	case scopeGiverDay:
		u.GiverDay += n
	case scopeCampaign:
		u.Campaign += n
	}
}

// cap returns the limit of a scope, 0 for none.
func (t Terms) cap(scope string) int64 {
	switch scope {
	case scopeGiver:
		return t.CapGiverMinor
	case scopeGiverDay:
		return t.CapDayMinor
	case scopeCampaign:
		return t.CapCampaign
	}
	return 0
}

// MatchOf returns what a gift of d minor units is matched with under the first-come rule:
//
//	m = min(⌊r·d⌋, capGift, capGiver−used, capDay−used, capCampaign−used, left)
//
// where left is the pool's money that is neither held nor posted. It is 0 below the smallest gift.
// Source: docs/giving.md, rule A.
func (t Terms) MatchOf(d int64, u Used, left int64) int64 {
	m := min(t.Eligible(d, u), left)
	return max(m, 0)
}

// Eligible is MatchOf before the pool's own limit: what a gift could be matched with at most.
func (t Terms) Eligible(d int64, u Used) int64 {
	if d < t.MinGiftMinor {
		return 0
	}
	m := mulDiv(d, t.RatioPercent, 100)
	m = capped(m, t.CapGiftMinor, 0)
	m = capped(m, t.CapGiverMinor, u.Giver)
	m = capped(m, t.CapDayMinor, u.GiverDay)
	m = capped(m, t.CapCampaign, u.Campaign)
	return max(m, 0)
}

func capped(m, limit, used int64) int64 {
	if limit <= 0 {
		return m
	}
	return min(m, limit-used)
}

// mulDiv returns ⌊a·b/c⌋ for a, b ≥ 0 and c > 0 without overflowing on the way. The result must fit.
func mulDiv(a, b, c int64) int64 {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	q, _ := bits.Div64(hi, lo, uint64(c))
	return int64(q)
}

// Claim is one gift's part in a pool that is shared out at its close.
type Claim struct {
	Gift     int64
	Eligible int64 // what it could be matched with at most, caps applied
}

// Share is what a claim gets.
type Share struct {
	Gift, Eligible, Match int64
}

// ShareOut divides pool minor units over the claims in proportion, by largest remainder, so that
// the sum is exactly min(pool, Σ eligible). Equal remainders go to the smaller gift id: the result
// depends on nothing but its input. Source: docs/giving.md, rule E.
func ShareOut(pool int64, claims []Claim) []Share {
	out := make([]Share, len(claims))
	var total int64
	for i, c := range claims {
		out[i] = Share{Gift: c.Gift, Eligible: c.Eligible, Match: c.Eligible}
		total += c.Eligible
	}
	if pool <= 0 {
		for i := range out {
			out[i].Match = 0
		}
		return out
	}
	if total <= pool {
		return out
	}
	type rest struct {
		index     int
		remainder uint64
	}
	rests := make([]rest, len(claims))
	left := pool
	for i, c := range claims {
		hi, lo := bits.Mul64(uint64(c.Eligible), uint64(pool))
		q, r := bits.Div64(hi, lo, uint64(total))
		out[i].Match = int64(q)
		left -= int64(q)
		rests[i] = rest{i, r}
	}
	slices.SortFunc(rests, func(a, b rest) int {
		return cmp.Or(cmp.Compare(b.remainder, a.remainder), cmp.Compare(claims[a.index].Gift, claims[b.index].Gift))
	})
	for i := range left {
		out[rests[i].index].Match++
	}
	return out
}

// Part is the piece [start, end) of a whole of size whole.
type Part struct {
	Start, End int64
}

// Of returns the part's share of a quantity that the whole became: 14 of the 1,400 meals. Shares of
// parts that fill the whole add up to the quantity exactly.
func (p Part) Of(quantity, whole int64) int64 {
	if whole <= 0 {
		return 0
	}
	return mulDiv(p.End, quantity, whole) - mulDiv(p.Start, quantity, whole)
}

// Freeze returns the terms as canonical JSON (fixed order, no spaces) and its SHA-256 in hex: what a
// pool publishes when it opens, so that anyone can see that the rule did not change.
func (t Terms) Freeze() (text, hash string, err error) {
	slices.Sort(t.CampaignsSorted)
	if t.CampaignsSorted == nil {
		t.CampaignsSorted = []int64{}
	}
	b, err := json.Marshal(t)
	if err != nil {
		return "", "", err
	}
	return string(b), HashRule(string(b)), nil
}

// HashRule returns the SHA-256 of a rule text in hex.
func HashRule(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
