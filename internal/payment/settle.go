package payment

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/payment/internal/paymentdb"
)

// Settle asks the gateway how the purpose's payment stands and takes its word: credits what was
// captured, ends what has ended. Once the payment's time has passed it is closed at the gateway, and
// only when the gateway has confirmed that does the purpose hear Ended. A payment that has ended is
// not asked about. Faults: ErrNoPayment, ErrNoAnswer.
func (s *Service) Settle(ctx context.Context, purposeID int64) (State, error) {
	p, err := s.read(ctx, purposeID)
	if err != nil || !p.State.Open() {
		return p.State, err
	}
	st, err := s.ask(ctx, p)
	if err != nil {
		return p.State, asked(err)
	}
	if st.State.Open() {
		return p.State, nil
	}
	state := p.State
	err = s.d.Write(ctx, func(tx *db.Tx) error {
		state, err = s.apply(ctx, tx, p.Gateway, st)
		if err != nil || !state.Open() {
			return err
		}
		// The gateway itself, asked, reports money that was not asked for: it lies in quarantine,
		// and the order takes no other.
		state, err = s.end(ctx, tx, p, Failed)
		return err
	})
	return state, err
}

// ask returns the gateway's word on an open payment; past its time, the word on closing it. An order
// that the gateway has never heard of is closed once its time has passed: nobody can pay it.
func (s *Service) ask(ctx context.Context, p Payment) (Status, error) {
	g, err := s.Gateway(p.Gateway)
	if err != nil {
		return Status{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	due := !p.ClosesAt.After(s.d.Now())
	st, err := g.Query(ctx, p.MerchantRef)
	if err == nil && due && st.State.Open() {
		st, err = g.Close(ctx, p.MerchantRef)
	}
	switch {
	case fault.KindOf(err) == fault.NotFound && due:
		return Status{MerchantRef: p.MerchantRef, State: Closed}, nil
	case fault.KindOf(err) == fault.NotFound:
		return Status{MerchantRef: p.MerchantRef, State: Created}, nil
	case err != nil:
		return Status{}, err
	case st.MerchantRef != p.MerchantRef:
		return Status{}, fmt.Errorf("payment: the gateway %s answered about another order", p.Gateway)
	}
	return st, nil
}

// downAfter is how many failures in a row make a gateway count as down for one round.
const downAfter = 5

// SettleDue settles, gateway by gateway and a page at a time, the payments whose time has passed, and
// returns how many have ended. A gateway that fails several times in a row is left until the next
// round, which begins at another payment; the failures are joined in err, beside the work that was
// done.
func (s *Service) SettleDue(ctx context.Context, page int) (n int, err error) {
	var errs []error
	for _, name := range s.names {
		done, err := s.settleGateway(ctx, name, page)
		n += done
		errs = append(errs, err)
	}
	return n, errors.Join(errs...)
}

// settleGateway settles a page of payments after the other until none is due, the gateway seems down
// or ctx ends. After a giving day many thousand promises wait to be given back.
func (s *Service) settleGateway(ctx context.Context, gateway string, page int) (n int, err error) {
	for ctx.Err() == nil {
		var rows []paymentdb.DueRow
		err = s.d.Read(ctx, func(r *db.Reader) (err error) {
			rows, err = q.Due(ctx, r, paymentdb.DueParams{Now: clock.Micros(s.d.Now()), Gateway: gateway, Most: most(page)})
			return err
		})
		if err != nil {
			return n, fmt.Errorf("payment: list what is due: %w", err)
		}
		done, err := s.settlePage(ctx, s.inTurn(rows))
		n += done
		if err != nil || done < len(rows) || len(rows) < page {
			return n, err // those that are left come in the next round
		}
	}
	return n, ctx.Err()
}

// settleAtOnce is how many payments a gateway is asked about at the same time. What their ends write
// then shares commits.
const settleAtOnce = 8

// settlePage settles payments, several at once, until they are done or too many failed in a row.
func (s *Service) settlePage(ctx context.Context, rows []paymentdb.DueRow) (n int, err error) {
	var (
		mu     sync.Mutex
		next   int
		failed int // in a row
		errs   []error
		all    sync.WaitGroup
	)
	take := func() (paymentdb.DueRow, bool) {
		mu.Lock()
		defer mu.Unlock()
		if next == len(rows) || failed >= downAfter || ctx.Err() != nil {
			return paymentdb.DueRow{}, false
		}
		next++
		return rows[next-1], true
	}
	note := func(p paymentdb.DueRow, state State, err error) {
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			failed++
			errs = append(errs, fmt.Errorf("payment %s: %w", clock.FormatID(p.ID), err))
			return
		}
		failed = 0
		if !state.Open() {
			n++
		}
	}
	for range min(settleAtOnce, len(rows)) {
		all.Go(func() {
			for p, ok := take(); ok; p, ok = take() {
				state, err := s.Settle(ctx, p.PurposeID)
				note(p, state, err)
			}
		})
	}
	all.Wait()
	return n, errors.Join(errs...)
}

// inTurn begins each round at another payment, so that a few orders that a gateway never answers for
// cannot keep it from being asked about all others.
func (s *Service) inTurn(rows []paymentdb.DueRow) []paymentdb.DueRow {
	if len(rows) == 0 {
		return nil
	}
	round := s.d.Now().Unix() / int64(settleEvery.Seconds())
	first := int(round % int64(len(rows)))
	return slices.Concat(rows[first:], rows[:first])
}
