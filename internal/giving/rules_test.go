package giving

import (
	"math/rand/v2"
	"testing"
)

func TestMatchOf(t *testing.T) {
	t.Parallel()
	base := Terms{Rule: FirstCome, RatioPercent: 100}
	for name, c := range map[string]struct {
		terms Terms
		d     int64
		used  Used
		left  int64
		want  int64
	}{
		"one to one":                  {base, 3500, Used{}, 1 << 40, 3500},
		"half, rounded down":          {Terms{RatioPercent: 50}, 3501, Used{}, 1 << 40, 1750},
		"double":                      {Terms{RatioPercent: 200}, 3500, Used{}, 1 << 40, 7000},
		"pool nearly dry":             {base, 3500, Used{}, 1200, 1200},
		"pool dry":                    {base, 3500, Used{}, 0, 0},
		"below the smallest gift":     {Terms{RatioPercent: 100, MinGiftMinor: 1000}, 999, Used{}, 1 << 40, 0},
		"cap per gift":                {Terms{RatioPercent: 100, CapGiftMinor: 2000}, 3500, Used{}, 1 << 40, 2000},
		"cap per giver, partly used":  {Terms{RatioPercent: 100, CapGiverMinor: 20000}, 3500, Used{Giver: 18000}, 1 << 40, 2000},
		"cap per giver, over-used":    {Terms{RatioPercent: 100, CapGiverMinor: 20000}, 3500, Used{Giver: 21000}, 1 << 40, 0},
		"cap per day":                 {Terms{RatioPercent: 100, CapDayMinor: 5000}, 3500, Used{GiverDay: 4900}, 1 << 40, 100},
		"cap per campaign":            {Terms{RatioPercent: 100, CapCampaign: 5000}, 3500, Used{Campaign: 4999}, 1 << 40, 1},
		"the largest gift, ten times": {Terms{RatioPercent: 1000}, 100_000_000_000, Used{}, 1 << 62, 1_000_000_000_000},
	} {
		if got := c.terms.MatchOf(c.d, c.used, c.left); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// Whatever comes in, the shares add up to min(pool, Σ eligible), none exceeds its claim, and the
// order of the claims does not matter.
func TestShareOut(t *testing.T) {
	t.Parallel()
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 1))
		claims := make([]Claim, r.IntN(40))
		var total int64
		for i := range claims {
			claims[i] = Claim{Gift: int64(i + 1), Eligible: r.Int64N(1 << r.IntN(36))}
			total += claims[i].Eligible
		}
		pool := r.Int64N(total + 10)
		shares := ShareOut(pool, claims)
		var sum int64
		byGift := map[int64]int64{}
		for _, s := range shares {
			if s.Match < 0 || s.Match > s.Eligible {
				t.Fatalf("seed %d: a share of %d for a claim of %d", seed, s.Match, s.Eligible)
			}
			sum += s.Match
			byGift[s.Gift] = s.Match
		}
		if sum != min(pool, total) {
			t.Fatalf("seed %d: shares add up to %d, want %d", seed, sum, min(pool, total))
		}
		r.Shuffle(len(claims), func(i, j int) { claims[i], claims[j] = claims[j], claims[i] })
		for _, s := range ShareOut(pool, claims) {
			if byGift[s.Gift] != s.Match {
				t.Fatalf("seed %d: gift %d gets %d or %d, by order", seed, s.Gift, byGift[s.Gift], s.Match)
			}
		}
	}
}

func TestPartsOfAnOutcomeAddUp(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 7))
	for range 300 {
		whole, quantity := 1+r.Int64N(1_000_000), r.Int64N(5_000)
		var at, sum int64
		for at < whole {
			end := min(whole, at+1+r.Int64N(whole))
			sum += Part{at, end}.Of(quantity, whole)
			at = end
		}
		if sum != quantity {
			t.Fatalf("parts of %d over %d add up to %d", quantity, whole, sum)
		}
	}
}

func TestFreezeIsCanonical(t *testing.T) {
	t.Parallel()
	a, b := Terms{Rule: FirstCome, RatioPercent: 100, CampaignsSorted: []int64{3, 1, 2}}, Terms{Rule: FirstCome, RatioPercent: 100, CampaignsSorted: []int64{1, 2, 3}}
	ta, ha, _ := a.Freeze()
	tb, hb, _ := b.Freeze()
	if ta != tb || ha != hb || HashRule(ta) != ha {
		t.Fatalf("%s %s", ta, tb)
	}
	b.RatioPercent++
	if _, h, _ := b.Freeze(); h == ha {
		t.Fatal("another rule has the same hash")
	}
}
