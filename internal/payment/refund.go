package payment

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/job"
	"manyhands/internal/money"
	"manyhands/internal/payment/internal/paymentdb"
)

// RefundState is where a refund stands.
type RefundState string

// The states of a refund.
const (
	RefundRequested RefundState = "requested"
	RefundApproved  RefundState = "approved" // the books have given it up; the gateway is being asked
	RefundGiven     RefundState = "done"     // the gateway has given it back
	RefundRefused   RefundState = "refused"
)

// RefundReasons are the codes that say why money goes back (docs/giving.md, "Refunds"). Free words
// are not taken: they would name people.
func RefundReasons() []string {
	return []string{"duplicate", "wrong_amount", "minor", "false_need", "court_order", "other"}
}

// Refund is money that shall go back to whoever paid it.
type Refund struct {
	ID          int64
	PaymentID   int64
	Amount      money.Amount
	Reason      string // one of RefundReasons
	State       RefundState
	RequestedBy int64
	RequestedAt time.Time
	DecidedBy   int64
	DecidedAt   time.Time
	DoneAt      time.Time
}

// RefundRequest asks for a refund of a purpose's payment.
type RefundRequest struct {
	PurposeID int64
	Minor     int64 // in the payment's own unit
	Reason    string
	Person    int64 // who asks; somebody else decides
}

// JobRefund is the job that has the gateway carry an approved refund out.
const JobRefund = "payment.refund"

// refundWait is when to ask again about a refund that the gateway has accepted and not yet made.
const refundWait = time.Minute

type refundArgs struct {
	Refund int64 `json:"refund,string"`
}

// refunded is the data of the refund events.
type refunded struct {
	Refund int64  `json:"refund,string"`
	Minor  int64  `json:"minor"`
	Unit   string `json:"unit"`
}

// RequestRefund notes a refund for somebody else to decide. Faults: ErrNoPayment, ErrNotCaptured,
// ErrRefundTooMuch when all refunds together would exceed the payment, Fields for amount or reason.
func (s *Service) RequestRefund(ctx context.Context, tx *db.Tx, req RefundRequest) (Refund, error) {
	p, err := s.ByPurpose(ctx, tx, req.PurposeID)
	if err != nil {
		return Refund{}, err
	}
	if p.State != Captured {
		return Refund{}, ErrNotCaptured
	}
	var bad fault.Fields
	if req.Minor <= 0 {
		bad.Add("amount", "money.not_positive")
	}
	if !slices.Contains(RefundReasons(), req.Reason) {
		bad.Add("reason", "payment.bad_reason")
	}
	if err := bad.Err(); err != nil {
		return Refund{}, err
	}
	before, err := q.SumRefunds(ctx, tx, p.ID)
	if err != nil {
		return Refund{}, fmt.Errorf("payment: sum refunds: %w", err)
	}
	if req.Minor > p.Amount.Minor-before {
		return Refund{}, ErrRefundTooMuch
	}
	r := Refund{ID: tx.NewID(), PaymentID: p.ID, Amount: money.Amount{Minor: req.Minor, Unit: p.Amount.Unit}, Reason: req.Reason,
		State: RefundRequested, RequestedBy: req.Person, RequestedAt: tx.Now()}
	err = q.InsertRefund(ctx, tx, paymentdb.InsertRefundParams{ID: r.ID, PaymentID: p.ID, AmountMinor: req.Minor,
		Reason: req.Reason, RequestedBy: req.Person, RequestedAt: tx.NowMicros()})
	if err != nil {
		return Refund{}, fmt.Errorf("payment: request a refund: %w", err)
	}
	return r, note(ctx, tx, "payment.refund_requested", p, r, req.Person)
}

// ApproveRefund has the books give the money up and the gateway asked to give it back. Whoever asked
// may not decide. Faults: NotFound "payment.no_refund", ErrSamePerson, ErrDecided, and what
// Purpose.Returned refuses.
func (s *Service) ApproveRefund(ctx context.Context, tx *db.Tx, id, person int64) error {
	r, p, err := s.decide(ctx, tx, id, person, RefundApproved)
	if err != nil {
		return err
	}
	err = s.purpose.Returned(ctx, tx, Return{PurposeID: p.PurposeID, PaymentID: p.ID, RefundID: r.ID, Gateway: p.Gateway, Amount: r.Amount})
	if err != nil {
		return err
	}
	if _, err = job.Add(ctx, tx, JobRefund, refundArgs{Refund: id}, job.Options{}); err != nil {
		return err
	}
	return note(ctx, tx, "payment.refund_approved", p, r, person)
}

