package payment

import (
	"context"
	"fmt"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/money"
	"manyhands/internal/payment/internal/paymentdb"
)

var q = paymentdb.New()

// callLimit is how long one question to a gateway may take.
const callLimit = 10 * time.Second

// Payment is one attempt to collect money for a purpose. A purpose has one, ever: whoever wants to
// try again makes a new gift, so that a late capture of the first attempt is not a second capture of
// the same gift.
type Payment struct {
	ID          int64
	PurposeID   int64
	Gateway     string
	MerchantRef string // our number for it
	ProviderRef string // the gateway's number, once captured
	Amount      money.Amount
	State       State
	MadeAt      time.Time
	ClosesAt    time.Time // from here on it is closed at the gateway
	PaidAt      time.Time // by the gateway's word
	EndedAt     time.Time // when we learnt how it ended
}

// Service is the one door to payments.
type Service struct {
	d        *db.DB
	gateways map[string]Gateway
	names    []string
	purpose  Purpose
	notices  *db.Combiner[notice]
}

// New returns a service on d that collects through the gateways for p. Two gateways of one name are
// a mistake in the program and panic.
func New(d *db.DB, gateways []Gateway, p Purpose) *Service {
	s := &Service{d: d, gateways: map[string]Gateway{}, purpose: p}
	s.notices = db.Combine(d, s.takeNotices)
	for _, g := range gateways {
		if s.gateways[g.Name()] != nil {
			panic("payment: a second gateway " + g.Name())
		}
		s.gateways[g.Name()] = g
		s.names = append(s.names, g.Name())
	}
	return s
}

// Gateways returns the names of the gateways, in the order in which they were given.
func (s *Service) Gateways() []string { return s.names }

// Gateway returns the gateway of that name. Fault: ErrUnknownGateway.
func (s *Service) Gateway(name string) (Gateway, error) {
	g, ok := s.gateways[name]
	if !ok {
		return nil, ErrUnknownGateway
	}
	return g, nil
}

// NotifyPath is where the named gateway posts its notices; paymentweb mounts it.
func NotifyPath(gateway string) string { return "/pay/" + gateway + "/notify" }

// Due is what is to be paid for a purpose through a gateway until ClosesAt.
type Due struct {
	PurposeID int64
	Gateway   string
	Amount    money.Amount
	ClosesAt  time.Time
}

var insertPayments = db.InsertRows("payment", "id, purpose_id, gateway, merchant_ref, amount_minor, unit, state, made_at, closes_at",
	"ON CONFLICT (purpose_id) DO NOTHING")

// Begin notes what is to be paid and returns the payments in the same order. It calls nobody.
// Faults, of the first that is wrong: ErrUnknownGateway, ErrBadAmount for what is not a positive sum of
// money, ErrExpired when ClosesAt has passed; and ErrBegun when a purpose has a payment already.
func (s *Service) Begin(ctx context.Context, tx *db.Tx, due ...Due) ([]Payment, error) {
	out := make([]Payment, len(due))
	for i, d := range due {
		if err := s.valid(tx, d); err != nil {
			return nil, err
		}
		id := tx.NewID()
		out[i] = Payment{ID: id, PurposeID: d.PurposeID, Gateway: d.Gateway, MerchantRef: "mh" + clock.FormatID(id),
			Amount: d.Amount, State: Created, MadeAt: tx.Now(), ClosesAt: d.ClosesAt.UTC().Truncate(time.Microsecond)}
	}
	n, err := insertPayments.Exec(ctx, tx, len(out), func(i int, args []any) []any {
		p := &out[i]
		return append(args, p.ID, p.PurposeID, p.Gateway, p.MerchantRef, p.Amount.Minor, string(p.Amount.Unit), string(p.State),
			clock.Micros(p.MadeAt), clock.Micros(p.ClosesAt))
	})
	if err != nil {
		return nil, fmt.Errorf("payment: begin: %w", err)
	}
	if n != int64(len(out)) {
		return nil, ErrBegun
	}
	return out, nil
}

func (s *Service) valid(tx *db.Tx, d Due) error {
	if _, err := s.Gateway(d.Gateway); err != nil {
		return err
	}
	if !d.Amount.Unit.IsMoney() || d.Amount.Minor <= 0 || d.Amount.Minor > money.MaxMinor {
		return ErrBadAmount
	}
	if !d.ClosesAt.After(tx.Now()) {
		return ErrExpired
	}
	return nil
}

// Checkout makes the order at the gateway, or finds it again, and says how the payer gets there.
// returnPath is local. Faults: ErrNoPayment, ErrEnded, ErrExpired, ErrNoAnswer.
func (s *Service) Checkout(ctx context.Context, purposeID int64, subject, returnPath string) (Checkout, error) {
	p, err := s.read(ctx, purposeID)
	if err != nil {
		return Checkout{}, err
	}
	if !p.State.Open() {
		return Checkout{}, ErrEnded
	}
	if !p.ClosesAt.After(s.d.Now()) {
		return Checkout{}, ErrExpired
	}
	g, err := s.Gateway(p.Gateway)
	if err != nil {
		return Checkout{}, err
	}
	in := Intent{MerchantRef: p.MerchantRef, Amount: p.Amount, Subject: subject, ReturnPath: returnPath,
		NotifyPath: NotifyPath(p.Gateway), ClosesAt: p.ClosesAt}
	call, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	out, err := g.Create(call, in)
	if err != nil {
		return Checkout{}, asked(err)
	}
	err = s.d.Write(ctx, func(tx *db.Tx) error {
		_, err := q.MarkPending(ctx, tx, p.ID) // no row: it has moved on already
		return err
	})
	if err != nil {
		return Checkout{}, fmt.Errorf("payment: note the checkout: %w", err)
	}
	return out, nil
}

// ByPurpose returns the purpose's payment. Fault: ErrNoPayment.
func (s *Service) ByPurpose(ctx context.Context, r db.Queryer, purposeID int64) (Payment, error) {
	row, err := q.ByPurpose(ctx, r, purposeID)
	if err != nil {
		return Payment{}, db.NotFound(err, ErrNoPayment.Key)
	}
	return paymentOf(row), nil
}

func (s *Service) read(ctx context.Context, purposeID int64) (p Payment, err error) {
	err = s.d.Read(ctx, func(r *db.Reader) error {
		p, err = s.ByPurpose(ctx, r, purposeID)
		return err
	})
	return p, err
}

func paymentOf(r paymentdb.Payment) Payment {
	return Payment{ID: r.ID, PurposeID: r.PurposeID, Gateway: r.Gateway, MerchantRef: r.MerchantRef, ProviderRef: r.ProviderRef,
		Amount: money.Amount{Minor: r.AmountMinor, Unit: money.Unit(r.Unit)}, State: State(r.State),
		MadeAt: clock.Time(r.MadeAt), ClosesAt: clock.Time(r.ClosesAt), PaidAt: clock.Time(r.PaidAt), EndedAt: clock.Time(r.EndedAt)}
}

// asked turns what a gateway's call returned into a fault: its own faults stay, anything else is no
// answer.
func asked(err error) error {
	if err == nil || fault.KindOf(err) != fault.Internal {
		return err
	}
	return fault.Wrap(err, ErrNoAnswer.Kind, ErrNoAnswer.Key)
}
