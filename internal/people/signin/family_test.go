package signin_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/people/signin"
)

const ownCode = "48291517"

// family sets a family code for a person, by a link, as long as they have no child.
func (h house) family(person int64) signin.Session {
	h.t.Helper()
	n := h.begin(person, signin.ByLink)
	if err := h.s.SetFamily(h.t.Context(), n, ownCode, "", time.Time{}); err != nil {
		h.t.Fatal(err)
	}
	return h.begin(person, signin.ByFamily)
}

func (h house) sayFamily(n signin.Session, code string, b signin.Browser) error {
	_, err := h.s.ProveFamily(h.t.Context(), n, code, b)
	return err
}

var elsewhere = signin.Browser{Client: "203.0.113.9"}

func TestFamilyCodeIsSet(t *testing.T) {
	each(t, func(h house) {
		n := h.begin(h.person("guardian@example.org"), signin.ByLink)
		drawn, seal := h.s.DrawFamily(n)
		other := h.begin(h.person("other@example.org"), signin.ByLink)
		for _, x := range []struct{ typed, key string }{
			{"", "form.required"}, {"abcdef", "signin.family_digits"}, {"1234567", "signin.family_short"}, {"123456789012345678901", "signin.family_digits"},
			{"12345678", "signin.family_easy"}, {"20160309", "signin.family_easy"}, {"09032016", "signin.family_easy"}, {"11112222", "signin.family_easy"},
			{"48294829", "signin.family_easy"}, {"482915", "signin.family_short"},
		} {
			wantFault(h.t, h.s.SetFamily(h.t.Context(), n, x.typed, seal, time.Time{}), x.key)
		}
		wantFault(h.t, h.s.SetFamily(h.t.Context(), other, drawn, seal, time.Time{}), "signin.family_short") // drawn for somebody else
		if err := h.s.SetFamily(h.t.Context(), n, drawn[:3]+" "+drawn[3:], seal, time.Time{}); err != nil {
			h.t.Fatal(err)
		}
		wantFault(h.t, h.s.SetFamily(h.t.Context(), n, ownCode, "", time.Time{}), "signin.family_there") // another tab
		set := h.standing(n).Family
		if set.IsZero() {
			h.t.Error("no code is there")
		}
		if err := h.s.SetFamily(h.t.Context(), n, ownCode, "", set); err != nil { // no child hangs on it yet
			h.t.Error(err)
		}
		wantFault(h.t, h.sayFamily(n, drawn, elsewhere), "signin.family_wrong")
		if err := h.sayFamily(n, "４８２９ 1517", elsewhere); err != nil {
			h.t.Error(err)
		}
		wantFault(h.t, h.sayFamily(other, ownCode, elsewhere), "signin.family_none")
		h.write(func(ctx context.Context, tx *db.Tx) error { return h.s.Forget(ctx, tx, n.PersonID) })
		wantFault(h.t, h.sayFamily(n, ownCode, elsewhere), "signin.family_none")
	})
}

// TestWhoMaySetAFamilyCode: for whoever answers for a child a mailbox is enough for nothing.
func TestWhoMaySetAFamilyCode(t *testing.T) {
	each(t, func(h house) {
		may := func(n signin.Session) (family, add string) {
			st := h.standing(n)
			return keyOf(st.MayFamily()), keyOf(st.MayAdd())
		}
		want := func(what string, n signin.Session, family, add string) {
			h.t.Helper()
			if f, a := may(n); f != family || a != add {
				h.t.Errorf("%s: code %q, ways %q; want %q, %q", what, f, a, family, add)
			}
		}
		new1 := h.person("new@example.org")
		want("nobody's guardian", h.begin(new1, signin.ByLink), "", "")
		h.guards[new1] = true
		want("a guardian without a code", h.begin(new1, signin.BySMS), "signin.family_worker", "signin.family_worker")
		want("from the console", h.begin(new1, signin.ByConsole), "", "")

		mother := h.person("mother@example.org")
		strong := h.family(mother)
		want("a mailbox before there is a child", h.begin(mother, signin.ByLink), "", "signin.prove")
		h.guards[mother] = true
		want("a mailbox", h.begin(mother, signin.ByLink), "signin.prove", "signin.prove")
		want("mailbox and code", h.begin(mother, signin.ByFamily), "", "")
		if _, err := h.passkey(strong); err != nil {
			h.t.Error(err)
		}
		want("a mailbox beside a passkey", h.begin(mother, signin.ByLink), "signin.prove", "signin.prove")
		want("code beside a passkey that was lost", h.begin(mother, signin.ByFamily), "", "")
		late := h.begin(mother, signin.ByFamily)
		h.c.Advance(signin.RecentFor)
		want("later", late, "signin.prove_again", "signin.prove_again")

		worker := h.staff("worker@example.org", access.Coordinator)
		h.c.Advance(signin.InvitedFor)
		h.family(worker)
		want("staff with a code", h.begin(worker, signin.ByFamily), "", "signin.not_invited") // it must not lead to the desk
	})
}

func TestTheLastStrongWayLeavesACode(t *testing.T) {
	each(t, func(h house) {
		id := h.person("guardian@example.org")
		if _, err := h.passkey(h.begin(id, signin.ByLink)); err != nil {
			h.t.Fatal(err)
		}
		h.guards[id] = true
		n := h.begin(id, signin.ByPasskey)
		key := h.standing(n).Passkeys[0].ID
		remove := func(ctx context.Context, tx *db.Tx) error { return h.s.RemovePasskey(ctx, tx, n, key) }
		wantFault(h.t, h.tryWrite(remove), "signin.family_first")
		if err := h.s.SetFamily(h.t.Context(), n, ownCode, "", time.Time{}); err != nil {
			h.t.Fatal(err)
		}
		wantFault(h.t, h.tryWrite(remove), "")
	})
}