// RefuseRefund ends a request; the money stays. Faults: as ApproveRefund.
func (s *Service) RefuseRefund(ctx context.Context, tx *db.Tx, id, person int64) error {
	r, p, err := s.decide(ctx, tx, id, person, RefundRefused)
	if err != nil {
		return err
	}
	return note(ctx, tx, "payment.refund_refused", p, r, person)
}

func (s *Service) decide(ctx context.Context, tx *db.Tx, id, person int64, to RefundState) (Refund, Payment, error) {
	r, p, err := s.refund(ctx, tx, id)
	if err != nil {
		return r, p, err
	}
	if r.RequestedBy == person || person == 0 {
		return r, p, ErrSamePerson
	}
	n, err := q.DecideRefund(ctx, tx, paymentdb.DecideRefundParams{ID: id, State: string(to), DecidedBy: person, DecidedAt: tx.NowMicros()})
	if err != nil {
		return r, p, fmt.Errorf("payment: decide a refund: %w", err)
	}
	if n == 0 {
		return r, p, ErrDecided
	}
	return r, p, nil
}

// refund reads a refund with its payment.
func (s *Service) refund(ctx context.Context, r db.Queryer, id int64) (Refund, Payment, error) {
	row, err := q.RefundByID(ctx, r, id)
	if err != nil {
		return Refund{}, Payment{}, db.NotFound(err, "payment.no_refund")
	}
	prow, err := q.ByID(ctx, r, row.PaymentID)
	if err != nil {
		return Refund{}, Payment{}, fmt.Errorf("payment: of a refund: %w", err)
	}
	p := paymentOf(prow)
	return refundOf(row, p.Amount.Unit), p, nil
}

// Refunds returns all refunds of the purpose's payment, the oldest first. Fault: ErrNoPayment.
func (s *Service) Refunds(ctx context.Context, r db.Queryer, purposeID int64) ([]Refund, error) {
	p, err := s.ByPurpose(ctx, r, purposeID)
	if err != nil {
		return nil, err
	}
	rows, err := q.RefundsOf(ctx, r, p.ID)
	if err != nil {
		return nil, fmt.Errorf("payment: list refunds: %w", err)
	}
	out := make([]Refund, len(rows))
	for i, x := range rows {
		out[i] = refundOf(x, p.Amount.Unit)
	}
	return out, nil
}

// WaitingRefund is a refund that somebody or the gateway has still to act on.
type WaitingRefund struct {
	Refund
	PurposeID int64
}

// WaitingRefunds returns at most limit refunds that are requested or approved, with an id beyond
// after, the oldest first.
func (s *Service) WaitingRefunds(ctx context.Context, r db.Queryer, after int64, limit int) ([]WaitingRefund, error) {
	rows, err := q.RefundsWaiting(ctx, r, paymentdb.RefundsWaitingParams{After: after, Most: most(limit)})
	if err != nil {
		return nil, fmt.Errorf("payment: list waiting refunds: %w", err)
	}
	out := make([]WaitingRefund, len(rows))
	for i, x := range rows {
		row := paymentdb.Refund{ID: x.ID, PaymentID: x.PaymentID, AmountMinor: x.AmountMinor, Reason: x.Reason, State: x.State,
			RequestedBy: x.RequestedBy, RequestedAt: x.RequestedAt, DecidedBy: x.DecidedBy, DecidedAt: x.DecidedAt, DoneAt: x.DoneAt}
		out[i] = WaitingRefund{Refund: refundOf(row, money.Unit(x.Unit)), PurposeID: x.PurposeID}
	}
	return out, nil
}

func refundOf(r paymentdb.Refund, u money.Unit) Refund {
	return Refund{ID: r.ID, PaymentID: r.PaymentID, Amount: money.Amount{Minor: r.AmountMinor, Unit: u}, Reason: r.Reason, State: RefundState(r.State),
		RequestedBy: r.RequestedBy, RequestedAt: clock.Time(r.RequestedAt), DecidedBy: r.DecidedBy, DecidedAt: clock.Time(r.DecidedAt), DoneAt: clock.Time(r.DoneAt)}
}

func note(ctx context.Context, tx *db.Tx, kind string, p Payment, r Refund, person int64) error {
	return event.Add(ctx, tx, kind, p.PurposeID, person, refunded{Refund: r.ID, Minor: r.Amount.Minor, Unit: string(r.Amount.Unit)})
}

// errRefundFailed reaches the operator as a dead job: a refund that the gateway gave up needs a
// person, and its money has left the books already.
var errRefundFailed = errors.New("payment: the gateway could not carry the refund out")
