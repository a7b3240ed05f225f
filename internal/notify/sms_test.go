package notify_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/job"
	"manyhands/internal/notify"
	"manyhands/internal/notify/notifytest"
)

var message = notify.SMS{To: "+8613800000001", Lang: "zh-CN", Template: notify.SMSCode, Params: map[string]string{"code": "271828"}, Text: "验证码 271828"}

func TestLoggedMessageSaysNothing(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	l := notify.LogSMS{Logger: slog.New(slog.NewTextHandler(&b, nil))}
	if err := l.DeliverSMS(t.Context(), message); err != nil {
		t.Fatal(err)
	}
	got := b.String()
	if !strings.Contains(got, "digits=13") || strings.Contains(got, "138") || strings.Contains(got, "0001") || strings.Contains(got, "271828") {
		t.Errorf("log: %s", got)
	}
}

func TestMessagesGoToTheOperatorsProgram(t *testing.T) {
	t.Parallel()
	status, asked := 204, 0
	var got struct {
		To, Lang, Template, Text string
		Params                   map[string]string
	}
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("followed a redirect with a number") }))
	defer other.Close()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if r.Header.Get("Authorization") != "Bearer secret" || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("header %v", r.Header)
		}
		if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
			t.Error(err)
		}
		w.Header().Set("Location", other.URL)
		w.WriteHeader(status)
	}))
	defer srv.Close()
	h := notify.HTTPSMS{URL: srv.URL, Token: "secret"}
	if err := h.DeliverSMS(t.Context(), message); err != nil {
		t.Fatal(err)
	}
	if got.To != message.To || got.Template != "code" || got.Params["code"] != "271828" || got.Text != message.Text || got.Lang != "zh-CN" {
		t.Errorf("%+v", got)
	}
	for _, status = range []int{307, 400, 500} {
		clean(t, h.DeliverSMS(t.Context(), message))
	}
	srv.Close()
	clean(t, h.DeliverSMS(t.Context(), message))
	clean(t, notify.HTTPSMS{URL: "http://user:key@127.0.0.1:1/\x7f"}.DeliverSMS(t.Context(), message))
	if asked != 4 {
		t.Errorf("asked %d times", asked)
	}
}

// clean wants an error that says nothing of what was sent, or with what.
func clean(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		t.Error("no error")
		return
	}
	for _, secret := range []string{"138", "271828", "secret", "user:key"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error holds %s: %v", secret, err)
		}
	}
}

func TestALateMessageIsDropped(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		box, r := &notifytest.Memory{}, job.NewRunner(d, slog.New(slog.DiscardHandler), job.Config{})
		notify.RegisterSMS(r, box, nil, c)
		m := message
		m.Until = c.Now().Add(10 * time.Minute)
		for _, wait := range []time.Duration{0, 10 * time.Minute} {
			err := d.Write(t.Context(), func(tx *db.Tx) error { return notify.SendSMS(t.Context(), tx, m) })
			if err != nil {
				t.Fatal(err)
			}
			c.Advance(wait)
			if _, err := r.RunOnce(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if got := box.Messages(); len(got) != 1 || got[0].To != message.To {
			t.Errorf("%+v", got)
		}
	})
}

// wishes wants everything, and gives the same link for all.
type wishes struct{}

func (wishes) Wish(context.Context, string, notify.Topic, string) (notify.Wish, error) {
	return notify.Wish{Unsubscribe: "https://give.example.org/notices/x"}, nil
}
func (wishes) Later(context.Context, func(*db.Tx) error) error { return nil }

func TestMailsThatCanBeTurnedOffSaySoInTheirHeader(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	dir, r := t.TempDir(), job.NewRunner(d, slog.New(slog.DiscardHandler), job.Config{})
	notify.RegisterWith(r, notify.Folder{Dir: dir, From: "a@example.org", Clock: c}, wishes{})
	for _, topic := range []notify.Topic{"", notify.Outcomes} {
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			return notify.Send(t.Context(), tx, notify.Mail{To: "b@example.org", Subject: "S", Text: "T\n", Topic: topic})
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.RunOnce(t.Context()); err != nil {
			t.Fatal(err)
		}
		c.Advance(time.Second)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.eml"))
	if err != nil || len(files) != 2 {
		t.Fatal(files, err)
	}
	for i, want := range []bool{false, true} {
		text, err := os.ReadFile(files[i])
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(string(text), "List-Unsubscribe: <https://give.example.org/notices/x>"); got != want {
			t.Errorf("mail %d: header %v\n%s", i, got, text)
		}
		if got := strings.Contains(string(text), "List-Unsubscribe-Post: List-Unsubscribe=One-Click"); got != want {
			t.Errorf("mail %d: one click %v", i, got)
		}
	}
}