// TestGuessesAtAFamilyCode: five cost nothing, then each doubles the wait, up to a day; no pause and no
// knocking changes that, and many at once are many.
func TestGuessesAtAFamilyCode(t *testing.T) {
	each(t, func(h house) {
		id := h.person("guardian@example.org")
		h.family(id)
		thief := h.begin(id, signin.ByLink)
		var looked atomic.Int64
		var wg sync.WaitGroup
		for range 12 {
			wg.Go(func() {
				if keyOf(h.sayFamily(thief, "91827364", elsewhere)) == "signin.family_wrong" {
					looked.Add(1)
				}
			})
		}
		wg.Wait()
		if n := looked.Load(); n != 6 {
			h.t.Errorf("%d of twelve at once were looked at", n)
		}
		wantFault(h.t, h.sayFamily(thief, ownCode, elsewhere), "signin.family_minutes")
		wantFault(h.t, h.sayFamily(thief, ownCode, signin.Browser{Client: "198.51.100.7"}), "signin.family_minutes") // whichever network
		guesses := 0
		for h.c.Now().Sub(thief.Made) < 30*24*time.Hour { // a month, trying each three hours
			h.c.Advance(3 * time.Hour)
			if keyOf(h.sayFamily(thief, "91827364", elsewhere)) == "signin.family_wrong" {
				guesses++
			}
		}
		if guesses > 40 {
			h.t.Errorf("%d guesses in a month", guesses)
		}
		wantFault(h.t, h.sayFamily(thief, ownCode, elsewhere), "signin.family_hours")

		own := h.beginFrom(id, signin.ByConsole, signin.Browser{Client: "192.0.2.1"})
		wrong, err := h.s.ProveFamily(h.t.Context(), own.Session, ownCode, signin.Browser{Client: "192.0.2.1", Token: own.DeviceToken})
		if err != nil || wrong < 6 {
			h.t.Errorf("the owner in a browser of their own: %d, %v", wrong, err)
		}
		wantFault(h.t, h.sayFamily(thief, ownCode, elsewhere), "") // said right: forgotten
	})
}

func TestASlipSetsAFamilyCodeAnew(t *testing.T) {
	each(t, func(h house) {
		id, worker := h.person("guardian@example.org"), h.person("worker@example.org")
		h.family(id)
		h.guards[id] = true
		make1 := func(by int64) (slip, key string) {
			key = keyOf(h.tryWrite(func(ctx context.Context, tx *db.Tx) (err error) {
				slip, err = h.s.FamilyPaper(access.With(ctx, access.Actor{PersonID: by}), tx, id)
				return err
			}))
			return slip, key
		}
		if _, key := make1(id); key != "signin.reset_yourself" {
			h.t.Errorf("for oneself: %q", key)
		}
		first, _ := make1(worker)
		slip, _ := make1(worker)
		n := h.begin(id, signin.ByLink)
		use := func(n signin.Session, slip, code string) string {
			return keyOf(h.s.AnewFamily(h.t.Context(), n, slip, code, "", elsewhere))
		}
		for what, x := range map[string]struct{ got, want string }{
			"the older one": {use(n, first, "59301628"), "signin.family_paper"},
			"another's":     {use(h.begin(worker, signin.ByLink), slip, "59301628"), "signin.family_paper"},
			"an easy code":  {use(n, slip, "20160309"), "signin.family_easy"},
			"nothing":       {use(n, "", "59301628"), "signin.family_paper"},
		} {
			if x.got != x.want {
				h.t.Errorf("%s: %q, want %q", what, x.got, x.want)
			}
		}
		if key := use(n, slip, "59301628"); key != "" {
			h.t.Errorf("the slip: %q", key)
		}
		if key := use(n, slip, "70412839"); key != "signin.family_paper" {
			h.t.Errorf("the slip again: %q", key)
		}
		wantFault(h.t, h.sayFamily(n, "59301628", elsewhere), "")
		slip, _ = make1(worker)
		h.c.Advance(signin.PaperDays * 24 * time.Hour)
		if key := use(h.begin(id, signin.ByLink), slip, "70412839"); key != "signin.family_paper" {
			h.t.Errorf("a week later: %q", key)
		}
		h.c.Advance(signin.RecentFor)
		if key := use(n, slip, "70412839"); key != "signin.prove_again" {
			h.t.Errorf("in an old session: %q", key)
		}
	})
}

// TestShortWithAFamilyCode: a mailbox is less than the person has, and a family code is enough.
func TestShortWithAFamilyCode(t *testing.T) {
	each(t, func(h house) {
		id := h.person("guardian@example.org")
		h.family(id)
		for way, want := range map[signin.Way]string{signin.ByLink: "signin.prove", signin.BySMS: "signin.prove", signin.ByFamily: ""} {
			b := h.beginFrom(id, way, signin.Browser{Client: "192.0.2.1"})
			err := h.d.Read(h.t.Context(), func(q *db.Reader) error {
				n, _, err := h.s.Find(h.t.Context(), q, b.Token, h.c.Now())
				if err == nil {
					err = signin.CheckRecent(signin.With(h.t.Context(), n, h.c.Now()))
				}
				return err
			})
			wantFault(h.t, err, want)
		}
	})
}
