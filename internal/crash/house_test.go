package crash

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/app"
	"manyhands/internal/bench/load"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/giving/givingtest"
	"manyhands/internal/money"
	"manyhands/internal/payment/sandbox"
	"manyhands/internal/people"
)

// house is a program with what it holds.
type house struct {
	t      *testing.T
	p      *program
	direct string                 // where its database is reached without a wire
	copy   func(dir string) error // copies the files of a program that does not run; nil where they are read in place

	campaigns      []string // slugs
	funds          []int64
	payee          int64
	early          []*act // gifts made before the start, whose promises end soon
	maker, checker *client
	links          [2]string
}

// newHouse makes a small network in target: two campaigns, pools of which one runs dry, two people of
// the staff, and gifts whose promises end in the first half minute.
func newHouse(t *testing.T, target string) *house {
	t.Helper()
	h := &house{t: t, p: newProgram(t, target), direct: target}
	h.copy = func(dir string) error { return os.CopyFS(dir, os.DirFS(target)) }
	if db.IsPostgres(target) {
		h.copy = nil
	}
	h.maker, h.checker = newClient(h.p.base()), newClient(h.p.base())
	h.furnish(target)
	return h
}

// hold is how long a match is promised: the least that a pool may say.
const hold = time.Minute

func (h *house) furnish(target string) {
	h.t.Helper()
	now := time.Now()
	c := clock.NewSim(now.Add(-hold))
	s := h.openAt(target, c)
	w := givingtest.With(h.t, s.DB, s.Giving)
	w.NewPool(giving.Terms{Rule: giving.FirstCome, RatioPercent: 50, HoldSeconds: int64(hold / time.Second)}, 200_000_00)
	other := w.NewCampaign("Spring meals", 50_000_00)
	h.campaigns, h.funds, h.payee = []string{w.Campaign.Slug, other.Slug}, []int64{w.Campaign.Fund, other.Fund}, w.Hospital.ID
	w.Write(func(ctx context.Context, tx *db.Tx) error {
		for i, who := range []struct {
			id   int64
			role []access.Role
		}{{w.Maker, []access.Role{access.Treasurer, access.Coordinator}}, {w.Checker, []access.Role{access.Approver}}} {
			for _, role := range who.role {
				if _, err := s.People.Appoint(ctx, tx, people.Appointment{PersonID: who.id, Role: role}); err != nil {
					return err
				}
			}
			var err error
			if h.links[i], err = s.People.MakeLink(ctx, tx, fmt.Sprintf("staff%d@example.org", i)); err != nil {
				return err
			}
		}
		return nil
	})
	for i := range 24 {
		c.Set(now.Add(-hold + time.Duration(i+1)*time.Second))
		h.early = append(h.early, h.earlyGift(s, other.ID, i))
	}
	if err := s.DB.Close(); err != nil {
		h.t.Fatal(err)
	}
}

// earlyGift makes a gift of which nobody has heard again, large enough that the pool with the short
// promise does most for it.
func (h *house) earlyGift(s *app.Services, campaign int64, i int) *act {
	h.t.Helper()
	a := &act{plan: leaves, early: true, gift: load.Gift{Campaign: h.campaigns[1], Minor: int64(500_00 + i), Key: fmt.Sprintf("crash-early-%04d", i), From: load.Address(givers<<21 + i)}}
	if i%3 == 0 {
		a.plan = tarries
	}
	g, err := s.Giving.Give(h.t.Context(), giving.GiftInput{Campaign: campaign, Amount: money.Yuan(a.gift.Minor), Method: sandbox.Name,
		Visibility: giving.Public, Lang: "zh", Device: a.gift.Key, FormKey: a.gift.Key})
	if err != nil {
		h.t.Fatal(err)
	}
	a.token, a.id, a.promised, a.ends = g.Token, g.ID, g.MatchPromised, g.PromiseEndsAt
	err = s.DB.Read(h.t.Context(), func(r *db.Reader) error {
		pay, err := s.Payments.ByPurpose(h.t.Context(), r, g.ID)
		a.number, a.wallet = pay.MerchantRef, "/sandbox/pay/"+a.gift.Key
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return a
}

// signIn has the staff sign in, on a server that stays alive; the sessions must outlive every crash.
func (h *house) signIn(ctx context.Context) {
	h.t.Helper()
	for i, c := range []*client{h.maker, h.checker} {
		if err := signIn(ctx, c, h.links[i]); err != nil {
			h.t.Fatal(err)
		}
	}
}

// read reads what the program's database holds now, of files a copy, so that the program itself finds
// what its death has left. first may write to it before.
func (h *house) read(first func(s *app.Services) error, body func(b books) error) error {
	target := h.direct
	if h.copy != nil {
		var err error
		if target, err = os.MkdirTemp("", "manyhands-crash-copy-"); err == nil {
			err = h.copy(target)
		}
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(target) }() // what is left does no harm
	}
	s := h.openAt(target, clock.System{})
	err := first(s)
	if err == nil {
		err = s.DB.Read(h.t.Context(), func(r *db.Reader) error { return body(books{s, r}) })
	}
	return errors.Join(err, s.DB.Close())
}

func (h *house) openAt(target string, c clock.Clock) *app.Services {
	h.t.Helper()
	ctx := h.t.Context()
	d, err := db.Open(ctx, target, db.Options{Node: clock.CommandNode, Clock: c})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = d.Close() }) // closed in order where that matters
	if _, err := d.Migrate(ctx); err != nil {
		h.t.Fatal(err)
	}
	texts, err := app.Texts()
	if err != nil {
		h.t.Fatal(err)
	}
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		h.t.Fatal(err)
	}
	s, err := app.NewServices(d, app.Setting{Secret: secret, Zone: zone, BaseURL: h.p.base, Sandbox: true, Texts: texts})
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}
