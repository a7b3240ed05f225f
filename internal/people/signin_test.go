package people_test

import (
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/people"
)

var linkURL = regexp.MustCompile(`https://give\.example\.org/sign-in/(\S+)`)

// mailedToken asks for a link and returns the token in the mail.
func mailedToken(t *testing.T, h house, email, to string, lang i18n.Lang) string {
	t.Helper()
	before := len(h.box.Mails())
	if err := h.s.RequestLink(t.Context(), email, to, lang); err != nil {
		t.Fatal(err)
	}
	if _, err := h.runner.RunOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	mails := h.box.Mails()
	if len(mails) != before+1 {
		t.Fatalf("%d mails, want %d", len(mails), before+1)
	}
	found := linkURL.FindStringSubmatch(mails[before].Text)
	if found == nil {
		t.Fatalf("no link in %q", mails[before].Text)
	}
	return found[1]
}

func TestLinkSignsInOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		ctx := t.Context()
		token := mailedToken(t, h, " Giver@Example.org", "/follow?gift=1", i18n.ZH)
		m := h.box.Mails()[0]
		if m.To != "giver@example.org" || !strings.Contains(m.Subject, "众手") || m.Lang != "zh-CN" || !strings.Contains(m.Text, "15 分钟") {
			t.Errorf("mail %+v", m)
		}
		for range 2 { // looking does not use it
			if err := h.s.CheckLink(ctx, token); err != nil {
				t.Fatal(err)
			}
		}
		p, to, err := h.s.UseLink(ctx, token)
		if err != nil || to != "/follow?gift=1" || p.Email != "giver@example.org" || !p.Seen.Equal(h.c.Now()) {
			t.Errorf("signed in %+v to %q, %v", p, to, err)
		}
		_, _, err = h.s.UseLink(ctx, token)
		wantFault(t, err, "people.link_used")
		wantFault(t, h.s.CheckLink(ctx, token), "people.link_used")
		err = h.d.Read(ctx, func(q *db.Reader) error {
			diary, err := event.Since(ctx, q, 0, 10)
			if len(diary) != 1 || diary[0].Kind != "person.signed_in" || diary[0].Subject != p.ID || string(diary[0].Data) != "{}" {
				t.Errorf("diary %+v", diary)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestOfManyUsesOneWins(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		token := mailedToken(t, h, "giver@example.org", "", i18n.EN)
		var wg sync.WaitGroup
		var won, used atomic.Int64
		for range 8 {
			wg.Go(func() {
				switch _, _, err := h.s.UseLink(t.Context(), token); {
				case err == nil:
					won.Add(1)
				case key(err) == "people.link_used":
					used.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 || used.Load() != 7 {
			t.Errorf("%d signed in and %d were told that it was used", won.Load(), used.Load())
		}
	})
}

func TestMailIsInTheAskersLanguage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		mailedToken(t, h, "giver@example.org", "", i18n.EN)
		if m := h.box.Mails()[0]; m.Subject != "Your sign-in link for Manyhands" || !strings.Contains(m.Text, "within 15 minutes") {
			t.Errorf("mail %+v", m)
		}
	})
}

func TestLinkEndsAfterFifteenMinutes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		token := mailedToken(t, h, "giver@example.org", "//evil.example", i18n.EN)
		h.c.Advance(15*time.Minute - time.Microsecond)
		if err := h.s.CheckLink(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		h.c.Advance(time.Microsecond)
		_, _, err := h.s.UseLink(t.Context(), token)
		wantFault(t, err, "people.link_expired")
		h.c.Advance(25 * time.Hour) // long after, the row is gone
		if _, err := h.runner.RunOnce(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantFault(t, h.s.CheckLink(t.Context(), token), "people.link_unknown")
	})
}

func TestStrangePathsAndTokens(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		_, to, err := h.s.UseLink(t.Context(), mailedToken(t, h, "giver@example.org", "//evil.example", i18n.EN))
		if err != nil || to != "" {
			t.Errorf("went to %q, %v", to, err)
		}
		for _, token := range []string{"", "x", strings.Repeat("A", 43), strings.Repeat("A", 42) + "B", strings.Repeat("é", 43)} {
			wantFault(t, h.s.CheckLink(t.Context(), token), "people.link_unknown")
		}
	})
}

func TestFiveLinksAnHour(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		ask := func() int {
			if err := h.s.RequestLink(t.Context(), "giver@example.org", "", i18n.EN); err != nil {
				t.Fatal(err)
			}
			if _, err := h.runner.RunOnce(t.Context()); err != nil {
				t.Fatal(err)
			}
			return len(h.box.Mails())
		}
		for i := range 7 {
			if got := ask(); got != min(i+1, 5) {
				t.Errorf("%d mails after %d wishes", got, i+1)
			}
		}
		h.c.Advance(time.Hour)
		if got := ask(); got != 6 {
			t.Errorf("%d mails an hour later, want 6", got)
		}
		err := h.s.RequestLink(t.Context(), "nonsense", "", i18n.EN)
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("bad address: %v", err)
		}
	})
}

func TestPrintedLink(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		var token string
		h.write(t, t.Context(), func(tx *db.Tx) (err error) {
			token, err = h.s.MakeLink(t.Context(), tx, "admin@example.org")
			return err
		})
		if p, to, err := h.s.UseLink(t.Context(), token); err != nil || p.Email != "admin@example.org" || to != "" {
			t.Errorf("signed in %+v to %q, %v", p, to, err)
		}
	})
}

func TestSessionsEndWithTheClock(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		ctx, store := t.Context(), h.s.Sessions()
		if err := store.CommitCtx(ctx, "hash", []byte("one"), time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if err := store.CommitCtx(ctx, "hash", []byte("two"), time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if err := store.Commit("other", []byte("x"), time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		wantSession(t, store, "hash", "two", true)
		if err := store.Delete("other"); err != nil {
			t.Fatal(err)
		}
		wantSession(t, store, "other", "", false)
		h.c.Advance(time.Hour)
		wantSession(t, store, "hash", "", false)
	})
}

func wantSession(t *testing.T, s people.Sessions, token, data string, found bool) {
	t.Helper()
	got, ok, err := s.Find(token)
	if err != nil || string(got) != data || ok != found {
		t.Errorf("session %s: %q, %v, %v", token, got, ok, err)
	}
}
