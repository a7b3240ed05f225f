package crash

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"sync"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/giving"
	"manyhands/internal/money"
	"manyhands/internal/payment"
)

// payout is an invoice with its payout, and what was answered about them.
type payout struct {
	number string // of the invoice
	day    string // of everything
	minor  int64
	refuse bool // the second person says no
	fund   int64

	invoice, id int64              // answered
	decided     bool               // perhaps: it was sent
	state       giving.PayoutState // as answered
}

func (p *payout) settled() bool {
	return p.state == giving.PayoutPaid || p.state == giving.PayoutRefused
}

// refund is a gift, or a part of one, that goes back.
type refund struct {
	act    *act
	minor  int64
	refuse bool

	asked bool  // answered: somebody has asked for it
	id    int64 // answered
	state payment.RefundState
	moot  bool // answered: the money has been paid out
}

func (r *refund) settled() bool { return r.moot || r.state != "" }

// office is two people of the staff, who may not approve what they asked for themselves.
type office struct {
	id             int
	payee          int64
	funds          []int64
	maker, checker *client
	rand           *rand.Rand
	payouts        []*payout
	refunds        []*refund

	mu    sync.Mutex
	queue []*act // gifts that can be given back
}

// take hears of a gift that the gateway can give back.
func (o *office) take(a *act) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.queue = append(o.queue, a)
}

func (o *office) next() *act {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.queue) == 0 {
		return nil
	}
	a := o.queue[0]
	o.queue = o.queue[1:]
	return a
}

// turn does one thing: a payout or a refund from where it stands, or a new one.
func (o *office) turn(ctx context.Context) error {
	n := o.rand.IntN(10)
	payouts, refunds := o.payouts, o.refunds
	if n%2 == 0 { // what was left over; else anything, and what was answered before must change nothing
		payouts, refunds = slices.DeleteFunc(slices.Clone(payouts), (*payout).settled), slices.DeleteFunc(slices.Clone(refunds), (*refund).settled)
	}
	switch {
	case n < 3 && len(payouts) > 0:
		return o.pay(ctx, recent(o.rand, payouts))
	case n < 5 && len(refunds) > 0:
		return o.giveBack(ctx, recent(o.rand, refunds))
	case n < 7:
		if a := o.next(); a != nil {
			r := &refund{act: a, minor: 1 + o.rand.Int64N(a.gift.Minor), refuse: o.rand.IntN(4) == 0}
			o.refunds = append(o.refunds, r)
			return o.giveBack(ctx, r)
		}
	}
	p := &payout{number: fmt.Sprintf("INV-%d-%d", o.id, len(o.payouts)), day: today(), minor: 1 + o.rand.Int64N(5_00), refuse: o.rand.IntN(4) == 0, fund: o.funds[o.rand.IntN(len(o.funds))]}
	o.payouts = append(o.payouts, p)
	return o.pay(ctx, p)
}

// recent draws one of the last twenty.
func recent[T any](r *rand.Rand, all []T) T {
	n := min(len(all), 20)
	return all[len(all)-1-r.IntN(n)]
}

// pay takes a payout from where it stands to its end. A step that was answered is sent again now and
// then by turn, and must change nothing.
func (o *office) pay(ctx context.Context, p *payout) error {
	if err := o.ask(ctx, p); err != nil || p.id == 0 {
		return err
	}
	at, form, then := "/approve", url.Values{}, giving.PayoutApproved
	if p.refuse {
		at, form, then = "/refuse", url.Values{"reason": {"The invoice is for last year."}}, giving.PayoutRefused
	}
	page := "/desk/payouts/" + clock.FormatID(p.id)
	p.decided = true
	if p.state != giving.PayoutPaid {
		if _, err := o.checker.post(ctx, page+at, form); err != nil {
			// It was paid, though that was not answered: whoever approves sees it decided.
			if status(err) != http.StatusConflict || p.state != giving.PayoutApproved {
				return err
			}
		}
		p.state = then
	}
	if p.refuse {
		return nil
	}
	if _, err := o.maker.post(ctx, page+"/pay", url.Values{"bank_reference": {"BANK-" + p.number}, "paid_on": {p.day}}); err != nil {
		return err
	}
	p.state = giving.PayoutPaid
	return nil
}

