package peopleweb

import (
	"context"
	"errors"
	"net/http"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/people"
	"manyhands/internal/people/account"
	"manyhands/internal/people/signin"
	"manyhands/internal/web"
)

// contactView is the page on which people say how they are reached.
type contactView struct {
	email, number string
	form          web.FormView
	key           string
	saved         bool
	problem       string
	locked        bool   // the vault is, so that no number can be read
	noSMS         bool   // no number can be proven here
	prove         string // why this session may change nothing yet, or ""
}

// contact shows how a person is reached.
func (p *Pages) contact(w http.ResponseWriter, r *http.Request) error {
	v, err := p.contactView(r.Context())
	if err != nil {
		return err
	}
	v.saved = r.URL.Query().Get("saved") != ""
	if err := p.mayChangeWays(r.Context()); fault.KindOf(err) == fault.Internal && err != nil {
		return err
	} else if err != nil {
		v.prove = i18n.Fault(r.Context(), err)
	}
	return web.Render(w, r, http.StatusOK, contactPage(v))
}

func (p *Pages) contactView(ctx context.Context) (contactView, error) {
	v := contactView{key: web.FormKey(), noSMS: p.cfg.NoSMS}
	err := p.cfg.DB.Read(ctx, func(q *db.Reader) error {
		person, err := p.cfg.People.PersonByID(ctx, q, access.PersonID(ctx))
		if err != nil {
			return err
		}
		v.email = person.Email
		v.number, err = p.cfg.Account.PhoneOf(ctx, q, person.ID)
		if fault.KindOf(err) == fault.Busy { // what needs no vault goes on
			v.locked, err = true, nil
		}
		return err
	})
	return v, err
}

// codeStep says of which change a code is asked for.
type codeStep struct {
	field  string // "email" or "phone"
	action string // of the form that takes the code
	sent   string // message key: where it went
}

var (
	emailStep = codeStep{"email", "/me/contact/email/code", "people.contact.sent_mail"}
	phoneStep = codeStep{"phone", "/me/contact/phone/code", "people.contact.sent_phone"}
)

// stepView is the page for a code that proves a new address or number.
type stepView struct {
	codeStep
	target string
	key    string
	form   web.FormView
}

// askEmail sends a code to a new address.
func (p *Pages) askEmail(w http.ResponseWriter, r *http.Request) error {
	return p.askContact(w, r, emailStep, people.Email, p.cfg.Account.AskEmail)
}

// askOwnPhone sends a code to a new number.
func (p *Pages) askOwnPhone(w http.ResponseWriter, r *http.Request) error {
	return p.askContact(w, r, phoneStep, account.Number, p.cfg.Account.AskPhone)
}

func (p *Pages) askContact(w http.ResponseWriter, r *http.Request, step codeStep, read func(string) (string, error),
	ask func(ctx context.Context, person int64, target string, a account.Ask) error) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	ctx, key := r.Context(), f.Values.Get("form_key")
	if err := p.mayChangeWays(ctx); err != nil {
		return proveFirst(w, r, err, "/me/contact")
	}
	target, err := read(f.Values.Get(step.field))
	if err == nil {
		err = ask(ctx, access.PersonID(ctx), target, askOf(r, key))
	}
	if err == nil {
		return web.Render(w, r, http.StatusOK, stepPage(stepView{codeStep: step, target: target, key: key}))
	}
	return p.contactAgain(w, r, f, err)
}

// contactAgain shows the page with what is wrong.
func (p *Pages) contactAgain(w http.ResponseWriter, r *http.Request, f *web.Form, err error) error {
	v, failed := p.contactView(r.Context())
	if failed != nil {
		return failed
	}
	if rest := f.Merge(err); rest != nil {
		if fault.KindOf(rest) == fault.Internal {
			return rest
		}
		v.problem = i18n.Fault(r.Context(), rest)
	}
	v.form = f.View()
	return web.Render(w, r, statusOf(err), contactPage(v))
}

// setEmail changes the address once its code comes back.
func (p *Pages) setEmail(w http.ResponseWriter, r *http.Request) error {
	return p.setContact(w, r, emailStep, p.cfg.Account.SetEmail)
}

// setPhone puts a number into the account once its code comes back.
func (p *Pages) setPhone(w http.ResponseWriter, r *http.Request) error {
	return p.setContact(w, r, phoneStep, p.cfg.Account.SetPhone)
}

func (p *Pages) setContact(w http.ResponseWriter, r *http.Request, step codeStep,
	set func(ctx context.Context, person int64, target, ticket, code string) error) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if err := p.mayChangeWays(ctx); err != nil {
		return proveFirst(w, r, err, "/me/contact")
	}
	v := stepView{codeStep: step, target: f.Values.Get(step.field), key: f.Values.Get("form_key")}
	err = set(ctx, access.PersonID(ctx), v.target, v.key, f.Values.Get("code"))
	if err == nil {
		return web.Redirect(w, r, "/me/contact?saved=1")
	}
	if bad, ok := errors.AsType[fault.Fields](err); ok && len(bad) == 1 && bad[0].Name == "code" {
		f.Errs = bad
		v.form = f.View()
		return web.Render(w, r, http.StatusUnprocessableEntity, stepPage(v))
	}
	return p.contactAgain(w, r, f, err)
}

// removePhone takes the number out of the account.
func (p *Pages) removePhone(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if err := p.mayChangeWays(ctx); err != nil {
		return proveFirst(w, r, err, "/me/contact")
	}
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error { return p.cfg.Account.RemovePhone(ctx, tx, access.PersonID(ctx)) })
	if err != nil {
		return p.contactAgain(w, r, f, err)
	}
	return web.Redirect(w, r, "/me/contact?saved=1")
}

// mayChangeWays asks whether this session may change how its person gets in: an address and a number are
// ways in, so the same holds for them as for passkeys. Who has shown a stolen mailbox alone changes
// nothing for somebody who has more than that.
func (p *Pages) mayChangeWays(ctx context.Context) error {
	return p.cfg.DB.Read(ctx, func(q *db.Reader) error {
		n, ok := signin.Of(ctx)
		if !ok {
			return fault.New(fault.Unauthenticated, "access.sign_in")
		}
		st, err := p.cfg.SignIn.Standing(ctx, q, n, p.cfg.DB.Now())
		if err != nil {
			return err
		}
		return st.MayAdd()
	})
}
