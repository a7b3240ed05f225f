package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/job"
)

const kindSMS = "notify.sms"

// noteAttempts spreads over about half an hour.
const noteAttempts = 9

// smsAttempts spreads over some minutes: a code that comes later has lost its worth.
const smsAttempts = 6

// Template names a short message that an operator has registered with the provider: in mainland China
// providers send nothing but approved templates.
type Template string

// The templates, with the parameters of each.
const (
	SMSCode    Template = "code"    // "code" (six digits), "minutes"
	SMSChanged Template = "changed" // none: this number no longer opens the account
	SMSEnds    Template = "ends"    // none: something that was agreed to ends soon; sign in and look
	SMSAnswer  Template = "answer"  // none: what was asked for has been answered; sign in and look
)

// SMS is one short message to one mobile number.
type SMS struct {
	To       string            // E.164, "+8613…"
	Lang     string            // "zh-CN" or "en"
	Template Template          // for providers that send approved templates alone
	Params   map[string]string // of the template
	Text     string            // the whole message, for providers that take text
	Until    time.Time         // after which it is not sent any more; zero for never
	// Person, instead of To, sends to the number that this person's account has when the message leaves,
	// as they wish of Topic: no number waits in the job.
	Person int64 `json:",omitempty"`
	Topic  Topic `json:",omitempty"`
}

// Numbers knows to which numbers people are sent messages, and what they wish.
type Numbers interface {
	// Number returns a person's number, "" for one who has none, and what they wish of t.
	Number(ctx context.Context, person int64, t Topic) (string, Wish, error)
	// Later runs body in a write, to put a message off.
	Later(ctx context.Context, body func(tx *db.Tx) error) error
}

// SMSTransport hands short messages over to a provider.
type SMSTransport interface {
	// DeliverSMS returns nil when the message was taken over. Its errors hold no number and no code.
	DeliverSMS(ctx context.Context, m SMS) error
}

// SendSMS has m delivered once tx is committed.
func SendSMS(ctx context.Context, tx *db.Tx, m SMS) error {
	most := smsAttempts
	if m.Person != 0 {
		most = noteAttempts
	}
	if _, err := job.Add(ctx, tx, kindSMS, m, job.Options{MaxAttempts: most}); err != nil {
		return fmt.Errorf("notify: %w", err)
	}
	return nil
}

// RegisterSMS has r deliver short messages through t, those to a person as n says. One that is too late
// is dropped, and so is one to a person without a number or who does not want it.
func RegisterSMS(r *job.Runner, t SMSTransport, n Numbers, c clock.Clock) {
	r.Handle(kindSMS, func(ctx context.Context, args json.RawMessage) error {
		var m SMS
		if err := json.Unmarshal(args, &m); err != nil {
			return fmt.Errorf("notify: read the job: %w", err)
		}
		if !m.Until.IsZero() && !c.Now().Before(m.Until) {
			return nil
		}
		if m.Person == 0 {
			return t.DeliverSMS(ctx, m)
		}
		return deliverNumbered(ctx, t, n, m, args)
	})
}

// deliverNumbered sends a message to whatever number its person has now.
func deliverNumbered(ctx context.Context, t SMSTransport, n Numbers, m SMS, args json.RawMessage) error {
	number, wish, err := n.Number(ctx, m.Person, m.Topic)
	switch {
	case err != nil:
		return fmt.Errorf("notify: whose number: %w", err)
	case number == "" || wish.Unwanted:
		return nil
	case !wish.NotBefore.IsZero():
		return n.Later(ctx, func(tx *db.Tx) error { return putOff(ctx, tx, kindSMS, args, wish.NotBefore) })
	}
	m.To = number
	return t.DeliverSMS(ctx, m)
}

// LogSMS is the transport of an installation without a provider: it notes that a message would have
// gone out, with neither its number nor anything that it says.
type LogSMS struct{ Logger *slog.Logger }

// DeliverSMS writes one line to the log.
func (l LogSMS) DeliverSMS(ctx context.Context, m SMS) error {
	l.Logger.InfoContext(ctx, "short message not sent: no provider is set", "template", string(m.Template), "digits", len(m.To)-1)
	return nil
}
