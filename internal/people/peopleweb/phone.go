package peopleweb

import (
	"cmp"
	"net/http"

	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/people"
	"manyhands/internal/people/account"
	"manyhands/internal/people/signin"
	"manyhands/internal/web"
)

// phoneView is the page on which a number or its code is asked for.
type phoneView struct {
	form    web.FormView
	number  string // in E.164, once a code is on its way to it
	key     string // the form key, which is the code's ticket
	to      string
	problem string // what stood in the way, or ""
	stale   bool   // the number may have another owner now: ask which account is meant
}

// phone shows the form for a number.
func (p *Pages) phone(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-store")
	return web.Render(w, r, http.StatusOK, phonePage(phoneView{key: web.FormKey(), to: people.LocalPath(r.URL.Query().Get("to"))}))
}

// askByPhone sends a code to the number of this page's own form.
func (p *Pages) askByPhone(w http.ResponseWriter, r *http.Request) error {
	if !p.asks.Allow(web.ClientKey(r)) {
		return fault.New(fault.TooMany, "fault.too_many.sentence")
	}
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	return p.askPhone(w, r, f, people.LocalPath(f.Values.Get("to")))
}

// askPhone sends a code to the number in a form, under "who" or "phone", and shows the page for it. The
// number stays in the page: it is in no address and no session.
func (p *Pages) askPhone(w http.ResponseWriter, r *http.Request, f *web.Form, to string) error {
	w.Header().Set("Cache-Control", "no-store")
	typed := cmp.Or(f.Values.Get("phone"), f.Values.Get("who"))
	v := phoneView{key: cmp.Or(f.Values.Get("form_key"), web.FormKey()), to: to}
	number, err := account.Number(typed)
	if err == nil && p.cfg.NoSMS {
		err = fault.Fields{{Name: "phone", Key: "people.phone.off"}}
	}
	if err == nil {
		err = p.cfg.Account.AskSignIn(r.Context(), number, askOf(r, v.key))
	}
	if err == nil {
		v.number = number
		return web.Render(w, r, http.StatusOK, codePage(v))
	}
	f.Values.Set("phone", typed)
	v.key = web.FormKey()
	return p.phoneAgain(w, r, f, v, err)
}

// phoneAgain shows the form for a number with what is wrong.
func (p *Pages) phoneAgain(w http.ResponseWriter, r *http.Request, f *web.Form, v phoneView, err error) error {
	if err := f.Merge(err); err != nil {
		if fault.KindOf(err) == fault.Internal {
			return err
		}
		v.problem = i18n.Fault(r.Context(), err)
	}
	v.form = f.View()
	return web.Render(w, r, statusOf(err), phonePage(v))
}

func statusOf(err error) int { return web.Status(fault.KindOf(err)) }

func askOf(r *http.Request, ticket string) account.Ask {
	return account.Ask{Ticket: ticket, Client: web.ClientKey(r), Lang: i18n.LangOf(r.Context())}
}

// enterByPhone signs in with the code.
func (p *Pages) enterByPhone(w http.ResponseWriter, r *http.Request) error {
	if !p.challenges.Allow(web.ClientKey(r)) {
		return fault.New(fault.TooMany, "fault.too_many.sentence")
	}
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	v := phoneView{number: f.Values.Get("phone"), key: f.Values.Get("form_key"), to: people.LocalPath(f.Values.Get("to"))}
	person, err := p.cfg.Account.SignIn(r.Context(), v.number, v.key, f.Values.Get("code"), f.Bool("anew"), i18n.LangOf(r.Context()))
	if err == nil {
		if err := p.begin(r.Context(), person.ID, signin.BySMS); err != nil {
			return err
		}
		return p.enter(w, r, person.ID, v.to, signin.BySMS)
	}
	web.ProofFailed(r.Context(), "phone", err)
	if v.stale = fault.KindOf(err) == fault.Conflict; v.stale {
		v.form = f.View()
		return web.Render(w, r, http.StatusConflict, stalePage(v))
	}
	if fields := f.Merge(err); fields != nil || !hasNumber(v.number) {
		v.key, v.number = web.FormKey(), ""
		return p.phoneAgain(w, r, f, v, err)
	}
	v.form = f.View()
	return web.Render(w, r, http.StatusUnprocessableEntity, codePage(v))
}

func hasNumber(s string) bool {
	_, err := account.Number(s)
	return err == nil
}

// grouped writes a number so that it can be compared with one's own: "+86 138 0000 0001".
func grouped(number string) string {
	if rest, ok := cutMainland(number); ok {
		return "+86 " + rest[:3] + " " + rest[3:7] + " " + rest[7:]
	}
	return number
}

func cutMainland(number string) (string, bool) {
	if len(number) == len("+8613800000001") && number[:3] == "+86" {
		return number[3:], true
	}
	return "", false
}
