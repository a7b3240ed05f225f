package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/job"
	"manyhands/internal/payment"
	"manyhands/internal/payment/sandbox/internal/sandboxdb"
)

// JobNotify is the job that posts one notice.
const JobNotify = "sandbox.notify"

// delivery is the job's arguments: which order, what to say about it, and how often it was tried.
type delivery struct {
	Order string        `json:"order"`
	State payment.State `json:"state"`
	Tries int           `json:"tries"`
}

// waits is how long to wait after each try that was not answered with success, as the large wallets
// do it (WeChat Pay APIv3, payment notices). After the last the merchant must ask.
func waits() []time.Duration {
	const s, m, h = time.Second, time.Minute, time.Hour
	return []time.Duration{15 * s, 15 * s, 30 * s, 3 * m, 10 * m, 20 * m, 30 * m, 30 * m, 30 * m, h, 3 * h, 3 * h, 3 * h, 6 * h, 6 * h}
}

// Register names the gateway's job to the runner. A notice survives the end of the process: it is a
// row until it was taken.
func (g *Gateway) Register(r *job.Runner) {
	r.Handle(JobNotify, func(ctx context.Context, args json.RawMessage) error {
		var dl delivery
		if err := json.Unmarshal(args, &dl); err != nil {
			return fmt.Errorf("sandbox: arguments of a notice: %w", err)
		}
		return g.deliver(ctx, dl)
	})
}

// send has a notice posted at the given moment.
func send(ctx context.Context, tx *db.Tx, dl delivery, at time.Time) error {
	_, err := job.Add(ctx, tx, JobNotify, dl, job.Options{RunAt: at})
	return err
}

// announce sends the notices of a payment just made, as the trick has it.
func announce(ctx context.Context, tx *db.Tx, ref string, trick Trick) error {
	captured := delivery{Order: ref, State: payment.Captured}
	switch trick {
	case Lost, Timeout, AfterClose:
		return nil
	case Late:
		return send(ctx, tx, captured, tx.Now().Add(LateBy))
	case Reordered:
		if err := send(ctx, tx, captured, tx.Now()); err != nil {
			return err
		}
		return send(ctx, tx, delivery{Order: ref, State: payment.Pending}, tx.Now().Add(time.Second))
	case Duplicate:
		for i := range 3 {
			if err := send(ctx, tx, captured, tx.Now().Add(time.Duration(i)*time.Second)); err != nil {
				return err
			}
		}
		return nil
	default:
		return send(ctx, tx, captured, tx.Now())
	}
}

// deliver posts one notice; when it was not taken, the next try is a job of its own.
func (g *Gateway) deliver(ctx context.Context, dl delivery) error {
	var o sandboxdb.SandboxOrder
	err := g.d.Read(ctx, func(r *db.Reader) (err error) {
		o, err = q.OrderByProviderRef(ctx, r, dl.Order)
		return err
	})
	if err != nil {
		return fmt.Errorf("sandbox: order of a notice: %w", err)
	}
	taken, err := g.post(ctx, o, dl.State)
	if err != nil {
		return err
	}
	if taken || !Trick(o.Trick).repeats() || dl.Tries >= len(waits()) {
		return nil
	}
	return g.d.Write(ctx, func(tx *db.Tx) error {
		next := delivery{Order: dl.Order, State: dl.State, Tries: dl.Tries + 1}
		return send(ctx, tx, next, tx.Now().Add(waits()[dl.Tries]))
	})
}

// post reports whether the merchant took the notice. A merchant that cannot be reached has not.
func (g *Gateway) post(ctx context.Context, o sandboxdb.SandboxOrder, s payment.State) (taken bool, err error) {
	header, body, err := g.compose(o, s, g.d.Now())
	if err != nil {
		return false, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.opts.BaseURL()+o.NotifyPath, bytes.NewReader(body))
	if err != nil {
		return false, fmt.Errorf("sandbox: address of a notice: %w", err)
	}
	req.Header = header
	res, err := g.opts.Client.Do(req)
	if err == nil {
		_ = res.Body.Close() // only the status counts
		taken = res.StatusCode/100 == 2
	}
	return taken, nil
}

// compose writes and signs a notice, with the flaw of the order's trick.
func (g *Gateway) compose(o sandboxdb.SandboxOrder, s payment.State, now time.Time) (http.Header, []byte, error) {
	secret := g.opts.Secret
	switch Trick(o.Trick) {
	case BadSignature:
		secret = append([]byte("not the "), secret...)
	case Stale:
		now = now.Add(-staleBy)
	}
	return Sign(secret, status(o, s), now)
}

// Compose returns the notice that the gateway would post about an order at this moment, for tests
// that hand it over themselves. Fault: payment.ErrUnknownOrder; Conflict when there is nothing to say.
func (g *Gateway) Compose(ctx context.Context, merchantRef string) (header http.Header, body []byte, err error) {
	err = g.d.Read(ctx, func(r *db.Reader) error {
		o, err := q.OrderByMerchantRef(ctx, r, merchantRef)
		if err != nil {
			return db.NotFound(err, payment.ErrUnknownOrder.Key)
		}
		st, err := g.tell(o, g.d.Now())
		if err != nil {
			return err
		}
		if st.State == payment.Closed {
			return fault.New(fault.Conflict, "sandbox.ended")
		}
		header, body, err = g.compose(o, st.State, g.d.Now())
		return err
	})
	return header, body, err
}
