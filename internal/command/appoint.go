package command

import (
	"errors"
	"fmt"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/people"
	"manyhands/internal/programme"
)

type appointCmd struct {
	Email        string `arg:"" help:"The person's e-mail address."`
	Role         string `arg:"" enum:"${roles}" help:"One of ${roles}."`
	Name         string `placeholder:"NAME" help:"The person's name, if they are new here."`
	Organisation string `placeholder:"SLUG" help:"Only for this organisation, named as in its page's address. Default: the whole network."`
	Link         bool   `help:"Print a sign-in link: for the first person, before mail works."`
	BaseURL      string `env:"MANYHANDS_BASE_URL" default:"http://127.0.0.1:8080" placeholder:"URL" help:"Address under which people reach the pages; the link begins with it."`
}

// Help implements kong.HelpProvider.
func (appointCmd) Help() string {
	return `Gives a person a role. Whoever may run this command on the server may appoint anybody, so this is how the first administrator comes in, even before the first start; the administrator appoints the others at the desk.

Nobody can both ask for a payout and approve it, whatever roles they hold.

Examples:

  manyhands appoint you@example.org administrator --link
  manyhands appoint treasurer@example.org treasurer --name '陈会计'`
}

// Run appoints.
func (c appointCmd) Run(h *house) error {
	return h.preparing(func(d *db.DB) error {
		s, err := people.New(d, nil, people.Config{BaseURL: c.BaseURL})
		if err != nil {
			return usage{err}
		}
		token, known := "", false
		err = d.Write(h.ctx, func(tx *db.Tx) error {
			known, err = c.appoint(h, s, tx)
			if err != nil || !c.Link {
				return err
			}
			token, err = s.MakeLink(h.ctx, tx, c.Email)
			return err
		})
		if err != nil {
			return err
		}
		key := "command.appointed"
		if known {
			key = "command.appointed_already"
		}
		if err := h.say(key, "Role", i18n.T(h.ctx, "access.role."+c.Role)); err != nil || !c.Link {
			return err
		}
		_, err = fmt.Fprintln(h.out, s.LinkURL(token))
		return err
	})
}

// appoint reports whether the person holds the appointment already.
func (c appointCmd) appoint(h *house, s *people.Service, tx *db.Tx) (known bool, err error) {
	p, err := s.EnsurePerson(h.ctx, tx, c.Email, c.Name)
	if err != nil {
		return false, err
	}
	a := people.Appointment{PersonID: p.ID, Role: access.Role(c.Role), Organisation: access.Network}
	if c.Organisation != "" {
		o, err := programme.OrganisationBySlug(h.ctx, tx, c.Organisation)
		if err != nil {
			return false, err
		}
		a.Organisation = o.ID
	}
	_, err = s.Appoint(h.ctx, tx, a)
	if errors.Is(err, fault.New(fault.Conflict, "people.appointed_already")) {
		return true, nil
	}
	return false, err
}
