package sandbox

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/money"
	"manyhands/internal/payment"
	"manyhands/internal/payment/sandbox/internal/sandboxdb"
)

// Name is the gateway's name in URLs and rows.
const Name = "sandbox"

var q = sandboxdb.New()

// Point is where a test may strike: in one of the gateway's methods, before its effect or after it.
type Point struct {
	Op          string // "create", "query", "close", "refund", "query_refund"
	Done        bool   // the effect is durable: "done but reported failed"
	MerchantRef string
}

// Options say how a Gateway works.
type Options struct {
	Secret  []byte              // keys the notices' signatures; at least 16 bytes
	BaseURL func() string       // where notices go, without a final slash: "http://127.0.0.1:8080"
	Client  *http.Client        // that posts the notices; the default waits ten seconds and follows no redirect
	Fault   func(p Point) error // for tests: an error here is the method's answer
}

// Gateway is the sandbox as its merchant sees it (payment.Gateway) and as the payer does (Find,
// Confirm, Refuse, PayerCloses).
type Gateway struct {
	d    *db.DB
	opts Options
}

var _ payment.Gateway = (*Gateway)(nil)

// New returns a sandbox on d. A secret shorter than 16 bytes is a mistake in the program and panics.
func New(d *db.DB, o Options) *Gateway {
	if len(o.Secret) < 16 {
		panic("sandbox: the secret is too short")
	}
	if o.Client == nil {
		o.Client = &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		}}
	}
	return &Gateway{d: d, opts: o}
}

// Name returns the gateway's name.
func (g *Gateway) Name() string { return Name }

func (g *Gateway) strike(op string, done bool, ref string) error {
	if g.opts.Fault == nil {
		return nil
	}
	return g.opts.Fault(Point{Op: op, Done: done, MerchantRef: ref})
}

// Create makes the order, or finds it by its number. Faults: Conflict "sandbox.other_order" when the
// number is known with another amount.
func (g *Gateway) Create(ctx context.Context, in payment.Intent) (payment.Checkout, error) {
	if err := g.strike("create", false, in.MerchantRef); err != nil {
		return payment.Checkout{}, err
	}
	var o sandboxdb.SandboxOrder
	err := g.d.Write(ctx, func(tx *db.Tx) error {
		_, err := q.InsertOrder(ctx, tx, sandboxdb.InsertOrderParams{MerchantRef: in.MerchantRef, ProviderRef: newRef(),
			AmountMinor: in.Amount.Minor, Unit: string(in.Amount.Unit), Subject: in.Subject, ReturnPath: in.ReturnPath,
			NotifyPath: in.NotifyPath, ClosesAt: clock.Micros(in.ClosesAt), MadeAt: tx.NowMicros()})
		if err != nil {
			return fmt.Errorf("sandbox: make an order: %w", err)
		}
		o, err = q.OrderByMerchantRef(ctx, tx, in.MerchantRef)
		return err
	})
	if err != nil {
		return payment.Checkout{}, err
	}
	if o.AmountMinor != in.Amount.Minor || o.Unit != string(in.Amount.Unit) {
		return payment.Checkout{}, fault.New(fault.Conflict, "sandbox.other_order")
	}
	path := "/sandbox/pay/" + o.ProviderRef
	return payment.Checkout{RedirectURL: path, QR: g.opts.BaseURL() + path}, g.strike("create", true, in.MerchantRef)
}

// newRef is not to be guessed: it opens the wallet's page, which links back to the payer's gift.
func newRef() string { return "sb" + strings.ToLower(rand.Text()) }

// Query says how the order stands.
func (g *Gateway) Query(ctx context.Context, merchantRef string) (st payment.Status, err error) {
	if err := g.strike("query", false, merchantRef); err != nil {
		return st, err
	}
	err = g.d.Read(ctx, func(r *db.Reader) error {
		o, err := q.OrderByMerchantRef(ctx, r, merchantRef)
		if err != nil {
			return db.NotFound(err, payment.ErrUnknownOrder.Key)
		}
		st, err = g.tell(o, g.d.Now())
		return err
	})
	if err != nil {
		return st, err
	}
	return st, g.strike("query", true, merchantRef)
}

// Close ends an order that nobody has paid.
func (g *Gateway) Close(ctx context.Context, merchantRef string) (st payment.Status, err error) {
	if err := g.strike("close", false, merchantRef); err != nil {
		return st, err
	}
	err = g.d.Write(ctx, func(tx *db.Tx) error {
		o, err := q.OrderByMerchantRef(ctx, tx, merchantRef)
		if err != nil {
			return db.NotFound(err, payment.ErrUnknownOrder.Key)
		}
		n, err := q.CloseOrder(ctx, tx, merchantRef)
		if err != nil {
			return fmt.Errorf("sandbox: close: %w", err)
		}
		if n == 0 {
			st, err = g.tell(o, tx.Now())
			return err
		}
		st = status(o, payment.Closed)
		if o.PaidAt == 0 {
			return nil
		}
		return send(ctx, tx, delivery{Order: o.ProviderRef, State: payment.Captured}, tx.Now().Add(afterBy))
	})
	if err != nil {
		return st, err
	}
	return st, g.strike("close", true, merchantRef)
}

// tell is the gateway's word on an order at now.
func (g *Gateway) tell(o sandboxdb.SandboxOrder, now time.Time) (payment.Status, error) {
	paid := o.PaidAt != 0
	switch {
	case paid && Trick(o.Trick) == Timeout && now.Before(clock.Time(o.PaidAt).Add(SilentFor)):
		return payment.Status{}, payment.ErrNoAnswer
	case paid && o.State != "open":
		return status(o, payment.Captured), nil
	case o.State == "open":
		return status(o, payment.Pending), nil
	case o.State == "refused":
		return status(o, payment.Failed), nil
	default:
		return status(o, payment.Closed), nil
	}
}

func status(o sandboxdb.SandboxOrder, s payment.State) payment.Status {
	st := payment.Status{MerchantRef: o.MerchantRef, ProviderRef: o.ProviderRef, State: s,
		Amount: money.Amount{Minor: o.AmountMinor, Unit: money.Unit(o.Unit)}}
	if s != payment.Captured {
		return st
	}
	st.PaidAt = clock.Time(o.PaidAt)
	if Trick(o.Trick) == WrongAmount {
		st.Amount.Minor--
		if st.Amount.Minor == 0 {
			st.Amount.Minor = 2 // of one fen nothing would be left, and a capture of nothing is none
		}
	}
	return st
}
