package app

import (
	"context"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/giving"
	"manyhands/internal/giving/givingweb"
	"manyhands/internal/people/peopleweb"
	"manyhands/internal/programme"
	"manyhands/internal/programme/apply"
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
	return programmeweb.Options{DB: a.DB, Appointed: a.appointed, Applied: applied, Promise: gifts.PromiseForm}
}

// applied reports whether an organisation has an application.
func applied(ctx context.Context, r db.Queryer, organisation int64) (bool, error) {
	_, err := apply.ApplicationOf(ctx, r, organisation)
	if fault.KindOf(err) == fault.NotFound {
		return false, nil
	}
	return err == nil, err
}

// appointed reports whether a person is too close to an organisation to verify its programmes: appointed
// there, responsible for it, or by their own word. An appointment for the whole network does not count.
func (a *App) appointed(ctx context.Context, r db.Queryer, person, organisation int64) (bool, error) {
	why, err := a.Apply.Close(ctx, r, person, organisation)
	return why != "", err
}

func (a *App) peoplePages() peopleweb.Config {
	return peopleweb.Config{DB: a.DB, People: a.People, SignIn: a.SignIn, Reach: a.Reach, Fail: a.Mux.Fail, Gifts: a.giftsOf, Organisations: a.organisations,
		NoMail: a.opts.Transport == nil && a.cfg.SMTP.Host == "", Account: a.Account, OIDC: a.OIDC, Log: a.log, GiftOfLink: giftOfLink,
		NoSMS: a.opts.SMS == nil && a.cfg.SMS.URL == ""}
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
