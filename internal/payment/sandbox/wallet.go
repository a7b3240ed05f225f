package sandbox

import (
	"context"
	"fmt"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/money"
	"manyhands/internal/payment"
	"manyhands/internal/payment/sandbox/internal/sandboxdb"
)

// OrderState is how an order looks to the payer.
type OrderState string

// The states of an order.
const (
	Open    OrderState = "open"
	Paid    OrderState = "paid"
	Refused OrderState = "refused"
	Closed  OrderState = "closed"
	Expired OrderState = "expired" // its time has passed; the merchant has not closed it yet
)

// Order is what the payer sees in the wallet.
type Order struct {
	Ref        string // in the wallet's URL; not to be guessed
	Merchant   string // the merchant's number for it, as on a statement
	Amount     money.Amount
	Subject    string
	State      OrderState
	ReturnPath string // local
	ClosesAt   time.Time
	PaidAt     time.Time
}

// The faults of the wallet.
var (
	ErrNoOrder = fault.New(fault.NotFound, "sandbox.no_order")
	ErrEnded   = fault.New(fault.Gone, "sandbox.ended")
)

// Find returns the order that the wallet's page is about. Fault: ErrNoOrder.
func (g *Gateway) Find(ctx context.Context, ref string) (o Order, err error) {
	err = g.d.Read(ctx, func(r *db.Reader) error {
		row, err := q.OrderByProviderRef(ctx, r, ref)
		if err != nil {
			return db.NotFound(err, ErrNoOrder.Key)
		}
		o = orderOf(row, g.d.Now())
		return nil
	})
	return o, err
}

// Confirm pays the order and has it play the trick. An order that has been paid stays as it is and
// is no fault: a double click. Faults: ErrNoOrder, ErrEnded, Fields for an unknown trick.
func (g *Gateway) Confirm(ctx context.Context, ref string, trick Trick) (Order, error) {
	if !trick.known() {
		return Order{}, fault.Fields{{Name: "trick", Key: "sandbox.bad_trick"}}
	}
	return g.change(ctx, ref, func(ctx context.Context, tx *db.Tx, o sandboxdb.SandboxOrder) error {
		if o.PaidAt != 0 {
			return nil
		}
		n, err := pay(ctx, tx, ref, trick)
		if err != nil {
			return fmt.Errorf("sandbox: pay: %w", err)
		}
		if n == 0 {
			return ErrEnded
		}
		return announce(ctx, tx, ref, trick)
	})
}

func pay(ctx context.Context, tx *db.Tx, ref string, trick Trick) (int64, error) {
	if trick == AfterClose { // it keeps the order open, so that it can be closed
		return q.PaySecretly(ctx, tx, sandboxdb.PaySecretlyParams{Now: tx.NowMicros(), Trick: string(trick), ProviderRef: ref})
	}
	return q.Pay(ctx, tx, sandboxdb.PayParams{Now: tx.NowMicros(), Trick: string(trick), ProviderRef: ref})
}

// Refuse has the payer's bank say no, which the merchant is told. Faults: ErrNoOrder, ErrEnded when
// the order was paid or closed.
func (g *Gateway) Refuse(ctx context.Context, ref string) (Order, error) {
	return g.end(ctx, ref, Refused)
}

// PayerCloses leaves without paying; the merchant finds out by asking. Faults: as Refuse.
func (g *Gateway) PayerCloses(ctx context.Context, ref string) (Order, error) {
	return g.end(ctx, ref, Closed)
}

func (g *Gateway) end(ctx context.Context, ref string, to OrderState) (Order, error) {
	return g.change(ctx, ref, func(ctx context.Context, tx *db.Tx, o sandboxdb.SandboxOrder) error {
		if o.State == string(to) && o.PaidAt == 0 {
			return nil // a double click
		}
		n, err := q.End(ctx, tx, sandboxdb.EndParams{State: string(to), ProviderRef: ref})
		if err != nil {
			return fmt.Errorf("sandbox: end: %w", err)
		}
		if n == 0 {
			return ErrEnded
		}
		if to != Refused {
			return nil
		}
		return send(ctx, tx, delivery{Order: ref, State: payment.Failed}, tx.Now())
	})
}

// change runs one step of the payer's on an order and returns the order as it is afterwards.
func (g *Gateway) change(ctx context.Context, ref string, step func(context.Context, *db.Tx, sandboxdb.SandboxOrder) error) (out Order, err error) {
	err = g.d.Write(ctx, func(tx *db.Tx) error {
		o, err := q.OrderByProviderRef(ctx, tx, ref)
		if err != nil {
			return db.NotFound(err, ErrNoOrder.Key)
		}
		if err := step(ctx, tx, o); err != nil {
			return err
		}
		if o, err = q.OrderByProviderRef(ctx, tx, ref); err != nil {
			return fmt.Errorf("sandbox: read back: %w", err)
		}
		out = orderOf(o, tx.Now())
		return nil
	})
	return out, err
}

func orderOf(o sandboxdb.SandboxOrder, now time.Time) Order {
	out := Order{Ref: o.ProviderRef, Merchant: o.MerchantRef, Amount: money.Amount{Minor: o.AmountMinor, Unit: money.Unit(o.Unit)},
		Subject: o.Subject, State: OrderState(o.State), ReturnPath: o.ReturnPath, ClosesAt: clock.Time(o.ClosesAt), PaidAt: clock.Time(o.PaidAt)}
	switch {
	case o.PaidAt != 0:
		out.State = Paid // to the payer, also where the merchant has closed it meanwhile
	case out.State == Open && !out.ClosesAt.After(now):
		out.State = Expired
	}
	return out
}
