package giving

import (
	"context"
	"time"

	"manyhands/internal/fault"
)

// MethodPartner is how gifts arrive that a partner has taken the money for: a shop's till, a payment
// feed. Their money comes with the partner's own settlement.
const MethodPartner = "partner"

// Bounds of when a gift that is recorded may have been paid.
const (
	paidAgo   = 31 * 24 * time.Hour
	paidAhead = 5 * time.Minute // the partner's clock may be ahead by so much
)

// Partner is who records gifts: a program with a key.
type Partner struct {
	Key int64                         // its id, which the diary keeps beside each gift
	May func(organisation int64) bool // for whose campaigns; it must only look at what it knows
}

// paid is the order of a gift that a partner was paid for.
type paid struct {
	Partner
	at time.Time
}

// PaidInput is a gift that a partner was paid for. Its FormKey is the partner's own number for it and
// must not be empty: the same number again is the same gift. Its Method is of no account.
type PaidInput struct {
	GiftInput
	PaidAt time.Time
}

// Recorded is what became of one PaidInput.
type Recorded struct {
	Gift Gift
	Err  error
}

// MaxRecord is how many gifts one call of Record takes.
const MaxRecord = 100

// Record enters gifts that a partner has been paid for, each with its match, which is decided in the
// order given and among those of the same moment. They do not share their fate: each is answered by
// itself, durably.
//
// Faults of all: Invalid "giving.record_count". Of one: Fields for bad input; Conflict
// "giving.key_reused" for a key with another sum or campaign; and as Give's.
func (s *Service) Record(ctx context.Context, p Partner, gifts ...PaidInput) ([]Recorded, error) {
	if len(gifts) == 0 || len(gifts) > MaxRecord {
		return nil, fault.New(fault.Invalid, "giving.record_count", "Max", MaxRecord)
	}
	refused := make([]error, len(gifts))
	orders := make([]order, 0, len(gifts))
	for i := range gifts {
		if refused[i] = s.validPaid(&gifts[i]); refused[i] == nil {
			orders = append(orders, s.newOrder(&gifts[i].GiftInput, &paid{p, gifts[i].PaidAt}))
		}
	}
	items, err := s.orders.DoAll(ctx, orders...)
	if err != nil {
		return nil, err
	}
	out := make([]Recorded, len(gifts)) // made now: thousands of gifts may wait at once
	for i := range out {
		if out[i].Err = refused[i]; refused[i] != nil {
			continue
		}
		if out[i].Err = items[0].Err; items[0].Err == nil {
			out[i].Gift = *items[0].Value.gift
		}
		items = items[1:]
	}
	return out, nil
}

func (s *Service) validPaid(in *PaidInput) error {
	var f fault.Fields
	if now := s.db.Now(); in.PaidAt.Before(now.Add(-paidAgo)) || in.PaidAt.After(now.Add(paidAhead)) {
		f.Add("paid_at", "giving.paid_when")
	}
	if in.FormKey == "" {
		f.Add("key", "form.required")
	}
	if err := in.GiftInput.Validate(); err != nil {
		return err
	}
	return f.Err()
}
