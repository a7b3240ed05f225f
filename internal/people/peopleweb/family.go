package peopleweb

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/people"
	"manyhands/internal/people/signin"
	"manyhands/internal/web"
)

const (
	familyPath   = "/me/family"
	childrenPath = "/me/children"
)

// ofChildren reports whether a path is one of a guardian's pages of their children that ask for a code.
func ofChildren(path string) bool {
	rest, ok := strings.CutPrefix(path, childrenPath)
	return ok && rest != "/stop" && (rest == "" || rest[0] == '/' || rest[0] == '?')
}

// FamilyPath is where the family code is said, on the way to a page.
func FamilyPath(to string) string { return familyTo("", to) }

// familyTo is a page of the family code with where to go afterwards.
func familyTo(page, to string) string {
	if to == "" {
		return familyPath + page
	}
	return familyPath + page + "?" + url.Values{"to": {to}}.Encode()
}

// familyView is a page on which the family code is said or set.
type familyView struct {
	signin.Standing
	to       string
	passkeys bool   // work at this address
	drawn    string // a code drawn for whoever sets one
	seal     string // by which it is known again
	form     web.FormView
	problem  string
	wrong    int64 // guesses since the code was last said right
}

// since is when the code was set that the page speaks of.
func (v familyView) since() string { return strconv.FormatInt(clock.Micros(v.Family), 10) }

func (p *Pages) familyView(ctx context.Context, to string) (v familyView, n signin.Session, err error) {
	v.to, v.passkeys = cmp.Or(people.LocalPath(to), childrenPath), p.cfg.SignIn.Passkeys()
	if n, err = own(ctx); err != nil {
		return v, n, err
	}
	err = p.cfg.DB.Read(ctx, func(q *db.Reader) (err error) {
		v.Standing, err = p.cfg.SignIn.Standing(ctx, q, n, p.cfg.DB.Now())
		return err
	})
	return v, n, err
}

// family asks for the family code, or leads to where one is set or another proof is shown.
func (p *Pages) family(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, _, err := p.familyView(ctx, r.URL.Query().Get("to"))
	if err != nil {
		return err
	}
	switch {
	case signin.CheckFamilyRecent(ctx) == nil:
		return web.Redirect(w, r, v.to)
	case !v.Family.IsZero():
		return web.Render(w, r, http.StatusOK, familyPage(v))
	case v.Strong() || v.Session.Way.Strong():
		return web.Redirect(w, r, provePath(v.to))
	}
	return web.Redirect(w, r, familyTo("/new", v.to))
}

// sayFamily takes the family code. It is a new proof, and so a new session.
func (p *Pages) sayFamily(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	v, n, err := p.familyView(ctx, f.Values.Get("to"))
	if err != nil {
		return err
	}
	v.wrong, err = p.cfg.SignIn.ProveFamily(ctx, n, f.Values.Get("code"), visitOf(ctx).browser)
	switch kind := fault.KindOf(err); {
	case err == nil:
	case kind == fault.Conflict:
		return web.Redirect(w, r, familyTo("/new", v.to))
	case kind == fault.Forbidden || kind == fault.TooMany:
		web.ProofFailed(ctx, "family", err)
		v.problem = i18n.Fault(ctx, err)
		return web.Render(w, r, refusedStatus(kind), familyPage(v))
	default:
		return err
	}
	if err := p.begin(ctx, n.PersonID, signin.ByFamily); err != nil {
		return err
	}
	if v.wrong >= wrongWorthSaying {
		return web.Render(w, r, http.StatusOK, familyGuessedPage(v))
	}
	return web.Redirect(w, r, v.to)
}

// wrongWorthSaying is after how many wrong codes the owner is told of them: one's own slip is fewer.
const wrongWorthSaying = 3

// newFamily shows a code that was drawn, to be set as it is or exchanged for one of one's own.
func (p *Pages) newFamily(w http.ResponseWriter, r *http.Request) error {
	v, n, err := p.familyView(r.Context(), r.URL.Query().Get("to"))
	if err != nil {
		return err
	}
	if err := v.MayFamily(); err != nil {
		return p.beforeFamily(w, r, v, err)
	}
	v.drawn, v.seal = p.cfg.SignIn.DrawFamily(n)
	return web.Render(w, r, http.StatusOK, newFamilyPage(v))
}

