package signin_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/people/signin"
	"manyhands/internal/people/signin/signintest"
)

func TestCatalogues(t *testing.T) {
	t.Parallel()
	i18ntest.CheckCatalogues(t, signin.Texts, "signin.")
}

// askPasskey asks for a passkey on the sign-in page and has k answer.
func (h house) signInWith(k *signintest.Passkey, change ...func(*signin.Challenge)) (int64, error) {
	h.t.Helper()
	var c signin.Challenge
	h.write(func(ctx context.Context, tx *db.Tx) (err error) {
		c, err = h.s.AskPasskey(ctx, tx)
		return err
	})
	for _, f := range change {
		f(&c)
	}
	return h.s.SignInWithPasskey(h.t.Context(), c.Ceremony, k.Get(c.Options))
}

func TestPasskeySignsIn(t *testing.T) {
	each(t, func(h house) {
		giver := h.person("giver@example.org")
		k, err := h.passkey(h.begin(giver, signin.ByLink))
		if err != nil {
			h.t.Fatal(err)
		}
		for range 2 {
			if got, err := h.signInWith(k); err != nil || got != giver {
				h.t.Errorf("signed in %d, %v", got, err)
			}
		}
		if st := h.standing(h.begin(giver, signin.ByPasskey)); len(st.Passkeys) != 1 || !st.Passkeys[0].Used.Equal(h.c.Now()) || !st.Strong() {
			h.t.Errorf("standing %+v", st)
		}
		h.mails()
		if all := h.box.Mails(); len(all) == 0 || all[0].To != "giver@example.org" || !strings.Contains(all[0].Text, "添加了一个通行密钥") {
			h.t.Errorf("mails %+v", all)
		}
	})
}

// Each of these is an attack, or a day on which something is wrong. None says more than another.
func TestPasskeyIsRefused(t *testing.T) {
	each(t, func(h house) {
		k, err := h.passkey(h.begin(h.person("giver@example.org"), signin.ByLink))
		if err != nil {
			h.t.Fatal(err)
		}
		refused := func(what, key string, err error) {
			h.t.Helper()
			if keyOf(err) != key {
				h.t.Errorf("%s: %v, want %s", what, err, key)
			}
		}
		_, err = h.signInWith(signintest.NewPasskey(h.t, base))
		refused("unknown", "signin.passkey_refused", err)
		phish := *k
		phish.Origin = "https://give.example.net"
		_, err = h.signInWith(&phish)
		refused("another site's", "signin.passkey_refused", err)
		lazy := *k
		lazy.Careful = false
		_, err = h.signInWith(&lazy)
		refused("holder not checked", "signin.passkey_refused", err)
		other := *k
		other.Handle = []byte("12345678")
		_, err = h.signInWith(&other)
		refused("another's handle", "signin.passkey_refused", err)
		_, err = h.signInWith(k, func(*signin.Challenge) { h.c.Advance(5 * minute) })
		refused("late", "signin.ceremony_ended", err)
		_, err = h.signInWith(k, func(c *signin.Challenge) { c.Ceremony = strings.Repeat("A", 43) })
		refused("unknown challenge", "signin.ceremony_ended", err)
		copied := *k
		if _, err := h.signInWith(k); err != nil {
			h.t.Fatal(err)
		}
		copied.Count = 1
		_, err = h.signInWith(&copied)
		refused("counter went back", "signin.passkey_refused", err)

		var c signin.Challenge
		h.write(func(ctx context.Context, tx *db.Tx) (err error) {
			c, err = h.s.AskPasskey(ctx, tx)
			return err
		})
		answer := k.Get(c.Options)
		if _, err := h.s.SignInWithPasskey(h.t.Context(), c.Ceremony, answer); err != nil {
			h.t.Error(err)
		}
		_, err = h.s.SignInWithPasskey(h.t.Context(), c.Ceremony, answer)
		refused("the same answer again", "signin.ceremony_ended", err)
	})
}

