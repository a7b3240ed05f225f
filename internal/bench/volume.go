package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"manyhands/internal/app"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
)

// volume is a house's database with many gifts in its book, each with its match, and what in it can be
// asked for. Payouts and outcomes lie between the gifts, so that trails are long and real.
type volume struct {
	Entries int64    `json:"entries"` // at least
	Slugs   []string `json:"slugs"`   // of campaigns, the most popular first
	Funds   []string `json:"funds"`   // slugs of their funds
	Pool    string   `json:"pool"`    // slug
	Tokens  []string `json:"tokens"`  // of gifts, evenly over the book
}

const (
	layers     = 40 // of gifts, each followed by payouts
	mostTokens = 20_000
	members    = 100_000 // givers
	volumeFile = "book.json"
)

// filled returns the volume of this run: the one that was kept, if it is large enough, or a new one.
func (b *bench) filled(ctx context.Context) (v volume, err error) {
	name := filepath.Join(b.place.kept, volumeFile)
	if b.place.kept != "" {
		text, err := os.ReadFile(name)
		switch {
		case err == nil:
			if err := json.Unmarshal(text, &v); err != nil {
				return v, fmt.Errorf("read %s: %w", name, err)
			}
			if v.Entries < int64(b.o.Size) {
				return v, fmt.Errorf("the book in %s has %d entries: choose another folder for more", b.place.kept, v.Entries)
			}
			b.report.note("A book of %s entries that an earlier run made and proved.", number(float64(v.Entries)))
			return v, nil
		case !errors.Is(err, os.ErrNotExist):
			return v, fmt.Errorf("read the kept book: %w", err)
		}
	}
	if v, err = b.makeVolume(ctx); err != nil || b.place.kept == "" {
		return v, err
	}
	text, err := json.Marshal(v)
	if err == nil {
		err = os.WriteFile(name, text, 0o600)
	}
	return v, err
}

// makeVolume fills a database through the same service that partners' gifts come in by, without
// waiting for the disk.
func (b *bench) makeVolume(ctx context.Context) (v volume, err error) {
	if err := b.migrate(ctx); err != nil {
		return v, err
	}
	svc, done, err := b.services(ctx, db.Options{Unsafe: true})
	if err != nil {
		return v, err
	}
	defer func() { err = errors.Join(err, done()) }()
	n, err := newNetwork(ctx, svc)
	if err != nil {
		return v, err
	}
	s, err := n.newStage(ctx, svc, money.MaxMinor, 0)
	if err != nil {
		return v, err
	}
	p := &pile{svc: svc, network: n, stage: s, name: clock.FormatID(svc.DB.NewID())}
	if err := p.open(ctx); err != nil {
		return v, err
	}
	if err := p.fill(ctx, int64(b.o.Size), b.say); err != nil {
		return v, err
	}
	v = volume{Entries: 2 * p.made.Load(), Slugs: s.slugs, Pool: p.pool, Tokens: p.tokens}
	for _, f := range p.funds {
		v.Funds = append(v.Funds, f.Slug)
	}
	b.say("checking the books ...")
	began := time.Now()
	if err := prove(ctx, svc); err != nil {
		return v, err
	}
	took := time.Since(began).Seconds()
	b.report.add(Figure{Name: "ledger, gifts and payments checked", Unit: "s", Value: took, N: 1}, "")
	b.report.note("Ledger, gifts and payments were checked at %s entries and more in %.1f s: all holds.", number(float64(v.Entries)), took)
	return v, nil
}

// pile lays the book's gifts down, layer upon layer.
type pile struct {
	svc       *app.Services
	network   network
	stage     stage
	name      string // begins the gifts' keys
	campaigns []int64
	funds     []giving.Fund
	pool      string // slug
	made      atomic.Int64
	every     int64 // of so many gifts one token is kept

	mu     sync.Mutex
	tokens []string
}

