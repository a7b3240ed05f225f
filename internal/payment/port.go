package payment

import (
	"context"
	"net/http"
	"time"

	"manyhands/internal/money"
)

// State is where a payment stands.
type State string

// The states of a payment.
const (
	Created  State = "created"  // noted here; the gateway may not know of it yet
	Pending  State = "pending"  // the gateway waits for the payer
	Captured State = "captured" // the money is there
	Failed   State = "failed"   // the payer or the gateway refused; final
	Closed   State = "closed"   // nobody paid in time; the gateway takes no more money for it
)

// Open reports whether the payment can still go either way.
func (s State) Open() bool { return s == Created || s == Pending }

// Intent is what a gateway is asked to collect.
type Intent struct {
	MerchantRef string       // our number for it; asking again with the same number is the same order
	Amount      money.Amount // positive minor units
	Subject     string       // what the wallet shows: a campaign's title, never a person's name
	ReturnPath  string       // local path to which the payer's browser comes back
	NotifyPath  string       // local path to which the gateway posts its notices
	ClosesAt    time.Time    // the gateway takes no money from here on
}

// Checkout is how the payer gets to the gateway: a page to go to, a code to scan, or both.
type Checkout struct {
	RedirectURL string
	QR          string // content of the code, not a picture
}

// Status is what a gateway says about an order.
type Status struct {
	MerchantRef string
	ProviderRef string // their number for it; never empty when State is Captured
	Amount      money.Amount
	State       State
	PaidAt      time.Time // by the gateway's clock; zero unless State is Captured
}

// RefundOrder asks a gateway to give money back. RefundRef is our number for it; asking again with
// the same number is the same refund.
type RefundOrder struct {
	MerchantRef string
	RefundRef   string
	Amount      money.Amount
	Reason      string // a reason code, such as "duplicate"; never a person's words
}

// Progress is how far a gateway is with a refund.
type Progress string

// The stages of a refund at a gateway. Accepting is not yet giving back.
const (
	RefundPending Progress = "pending"
	RefundDone    Progress = "done"
	RefundFailed  Progress = "failed" // accepted first, then found impossible; a person must look
)

// RefundStatus is what a gateway says about a refund.
type RefundStatus struct {
	RefundRef string
	Amount    money.Amount
	Progress  Progress
}

// Gateway is one outside party that collects money. Every method may be called again after it
// failed or seemed to fail. An order or refund that the gateway does not know is a fault NotFound;
// a gateway that does not answer is Busy. Its implementations pass paymenttest.Gateway.
type Gateway interface {
	// Name is the gateway's name in URLs and rows: lower-case letters.
	Name() string
	// Create makes the order, or finds it by its MerchantRef.
	Create(ctx context.Context, in Intent) (Checkout, error)
	// Query asks for the order's present status.
	Query(ctx context.Context, merchantRef string) (Status, error)
	// Close ends an unpaid order. When it was paid first, that is the answer: Captured.
	Close(ctx context.Context, merchantRef string) (Status, error)
	// Refund asks for money to be given back. Faults: Conflict "payment.refund_too_much".
	Refund(ctx context.Context, o RefundOrder) (RefundStatus, error)
	// QueryRefund asks how far a refund is.
	QueryRefund(ctx context.Context, merchantRef, refundRef string) (RefundStatus, error)
	// ParseNotice reads a notice whose signature over the raw bytes is right and that is fresh at
	// now. Faults: Forbidden ErrBadSignature, ErrStale; Invalid ErrBadNotice.
	ParseNotice(header http.Header, rawBody []byte, now time.Time) (Status, error)
	// AnswerNotice tells the gateway, in its own dialect, that its notice was taken (err nil) or
	// shall come again.
	AnswerNotice(w http.ResponseWriter, err error)
}
