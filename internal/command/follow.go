package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/giving"
	"manyhands/internal/job"
	"manyhands/internal/ledger"
	"manyhands/internal/payment"
)

type followCmd struct {
	Gift string `arg:"" help:"Number of the gift, as the desk shows it."`
}

// Help implements kong.HelpProvider.
func (followCmd) Help() string {
	return `Prints all that is written down about one gift, in the order of time, one line for each thing that happened: made, matched, held, asked for at the gateway, paid, posted, thanked, given back. The lines come from the rows themselves, so none is missing and none tells of what was not kept. They hold numbers, kinds and sums, and no name, address or message of the giver.

Examples:

  manyhands follow 06brz4jcqxz00
  manyhands follow 06brz4jcqxz00 | grep payment`
}

// Run follows.
func (c followCmd) Run(h *house) error {
	id, err := clock.ParseID(c.Gift)
	if err != nil {
		return usage{fault.Wrap(err, fault.Invalid, "command.gift_id")}
	}
	return h.using(func(d *db.DB) error {
		s := &story{gift: id}
		err := d.Read(h.ctx, func(r *db.Reader) error {
			for _, part := range []func(context.Context, *db.Reader) error{s.ofGift, s.ofPayment(payment.New(d, nil, nil)), s.ofEvents, s.ofJobs} {
				if err := part(h.ctx, r); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		slices.SortStableFunc(s.lines, func(a, b line) int { return a.at.Compare(b.at) })
		for _, l := range s.lines {
			if _, err := fmt.Fprintln(h.out, l.text); err != nil {
				return err
			}
		}
		return nil
	})
}

// story is what is written down about one gift.
type story struct {
	gift  int64
	lines []line
}

type line struct {
	at   time.Time
	text string
}

// add adds a line of key=value pairs; a moment that has not come is none.
func (s *story) add(at time.Time, what string, id int64, pairs ...any) {
	if at.IsZero() {
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s gift=%s what=%s id=%s", at.UTC().Format("2006-01-02T15:04:05.000000Z"), clock.FormatID(s.gift), what, clock.FormatID(id))
	for i := 0; i+1 < len(pairs); i += 2 {
		v := pairs[i+1]
		if t, ok := v.(time.Time); ok {
			v = t.UTC().Format(time.RFC3339)
		}
		fmt.Fprintf(&b, " %v=%v", pairs[i], v)
	}
	s.lines = append(s.lines, line{at, b.String()})
}

// ofGift adds the gift, its match's hold and the entries of both.
func (s *story) ofGift(ctx context.Context, r *db.Reader) error {
	g, err := giving.GiftByID(ctx, r, s.gift)
	if err != nil {
		return err
	}
	s.add(g.MadeAt, "gift.made", g.ID, "minor", g.Amount.Minor, "unit", g.Amount.Unit, "method", g.Method, "campaign", clock.FormatID(g.Campaign),
		"pool", clock.FormatID(g.Pool), "match", g.MatchPromised, "state", g.State)
	for _, id := range []int64{g.ID, g.Match} {
		if err := s.ofLedger(ctx, r, id); err != nil {
			return err
		}
	}
	return nil
}

// ofLedger adds the hold and the entry of an id, where there are any.
func (s *story) ofLedger(ctx context.Context, r *db.Reader, id int64) error {
	if id == 0 {
		return nil
	}
	h, err := ledger.HoldByID(ctx, r, id)
	switch {
	case err == nil:
		s.add(h.MadeAt, "hold.made", id, "kind", h.Kind, "minor", h.Quantity, "until", h.ExpiresAt)
		s.add(h.EndedAt, "hold."+string(h.State), id, "minor", h.Posted)
	case fault.KindOf(err) != fault.NotFound:
		return err
	}
	e, err := ledger.EntryByID(ctx, r, id)
	switch {
	case err == nil:
		s.add(e.At, "entry.posted", id, "kind", e.Kind, "minor", e.Quantity, "from", clock.FormatID(e.From), "to", clock.FormatID(e.To))
	case fault.KindOf(err) != fault.NotFound:
		return err
	}
	return nil
}

// ofPayment adds the gift's payment and its refunds.
func (s *story) ofPayment(payments *payment.Service) func(context.Context, *db.Reader) error {
	return func(ctx context.Context, r *db.Reader) error {
		p, err := payments.ByPurpose(ctx, r, s.gift)
		if fault.KindOf(err) == fault.NotFound {
			return nil // cash, a transfer, or things
		}
		if err != nil {
			return err
		}
		s.add(p.MadeAt, "payment.made", p.ID, "gateway", p.Gateway, "ref", p.MerchantRef, "minor", p.Amount.Minor, "closes", p.ClosesAt)
		s.add(p.PaidAt, "payment.paid", p.ID, "gateway_ref", p.ProviderRef)
		s.add(p.EndedAt, "payment."+string(p.State), p.ID)
		refunds, err := payments.Refunds(ctx, r, s.gift)
		for _, x := range refunds {
			s.add(x.RequestedAt, "refund.requested", x.ID, "minor", x.Amount.Minor, "reason", x.Reason)
			s.add(x.DecidedAt, "refund.decided", x.ID, "state", x.State)
			s.add(x.DoneAt, "refund.done", x.ID)
			err = errors.Join(err, s.ofLedger(ctx, r, x.ID))
		}
		return err
	}
}

// mostEvents bounds what is read of the diary.
const mostEvents = 1000

func (s *story) ofEvents(ctx context.Context, r *db.Reader) error {
	events, err := event.About(ctx, r, s.gift, mostEvents)
	slices.SortFunc(events, func(a, b event.Event) int { return cmp.Compare(a.ID, b.ID) })
	for _, e := range events {
		s.add(e.At, "event."+e.Kind, e.ID, "person", clock.FormatID(e.Person), "data", string(e.Data))
	}
	return err
}

// ofJobs adds what is still to be done for the gift, or could not be done.
func (s *story) ofJobs(ctx context.Context, r *db.Reader) error {
	jobs, err := job.Mentioning(ctx, r, strconv.FormatInt(s.gift, 10))
	for _, j := range jobs {
		what := "job.waits"
		if j.Dead {
			what = "job.dead"
		}
		s.add(j.At, what, j.ID, "kind", j.Kind, "attempts", j.Attempts)
	}
	return err
}
