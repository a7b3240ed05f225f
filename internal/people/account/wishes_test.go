package account_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/notify"
	"manyhands/internal/people/account"
)

func (h house) send(m notify.Mail) {
	h.t.Helper()
	h.write(func(ctx context.Context, tx *db.Tx) error { return notify.Send(ctx, tx, m) })
	h.run()
}

func (h house) setWishes(person int64, change func(*account.Wishes)) {
	h.t.Helper()
	w := account.DefaultWishes()
	change(&w)
	h.write(func(ctx context.Context, tx *db.Tx) error { return h.s.SetWishes(ctx, tx, person, w) })
}

func TestQuietHours(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("", 8*3600)
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("02 15:04:05", s, zone)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	night, noon, none := account.Wishes{QuietFrom: 22 * 60, QuietUntil: 7 * 60}, account.Wishes{QuietFrom: 12 * 60, QuietUntil: 13*60 + 30}, account.Wishes{}
	for _, x := range []struct {
		w         account.Wishes
		now, want string
	}{
		{night, "10 21:59:59", ""}, {night, "10 22:00:00", "11 07:00:00"}, {night, "10 23:59:59", "11 07:00:00"},
		{night, "11 00:00:00", "11 07:00:00"}, {night, "11 06:59:59", "11 07:00:00"}, {night, "11 07:00:00", ""},
		{noon, "10 11:59:59", ""}, {noon, "10 12:00:00", "10 13:30:00"}, {noon, "10 13:30:00", ""}, {none, "10 00:00:00", ""},
	} {
		want := time.Time{}
		if x.want != "" {
			want = at(x.want)
		}
		if got := x.w.QuietUntilAt(at(x.now).UTC(), zone); !got.Equal(want) {
			t.Errorf("%+v at %s: %v, want %s", x.w, x.now, got, x.want)
		}
	}
}

// The clock of a test begins at eight in the evening in Shanghai.
func TestMailsThatCanWaitWaitUntilMorning(t *testing.T) {
	t.Parallel()
	lite(t, func(t *testing.T, h house) {
		h.person("giver@example.org")
		h.c.Advance(3 * time.Hour)
		mails := func() int { h.run(); return len(h.box.Mails()) }
		h.send(notify.Mail{To: "giver@example.org", Subject: "a", Topic: notify.Outcomes})
		if n := mails(); n != 0 {
			t.Fatalf("%d mails at eleven at night", n)
		}
		h.send(notify.Mail{To: "giver@example.org", Subject: "b"})
		h.send(notify.Mail{To: "giver@example.org", Subject: "c", Topic: notify.Thanks, Prompt: true})
		if n := mails(); n != 2 {
			t.Errorf("%d mails: what must be said, and what answers, go at once", n)
		}
		h.c.Advance(8*time.Hour - time.Second)
		if n := mails(); n != 2 {
			t.Errorf("%d mails before seven", n)
		}
		h.c.Advance(time.Second)
		if n := mails(); n != 3 {
			t.Errorf("%d mails at seven", n)
		}
	})
}

func TestWhatIsNotWantedIsNotSent(t *testing.T) {
	t.Parallel()
	lite(t, func(t *testing.T, h house) {
		p := h.person("giver@example.org")
		for _, topic := range notify.Topics() {
			h.send(notify.Mail{To: p.Email, Topic: topic, Prompt: true})
		}
		if n := len(h.box.Mails()); n != 3 {
			t.Fatalf("%d mails: all but news unless somebody asked", n)
		}
		h.setWishes(p.ID, func(w *account.Wishes) { w.Topics[notify.News], w.Topics[notify.Thanks] = true, false })
		for _, topic := range notify.Topics() {
			h.send(notify.Mail{To: p.Email, Topic: topic, Prompt: true})
		}
		if n := len(h.box.Mails()); n != 6 {
			t.Errorf("%d mails", n)
		}
		h.write(func(ctx context.Context, tx *db.Tx) error {
			wantFault(t, h.s.SetWishes(ctx, tx, p.ID, account.Wishes{QuietFrom: 1440}), "form.choice")
			return nil
		})
	})
}

func TestALinkInAMailTurnsItsTopicOff(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		for _, address := range []string{"Guest@Example.org", "giver@example.org"} {
			var person int64
			if address == "giver@example.org" {
				person = h.person(address).ID
			}
			before := len(h.box.Mails())
			h.send(notify.Mail{To: address, Text: "Thank you.\n", Topic: notify.Thanks})
			m := h.box.Mails()[before]
			token := strings.TrimPrefix(m.Unsubscribe, "https://give.example.org/notices/")
			if token == m.Unsubscribe || !strings.HasSuffix(m.Text, "请打开：\n"+m.Unsubscribe+"\n") || strings.Contains(token, "@") || strings.Contains(token, "example") {
				t.Fatalf("link %q", m.Unsubscribe)
			}
			for _, broken := range []string{"", "x", token + "0", token[:len(token)-1], strings.Replace(token, "thanks", "news", 1), "a-thanks-b", strings.Repeat("a", 5000)} {
				if _, err := h.s.RefusalTopic(broken); key(err) != "account.no_refusal" {
					t.Errorf("%q: %v", broken, err)
				}
			}
			for range 2 {
				h.write(func(ctx context.Context, tx *db.Tx) error { return h.s.Refuse(ctx, tx, token) })
			}
			h.send(notify.Mail{To: address, Topic: notify.Thanks})
			h.send(notify.Mail{To: address, Topic: notify.Outcomes})
			if n := len(h.box.Mails()); n != before+2 {
				t.Errorf("%d mails, want one more", n-before)
			}
			if person == 0 {
				continue
			}
			h.read(func(ctx context.Context, r *db.Reader) error {
				w, err := h.s.WishesOf(ctx, r, person)
				if w.Topics[notify.Thanks] {
					t.Error("the page does not show what was turned off")
				}
				return err
			})
			h.setWishes(person, func(*account.Wishes) {})
			h.send(notify.Mail{To: address, Topic: notify.Thanks})
			if n := len(h.box.Mails()); n != before+3 {
				t.Error("what was turned on again is not sent")
			}
		}
	})
}
