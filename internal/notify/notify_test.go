package notify_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"mime"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/job"
	"manyhands/internal/notify"
	"manyhands/internal/notify/notifytest"
)

var letter = notify.Mail{To: "giver@example.org", Lang: "zh", Subject: "您的登录链接", Text: "您好！\n\n谢谢。\n"}

func TestMailGoesOutWithItsTransactionOnly(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		r := job.NewRunner(d, slog.New(slog.DiscardHandler), job.Config{})
		box := &notifytest.Memory{}
		notify.Register(r, box)
		broken := errors.New("broken")
		send := func(end error) {
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				if err := notify.Send(t.Context(), tx, letter); err != nil {
					return err
				}
				return end
			})
			if !errors.Is(err, end) {
				t.Fatal(err)
			}
		}
		send(broken)
		send(nil)
		if _, err := r.RunOnce(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := box.Mails(); len(got) != 1 || got[0] != letter {
			t.Errorf("mails %+v", got)
		}
	})
}

func TestLogHidesTextAndAddress(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	l := notify.Log{Logger: slog.New(slog.NewTextHandler(&b, nil))}
	if err := l.Deliver(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	if s := b.String(); strings.Contains(s, "giver") || strings.Contains(s, "谢谢") || !strings.Contains(s, letter.Subject) {
		t.Errorf("log line %s", s)
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"giver@example.org": "g***@example.org", "": "***",
		"nothing": "***", "@example.org": "***", "王@example.org": "王***@example.org"} {
		if got := notify.Mask(in); got != want {
			t.Errorf("Mask(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestFolderWritesMailsThatCanBeRead(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "mail")
	f := notify.Folder{Dir: dir, From: "众手 <post@example.org>", Clock: clock.NewSim(dbtest.Start)}
	for range 2 {
		if err := f.Deliver(t.Context(), letter); err != nil {
			t.Fatal(err)
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.eml"))
	if err != nil || len(files) != 2 {
		t.Fatalf("files %v, %v", files, err)
	}
	raw, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || subject != letter.Subject {
		t.Errorf("subject %q, %v", subject, err)
	}
	if to, err := m.Header.AddressList("To"); err != nil || to[0].Address != letter.To {
		t.Errorf("to %v, %v", to, err)
	}
	if at, err := m.Header.Date(); err != nil || !at.Equal(dbtest.Start) {
		t.Errorf("date %v, %v", at, err)
	}
}

func TestSubjectCannotAddHeaders(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := notify.Folder{Dir: dir, From: "post@example.org", Clock: clock.NewSim(dbtest.Start)}
	bad := letter
	bad.Subject = "hello\r\nBcc: other@example.org"
	if err := f.Deliver(t.Context(), bad); err != nil {
		return // refusing it is as good
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.eml"))
	raw, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil || m.Header.Get("Bcc") != "" {
		t.Errorf("a header came in through the subject: %v, %v", m, err)
	}
}

func TestBadAddressIsNotRepeatedInTheError(t *testing.T) {
	t.Parallel()
	f := notify.Folder{Dir: t.TempDir(), From: "post@example.org", Clock: clock.NewSim(dbtest.Start)}
	err := f.Deliver(t.Context(), notify.Mail{To: "secret person"})
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("error %v", err)
	}
}

func TestSMTPRefusesBadConfiguration(t *testing.T) {
	t.Parallel()
	for _, cfg := range []notify.SMTPConfig{
		{Host: "", From: "post@example.org"},
		{Host: "mail.example.org", From: "nobody"},
		{Host: "mail.example.org", From: "post@example.org", Security: "hope"},
	} {
		if _, err := notify.NewSMTP(cfg); err == nil {
			t.Errorf("%+v was taken", cfg)
		}
	}
}

func TestSMTPHandsTheMailOver(t *testing.T) {
	t.Parallel()
	port, received := mailServer(t, "")
	s, err := notify.NewSMTP(notify.SMTPConfig{Host: "127.0.0.1", Port: port, Security: notify.NoTLS, From: "post@example.org"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Deliver(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	m, err := mail.ReadMessage(strings.NewReader(<-received))
	if err != nil {
		t.Fatal(err)
	}
	if m.Header.Get("To") != "<giver@example.org>" || m.Header.Get("Auto-Submitted") != "auto-generated" {
		t.Errorf("headers %v", m.Header)
	}
}

func TestSMTPReportsAServerThatIsGone(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := notify.NewSMTP(notify.SMTPConfig{Host: "127.0.0.1", Port: port, Security: notify.NoTLS, From: "post@example.org"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Deliver(context.Background(), letter); err == nil {
		t.Error("a mail went to nobody")
	}
}

func TestRefusedMailLeavesNoAddress(t *testing.T) {
	t.Parallel()
	for _, refuse := range []string{"MAIL", "RCPT", "DATA", "."} {
		t.Run(refuse, func(t *testing.T) {
			t.Parallel()
			d, _ := dbtest.SQLite(t)
			port, _ := mailServer(t, refuse)
			s, err := notify.NewSMTP(notify.SMTPConfig{Host: "127.0.0.1", Port: port, Security: notify.NoTLS, From: "post@example.org"})
			if err != nil {
				t.Fatal(err)
			}
			var logged bytes.Buffer
			r := job.NewRunner(d, slog.New(slog.NewTextHandler(&logged, nil)), job.Config{})
			notify.Register(r, s)
			if err := d.Write(t.Context(), func(tx *db.Tx) error { return notify.Send(t.Context(), tx, letter) }); err != nil {
				t.Fatal(err)
			}
			_, err = r.RunOnce(t.Context())
			if err == nil || !strings.Contains(err.Error(), "550 5.1.1") {
				t.Fatalf("error %v", err)
			}
			if all := err.Error() + logged.String(); strings.Contains(all, "giver") || strings.Contains(all, "@") {
				t.Errorf("an address is told: %s", all)
			}
		})
	}
}

// mailServer speaks just enough SMTP for one mail and hands over what came after DATA. The command that
// begins with refuse, unless empty, it refuses and repeats.
func mailServer(t *testing.T, refuse string) (port int, received <-chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	out := make(chan string, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer func() { _ = c.Close() }()
		out <- converse(c, refuse)
	}()
	return l.Addr().(*net.TCPAddr).Port, out
}

func converse(c net.Conn, refuse string) string {
	var data strings.Builder
	in, inData := bufio.NewScanner(c), false
	fmt.Fprint(c, "220 test\r\n")
	for in.Scan() {
		line := in.Text()
		switch {
		case refuse != "" && strings.HasPrefix(line, refuse):
			inData = false
			fmt.Fprintf(c, "550 5.1.1 no: %s giver@example.org\r\n", line)
		case inData && line == ".":
			inData = false
			fmt.Fprint(c, "250 taken\r\n")
		case inData:
			data.WriteString(line + "\r\n")
		case strings.HasPrefix(line, "DATA"):
			inData = true
			fmt.Fprint(c, "354 go on\r\n")
		case strings.HasPrefix(line, "QUIT"):
			fmt.Fprint(c, "221 bye\r\n")
			return data.String()
		case strings.HasPrefix(line, "EHLO"):
			fmt.Fprint(c, "250-test\r\n250 ENHANCEDSTATUSCODES\r\n")
		default:
			fmt.Fprint(c, "250 fine\r\n")
		}
	}
	return data.String()
}
