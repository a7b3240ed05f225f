// Package notify sends mails and short messages to people, later and surely: Send and SendSMS write a
// job in the caller's transaction, so they go out if and only if what they tell of has happened.
//
// The package knows no sentences and decides nothing about who is told what: whoever sends hands over
// a finished text and says what it is about, and Wishes says whether its receiver wants that, and when.
// It must not log a text, a whole address or any digit of a number. What is sent waits in the job's row
// in clear until it is handed over, so what it says should lose its worth soon, as a sign-in link does.
package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"manyhands/internal/db"
	"manyhands/internal/job"
)

const kind = "notify.mail"

// attempts spreads over about half an hour; a mail that is later than that has mostly lost its sense.
const attempts = 9

// Topic says what a mail that nobody has to get is about. The empty topic is for what must be said: a
// link to sign in, a change of how one signs in, a safety matter. Such mails go out at any hour.
type Topic string

// What people can choose to be told or not.
const (
	Thanks    Topic = "thanks"    // a gift has arrived
	Outcomes  Topic = "outcomes"  // what became of it
	Reminders Topic = "reminders" // something runs out or is due
	News      Topic = "news"      // everything else; nobody gets it unasked
)

// Topics returns all that can be chosen, in the order in which to show them.
func Topics() []Topic { return []Topic{Thanks, Outcomes, Reminders, News} }

// Mail is one plain-text mail to one person.
type Mail struct {
	To      string // an address, checked by whoever took it in
	Lang    string // such as "zh-CN", for the Content-Language header
	Subject string // one line
	Text    string // lines ended by "\n"
	Topic   Topic  `json:",omitempty"`
	// Prompt says that a mail with a topic answers what its receiver did a moment ago, so that no quiet
	// hour holds it back.
	Prompt bool `json:",omitempty"`
	// Unsubscribe is the address of the page on which such mails are turned off. It is set on the way
	// out, for mails with a topic.
	Unsubscribe string `json:",omitempty"`
}

// Transport hands a mail over to the outside.
type Transport interface {
	// Deliver returns nil when the mail was taken over. It may be called again for a mail that was
	// taken over before: at least once is what mail can promise.
	Deliver(ctx context.Context, m Mail) error
}

// Send has m delivered once tx is committed.
func Send(ctx context.Context, tx *db.Tx, m Mail) error {
	if _, err := job.Add(ctx, tx, kind, m, job.Options{MaxAttempts: attempts}); err != nil {
		return fmt.Errorf("notify: %w", err)
	}
	return nil
}

// Waiting counts the mails that have not been handed over yet.
func Waiting(ctx context.Context, q db.Queryer) (int64, error) {
	n, err := job.Ready(ctx, q, kind)
	if err != nil {
		return 0, fmt.Errorf("notify: %w", err)
	}
	return n, nil
}

// Register has r deliver mails through t, at once and whatever their topic.
func Register(r *job.Runner, t Transport) { RegisterWith(r, t, nil) }

// RegisterWith has r deliver mails through t as their receivers wish; nil stands for nobody's wishes.
func RegisterWith(r *job.Runner, t Transport, w Wishes) {
	r.Handle(kind, func(ctx context.Context, args json.RawMessage) error {
		var m Mail
		if err := json.Unmarshal(args, &m); err != nil {
			return fmt.Errorf("notify: read the job: %w", err)
		}
		if m.Topic == "" || w == nil {
			return t.Deliver(ctx, m)
		}
		return deliverWished(ctx, t, w, m, args)
	})
}

// Mask makes an address safe for logs: the first letter and the domain.
func Mask(address string) string {
	local, domain, ok := strings.Cut(address, "@")
	if !ok || local == "" {
		return "***"
	}
	for _, first := range local {
		return string(first) + "***@" + domain
	}
	return "***"
}
