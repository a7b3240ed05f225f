package notify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wneessen/go-mail"

	"manyhands/internal/clock"
)

// The ways in which a connection to a mail server is protected.
const (
	StartTLS = "starttls" // begins in clear, then must encrypt; port 587
	TLS      = "tls"      // encrypted from the first byte; port 465
	NoTLS    = "none"     // in clear: only to a server on the same machine; port 25
)

// SMTPConfig says how to reach a mail server.
type SMTPConfig struct {
	Host     string
	Port     int           // 0 for the usual port of Security
	Security string        // StartTLS when empty
	User     string        // empty: without signing in
	Password string        // never logged
	From     string        // the sender, "Name <address>" or an address
	Timeout  time.Duration // for connecting and for each step; 15 seconds when 0
}

// SMTP hands mails to a mail server (RFC 5321).
type SMTP struct {
	client *mail.Client
	from   string
}

// NewSMTP checks the configuration; it does not connect.
func NewSMTP(cfg SMTPConfig) (*SMTP, error) {
	options := []mail.Option{mail.WithTimeout(cmp.Or(cfg.Timeout, 15*time.Second))}
	switch cmp.Or(cfg.Security, StartTLS) {
	case StartTLS:
		options = append(options, mail.WithTLSPortPolicy(mail.TLSMandatory))
	case TLS:
		options = append(options, mail.WithSSLPort(false))
	case NoTLS:
		options = append(options, mail.WithTLSPortPolicy(mail.NoTLS))
	default:
		return nil, fmt.Errorf("notify: mail security is %s, %s or %s", StartTLS, TLS, NoTLS)
	}
	if cfg.Port != 0 {
		options = append(options, mail.WithPort(cfg.Port))
	}
	if cfg.User != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover),
			mail.WithUsername(cfg.User), mail.WithPassword(cfg.Password))
	}
	client, err := mail.NewClient(cfg.Host, options...)
	if err != nil {
		return nil, fmt.Errorf("notify: mail server: %w", err)
	}
	if _, err := message(cfg.From, Mail{To: "check@example.org"}, time.Time{}); err != nil {
		return nil, err
	}
	return &SMTP{client: client, from: cfg.From}, nil
}

// Deliver connects, hands the mail over and disconnects. The error of a mail that was refused names the
// step and the server's codes; it holds no address and nothing that the server wrote.
func (s *SMTP) Deliver(ctx context.Context, m Mail) error {
	msg, err := message(s.from, m, clock.System{}.Now())
	if err != nil {
		return err
	}
	if err := s.client.DialAndSendWithContext(ctx, msg); err != nil {
		return fmt.Errorf("notify: hand over to the mail server: %w", withoutAddresses(err))
	}
	return nil
}

// withoutAddresses replaces the report of a refused mail, which names receivers and repeats what the
// server wrote about them (RFC 5321 section 4.2, RFC 3463 for the enhanced code). Other errors, such as
// those of connecting and signing in, come before any receiver was named.
func withoutAddresses(err error) error {
	refused, ok := errors.AsType[*mail.SendError](err)
	if !ok {
		return err
	}
	return fmt.Errorf("%v failed with code %d %s, temporary %t", refused.Reason, refused.ErrorCode(), refused.EnhancedStatusCode(), refused.IsTemp())
}
