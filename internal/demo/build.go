package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/concern"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/payment"
	"manyhands/internal/payment/sandbox"
	"manyhands/internal/people"
	"manyhands/internal/people/account"
	"manyhands/internal/people/reach"
	"manyhands/internal/people/signin"
	"manyhands/internal/programme/apply"
	"manyhands/internal/safeguard"
)

// Parts are the services that the sample network is made through. They must work on a database whose
// clock is Clock.
type Parts struct {
	DB        *db.DB
	Clock     *clock.Sim
	Giving    *giving.Service
	Payments  *payment.Service
	People    *people.Service
	Apply     *apply.Service
	Reach     *reach.Service
	Children  *child.Service
	Consents  *consent.Service
	Concerns  *concern.Service
	Safeguard *safeguard.Service
	Account   *account.Service
	SignIn    *signin.Service
	Secret    []byte    // of the sandbox gateway
	Lang      i18n.Lang // the network's, in which its people have their names; "" is Chinese
}

// History is how far back the sample network goes.
const History = 3 * 365 * 24 * time.Hour

// Build fills an empty database. now is the moment at which the story arrives; the same seed and now
// give the same network.
func Build(ctx context.Context, p Parts, seed uint64, now time.Time) error {
	b := &builder{Parts: p, ctx: ctx, now: now.Truncate(time.Minute), rand: rand.New(rand.NewPCG(seed, 2020)),
		orgs: map[string]int64{}, programmes: map[string]int64{}, campaigns: map[string]*running{}}
	p.Clock.Set(b.now.Add(-History))
	for _, step := range []struct {
		name string
		run  func() error
	}{{"people", b.people}, {"organisations", b.organisations}, {"programmes", b.programmesAndChecks}, {"directory", b.directory}, {"funds", b.funds},
		{"story", b.story}, {"words", b.readWords}, {"needs", b.needs}, {"care team", b.careTeam}, {"children", b.childrenOfWorkers}, {"guardians", b.childrenOfGuardians}, {"safeguarding", b.safeguarding}, {"applications", b.applications},
		{"accounts", b.accounts}, {"today", b.today}} {
		if err := step.run(); err != nil {
			return fmt.Errorf("demo: %s: %w", step.name, err)
		}
	}
	p.Clock.Set(b.now)
	return nil
}

type builder struct {
	Parts
	ctx  context.Context
	now  time.Time
	rand *rand.Rand
	kept map[string]kept // children's records, by key

	staff      map[string]int64 // by role
	orgs       map[string]int64
	programmes map[string]int64
	fallback   int64
	campaigns  map[string]*running
	serial     int
}

// running is a campaign while its story is told.
type running struct {
	campaignItem
	giving.Campaign
	starts time.Time
}

func (b *builder) write(body func(tx *db.Tx) error) error { return b.DB.Write(b.ctx, body) }

// give makes a gift and has the gateway say, a little later, that it was paid.
func (b *builder) give(in giving.GiftInput) error {
	b.serial++
	return b.Parts.give(b.ctx, in, fmt.Sprintf("demo%08d", b.serial), func() time.Time {
		b.Clock.Advance(time.Duration(20+b.rand.IntN(40)) * time.Second)
		return b.Clock.Now()
	})
}

// give makes a gift and has the gateway say that it was paid at the moment that paid returns, as if
// the giver had confirmed it in the wallet. ref is the gateway's number for it.
func (p Parts) give(ctx context.Context, in giving.GiftInput, ref string, paid func() time.Time) error {
	g, err := p.Giving.Give(ctx, in)
	if err != nil {
		return err
	}
	var pay payment.Payment
	err = p.DB.Read(ctx, func(r *db.Reader) (err error) {
		pay, err = p.Payments.ByPurpose(ctx, r, g.ID)
		return err
	})
	if err != nil {
		return err
	}
	at := paid()
	header, body, err := sandbox.Sign(p.Secret, payment.Status{MerchantRef: pay.MerchantRef, ProviderRef: ref, Amount: in.Amount,
		State: payment.Captured, PaidAt: at}, at)
	if err != nil {
		return err
	}
	return p.Payments.Notice(ctx, sandbox.Name, header, body)
}

// size draws a gift in fen: most are small and round, few are large.
func size(r *rand.Rand, c campaignItem) int64 {
	switch n := r.IntN(100); {
	case n < 45:
		i := min(r.IntN(len(c.impacts)), r.IntN(len(c.impacts)), r.IntN(len(c.impacts)))
		return min(c.impacts[i].yuan, 400) * 100
	case n < 70:
		return []int64{1000, 2000, 5000}[r.IntN(3)]
	case n < 88:
		return []int64{10000, 20000}[r.IntN(2)]
	case n < 97:
		return (1 + r.Int64N(9)) * 10000
	default:
		return (10 + r.Int64N(40)) * 10000
	}
}

func (b *builder) gift(c *running) giving.GiftInput {
	b.serial++
	return draw(b.rand, c.campaignItem, c.ID, fmt.Sprintf("demo-%d", b.serial%700))
}

// draw makes up a gift of a giver who is told apart by device.
func draw(r *rand.Rand, c campaignItem, campaign int64, device string) giving.GiftInput {
	in := giving.GiftInput{Campaign: campaign, Amount: money.Yuan(size(r, c)), Method: sandbox.Name, Visibility: giving.Public,
		Name: nicknames[r.IntN(len(nicknames))], Lang: "zh", Device: device}
	switch n := r.IntN(10); {
	case n < 2:
		in.Visibility = giving.Organisation
	case n < 3:
		in.Visibility = giving.Sealed
	}
	if r.IntN(4) == 0 {
		in.Message = words[r.IntN(len(words))]
	}
	return in
}
