// Package notifytest keeps mails in memory for tests to read. Tests use it and nothing else does.
package notifytest

import (
	"context"
	"slices"
	"sync"

	"manyhands/internal/notify"
)

// Memory is a transport that keeps what it is given: mails and short messages. It is safe for use by
// many goroutines.
type Memory struct {
	mu       sync.Mutex
	mails    []notify.Mail
	messages []notify.SMS
}

// DeliverSMS keeps m.
func (t *Memory) DeliverSMS(_ context.Context, m notify.SMS) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.messages = append(t.messages, m)
	return nil
}

// Messages returns what short messages were delivered so far, in order.
func (t *Memory) Messages() []notify.SMS {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.messages)
}

// Deliver keeps m.
func (t *Memory) Deliver(_ context.Context, m notify.Mail) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.mails = append(t.mails, m)
	return nil
}

// Mails returns what was delivered so far, in order.
func (t *Memory) Mails() []notify.Mail {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.mails)
}