func TestChallengeIsForOneKindAndOnePerson(t *testing.T) {
	each(t, func(h house) {
		a, b := h.begin(h.person("a@example.org"), signin.ByLink), h.begin(h.person("b@example.org"), signin.ByLink)
		k, err := h.passkey(a)
		if err != nil {
			h.t.Fatal(err)
		}
		var c signin.Challenge
		offer := func(n signin.Session) {
			h.write(func(ctx context.Context, tx *db.Tx) (err error) {
				c, err = h.s.OfferPasskey(ctx, tx, n)
				return err
			})
		}
		offer(b)
		wantFault(h.t, h.s.AddPasskey(h.t.Context(), a, c.Ceremony, "mine", signintest.NewPasskey(h.t, base).Create(c.Options)), "signin.ceremony_ended")
		strong := h.begin(a.PersonID, signin.ByPasskey)
		offer(b)
		wantFault(h.t, h.s.AddPasskey(h.t.Context(), strong, c.Ceremony, "mine", signintest.NewPasskey(h.t, base).Create(c.Options)), "signin.ceremony_ended")
		offer(b)
		wantFault(h.t, h.s.AddPasskey(h.t.Context(), b, c.Ceremony, "mine", k.Create(c.Options)), "signin.passkey_known")
		h.write(func(ctx context.Context, tx *db.Tx) (err error) {
			c, err = h.s.AskOwnPasskey(ctx, tx, strong)
			return err
		})
		_, err = h.s.SignInWithPasskey(h.t.Context(), c.Ceremony, k.Get(c.Options))
		wantFault(h.t, err, "signin.ceremony_ended")
	})
}

func TestPasswordAndCode(t *testing.T) {
	each(t, func(h house) {
		ctx, from := h.t.Context(), signin.Browser{Client: "192.0.2.7"}
		n := h.begin(h.person("giver@example.org"), signin.ByLink)
		wantFault(h.t, h.s.SetPassword(ctx, n, "", "four words in a row", elsewhere), "signin.app_first")
		secret := h.app(n)
		n = h.begin(n.PersonID, signin.ByLinkCode)
		wantFault(h.t, h.s.SetPassword(ctx, n, "", "short", elsewhere), "signin.password_short")
		wantFault(h.t, h.s.SetPassword(ctx, n, "", "Password123", elsewhere), "signin.password_common")
		if err := h.s.SetPassword(ctx, n, "", "ｆｏｕｒ words　in a row", elsewhere); err != nil {
			h.t.Fatal(err)
		}
		h.c.Advance(minute)
		in := func(email, password, code string) error {
			got, err := h.s.SignInWithPassword(ctx, email, password, code, from)
			if err == nil && got != n.PersonID {
				h.t.Errorf("signed in %d", got)
			}
			return err
		}
		code := signintest.Code(h.t, secret, h.c.Now())
		wantFault(h.t, in("giver@example.org", "four words in a  row", code), "signin.refused")
		wantFault(h.t, in("giver@example.org", "four words in a row", "000000x"), "signin.refused")
		wantFault(h.t, in("nobody@example.org", "four words in a row", code), "signin.refused")
		wantFault(h.t, in("nonsense", "four words in a row", code), "signin.refused")
		if err := in(" Giver@Example.org", "four words in a row", code[:3]+" "+code[3:]); err != nil {
			h.t.Error(err)
		}
		wantFault(h.t, in("giver@example.org", "four words in a row", code), "signin.refused") // replayed
	})
}

func TestCodesOfTheAppAndTheClock(t *testing.T) {
	each(t, func(h house) {
		n := h.begin(h.person("giver@example.org"), signin.ByLink)
		secret := h.app(n)
		at := h.c.Now().Truncate(30 * time.Second).Add(10 * minute)
		prove := func(now, shown time.Duration) error {
			h.c.Set(at.Add(now))
			way, err := h.s.Prove(h.t.Context(), n, signintest.Code(h.t, secret, at.Add(shown)), signin.Browser{Client: "192.0.2.1"})
			if err == nil && way != signin.ByLinkCode {
				h.t.Errorf("way %q", way)
			}
			return err
		}
		wantFault(h.t, prove(0, 60*time.Second), "signin.refused")
		wantFault(h.t, prove(0, -60*time.Second), "signin.refused")
		wantFault(h.t, prove(0, -30*time.Second), "")
		wantFault(h.t, prove(0, -30*time.Second), "signin.refused") // the same again
		wantFault(h.t, prove(0, 30*time.Second), "")
		wantFault(h.t, prove(0, 0), "signin.refused") // older than one that was taken
		wantFault(h.t, prove(90*time.Second, 60*time.Second), "")
	})
}

// Somebody who reads the mailbox of a member of staff gets links, and no further.
func TestStolenMailboxDoesNotReachTheDesk(t *testing.T) {
	each(t, func(h house) {
		staff := h.staff("staff@example.org", access.Coordinator)
		if _, err := h.passkey(h.begin(staff, signin.ByLink)); err != nil {
			h.t.Fatalf("within the invitation: %v", err)
		}
		thief := h.begin(staff, signin.ByLink)
		_, err := h.passkey(thief)
		wantFault(h.t, err, "signin.prove")
		_, err = h.s.MakeRecoveryCodes(h.t.Context(), thief)
		wantFault(h.t, err, "signin.prove")
		for what, act := range map[string]func(ctx context.Context, tx *db.Tx) error{
			"a code app": func(ctx context.Context, tx *db.Tx) error { return h.s.OfferApp(ctx, tx, thief) },
			"removing": func(ctx context.Context, tx *db.Tx) error {
				return h.s.RemovePasskey(ctx, tx, thief, h.standing(thief).Passkeys[0].ID)
			},
		} {
			if err := h.tryWrite(act); keyOf(err) != "signin.prove" {
				h.t.Errorf("%s: %v", what, err)
			}
		}
	})
}

func TestInvitationEnds(t *testing.T) {
	each(t, func(h house) {
		staff := h.staff("staff@example.org", access.Coordinator)
		h.c.Advance(signin.InvitedFor)
		_, err := h.passkey(h.begin(staff, signin.ByLink))
		wantFault(h.t, err, "signin.not_invited")
		if _, err := h.passkey(h.begin(staff, signin.ByConsole)); err != nil {
			h.t.Errorf("by a link of the console: %v", err)
		}
	})
}

func TestOldProofIsNotEnoughToChangeAnything(t *testing.T) {
	each(t, func(h house) {
		n := h.begin(h.person("giver@example.org"), signin.ByLink)
		h.c.Advance(signin.RecentFor)
		_, err := h.passkey(n)
		wantFault(h.t, err, "signin.prove_again")
		if ctx := signin.With(h.t.Context(), n, h.c.Now()); signin.Recent(ctx) || keyOf(signin.CheckRecent(ctx)) != "signin.prove_again" {
			h.t.Error("an old proof is recent")
		}
		if ctx := signin.With(h.t.Context(), n, h.c.Now().Add(-time.Second)); !signin.Recent(ctx) || signin.CheckRecent(ctx) != nil {
			h.t.Error("a new proof is not recent")
		}
		if signin.Recent(h.t.Context()) {
			h.t.Error("a guest has proved something")
		}
	})
}

// Somebody who holds a passkey and has shown a mailbox has not shown enough to be taken for themselves.
func TestShortProof(t *testing.T) {
	each(t, func(h house) {
		ctx, giver := h.t.Context(), h.person("giver@example.org")
		short := func(way signin.Way) (short bool, err error) {
			token := h.beginFrom(giver, way, signin.Browser{}).Token
			readErr := h.d.Read(ctx, func(q *db.Reader) error {
				n, _, findErr := h.s.Find(ctx, q, token, h.c.Now())
				short, err = n.Short, signin.CheckRecent(signin.With(ctx, n, h.c.Now()))
				return findErr
			})
			if readErr != nil {
				h.t.Fatal(readErr)
			}
			return short, err
		}
		if got, err := short(signin.ByLink); got || err != nil {
			h.t.Errorf("without a passkey: %v, %v", got, err)
		}
		if _, err := h.passkey(h.begin(giver, signin.ByLink)); err != nil {
			h.t.Fatal(err)
		}
		if got, err := short(signin.ByLink); !got || keyOf(err) != "signin.prove" {
			h.t.Errorf("by link: %v, %v", got, err)
		}
		if got, err := short(signin.ByPasskey); got || err != nil {
			h.t.Errorf("by passkey: %v, %v", got, err)
		}
	})
}

func TestStaffKeepOneWay(t *testing.T) {
	each(t, func(h house) {
		staff := h.staff("staff@example.org", access.Coordinator)
		if _, err := h.passkey(h.begin(staff, signin.ByLink)); err != nil {
			h.t.Fatal(err)
		}
		n := h.begin(staff, signin.ByPasskey)
		remove := func() error {
			return h.tryWrite(func(ctx context.Context, tx *db.Tx) error {
				return h.s.RemovePasskey(ctx, tx, n, h.standing(n).Passkeys[0].ID)
			})
		}
		wantFault(h.t, remove(), "signin.last_factor")
		h.app(n)
		wantFault(h.t, remove(), "")
		wantFault(h.t, h.tryWrite(func(ctx context.Context, tx *db.Tx) error { return h.s.RemoveApp(ctx, tx, n) }), "signin.last_factor")
		other := h.begin(h.person("other@example.org"), signin.ByLink)
		wantFault(h.t, h.tryWrite(func(ctx context.Context, tx *db.Tx) error { return h.s.RemovePasskey(ctx, tx, other, 1) }), "signin.passkey_unknown")
	})
}

func TestRecoveryCodes(t *testing.T) {
	each(t, func(h house) {
		ctx, from := h.t.Context(), signin.Browser{Client: "192.0.2.1"}
		n := h.begin(h.person("giver@example.org"), signin.ByConsole)
		var codes []string
		draw := func() (err error) {
			codes, err = h.s.MakeRecoveryCodes(h.t.Context(), n)
			return err
		}
		wantFault(h.t, draw(), "signin.factor_first")
		h.app(n)
		wantFault(h.t, draw(), "")
		h.saltsOf(n.PersonID)
		if len(codes) != signin.RecoveryCodes || h.standing(n).Codes != signin.RecoveryCodes {
			h.t.Fatalf("%d codes", len(codes))
		}
		old, link := codes[1], h.begin(n.PersonID, signin.ByLink)
		for i, want := range []string{"", "signin.refused"} { // once
			way, err := h.s.Prove(ctx, link, strings.ToUpper(codes[0]), from)
			if keyOf(err) != want || way != signin.ByRecovery {
				h.t.Errorf("use %d: %q %v", i, way, err)
			}
		}
		stranger := h.begin(h.person("other@example.org"), signin.ByLink)
		_, err := h.s.Prove(ctx, stranger, old, from)
		wantFault(h.t, err, "signin.refused")
		n = h.begin(n.PersonID, signin.ByRecovery)
		wantFault(h.t, draw(), "")
		_, err = h.s.Prove(ctx, h.begin(n.PersonID, signin.ByLink), old, from)
		wantFault(h.t, err, "signin.refused")
	})
}

