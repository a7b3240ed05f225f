package national

import (
	"errors"
	"reflect"
	"testing"
	"time"
)

func usual(shards int, rate float64) Params {
	p := Usual(shards, rate)
	p.Length = time.Second
	p.Commit, p.Gift, p.Entry = 200*time.Microsecond, 250*time.Microsecond, 10*time.Microsecond
	p.Pool = int64(rate*p.Length.Seconds()) * p.MostFen / 4 // for half of the gifts
	return p
}

// TestNothingIsMadeOrLost looks at the slices after each step of many small days.
func TestNothingIsMadeOrLost(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		p := usual(1+int(seed%7), 400)
		p.Seed, p.Hold, p.Carry = seed, 100*time.Millisecond, 200*time.Millisecond
		if seed%2 == 0 {
			p.Route = AtFund
		}
		s := newSim(p)
		for n := 0; s.step(); n++ {
			if !s.pool.exact() {
				t.Fatalf("seed %d, step %d: %+v", seed, n, s.pool)
			}
			if s.funds.home > s.funds.given {
				t.Fatalf("seed %d, step %d: more came home than was given", seed, n)
			}
		}
		if s.funds.home != s.funds.given || s.pool.underWay != 0 {
			t.Errorf("seed %d: %+v given, %d under way at the end", seed, s.funds, s.pool.underWay)
		}
		s.pool.close()
		if !s.pool.exact() || s.pool.inSlices() != 0 {
			t.Errorf("seed %d: closed: %+v", seed, s.pool)
		}
	}
}

func TestASlicePromisesOnlyWhatItHas(t *testing.T) {
	t.Parallel()
	e := newEscrow(1_000_003, 4)
	if !e.exact() {
		t.Fatalf("%+v", e)
	}
	had := e.slices[2]
	if got := e.promise(2, had+5); got != had || e.elsewhere(2) != 1_000_003-had {
		t.Errorf("promised %d of %d; elsewhere %d", got, had, e.elsewhere(2))
	}
	if got := e.promise(2, 1); got != 0 {
		t.Errorf("an empty slice promised %d", got)
	}
	home := e.home
	if got := e.grant(1 << 40); got > home/8+1 || e.home+got != home {
		t.Errorf("granted %d of %d at once", got, home)
	}
	e.slices[0]++
	if e.exact() {
		t.Error("a fen out of nowhere is not noticed")
	}
}

func TestTheSameSeedIsTheSameDay(t *testing.T) {
	t.Parallel()
	play := func(seed uint64) Result {
		p := usual(5, 5000)
		p.Seed = seed
		r, err := Run(p)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if a, b := play(1), play(1); !reflect.DeepEqual(a, b) {
		t.Errorf("%+v\n%+v", a, b)
	}
	if a, b := play(1), play(2); reflect.DeepEqual(a, b) {
		t.Error("another seed is the same day")
	}
}

func TestAPoolThatIsLargeEnoughIsNeverShort(t *testing.T) {
	t.Parallel()
	p := usual(8, 10_000)
	p.Pool *= 1000
	r, err := Run(p)
	if err != nil || r.ShortGifts != 0 || r.DryAfter != 0 || r.Gifts < 9_000 {
		t.Errorf("%+v, %v", r, err)
	}
	p.Pool = 0
	if r, err = Run(p); err != nil || r.Matched != 0 || r.ShortGifts != 0 {
		t.Errorf("an empty pool: %+v, %v", r, err)
	}
}

func TestMoneyLiesElsewhereWhenThePoolRunsDry(t *testing.T) {
	t.Parallel()
	r, err := Run(usual(20, 40_000))
	if err != nil || r.DryAfter == 0 || r.Stranded == 0 || r.ShortGifts == 0 || r.Refills == 0 {
		t.Errorf("%+v, %v", r, err)
	}
	if one, err := Run(usual(1, 2_000)); err != nil || one.ShortGifts != 0 && one.ShortFen > one.Stranded {
		t.Errorf("one shard: %+v, %v", one, err)
	}
}

// TestWhereItBreaks: with gifts at their fund's home the most popular campaign sets the limit however
// many shards there are; with gifts at their giver's, more shards take more.
func TestWhereItBreaks(t *testing.T) {
	t.Parallel()
	limit := func(shards int, route Route) (float64, string) {
		p := usual(shards, 1000)
		p.Route = route
		rate, why, err := Limit(p)
		if err != nil {
			t.Fatal(err)
		}
		return rate, why
	}
	few, _ := limit(4, AtFund)
	many, why := limit(16, AtFund)
	if why != HotCampaign || many > 2*few {
		t.Errorf("at the fund's home: %.0f on 4 shards, %.0f on 16: %s", few, many, why)
	}
	few, _ = limit(4, AtGiver)
	many, why = limit(16, AtGiver)
	if why != AllShards || many < 3*few {
		t.Errorf("at the giver's home: %.0f on 4 shards, %.0f on 16: %s", few, many, why)
	}
}

func TestNonsenseIsNotPlayed(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*Params){"shards": func(p *Params) { p.Shards = 0 }, "rate": func(p *Params) { p.Rate = 0 },
		"gift": func(p *Params) { p.Gift = 0 }, "zipf": func(p *Params) { p.Zipf = 1 }, "length": func(p *Params) { p.Length = 0 }} {
		p := usual(2, 100)
		spoil(&p)
		if _, err := Run(p); !errors.Is(err, ErrParams) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
