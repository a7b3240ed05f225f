package app

import (
	"context"
	"slices"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/giving/givingweb"
	"manyhands/internal/people"
	"manyhands/internal/people/peopleweb"
	"manyhands/internal/programme"
	"manyhands/internal/programme/programmeweb"
	"manyhands/internal/ui"
)

// What one vertical's pages want of another's data, each a single function.

const (
	myGifts     = 100 // on a giver's own page
	myChoices   = 500 // organisations to appoint in
	giftReached = "giving.state."
)

func (a *App) programmePages(gifts *givingweb.Handlers) programmeweb.Options {
	return programmeweb.Options{DB: a.DB, Appointed: a.appointed, Promise: gifts.PromiseForm}
}

// appointed reports whether a person holds an appointment at an organisation itself; one for the whole
// network does not count.
func (a *App) appointed(ctx context.Context, r db.Queryer, person, organisation int64) (bool, error) {
	all, err := a.People.AppointmentsOf(ctx, r, person, a.DB.Now())
	return slices.ContainsFunc(all, func(x people.Appointment) bool { return x.Organisation == organisation }), err
}

func (a *App) peoplePages() peopleweb.Config {
	return peopleweb.Config{DB: a.DB, People: a.People, Fail: a.Mux.Fail, Gifts: a.giftsOf, Organisations: a.organisations,
		NoMail: a.opts.Transport == nil && a.cfg.SMTP.Host == ""}
}

func (a *App) giftsOf(ctx context.Context, _ int64, email string) (lines []peopleweb.GiftLine, err error) {
	err = a.DB.Read(ctx, func(r *db.Reader) error {
		gifts, err := giving.GiftsOfEmail(ctx, r, email, 0, myGifts)
		if err != nil {
			return err
		}
		for _, g := range gifts {
			n, err := programme.NeedByID(ctx, r, g.Need)
			if err != nil {
				return err
			}
			lines = append(lines, peopleweb.GiftLine{At: g.MadeAt, Title: n.Title, Amount: g.Amount, Href: "/g/" + g.Token, Tone: toneOf(g), State: stateOf(g)})
		}
		return nil
	})
	return lines, err
}

// stateOf names the text for where a gift stands, as its giver sees it.
func stateOf(g giving.Gift) string {
	if g.GivenBack() {
		return "giving.flow_returned"
	}
	return giftReached + string(g.State)
}

func toneOf(g giving.Gift) ui.Tone {
	switch {
	case g.State == giving.Waiting:
		return ui.Warm
	case g.State == giving.Received && !g.GivenBack():
		return ui.OK
	}
	return ui.Plain
}

func (a *App) organisations(ctx context.Context) (out []peopleweb.Organisation, err error) {
	err = a.DB.Read(ctx, func(r *db.Reader) error {
		f := programme.OrganisationFilter{}
		for len(out) < myChoices {
			lines, next, err := programme.Organisations(ctx, r, f)
			if err != nil {
				return err
			}
			for _, o := range lines {
				out = append(out, peopleweb.Organisation{ID: o.ID, Name: o.Name})
			}
			if next == (programme.Cursor{}) {
				return nil
			}
			f.After = next
		}
		return nil
	})
	return out, err
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }
