package peopleweb

import (
	"context"
	"net/http"
	"strings"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/people"
	"manyhands/internal/people/signin"
	"manyhands/internal/web"
)

// proveView is the page on which somebody who has signed in shows more, or once more, who they are.
type proveView struct {
	signin.Standing
	to       string
	desk     bool // a weak session of staff
	passkeys bool // work at this address
	locked   bool
	sent     bool
	email    bool   // the person can get a link
	phone    bool   // they have a number and nothing else
	provider string // what the network's own provider is called; "" when it is not offered
	problem  string
}

// prove shows the ways that the person has, and to staff who have none yet how to set one up.
func (p *Pages) prove(w http.ResponseWriter, r *http.Request) error {
	v, err := p.proveView(r.Context(), r.URL.Query().Get("to"))
	if err != nil {
		return err
	}
	v.sent = r.URL.Query().Get("sent") != ""
	return web.Render(w, r, http.StatusOK, provePage(v))
}

func (p *Pages) proveView(ctx context.Context, to string) (proveView, error) {
	v := proveView{to: people.LocalPath(to), desk: weak(ctx), passkeys: p.cfg.SignIn.Passkeys(), locked: p.cfg.SignIn.Locked() != nil}
	v.provider, _ = p.providerLabel(ctx)
	n, err := own(ctx)
	if err != nil {
		return v, err
	}
	err = p.cfg.DB.Read(ctx, func(q *db.Reader) (err error) {
		if v.Standing, err = p.cfg.SignIn.Standing(ctx, q, n, p.cfg.DB.Now()); err != nil {
			return err
		}
		person, err := p.cfg.People.PersonByID(ctx, q, n.PersonID)
		v.email, v.phone = person.Email != "", person.Email == "" && p.cfg.Account != nil && !p.cfg.NoSMS
		return err
	})
	return v, err
}

// setUp reports whether the page offers to set up a first way, or to begin anew.
func (v proveView) setUp() bool {
	return (v.desk || v.Reset.Opened(v.At)) && v.First() && v.MayAdd() == nil
}

// byLink reports whether a new link is worth anything: not to staff who hold more, or must.
func (v proveView) byLink() bool {
	return v.email && !v.setUp() && v.reads() && (!v.Staff || v.First()) && (!v.Strong() || v.First())
}

// byPhone reports whether signing in anew with the number is a way to show once more who one is.
func (v proveView) byPhone() bool { return v.phone && !v.Staff && !v.Strong() && v.reads() }

// reads reports whether it is worth something to show again that one reads a mailbox or holds a telephone:
// not to those with a family code, unless they have forgotten it.
func (v proveView) reads() bool { return v.Family.IsZero() || strings.HasPrefix(v.to, familyPath+"/") }

// byFamily reports whether the family code is a way to show it: never on the way to the desk.
func (v proveView) byFamily() bool { return !v.desk && !v.reads() }

// proveCode takes a code of the app or a recovery code.
func (p *Pages) proveCode(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	n, err := own(ctx)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	to := people.LocalPath(f.Values.Get("to"))
	way, err := p.cfg.SignIn.Prove(ctx, n, f.Values.Get("code"), visitOf(ctx).browser)
	if kind := fault.KindOf(err); err != nil && (kind == fault.Forbidden || kind == fault.TooMany) {
		web.ProofFailed(ctx, "code", err)
		v, viewErr := p.proveView(ctx, to)
		if viewErr != nil {
			return viewErr
		}
		v.problem = i18n.Fault(ctx, err)
		return web.Render(w, r, refusedStatus(kind), provePage(v))
	}
	if err != nil {
		return err
	}
	if err := p.begin(ctx, n.PersonID, way); err != nil {
		return err
	}
	if way == signin.ByRecovery {
		to = securityPath // what was lost is to be replaced
	}
	return p.enter(w, r, n.PersonID, to, way)
}

// proveByLink mails a link to one's own address.
func (p *Pages) proveByLink(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if !p.asks.Allow(web.ClientKey(r)) {
		return fault.New(fault.TooMany, "fault.too_many.sentence")
	}
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	to := people.LocalPath(f.Values.Get("to"))
	var email string
	err = p.cfg.DB.Read(ctx, func(q *db.Reader) error {
		person, err := p.cfg.People.PersonByID(ctx, q, access.PersonID(ctx))
		email = person.Email
		return err
	})
	if err == nil {
		err = p.cfg.People.RequestLink(ctx, email, to, i18n.LangOf(ctx))
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, provePath(to)+"&sent=1")
}
