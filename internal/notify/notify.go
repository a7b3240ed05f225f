// Package notify sends mail to people, later and surely: Send writes a job in the caller's
// transaction, so a mail goes out if and only if what it tells of has happened.
//
// The package knows no sentences and decides nothing about who is told what; whoever sends hands over
// a finished text. It must not log a text or a whole address. A mail waits in the job's row in clear
// until it is handed over, so what it says should lose its worth soon, as a sign-in link does.
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

// Mail is one plain-text mail to one person.
type Mail struct {
	To      string // an address, checked by whoever took it in
	Lang    string // such as "zh-CN", for the Content-Language header
	Subject string // one line
	Text    string // lines ended by "\n"
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

// Register has r deliver mails through t.
func Register(r *job.Runner, t Transport) {
	r.Handle(kind, func(ctx context.Context, args json.RawMessage) error {
		var m Mail
		if err := json.Unmarshal(args, &m); err != nil {
			return fmt.Errorf("notify: read the job: %w", err)
		}
		return t.Deliver(ctx, m)
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
