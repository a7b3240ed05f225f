package people_test

import (
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"manyhands/internal/db"
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

// use uses a link in a write of its own.
func (h house) use(t *testing.T, token string) (a people.Arrival, err error) {
	t.Helper()
	err = h.d.Write(t.Context(), func(tx *db.Tx) (err error) {
		a, err = h.s.UseLink(t.Context(), tx, token)
		return err
	})
	return a, err
}

func TestLinkSignsInOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		ctx := t.Context()
		token := mailedToken(t, h, " Giver@Example.org", "/follow?gift=1", i18n.ZH)
		m := h.box.Mails()[0]
		if m.To != "giver@example.org" || !strings.Contains(m.Subject, "众手") || m.Lang != "zh-CN" || !strings.Contains(m.Text, "10 分钟") {
			t.Errorf("mail %+v", m)
		}
		for range 2 { // looking does not use it
			if err := h.s.CheckLink(ctx, token); err != nil {
				t.Fatal(err)
			}
		}
		a, err := h.use(t, token)
		if err != nil || a.To != "/follow?gift=1" || a.Person.Email != "giver@example.org" || a.Console {
			t.Errorf("came in %+v, %v", a, err)
		}
		_, err = h.use(t, token)
		wantFault(t, err, "people.link_used")
		wantFault(t, h.s.CheckLink(ctx, token), "people.link_used")
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
				switch _, err := h.use(t, token); {
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
		if m := h.box.Mails()[0]; m.Subject != "Your sign-in link for Manyhands" || !strings.Contains(m.Text, "within 10 minutes") {
			t.Errorf("mail %+v", m)
		}
	})
}

func TestLinkEndsAfterTenMinutes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		token := mailedToken(t, h, "giver@example.org", "//evil.example", i18n.EN)
		h.c.Advance(people.LinkLife - time.Microsecond)
		if err := h.s.CheckLink(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		h.c.Advance(time.Microsecond)
		_, err := h.use(t, token)
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
		a, err := h.use(t, mailedToken(t, h, "giver@example.org", "//evil.example", i18n.EN))
		if err != nil || a.To != "" {
			t.Errorf("went to %q, %v", a.To, err)
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
		h.c.Advance(people.LinkLife) // nothing works any more: somebody else may have asked for the five
		for range 3 {
			if got := ask(); got != 6 {
				t.Errorf("%d mails a quarter later, want 6", got)
			}
		}
		h.c.Advance(time.Hour)
		if got := ask(); got != 7 {
			t.Errorf("%d mails an hour later, want 7", got)
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
		if a, err := h.use(t, token); err != nil || a.Person.Email != "admin@example.org" || a.To != "" || !a.Console {
			t.Errorf("came in %+v, %v", a, err)
		}
	})
}