func TestChangesEndOtherSessions(t *testing.T) {
	each(t, func(h house) {
		ctx := h.t.Context()
		giver := h.person("giver@example.org")
		elsewhere := h.beginFrom(giver, signin.ByLink, signin.Browser{})
		here := h.beginFrom(giver, signin.ByLink, signin.Browser{})
		if _, err := h.passkey(here.Session); err != nil {
			h.t.Fatal(err)
		}
		for what, x := range map[string]struct {
			token string
			found bool
		}{"elsewhere": {elsewhere.Token, false}, "here": {here.Token, true}, "nonsense": {"nonsense", false}} {
			err := h.d.Read(ctx, func(q *db.Reader) error {
				n, found, err := h.s.Find(ctx, q, x.token, h.c.Now())
				if found != x.found || found && n.PersonID != giver {
					h.t.Errorf("%s: %+v, %v", what, n, found)
				}
				return err
			})
			if err != nil {
				h.t.Fatal(err)
			}
		}
		other := h.begin(h.person("other@example.org"), signin.ByLink)
		wantFault(h.t, h.tryWrite(func(ctx context.Context, tx *db.Tx) error { return h.s.End(ctx, tx, giver, other.ID) }), "signin.session_unknown")
	})
}

func TestSessionsEndByTheClock(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	n := signin.Session{Made: at, Seen: at, Expires: at.Add(signin.Life)}
	fresh := func(after time.Duration) signin.Session { n := n; n.Seen = at.Add(after - time.Hour); return n }
	for _, x := range []struct {
		n     signin.Session
		staff bool
		after time.Duration
		want  bool
	}{
		{n, true, 12*time.Hour - 1, false}, {n, true, 12 * time.Hour, true}, {n, false, 12 * time.Hour, false},
		{n, false, 7*24*time.Hour - 1, false}, {n, false, 7 * 24 * time.Hour, true},
		{fresh(7 * 24 * time.Hour), true, 7*24*time.Hour - 1, false}, {fresh(7 * 24 * time.Hour), true, 7 * 24 * time.Hour, true},
		{fresh(30 * 24 * time.Hour), false, 30*24*time.Hour - 1, false}, {fresh(30 * 24 * time.Hour), false, 30 * 24 * time.Hour, true},
	} {
		if got := x.n.Over(x.staff, at.Add(x.after)); got != x.want {
			t.Errorf("staff %v after %s: %v", x.staff, x.after, got)
		}
	}
}

func TestNewDevicesAreTold(t *testing.T) {
	each(t, func(h house) {
		giver := h.person("giver@example.org")
		first := h.beginFrom(giver, signin.ByLink, signin.Browser{Device: signin.ParseDevice("Mozilla/5.0 (Linux; Android 12) Chrome/120 Safari/537")})
		if n, _ := h.mails(); n != 0 {
			h.t.Errorf("%d mails about the first device", n)
		}
		h.beginFrom(giver, signin.ByLink, signin.Browser{Token: first.DeviceToken})
		if n, _ := h.mails(); n != 0 {
			h.t.Errorf("%d mails about a device that is known", n)
		}
		h.beginFrom(giver, signin.ByLink, signin.Browser{Device: signin.ParseDevice("Mozilla/5.0 (iPhone; CPU iPhone OS 17) MicroMessenger/8")})
		if n, last := h.mails(); n != 1 || !strings.Contains(last, "iPhone · 微信") || !strings.Contains(last, base+"/me/security") {
			h.t.Errorf("%d mails, the last %q", n, last)
		}
	})
}

func TestForget(t *testing.T) {
	each(t, func(h house) {
		n := h.begin(h.person("giver@example.org"), signin.ByConsole)
		k, err := h.passkey(n)
		if err != nil {
			h.t.Fatal(err)
		}
		h.app(n)
		h.write(func(ctx context.Context, tx *db.Tx) error { return h.s.Forget(ctx, tx, n.PersonID) })
		if st := h.standing(n); st.Strong() || st.Codes != 0 || !st.Password.IsZero() {
			h.t.Errorf("left: %+v", st)
		}
		_, err = h.signInWith(k)
		wantFault(h.t, err, "signin.passkey_refused")
		for _, table := range []string{"session", "known_device", "passkey", "totp"} {
			if left := h.count(table); left != 0 {
				h.t.Errorf("%d rows of %s are left", left, table)
			}
		}
	})
}

