package signin_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"manyhands/internal/people/signin"
	"manyhands/internal/people/signin/signintest"
)

// owner is somebody with a password and a code app, and a browser in which they have used them.
type owner struct {
	h      house
	secret string
	n      signin.Session
	known  signin.Browser
}

const goodPassword = "four words in a row"

func newOwner(h house) owner {
	h.t.Helper()
	n := h.begin(h.person("giver@example.org"), signin.ByLink)
	secret := h.app(n)
	b := h.beginFrom(n.PersonID, signin.ByLinkCode, signin.Browser{Client: "192.0.2.1"})
	if err := h.s.SetPassword(h.t.Context(), b.Session, "", goodPassword, signin.Browser{Client: "192.0.2.1"}); err != nil {
		h.t.Fatal(err)
	}
	h.c.Advance(time.Hour)
	return owner{h, secret, b.Session, signin.Browser{Client: "192.0.2.1", Token: b.DeviceToken}}
}

func (o owner) signIn(from signin.Browser) error {
	o.h.t.Helper()
	o.h.c.Advance(30 * time.Second)
	_, err := o.h.s.SignInWithPassword(o.h.t.Context(), "giver@example.org", goodPassword, signintest.Code(o.h.t, o.secret, o.h.c.Now()), from)
	return err
}

func (o owner) guess(email, client string) error {
	_, err := o.h.s.SignInWithPassword(o.h.t.Context(), email, "a guess of many", "123456", signin.Browser{Client: client})
	return err
}

// An attacker who guesses is slowed down, and the owner is not: in their own browser they sign in at
// once, however many guess, and a passkey is never slowed down at all.
func TestGuessingSlowsTheGuesserNotTheOwner(t *testing.T) {
	each(t, func(h house) {
		o := newOwner(h)
		refused, waits := 0, 0
		for i := range 200 { // from many networks
			switch err := o.guess("giver@example.org", fmt.Sprintf("198.51.100.%d", i%50)); keyOf(err) {
			case "signin.refused":
				refused++
			case "signin.wait":
				waits++
			default:
				h.t.Fatal(err)
			}
		}
		if refused > 25 || waits < 175 {
			h.t.Errorf("%d guesses were looked at, %d had to wait", refused, waits)
		}
		for i := range 40 { // and patiently, so that the waits grow
			_ = o.guess("giver@example.org", fmt.Sprintf("203.0.113.%d", i))
			h.c.Advance(20 * time.Second)
		}
		wantFault(h.t, o.signIn(signin.Browser{Client: "192.0.2.1"}), "signin.wait")
		if err := o.signIn(o.known); err != nil {
			h.t.Errorf("the owner in their own browser: %v", err)
		}
		k, err := h.passkey(h.begin(o.n.PersonID, signin.ByPasskey))
		if err != nil {
			h.t.Fatal(err)
		}
		if _, err := h.signInWith(k); err != nil {
			h.t.Errorf("the owner's passkey: %v", err)
		}
		h.c.Advance(5 * minute) // and in a new browser they wait five minutes at most
		if err := o.signIn(signin.Browser{Client: "192.0.2.99"}); err != nil {
			h.t.Errorf("the owner elsewhere: %v", err)
		}
	})
}

func TestWaitingIsNotMadeLongerByKnocking(t *testing.T) {
	each(t, func(h house) {
		o := newOwner(h)
		for range 6 {
			_ = o.guess("giver@example.org", "198.51.100.1")
		}
		for range 50 {
			wantFault(h.t, o.guess("giver@example.org", "198.51.100.1"), "signin.wait")
		}
		h.c.Advance(15 * time.Second)
		wantFault(h.t, o.guess("giver@example.org", "198.51.100.1"), "signin.refused")
		wantFault(h.t, o.guess("giver@example.org", "198.51.100.1"), "signin.wait")
	})
}

// Whether somebody is here must not show in when the wait begins either.
func TestNobodyIsSlowedDownLikeSomebody(t *testing.T) {
	each(t, func(h house) {
		newOwner(h)
		var answers [2][]string
		for i, email := range []string{"giver@example.org", "nobody@example.org"} {
			o := owner{h: h}
			for range 9 {
				answers[i] = append(answers[i], keyOf(o.guess(email, fmt.Sprintf("198.51.100.%d", i))))
			}
		}
		if fmt.Sprint(answers[0]) != fmt.Sprint(answers[1]) {
			h.t.Errorf("somebody %v\nnobody   %v", answers[0], answers[1])
		}
	})
}

// One network that tries one password on everybody is slowed down too.
func TestOneNetworkAtManyAccounts(t *testing.T) {
	each(t, func(h house) {
		looked := 0
		for i := range 100 {
			if keyOf((owner{h: h}).guess(fmt.Sprintf("giver%d@example.org", i), "198.51.100.1")) == "signin.refused" {
				looked++
			}
		}
		if looked > 32 {
			h.t.Errorf("%d guesses were looked at", looked)
		}
	})
}

// A thief of the mailbox gets new links, and new browsers, as they like; their guesses at the code add up.
func TestStolenMailboxGuessesTheCodeSlowly(t *testing.T) {
	each(t, func(h house) {
		o := newOwner(h)
		looked := 0
		for i := range 60 {
			b := h.beginFrom(o.n.PersonID, signin.ByLink, signin.Browser{Client: fmt.Sprintf("198.51.100.%d", i)})
			_, err := h.s.Prove(h.t.Context(), b.Session, "123456", signin.Browser{Client: fmt.Sprintf("198.51.100.%d", i), Token: b.DeviceToken})
			if keyOf(err) == "signin.refused" {
				looked++
			}
		}
		if looked > 25 {
			h.t.Errorf("%d guesses were looked at", looked)
		}
	})
}

// Many guesses at once are counted before any is looked at.
func TestGuessesAtOnce(t *testing.T) {
	each(t, func(h house) {
		o := newOwner(h)
		var wg sync.WaitGroup
		var looked atomic.Int64
		for range 30 {
			wg.Go(func() {
				if keyOf(o.guess("giver@example.org", "198.51.100.1")) == "signin.refused" {
					looked.Add(1)
				}
			})
		}
		wg.Wait()
		if n := looked.Load(); n == 0 || n > 6 {
			h.t.Errorf("%d guesses were looked at", n)
		}
	})
}
