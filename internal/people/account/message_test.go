package account_test

import (
	"context"
	"testing"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/notify"
	"manyhands/internal/people/account"
)

// A message to a person goes to the number that they have when it leaves, as they wish, and to nobody when the
// number may have another owner now. The clock of a test begins at eight in the evening.
func TestMessagesToAPersonGoAsTheyWish(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		p := h.byPhone("13800000001", "a")
		none := h.person("giver@example.org")
		sent := len(h.box.Messages())
		send := func(person int64) int {
			h.write(func(ctx context.Context, tx *db.Tx) error {
				return notify.SendSMS(ctx, tx, notify.SMS{Person: person, Template: notify.SMSEnds, Text: "x", Topic: notify.Reminders})
			})
			h.run()
			n := len(h.box.Messages()) - sent
			sent += n
			return n
		}
		if n := send(p.ID); n != 1 || h.box.Messages()[sent-1].To != "+8613800000001" {
			t.Errorf("%d messages: %+v", n, h.box.Messages())
		}
		if n := send(none.ID); n != 0 {
			t.Errorf("%d messages to somebody without a number", n)
		}
		h.setWishes(p.ID, func(w *account.Wishes) { w.Topics[notify.Reminders] = false })
		if n := send(p.ID); n != 0 {
			t.Errorf("%d messages that are not wanted", n)
		}
		h.setWishes(p.ID, func(w *account.Wishes) { w.QuietFrom, w.QuietUntil = 19*60, 21*60 })
		if n := send(p.ID); n != 0 {
			t.Errorf("%d messages in the quiet hours", n)
		}
		h.c.Advance(time.Hour)
		h.run()
		if n := len(h.box.Messages()) - sent; n != 1 {
			t.Errorf("%d messages afterwards", n)
		}
		sent = len(h.box.Messages())
		h.c.Advance(365*24*time.Hour + time.Hour)
		if n := send(p.ID); n != 0 {
			t.Errorf("%d messages to a number that was not proven for a year", n)
		}
	})
}
