package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/wneessen/go-mail"

	"manyhands/internal/clock"
)

// Log is the transport of an installation without mail: it notes that a mail would have gone out,
// without its text and with the address masked.
type Log struct{ Logger *slog.Logger }

// Deliver writes one line to the log.
func (l Log) Deliver(ctx context.Context, m Mail) error {
	l.Logger.InfoContext(ctx, "mail not sent: no mail server is set", "to", Mask(m.To), "subject", m.Subject)
	return nil
}

// Folder is the transport of a trial: each mail becomes a file that mail programs open.
type Folder struct {
	Dir   string      // made when it is not there
	From  string      // the sender's address
	Clock clock.Clock // for the Date header and the file's name
}

// Deliver writes one .eml file. The names sort by time.
func (f Folder) Deliver(_ context.Context, m Mail) (err error) {
	now := f.Clock.Now()
	msg, err := message(f.From, m, now)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(f.Dir, 0o700); err != nil {
		return fmt.Errorf("notify: mail folder: %w", err)
	}
	file, err := os.CreateTemp(f.Dir, now.Format("20060102-150405.000000")+"-*.eml")
	if err != nil {
		return fmt.Errorf("notify: mail file: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if _, err := msg.WriteTo(file); err != nil {
		return fmt.Errorf("notify: write mail file: %w", err)
	}
	return nil
}

// message builds the mail as RFC 5322 wants it.
func message(from string, m Mail, at time.Time) (*mail.Msg, error) {
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := msg.From(from); err != nil {
		return nil, fmt.Errorf("notify: sender: %w", err)
	}
	if err := msg.To(m.To); err != nil {
		return nil, errors.New("notify: the receiver's address is not one") // the text would hold the address
	}
	msg.Subject(m.Subject)
	msg.SetDateWithValue(at)
	msg.SetMessageID()
	msg.SetGenHeader("Content-Language", m.Lang)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no holiday answers, please
	if m.Unsubscribe != "" {
		msg.SetGenHeader("List-Unsubscribe", "<"+m.Unsubscribe+">")             // RFC 2369
		msg.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click") // RFC 8058
	}
	msg.SetBodyString(mail.TypeTextPlain, m.Text)
	return msg, nil
}
