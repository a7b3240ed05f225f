package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"manyhands/internal/bench/national"
	"manyhands/internal/money"
)

const (
	nationalRate   = 100_000
	nationalShards = 40
	poolCovers     = 4 // a national pool is a quarter of what gifts of the largest size would need: half of what they do
	comfortable    = 0.7
)

// national plays a giving day that no single database could take, with the service times of this
// machine, and says where it breaks.
func (b *bench) national(ctx context.Context) error {
	if b.o.Rate <= 0 {
		b.o.Rate = nationalRate
	}
	if b.o.Shards <= 0 {
		b.o.Shards = nationalShards
	}
	if err := b.serviceTimes(ctx); err != nil {
		return err
	}
	each := func(name string) time.Duration {
		f, _ := b.report.figure(name)
		return time.Duration(float64(time.Second) / f.Value)
	}
	p := national.Usual(b.o.Shards, float64(b.o.Rate))
	p.Length, p.Commit, p.Gift, p.Entry = b.length, each(limitSync), each(oneShard), each(limitCarry)
	p.Pool = int64(p.Rate*p.Length.Seconds()) * p.MostFen / poolCovers
	for _, route := range []national.Route{national.AtGiver, national.AtFund} {
		p.Route = route
		b.say("playing %d gifts a second on %d shards, taken %s ...", b.o.Rate, b.o.Shards, route)
		if err := b.play(p); err != nil {
			return err
		}
	}
	b.report.note("Shards of this machine's strength for %s gifts a second at seven tenths of their use: %.0f.",
		number(p.Rate), math.Ceil(p.Rate*p.Gift.Seconds()/comfortable))
	b.report.note("Exact at every moment: what a slice promises, each gift and its match, caps per giver (taken at the giver's home), the sum of home, slices, what is under way, promised and matched. " +
		"Shown eventually: a fund's total and a campaign's figures, by the time that sums are carried; what is left of the pool, by the refills.")
	return nil
}

const (
	oneShard   = "limit: complete gifts a second on one shard"
	limitCarry = "limit: entries posted a second, 1,000 a write"
)

// serviceTimes notes what one shard can do: as an earlier run found it, else as it is found now.
func (b *bench) serviceTimes(ctx context.Context) error {
	if b.before != nil {
		gift, a := b.before.any(oneShard, byAPIBig)
		sync, c := b.before.any(limitSync)
		if a && c {
			carried, ok := b.before.any(limitCarry)
			if !ok { // a run of the suite gifts knows none: an entry is a small part of a gift
				carried.Value = gift.Value * entriesPerGift
			}
			b.noteTimes(sync.Value, gift.Value, carried.Value)
			b.report.note("Service times are those of the earlier run (%s, %d cores).", b.before.Machine.Engine, b.before.Machine.Cores)
			return nil
		}
	}
	return b.measureTimes(ctx)
}

// entriesPerGift is how many entries a shard carries in the time of one complete gift, where that was
// not measured.
const entriesPerGift = 10

func (b *bench) noteTimes(sync, gift, entry float64) {
	b.report.add(Figure{Name: limitSync, Unit: "1/s", Value: sync}, "")
	b.report.add(Figure{Name: oneShard, Unit: "1/s", Value: gift}, "")
	b.report.add(Figure{Name: limitCarry, Unit: "1/s", Value: entry}, "")
}

func (b *bench) measureTimes(ctx context.Context) (err error) {
	if err := b.migrate(ctx); err != nil {
		return err
	}
	h, err := b.openHouse(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	n, err := newNetwork(ctx, h.Services)
	if err != nil {
		return err
	}
	s, err := n.newStage(ctx, h.Services, money.MaxMinor, 0)
	if err != nil {
		return err
	}
	k, err := newBook(ctx, h.DB, b.rand)
	if err != nil {
		return err
	}
	syncs, synced, err := b.syncing()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, synced()) }()
	g := newGivers(h.Services, h.base, s, crowd, false)
	defer g.server.Close()
	post := func(ctx context.Context, w int) (int, error) {
		n, err := k.post(ctx, w)
		return 2 * n, err
	}
	return b.measure(ctx, syncs, task{name: oneShard, workers: crowd, do: g.complete}, task{name: limitCarry, workers: 1, do: post})
}

// play plays one route at the rate that was asked for, and finds the rate at which it breaks.
func (b *bench) play(p national.Params) error {
	r, err := national.Run(p)
	if err != nil {
		return err
	}
	most, why, err := national.Limit(p)
	if err != nil {
		return err
	}
	route := "taken " + string(p.Route) + ": "
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	share := func(part, whole int64) float64 { return 100 * float64(part) / float64(max(1, whole)) }
	b.report.add(Figure{Name: route + "gifts a second until it breaks", Unit: "1/s", Value: most}, oneShard)
	b.report.add(Figure{Name: route + "a gift's durable answer", Unit: "ms", Value: ms(r.P50), P50: ms(r.P50), P99: ms(r.P99), N: int(r.Gifts)}, "")
	b.report.add(Figure{Name: route + "refill of a slice, 99 of 100", Unit: "ms", Value: ms(r.RefillP99), N: int(r.Refills)}, "")
	b.report.add(Figure{Name: route + "use of the busiest shard", Unit: "%", Value: 100 * r.Busiest}, "")
	b.report.add(Figure{Name: route + "use of all shards", Unit: "%", Value: 100 * r.Mean}, "")
	b.report.add(Figure{Name: route + "gifts matched less because money lay in another slice", Unit: "%", Value: share(r.ShortGifts, r.Gifts), N: int(r.ShortGifts)}, "")
	b.report.add(Figure{Name: route + "of the pool in slices when its home ran dry", Unit: "%", Value: share(r.Stranded, p.Pool)}, "")
	if r.LateP99 > 0 {
		b.report.add(Figure{Name: route + "until a fund's total shows a gift, 99 of 100", Unit: "ms", Value: ms(p.Carry + r.LateP99)}, "")
	}
	word := "keeps up"
	if r.Backlog > p.Length/20 {
		word = fmt.Sprintf("does not keep up (%.1f s behind at the end of %s)", r.Backlog.Seconds(), p.Length)
	}
	b.report.note("Gifts %s, %s a second on %d shards: it %s. %s refills a second; the home of the most popular campaign is used to %.0f%%. It breaks above %s a second: %s.",
		route[:len(route)-2], number(p.Rate), p.Shards, word, number(float64(r.Refills)/p.Length.Seconds()), 100*r.HotUse, number(most), why)
	return nil
}
