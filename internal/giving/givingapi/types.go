package givingapi

import (
	"time"

	"manyhands/internal/i18n"
	"manyhands/internal/money"
)

// Money is a quantity: minor counts the smallest part of the unit (fen of CNY, one meal of meal).
type Money struct {
	Minor int64  `json:"minor" example:"3500" doc:"Whole number of the smallest part of the unit: fen for CNY"`
	Unit  string `json:"unit" example:"CNY" doc:"ISO 4217 code for money, else what is counted: meal, evening, book..."`
}

// Text is a text in both languages; one may be empty.
type Text struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// ImpactUnit says what a sum does.
type ImpactUnit struct {
	Price Money `json:"price"`
	Label Text  `json:"label"`
}

// Campaign is a need in money with a goal, a window and a fallback.
type Campaign struct {
	ID           string       `json:"id"`
	Slug         string       `json:"slug"`
	State        string       `json:"state" enum:"open,closed"`
	Title        Text         `json:"title"`
	Programme    Text         `json:"programme"`
	Organisation Text         `json:"organisation"`
	Place        Text         `json:"place"`
	Goal         Money        `json:"goal"`
	Raised       Money        `json:"raised" doc:"All that ever came in, matches included"`
	Gifts        int64        `json:"gifts"`
	StartsAt     time.Time    `json:"starts_at"`
	EndsAt       time.Time    `json:"ends_at"`
	Fallback     Text         `json:"fallback" doc:"The fund where what is left over goes"`
	Filing       string       `json:"filing_number,omitempty"`
	ImpactUnits  []ImpactUnit `json:"impact_units" nullable:"false"`
	Path         string       `json:"path" doc:"Of its page"`
}

// Gift is one gift as whoever holds its token sees it.
type Gift struct {
	ID            string     `json:"id"`
	Token         string     `json:"token" doc:"Secret: whoever knows it sees the gift"`
	State         string     `json:"state" enum:"waiting,received,failed,closed"`
	Amount        Money      `json:"amount"`
	Refunded      Money      `json:"refunded"`
	Visibility    string     `json:"visibility" enum:"public,organisation,sealed"`
	MatchPromised Money      `json:"match_promised" doc:"Held until promise_ends_at while the gift waits"`
	Matched       Money      `json:"matched" doc:"What the gift was matched with"`
	PromiseEndsAt *time.Time `json:"promise_ends_at,omitempty"`
	MadeAt        time.Time  `json:"made_at"`
	ReceivedAt    *time.Time `json:"received_at,omitempty"`
	Path          string     `json:"path" doc:"Of its private page"`
	PayPath       string     `json:"pay_path,omitempty" doc:"Of the page on which it is paid, while it waits"`
}

// Share is a gift's share of what a payout became.
type Share struct {
	What  Money `json:"what" doc:"The gift's share"`
	Whole Money `json:"whole" doc:"All that the payout became"`
	Label Text  `json:"label"`
}

// TrailLine is the part of a gift that went into one payout.
type TrailLine struct {
	Payout  string    `json:"payout"`
	PaidAt  time.Time `json:"paid_at"`
	Payee   Text      `json:"payee"`
	Invoice string    `json:"invoice"`
	Own     Money     `json:"own" doc:"Of the gift itself"`
	Match   Money     `json:"match" doc:"Of its match"`
	Became  []Share   `json:"became" nullable:"false" doc:"Groups of fewer than five children are left out"`
}

// Trail is what a gift became: gift + matched = the lines' own and match + waiting + returned.
type Trail struct {
	Gift      Gift        `json:"gift"`
	Lines     []TrailLine `json:"lines" nullable:"false"`
	Waiting   Money       `json:"waiting" doc:"Not yet paid on"`
	Returned  Money       `json:"returned"`
	Truncated bool        `json:"truncated" doc:"There was more than one answer tells; the sum is short by it"`
}

// Pool is a sponsor's money set aside by a published rule.
type Pool struct {
	ID       string    `json:"id"`
	Slug     string    `json:"slug"`
	State    string    `json:"state" enum:"open,closing,closed"`
	Name     Text      `json:"name"`
	RuleText string    `json:"rule_text" doc:"The rule as it was frozen: canonical JSON"`
	RuleHash string    `json:"rule_sha256"`
	StartsAt time.Time `json:"starts_at"`
	EndsAt   time.Time `json:"ends_at"`
	Funded   Money     `json:"funded" doc:"= held + matched + left"`
	Held     Money     `json:"held"`
	Matched  Money     `json:"matched"`
	Left     Money     `json:"left"`
}

// Book is one fund's line in the books: in - out = held + left.
type Book struct {
	Slug       string `json:"slug"`
	Name       Text   `json:"name"`
	Restricted bool   `json:"restricted"`
	In         Money  `json:"in"`
	Out        Money  `json:"out"`
	Held       Money  `json:"held"`
	Left       Money  `json:"left"`
}

// Need is one concrete ask.
type Need struct {
	ID           string     `json:"id"`
	Slug         string     `json:"slug"`
	Kind         string     `json:"kind" enum:"money,time,things,food,books,listening"`
	Title        Text       `json:"title"`
	Programme    Text       `json:"programme"`
	Organisation Text       `json:"organisation"`
	Place        Text       `json:"place"`
	Wanted       Money      `json:"wanted"`
	Promised     Money      `json:"promised"`
	Arrived      Money      `json:"arrived"`
	UntilAt      *time.Time `json:"until_at,omitempty"`
	Path         string     `json:"path"`
}

func moneyOf(a money.Amount) Money { return Money{Minor: a.Minor, Unit: string(a.Unit)} }

func yuan(fen int64) Money { return moneyOf(money.Yuan(fen)) }

func textOf(t i18n.Text) Text { return Text{ZH: t.ZH, EN: t.EN} }

// moment is nil for a moment that has not come.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
