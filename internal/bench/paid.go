package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync/atomic"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/app"
	"manyhands/internal/bench/load"
	"manyhands/internal/clock"
	"manyhands/internal/db"
)

const (
	hundred   = 100 // gifts that a till or a partner hands in at once
	partners  = 16  // who do so at the same time
	keyLife   = 24 * time.Hour
	byOne     = "paid gifts, 1 a request, 256 clients"
	byHundred = "paid gifts, 100 a request, 16 clients"
	idlePaid  = "one paid gift on an idle system"
)

// paid are gifts whose money has moved already, handed in by programs with a key.
type paid struct {
	name    string // begins the gifts' keys
	server  *load.Server
	bearer  string
	stage   stage
	each    int // gifts a request
	made    atomic.Int64
	chance  []*rand.Rand // per client
	popular []*rand.Zipf
}

// newPaid makes a key for clients of the server at base, whose database svc has open; they hand in so
// many gifts each time.
func newPaid(ctx context.Context, svc *app.Services, base string, s stage, clients, each int) (*paid, error) {
	p := &paid{name: clock.FormatID(svc.DB.NewID()), server: load.New(base, secret, clients), stage: s, each: each}
	for c := range clients {
		r := rand.New(rand.NewPCG(seed, uint64(c)))
		p.chance, p.popular = append(p.chance, r), append(p.popular, rand.NewZipf(r, zipf, 1, campaigns-1))
	}
	err := svc.DB.Write(ctx, func(tx *db.Tx) (err error) {
		p.bearer, _, err = access.NewKey(ctx, tx, access.KeyInput{Name: p.name, Organisation: access.Network,
			Permissions: []access.Permission{access.GiftRecord}, Expires: tx.Now().Add(keyLife)})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	return p, nil
}

// record hands one request in.
func (p *paid) record(ctx context.Context, client int) (int, error) {
	gifts := make([]load.Paid, p.each)
	last := p.made.Add(int64(p.each))
	for i := range gifts {
		n := int(last) - i
		gifts[i] = load.Paid{At: time.Now(), Gift: load.Gift{Campaign: p.stage.slugs[p.popular[client].Uint64()], Minor: 1 + p.chance[client].Int64N(mostFen),
			Key: p.name + "-" + strconv.Itoa(n), From: load.Address(n)}}
	}
	all, err := p.server.Record(ctx, p.bearer, gifts)
	if err != nil {
		return 0, err
	}
	for i, r := range all {
		if r.Fault != "" {
			return 0, fmt.Errorf("a paid gift was refused: %s", r.Fault)
		}
		if r.Matched != gifts[i].Minor {
			return 0, fmt.Errorf("a paid gift of %d fen was matched with %d while the pool had enough", gifts[i].Minor, r.Matched)
		}
	}
	return p.each, nil
}