// ask records the invoice and asks for the payout. While the fund has not the money there is none.
func (o *office) ask(ctx context.Context, p *payout) error {
	if p.invoice == 0 {
		to, err := o.maker.post(ctx, "/desk/invoices", url.Values{"organisation": {clock.FormatID(o.payee)}, "number": {p.number}, "issued_on": {p.day}, "amount": {money.Yuan(p.minor).Decimal()}})
		if err != nil {
			return err
		}
		if p.invoice, err = idAt(to, "/desk/invoices/"); err != nil {
			return err
		}
	}
	if p.decided {
		return nil // once it was refused, the same form may ask anew
	}
	to, err := o.maker.post(ctx, "/desk/payouts", url.Values{"invoice": {clock.FormatID(p.invoice)}, "fund": {clock.FormatID(p.fund)}, "amount": {money.Yuan(p.minor).Decimal()}, "taken": {"0"}})
	if status(err) == http.StatusUnprocessableEntity && p.id == 0 {
		return nil // the fund is short
	}
	if err != nil {
		return err
	}
	id, err := idAt(to, "/desk/payouts/")
	if err == nil && p.id != 0 && p.id != id {
		err = fmt.Errorf("%w: invoice %s has two payouts", errDoubled, p.number)
	}
	p.id = id
	return err
}

// today is the day where the network lives.
func today() string {
	return time.Now().In(time.FixedZone("Asia/Shanghai", 8*3600)).Format(time.DateOnly)
}

// giveBack takes a refund from where it stands to its end.
func (o *office) giveBack(ctx context.Context, r *refund) error {
	if r.moot {
		return nil
	}
	page := "/desk/gifts/" + clock.FormatID(r.act.id)
	if !r.asked {
		_, err := o.maker.post(ctx, page+"/refund", url.Values{"refund": {money.Yuan(r.minor).Decimal()}, "refund_reason": {"wrong_amount"}, "known": {"0"}})
		if status(err) == http.StatusUnprocessableEntity {
			r.moot, err = true, nil // it has been paid out
		}
		if err != nil || r.moot {
			return err
		}
		r.asked = true
	}
	if r.id == 0 {
		if err := o.find(ctx, r, page); err != nil {
			return err
		}
	}
	return o.decide(ctx, r, page+"/refunds/"+clock.FormatID(r.id))
}

func (o *office) decide(ctx context.Context, r *refund, at string) error {
	if !r.refuse {
		_, err := o.checker.post(ctx, at+"/approve", nil)
		if err == nil {
			r.state = payment.RefundApproved
			return nil
		}
		if status(err) != http.StatusConflict || r.state != "" {
			return err
		}
		r.refuse = true // the money has been paid out since
	}
	_, err := o.checker.post(ctx, at+"/refuse", nil)
	if err == nil {
		r.state = payment.RefundRefused
	}
	return err
}

var refundLink = regexp.MustCompile(`/refunds/([0-9a-z]{13})/approve`)

// find reads the refund's number off the gift's page. Who decided without hearing so finds no button.
func (o *office) find(ctx context.Context, r *refund, page string) error {
	body, err := o.checker.get(ctx, page)
	if err != nil {
		return err
	}
	m := refundLink.FindSubmatch(body)
	if m == nil {
		return fmt.Errorf("%w: the gift %s has no refund to decide", errBroken, page)
	}
	r.id, err = clock.ParseID(string(m[1]))
	return err
}

// finish takes everything to its end on a server that stays alive.
func (o *office) finish(ctx context.Context) error {
	for _, p := range o.payouts {
		if err := o.pay(ctx, p); err != nil {
			return fmt.Errorf("payout of invoice %s: %w", p.number, err)
		}
	}
	for _, r := range o.refunds {
		if err := o.giveBack(ctx, r); err != nil {
			return fmt.Errorf("refund of form %s: %w", r.act.gift.Key, err)
		}
	}
	return nil
}

// signIn follows a link from a mail.
func signIn(ctx context.Context, c *client, token string) error {
	_, err := c.post(ctx, "/sign-in/"+token, nil)
	return err
}