// open reads the stage's campaigns and funds, and fills its pool so that every gift is matched.
func (p *pile) open(ctx context.Context) error {
	err := p.svc.DB.Write(ctx, func(tx *db.Tx) error {
		p.campaigns, p.funds = nil, nil
		pool, err := giving.PoolByID(ctx, tx, p.stage.pool)
		if err != nil {
			return err
		}
		p.pool = pool.Slug
		for range poolTimes {
			if err := giving.FundPool(ctx, tx, pool, money.Yuan(money.MaxMinor), tx.NewID(), p.network.maker); err != nil {
				return err
			}
		}
		for _, slug := range p.stage.slugs {
			c, err := giving.CampaignBySlug(ctx, tx, slug)
			if err != nil {
				return err
			}
			f, err := giving.FundByID(ctx, tx, c.Fund)
			if err != nil {
				return err
			}
			p.campaigns, p.funds = append(p.campaigns, c.ID), append(p.funds, f)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("open the book: %w", err)
	}
	return nil
}

func (p *pile) fill(ctx context.Context, entries int64, say func(string, ...any)) error {
	p.every = max(1, entries/2/mostTokens)
	began := time.Now()
	for layer := range int64(layers) {
		if err := p.layer(ctx, layer, entries*(layer+1)/layers/2); err != nil {
			return fmt.Errorf("fill the book: %w", err)
		}
		for i, f := range p.funds {
			if err := p.network.payOut(ctx, p.svc, f, strconv.FormatInt(layer, 10)+"-"+strconv.Itoa(i)); err != nil {
				return fmt.Errorf("pay out: %w", err)
			}
		}
		say("filling the book: %d of %d entries, %.1f s", 2*p.made.Load(), entries, time.Since(began).Seconds())
	}
	return nil
}

// layer records gifts until there are so many, by several partners at once.
func (p *pile) layer(ctx context.Context, layer, gifts int64) error {
	errs := make([]error, partners)
	var wg sync.WaitGroup
	for w := range partners {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(seed+uint64(layer), uint64(w)))
			popular := rand.NewZipf(r, zipf, 1, campaigns-1)
			for p.made.Load() < gifts && errs[w] == nil {
				errs[w] = p.record(ctx, r, popular)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (p *pile) record(ctx context.Context, r *rand.Rand, popular *rand.Zipf) error {
	gifts := make([]giving.PaidInput, giving.MaxRecord)
	last := p.made.Add(int64(len(gifts)))
	for i := range gifts {
		gifts[i] = giving.PaidInput{PaidAt: p.svc.DB.Now(), GiftInput: giving.GiftInput{Campaign: p.campaigns[popular.Uint64()],
			Amount: money.Yuan(1 + r.Int64N(giftFen)), Visibility: giving.Public, Lang: "zh", FormKey: p.name + "-" + strconv.FormatInt(last-int64(i), 10),
			Device: strconv.Itoa(r.IntN(members))}}
	}
	all, err := p.svc.Giving.Record(ctx, giving.Partner{May: func(int64) bool { return true }}, gifts...)
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, x := range all {
		err = errors.Join(err, x.Err)
		if (last-int64(i))%p.every == 0 {
			p.tokens = append(p.tokens, x.Gift.Token)
		}
	}
	return err
}

// payOut pays three fifths of what a fund has against an invoice, and tells what it became.
func (n network) payOut(ctx context.Context, svc *app.Services, f giving.Fund, number string) error {
	return svc.DB.Write(ctx, func(tx *db.Tx) error {
		line, err := giving.Book(ctx, tx, f)
		if err != nil {
			return err
		}
		amount := money.Yuan(min(line.Free*3/5, money.MaxMinor))
		if amount.Minor == 0 {
			return nil
		}
		in, err := svc.Giving.RecordInvoice(ctx, tx, giving.InvoiceInput{Organisation: n.charity, Number: number, IssuedAt: tx.Now(), Amount: amount, About: text("meals")}, n.maker)
		if err != nil {
			return err
		}
		p, err := svc.Giving.RequestPayout(ctx, tx, f.ID, in.ID, amount, n.maker)
		if err != nil {
			return err
		}
		if _, err := svc.Giving.DecidePayout(ctx, tx, p.ID, true, "", n.checker); err != nil {
			return err
		}
		if _, err := svc.Giving.PayPayout(ctx, tx, p.ID, "bank "+number, tx.Now(), n.checker); err != nil {
			return err
		}
		return svc.Giving.RecordOutcome(ctx, tx, tx.NewID(), giving.OutcomeInput{Payout: p.ID, Quantity: money.Amount{Minor: 1 + amount.Minor/800, Unit: money.Meal},
			Label: i18n.Text{ZH: "热饭", EN: "hot meals"}, HappenedAt: tx.Now()}, n.maker)
	})
}
