package payment

import (
	"context"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/money"
)

// Capture is money that has come.
type Capture struct {
	PurposeID int64
	PaymentID int64
	Gateway   string
	Amount    money.Amount
	PaidAt    time.Time // by the gateway's word
	Late      bool      // it came after the payment had ended: what was promised meanwhile is gone
}

// Return is money that is given back to the payer.
type Return struct {
	PurposeID int64
	PaymentID int64
	RefundID  int64 // fit to be the id of the ledger's entry
	Gateway   string
	Amount    money.Amount
}

// Purpose is what payments are for; package app wires it. Its methods run inside the transaction
// that changes the payment: an error undoes both, and the gateway tells again.
type Purpose interface {
	// Captured is called once per payment, when its money has come, with as many as came together.
	Captured(ctx context.Context, tx *db.Tx, captures ...Capture) error
	// Ended is called at most once per payment, when it ends as Failed or Closed and the gateway has
	// confirmed it. Captured may still follow, as Late.
	Ended(ctx context.Context, tx *db.Tx, purposeID int64, s State) error
	// Returned is called once per refund, at its approval: the books give the money up before the
	// gateway is asked, so that it cannot be spent in between. A fault (spent already) refuses the
	// approval.
	Returned(ctx context.Context, tx *db.Tx, r Return) error
}

// The faults that the package and its gateways return; they work with errors.Is.
var (
	ErrNoPayment      = fault.New(fault.NotFound, "payment.no_payment")
	ErrUnknownGateway = fault.New(fault.NotFound, "payment.unknown_gateway")
	ErrUnknownOrder   = fault.New(fault.NotFound, "payment.unknown_order")
	ErrUnknownRefund  = fault.New(fault.NotFound, "payment.unknown_refund")
	ErrBegun          = fault.New(fault.Conflict, "payment.begun")
	ErrBadAmount      = fault.New(fault.Invalid, "payment.bad_amount")
	ErrEnded          = fault.New(fault.Gone, "payment.ended")
	ErrExpired        = fault.New(fault.Gone, "payment.expired")
	ErrNoAnswer       = fault.New(fault.Busy, "payment.no_answer")
	ErrBadSignature   = fault.New(fault.Forbidden, "payment.bad_signature")
	ErrStale          = fault.New(fault.Forbidden, "payment.stale")
	ErrBadNotice      = fault.New(fault.Invalid, "payment.bad_notice")
	ErrNotCaptured    = fault.New(fault.Conflict, "payment.not_captured")
	ErrRefundTooMuch  = fault.New(fault.Conflict, "payment.refund_too_much")
	ErrDecided        = fault.New(fault.Conflict, "payment.decided")
	ErrSamePerson     = fault.New(fault.Forbidden, "payment.same_person")
	ErrResolved       = fault.New(fault.Conflict, "payment.resolved")
)
