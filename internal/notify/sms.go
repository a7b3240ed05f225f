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

// smsAttempts spreads over some minutes: a code that comes later has lost its worth.
const smsAttempts = 6

// Template names a short message that an operator has registered with the provider: in mainland China
// providers send nothing but approved templates.
type Template string

// The templates, with the parameters of each.
const (
	SMSCode    Template = "code"    // "code" (six digits), "minutes"
	SMSChanged Template = "changed" // none: this number no longer opens the account
)

// SMS is one short message to one mobile number.
type SMS struct {
	To       string            // E.164, "+8613…"
	Lang     string            // "zh-CN" or "en"
	Template Template          // for providers that send approved templates alone
	Params   map[string]string // of the template
	Text     string            // the whole message, for providers that take text
	Until    time.Time         // after which it is not sent any more; zero for never
}

// SMSTransport hands short messages over to a provider.
type SMSTransport interface {
	// DeliverSMS returns nil when the message was taken over. Its errors hold no number and no code.
	DeliverSMS(ctx context.Context, m SMS) error
}

// SendSMS has m delivered once tx is committed.
func SendSMS(ctx context.Context, tx *db.Tx, m SMS) error {
	if _, err := job.Add(ctx, tx, kindSMS, m, job.Options{MaxAttempts: smsAttempts}); err != nil {
		return fmt.Errorf("notify: %w", err)
	}
	return nil
}

// RegisterSMS has r deliver short messages through t. One that is too late is dropped.
func RegisterSMS(r *job.Runner, t SMSTransport, c clock.Clock) {
	r.Handle(kindSMS, func(ctx context.Context, args json.RawMessage) error {
		var m SMS
		if err := json.Unmarshal(args, &m); err != nil {
			return fmt.Errorf("notify: read the job: %w", err)
		}
		if !m.Until.IsZero() && !c.Now().Before(m.Until) {
			return nil
		}
		return t.DeliverSMS(ctx, m)
	})
}

// LogSMS is the transport of an installation without a provider: it notes that a message would have
// gone out, with neither its number nor anything that it says.
type LogSMS struct{ Logger *slog.Logger }

// DeliverSMS writes one line to the log.
func (l LogSMS) DeliverSMS(ctx context.Context, m SMS) error {
	l.Logger.InfoContext(ctx, "short message not sent: no provider is set", "template", string(m.Template), "digits", len(m.To)-1)
	return nil
}
