package notify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/job"
)

// Wish is what a receiver wishes of one mail.
type Wish struct {
	Unwanted    bool      // do not send it
	NotBefore   time.Time // the end of the quiet hours; zero outside them
	Unsubscribe string    // absolute address of the page that turns the topic off
	Footer      string    // the lines below the mail that say so, in the mail's language
}

// Wishes knows what people want to be sent. It is asked when a mail is about to leave, so the latest
// wish counts.
type Wishes interface {
	Wish(ctx context.Context, address string, t Topic, lang string) (Wish, error)
	// Later runs body in a write, to put a mail off.
	Later(ctx context.Context, body func(tx *db.Tx) error) error
}

// deliverWished drops what is not wanted, puts off what comes at a quiet hour, and sends the rest with
// the way to turn it off.
func deliverWished(ctx context.Context, t Transport, w Wishes, m Mail, args json.RawMessage) error {
	wish, err := w.Wish(ctx, m.To, m.Topic, m.Lang)
	switch {
	case err != nil:
		return fmt.Errorf("notify: wishes: %w", err)
	case wish.Unwanted:
		return nil
	case !wish.NotBefore.IsZero() && !m.Prompt:
		return w.Later(ctx, func(tx *db.Tx) error { return putOff(ctx, tx, kind, args, wish.NotBefore) })
	}
	if m.Unsubscribe = wish.Unsubscribe; wish.Footer != "" {
		m.Text += "\n-- \n" + wish.Footer + "\n"
	}
	return t.Deliver(ctx, m)
}

// putOff adds the same job for later. The key is that of its content: should this job run twice, the
// mail or message still waits once.
func putOff(ctx context.Context, tx *db.Tx, of string, args json.RawMessage, until time.Time) error {
	sum := sha256.Sum256(args)
	_, err := job.Add(ctx, tx, of, args, job.Options{MaxAttempts: attempts, RunAt: until,
		Unique: "quiet:" + hex.EncodeToString(sum[:16])})
	if err != nil {
		return fmt.Errorf("notify: put off: %w", err)
	}
	return nil
}