// beforeFamily leads to what has to be shown before a code can be set.
func (p *Pages) beforeFamily(w http.ResponseWriter, r *http.Request, v familyView, err error) error {
	switch {
	case fault.KindOf(err) == fault.Forbidden:
		return web.Redirect(w, r, familyTo("/forgotten", v.to))
	case fault.KindOf(err) != fault.Unauthenticated:
		return err
	case !v.Family.IsZero() && !v.Session.Way.Strong():
		return web.Redirect(w, r, familyTo("", familyTo("/new", v.to)))
	}
	return web.Redirect(w, r, provePath(familyTo("/new", v.to)))
}

// setFamily sets the code. Whoever showed a mailbox or a telephone until now has shown two things then.
func (p *Pages) setFamily(w http.ResponseWriter, r *http.Request) error {
	return p.familySet(w, r, func(ctx context.Context, n signin.Session, f *web.Form) error {
		since, _ := strconv.ParseInt(f.Values.Get("since"), 10, 64) // what is none is as if there was no code
		return p.cfg.SignIn.SetFamily(ctx, n, f.Values.Get("code"), f.Values.Get("seal"), clock.Time(since))
	}, newFamilyPage)
}

// forgotten asks for the number on a worker's slip and a new code.
func (p *Pages) forgotten(w http.ResponseWriter, r *http.Request) error {
	v, n, err := p.familyView(r.Context(), r.URL.Query().Get("to"))
	if err != nil {
		return err
	}
	if v.MayFamily() == nil {
		return web.Redirect(w, r, familyTo("/new", v.to))
	}
	if v.At.Sub(n.Proven) >= signin.RecentFor {
		return web.Redirect(w, r, provePath(familyTo("/forgotten", v.to)))
	}
	v.drawn, v.seal = p.cfg.SignIn.DrawFamily(n)
	return web.Render(w, r, http.StatusOK, forgottenPage(v))
}

// setForgotten sets a new code with a worker's slip.
func (p *Pages) setForgotten(w http.ResponseWriter, r *http.Request) error {
	return p.familySet(w, r, func(ctx context.Context, n signin.Session, f *web.Form) error {
		return p.cfg.SignIn.AnewFamily(ctx, n, f.Values.Get("slip"), f.Values.Get("code"), f.Values.Get("seal"), visitOf(ctx).browser)
	}, forgottenPage)
}

// familySet reads a new code, sets it, and leads on; or shows the page again with what is wrong.
func (p *Pages) familySet(w http.ResponseWriter, r *http.Request, set func(context.Context, signin.Session, *web.Form) error,
	page func(familyView) templ.Component) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	v, n, err := p.familyView(ctx, f.Values.Get("to"))
	if err != nil {
		return err
	}
	err = set(ctx, n, f)
	kind := fault.KindOf(err)
	if wrongSlip(err) {
		web.ProofFailed(ctx, "slip", err)
	}
	switch {
	case err == nil && n.Way.Strong():
		return web.Redirect(w, r, v.to)
	case err == nil:
		if err := p.begin(ctx, n.PersonID, signin.ByFamily); err != nil {
			return err
		}
		return web.Redirect(w, r, v.to)
	case kind == fault.Unauthenticated || kind == fault.Forbidden:
		return p.beforeFamily(w, r, v, err)
	case kind == fault.Conflict || kind == fault.TooMany:
		v.problem = i18n.Fault(ctx, err)
	default:
		if err := f.Merge(err); err != nil {
			return err
		}
	}
	v.form = f.View()
	v.drawn, v.seal = p.cfg.SignIn.DrawFamily(n)
	return web.Render(w, r, web.Status(cmp.Or(kind, fault.Invalid)), page(v))
}

func forgottenTitle(ctx context.Context, v familyView) string {
	if v.Family.IsZero() {
		return i18n.T(ctx, "people.family.set")
	}
	return i18n.T(ctx, "people.family.forgotten")
}

// wrongSlip reports whether a worker's slip was not one, or too many were tried.
func wrongSlip(err error) bool {
	fields, _ := errors.AsType[fault.Fields](err)
	return fault.KindOf(err) == fault.TooMany || len(fields) > 0 && fields[0].Name == "paper"
}