func (h house) count(table string) (n int) {
	h.t.Helper()
	err := h.d.Read(h.t.Context(), func(q *db.Reader) error {
		return q.QueryRowContext(h.t.Context(), "SELECT COUNT(*) FROM "+table).Scan(&n)
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

func TestPurge(t *testing.T) {
	each(t, func(h house) {
		h.begin(h.person("giver@example.org"), signin.ByLink)
		h.write(func(ctx context.Context, tx *db.Tx) error { _, err := h.s.AskPasskey(ctx, tx); return err })
		_, _ = h.s.SignInWithPassword(h.t.Context(), "nobody@example.org", "x", "x", signin.Browser{Client: "192.0.2.1"})
		h.c.Advance(signin.DeviceLife + 2*time.Hour)
		h.mails()
		for _, table := range []string{"session", "known_device", "ceremony", "attempt"} {
			if left := h.count(table); left != 0 {
				h.t.Errorf("%d rows of %s are left", left, table)
			}
		}
	})
}

func TestSigningInIsInTheDiary(t *testing.T) {
	each(t, func(h house) {
		n := h.begin(h.person("giver@example.org"), signin.ByPasskey)
		err := h.d.Read(h.t.Context(), func(q *db.Reader) error {
			diary, err := event.About(h.t.Context(), q, n.PersonID, 10)
			if len(diary) != 1 || diary[0].Kind != "person.signed_in" || string(diary[0].Data) != `{"way":"passkey"}` {
				h.t.Errorf("diary %+v", diary)
			}
			p, personErr := h.people.PersonByID(h.t.Context(), q, n.PersonID)
			if personErr != nil || !p.Seen.Equal(h.c.Now()) {
				h.t.Errorf("person %+v, %v", p, personErr)
			}
			return err
		})
		if err != nil {
			h.t.Fatal(err)
		}
	})
}

func TestWaysAndDevicesHaveTexts(t *testing.T) {
	t.Parallel()
	b := i18ntest.Bundle(t, signin.Texts)
	for _, lang := range i18n.Langs() {
		ctx := i18n.With(t.Context(), b, lang, nil)
		for _, w := range signin.Ways() {
			if !i18n.Has(ctx, "signin.way."+string(w)) {
				t.Errorf("%s: no text for %s", lang, w)
			}
		}
		for _, d := range signin.Devices() {
			if !i18n.Has(ctx, "signin.device."+d) {
				t.Errorf("%s: no text for %s", lang, d)
			}
		}
	}
	if signin.ByLink.Strong() || signin.BySMS.Strong() || signin.Way("").Strong() || signin.Way("king").Strong() {
		t.Error("a mailbox, a telephone or nothing is strong")
	}
}

// saltsOf looks that the codes are kept as slow hashes under one salt of their own.
func (h house) saltsOf(person int64) {
	h.t.Helper()
	var salts, hashes, shortest int64
	row := func(ctx context.Context, q db.Queryer) error {
		return q.QueryRowContext(ctx, `SELECT COUNT(DISTINCT salt), COUNT(DISTINCT hash), MIN(LENGTH(salt)) FROM recovery_code WHERE person_id = $1`, person).
			Scan(&salts, &hashes, &shortest)
	}
	if err := h.d.Read(h.t.Context(), func(q *db.Reader) error { return row(h.t.Context(), q) }); err != nil {
		h.t.Fatal(err)
	}
	if salts != 1 || hashes != signin.RecoveryCodes || shortest != 32 {
		h.t.Errorf("%d salts of %d hex digits, %d hashes", salts, shortest, hashes)
	}
}
