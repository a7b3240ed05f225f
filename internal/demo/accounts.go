package demo

import (
	"time"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/money"
	"manyhands/internal/notify"
	"manyhands/internal/payment/sandbox"
	"manyhands/internal/people"
	"manyhands/internal/people/account"
	"manyhands/internal/people/signin"
)

// accounts are what people did with their own accounts beside giving: wishes and quiet hours, somebody who
// leaves, and a colleague who lost every way to sign in.
func (b *builder) accounts() error {
	b.Clock.Set(b.now.Add(-2*day - 3*time.Hour))
	return b.write(func(tx *db.Tx) error {
		giver, err := b.person(tx, Giver)
		if err != nil {
			return err
		}
		err = b.Account.SetWishes(b.ctx, tx, giver, account.Wishes{QuietFrom: 21 * 60, QuietUntil: 8 * 60, Topics: map[notify.Topic]bool{
			notify.Thanks: true, notify.Outcomes: true, notify.Reminders: false, notify.News: true}})
		if err != nil {
			return err
		}
		if err := b.keepFirst(tx, giver); err != nil {
			return err
		}
		goes, err := b.person(tx, leaver)
		if err != nil {
			return err
		}
		if err := b.Account.AskLeave(b.ctx, tx, goes); err != nil {
			return err
		}
		return b.reset(tx)
	})
}

// reset has another administrator ask that a supervisor may set up signing in anew. A second person's word
// is still missing.
func (b *builder) reset(tx *db.Tx) error {
	other, err := b.person(tx, secondAdmin)
	if err != nil {
		return err
	}
	if _, err := b.People.Appoint(b.ctx, tx, people.Appointment{PersonID: other, Role: access.Administrator, Starts: tx.Now().Add(-90 * day)}); err != nil {
		return err
	}
	locked, err := b.person(tx, "he.an@example.org")
	if err != nil {
		return err
	}
	ctx := access.With(b.ctx, access.Actor{PersonID: other, Roles: []access.Grant{{Role: access.Administrator}}})
	_, err = b.SignIn.AskReset(signin.With(ctx, signin.Session{PersonID: other, Proven: tx.Now()}, tx.Now()), tx, locked, true)
	return err
}

// pastGifts are what the giver gave before there was an account. The first is in it by now (see accounts);
// the second can be put there with its private link (see PastGift).
func (b *builder) pastGifts() (out []moment) {
	for _, x := range []struct {
		ago  time.Duration
		to   string
		fen  int64
		name tx
	}{{300 * day, "meals25", 160_00, tx{"路过", "Passing by"}}, {44 * day, "chemo26", 66_00, tx{"路过", "Passing by"}}} {
		out = append(out, moment{b.now.Add(-x.ago), func() error {
			return b.give(giving.GiftInput{Campaign: b.campaigns[x.to].ID, Amount: money.Yuan(x.fen), Method: sandbox.Name, Visibility: giving.Organisation,
				Name: b.pick(x.name), Email: giverBefore, Lang: "zh", Device: "before"})
		}})
	}
	return out
}

// keepFirst puts the first of them into the account.
func (b *builder) keepFirst(tx *db.Tx, giver int64) error {
	gifts, err := giving.GiftsOfEmail(b.ctx, tx, giverBefore, 0, 2)
	if err != nil || len(gifts) == 0 {
		return err
	}
	return b.Account.KeepGift(b.ctx, tx, giver, gifts[len(gifts)-1].ID)
}

func (b *builder) person(tx *db.Tx, email string) (int64, error) {
	p, err := b.People.EnsurePerson(b.ctx, tx, email, b.called(email))
	return p.ID, err
}
