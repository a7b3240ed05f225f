package signin_test

import (
	"strings"
	"testing"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/people/signin"
)

func (h house) alive(token string) (n signin.Session, ok bool) {
	h.t.Helper()
	err := h.d.Read(h.t.Context(), func(q *db.Reader) (err error) {
		n, ok, err = h.s.Find(h.t.Context(), q, token, h.c.Now())
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return n, ok
}

// TestTheTwentyFirstSessionEndsTheOldest: the one that rested longest ends, and its owner is told.
func TestTheTwentyFirstSessionEndsTheOldest(t *testing.T) {
	each(t, func(h house) {
		id := h.person("giver@example.org")
		var all []signin.Begun
		for range signin.MostSessions + 1 {
			all = append(all, h.beginFrom(id, signin.ByLink, signin.Browser{Client: "192.0.2.1", Device: signin.ParseDevice("Firefox on Linux")}))
			h.c.Advance(time.Minute)
		}
		other := h.beginFrom(h.person("other@example.org"), signin.ByLink, signin.Browser{Client: "192.0.2.1"})
		if _, ok := h.alive(all[0].Token); ok {
			h.t.Error("the oldest of twenty-one is there")
		}
		for _, b := range append(all[1:], other) {
			if _, ok := h.alive(b.Token); !ok {
				h.t.Error("another one ended")
			}
		}
		h.mails()
		told := 0
		for _, m := range h.box.Mails() {
			if strings.Contains(m.Text, "最多 20 个") {
				told++
			}
		}
		if told != 1 {
			h.t.Errorf("told %d times", told)
		}
	})
}

// TestTheProvidersWordEnds: what rests on the provider ends within its hours, a code that was added to it
// too; a passkey stands by itself.
func TestTheProvidersWordEnds(t *testing.T) {
	each(t, func(h house) {
		id := h.person("giver@example.org")
		from := func(way signin.Way, before int64) signin.Begun {
			return h.beginFrom(id, way, signin.Browser{Client: "192.0.2.1", Session: before})
		}
		plain, weak := from(signin.ByProvider, 0), from(signin.ByAccount, 0)
		first := from(signin.ByAccount, 0)
		h.c.Advance(time.Hour)
		added := from(signin.ByLinkCode, first.Session.ID)
		again := from(signin.ByFamily, added.Session.ID)
		own := from(signin.ByPasskey, from(signin.ByProvider, 0).Session.ID)
		h.c.Advance(signin.ProviderLife - time.Hour - time.Second)
		for what, b := range map[string]signin.Begun{"the provider": plain, "with one proof": weak, "a code beside it": again, "a passkey": own} {
			if _, ok := h.alive(b.Token); !ok {
				h.t.Errorf("%s: ended early", what)
			}
		}
		h.c.Advance(time.Second)
		for what, b := range map[string]signin.Begun{"the provider": plain, "with one proof": weak, "a code beside it": again} {
			if _, ok := h.alive(b.Token); ok {
				h.t.Errorf("%s: goes on", what)
			}
		}
		if _, ok := h.alive(own.Token); !ok {
			h.t.Error("a passkey's session ended with the provider's word")
		}
	})
}
