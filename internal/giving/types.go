package giving

import (
	"time"

	"manyhands/internal/i18n"
	"manyhands/internal/money"
)

// Visibility says who may know who gave.
type Visibility string

// The three ways to give without being seen, from none to all (docs/giving.md, "Anonymous gifts").
const (
	Public       Visibility = "public"       // the name is shown
	Organisation Visibility = "organisation" // the charity knows, the public does not
	Sealed       Visibility = "sealed"       // nobody is told: no name is kept at all
)

// State is where a gift stands. It only moves forward: waiting, then received, failed or closed;
// money that arrives after failed or closed still makes it received.
type State string

// The states of a gift.
const (
	Waiting  State = "waiting"
	Received State = "received"
	Failed   State = "failed"
	Closed   State = "closed"
)

// Methods by which a gift arrives other than through a gateway.
const (
	MethodCash    = "cash"
	MethodBank    = "bank"
	MethodPromise = "promise" // things and time, brought in person
)

// Fund is money with a purpose. Its balance is its ledger account's.
type Fund struct {
	ID         int64
	Slug       string
	Name       i18n.Text
	Restricted bool
	Programme  int64 // 0: the network's own
	Account    int64
	OpenedAt   time.Time
}

// CampaignState is draft, open or closed.
type CampaignState string

// The states of a campaign.
const (
	CampaignDraft  CampaignState = "draft"
	CampaignOpen   CampaignState = "open"
	CampaignClosed CampaignState = "closed"
)

// Campaign is a need in money with a window and a fallback. Its words, goal and place are the
// need's.
type Campaign struct {
	ID           int64
	Need         int64
	Slug         string
	Fund         int64
	FallbackFund int64
	FilingNumber string
	FiledAt      time.Time // the beginning of the day; zero: not filed
	StartsAt     time.Time
	EndsAt       time.Time
	State        CampaignState
	ClosedAt     time.Time
}

// OpenAt reports whether the campaign takes gifts at t.
func (c Campaign) OpenAt(t time.Time) bool {
	return c.State == CampaignOpen && !t.Before(c.StartsAt) && t.Before(c.EndsAt)
}

// ImpactUnit says what a sum does: ¥35 is a day of medicine.
type ImpactUnit struct {
	Price money.Amount
	Label i18n.Text
}

// Rule is how a pool matches.
type Rule string

// The rules.
const (
	FirstCome Rule = "first_come" // each gift in turn, held while it is being paid
	ProRata   Rule = "pro_rata"   // shared out over all gifts when the pool closes
)

// PoolState is draft, open, closing or closed.
type PoolState string

// The states of a pool.
const (
	PoolDraft   PoolState = "draft"
	PoolOpen    PoolState = "open"
	PoolClosing PoolState = "closing" // no new gifts; what each gets is being settled
	PoolClosed  PoolState = "closed"
)

// Terms are a pool's published rule: frozen, hashed and shown when it opens. A cap of 0 is none.
type Terms struct {
	Rule            Rule    `json:"rule"`
	RatioPercent    int64   `json:"ratio_percent"`
	MinGiftMinor    int64   `json:"min_gift_minor"`
	CapGiftMinor    int64   `json:"cap_gift_minor"`
	CapGiverMinor   int64   `json:"cap_giver_minor"`
	CapDayMinor     int64   `json:"cap_giver_day_minor"`
	CapCampaign     int64   `json:"cap_campaign_minor"`
	HoldSeconds     int64   `json:"hold_seconds"`
	StartsAtMicros  int64   `json:"starts_at_micros"`
	EndsAtMicros    int64   `json:"ends_at_micros"`
	SponsorID       int64   `json:"sponsor_id"`
	CampaignsSorted []int64 `json:"campaigns"` // empty: all
}

// Pool is a sponsor's money set aside to match gifts.
type Pool struct {
	ID       int64
	Slug     string
	Name     i18n.Text
	Sponsor  int64
	Account  int64
	Terms    Terms
	StartsAt time.Time
	EndsAt   time.Time
	State    PoolState
	RuleText string // canonical JSON of the terms, frozen at opening
	RuleHash string // SHA-256 of RuleText in hex
	MadeBy   int64
	OpenedBy int64
	OpenedAt time.Time
	ClosedAt time.Time
}

// OpenAt reports whether the pool matches gifts made at t.
func (p Pool) OpenAt(t time.Time) bool {
	return p.State == PoolOpen && !t.Before(p.StartsAt) && t.Before(p.EndsAt)
}

// Gift is one act of giving, of any kind. Its id is also its ledger entry's.
type Gift struct {
	ID            int64
	Token         string // of its private link
	Need          int64
	Campaign      int64 // 0: not money
	Fund          int64
	Amount        money.Amount
	Method        string
	State         State
	Visibility    Visibility
	Person        int64
	GiverName     string
	GiverEmail    string
	Message       string
	Words         Words // whether the public may read the name and the message
	Lang          string
	Pool          int64
	Match         int64 // id of the match's hold and entry
	MatchPromised int64 // minor units held for it while the promise lives
	MatchPosted   int64 // minor units that it was matched with
	PromiseEndsAt time.Time
	Refunded      int64
	MadeAt        time.Time
	ReceivedAt    time.Time
}

// Net is what of the gift has not been given back.
func (g Gift) Net() int64 { return g.Amount.Minor - g.Refunded }

// GivenBack reports whether the whole gift came and went back to its giver.
func (g Gift) GivenBack() bool { return g.State == Received && g.Net() <= 0 }

// Invoice is what an organisation asks to be paid for.
type Invoice struct {
	ID             int64
	Organisation   int64
	Number         string
	IssuedAt       time.Time
	Amount         money.Amount
	About          i18n.Text
	DocumentSHA256 string
	RecordedBy     int64
	RecordedAt     time.Time
}

// PayoutState is requested, then approved or refused, then paid.
type PayoutState string

// The states of a payout.
const (
	PayoutRequested PayoutState = "requested"
	PayoutApproved  PayoutState = "approved"
	PayoutRefused   PayoutState = "refused"
	PayoutPaid      PayoutState = "paid"
)

// Payout is money that leaves a fund against an invoice, to an organisation.
type Payout struct {
	ID            int64
	Entry         int64
	Fund          int64
	Invoice       int64
	Amount        money.Amount
	State         PayoutState
	RequestedBy   int64
	RequestedAt   time.Time
	DecidedBy     int64
	DecidedAt     time.Time
	Reason        string
	PaidBy        int64
	PaidAt        time.Time
	BankReference string
}

// Outcome is what a payout became: 14 meals.
type Outcome struct {
	ID         int64
	Payout     int64
	Quantity   money.Amount
	Label      i18n.Text
	HappenedAt time.Time
	RecordedBy int64
	RecordedAt time.Time
}
