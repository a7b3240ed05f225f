package applyweb

import (
	"context"
	"errors"
	"net/http"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/checklist"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/programme"
	"manyhands/internal/programme/apply"
	"manyhands/internal/web"
)

// ahead is how far the desk looks for what runs out.
const ahead = 60 * 24 * time.Hour

// queueView is what waits for verifiers.
type queueView struct {
	Kind      string
	Lines     []apply.Line
	Suspended []suspendedLine
	Ending    []endingLine
	Now       time.Time
}

type suspendedLine struct {
	programme.Suspension
	Of programme.Organisation
}

// endingLine is a paper of an organisation, or a check of a programme, that runs out soon.
type endingLine struct {
	checklist.Ending
	Name i18n.Text
	Href string
}

// network asks whether the reader may do p for the whole network: an organisation is verified by the
// network and not by itself.
func network(ctx context.Context, p access.Permission) error {
	return access.CheckFor(ctx, p, access.Network)
}

func (p *Pages) queue(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := network(ctx, access.OrganisationStop); err != nil {
		return err
	}
	v := queueView{Kind: r.URL.Query().Get("kind"), Now: p.DB.Now()}
	err := p.DB.Read(ctx, func(q *db.Reader) (err error) {
		if v.Lines, err = p.Apply.Queue(ctx, q, v.Kind, access.PersonID(ctx)); err != nil {
			return err
		}
		if v.Suspended, err = suspended(ctx, q); err != nil {
			return err
		}
		v.Ending, err = ending(ctx, q, v.Now)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, queuePage(v))
}

func suspended(ctx context.Context, q db.Queryer) ([]suspendedLine, error) {
	all, err := programme.Suspensions(ctx, q, 0)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(all))
	for i, s := range all {
		ids[i] = s.Organisation
	}
	found, err := programme.OrganisationsByIDs(ctx, q, ids)
	out := make([]suspendedLine, len(all))
	for i, s := range all {
		out[i] = suspendedLine{s, found[s.Organisation]}
	}
	return out, err
}

func ending(ctx context.Context, q db.Queryer, now time.Time) ([]endingLine, error) {
	var out []endingLine
	papers, err := checklist.RunningOut(ctx, q, checklist.Organisation, now, now.Add(ahead))
	if err != nil {
		return nil, err
	}
	found, err := programme.OrganisationsByIDs(ctx, q, subjects(papers))
	if err != nil {
		return nil, err
	}
	for _, e := range papers {
		out = append(out, endingLine{e, found[e.Subject].Name, deskPath(e.Subject)})
	}
	checks, err := checklist.RunningOut(ctx, q, checklist.Programme, now, now.Add(ahead))
	if err != nil {
		return nil, err
	}
	names, err := programme.ProgrammeNames(ctx, q, subjects(checks))
	for _, e := range checks {
		out = append(out, endingLine{e, names[e.Subject], "/desk/programmes/" + formatID(e.Subject)})
	}
	return out, err
}

func subjects(all []checklist.Ending) []int64 {
	out := make([]int64, len(all))
	for i, e := range all {
		out[i] = e.Subject
	}
	return out
}

// reviewView is one organisation as a verifier sees it.
type reviewView struct {
	apply.View
	Close      string // why this reader may not judge it; "" when they may
	Suspension programme.Suspension
	Closed     time.Time // for good; zero: not
	Past       []programme.Suspension
	Account    string // in full, when the reader asked for it just now
	Part       string // which form was refused: "return", "suspend", "conflict" or an item's code
	Form       web.FormView
	Now        time.Time
	Me         int64
}

func (v reviewView) form(part string) web.FormView {
	if v.Part == part {
		return v.Form
	}
	return web.FormView{}
}

// load returns what a verifier or an administrator may see. Before it was handed in nobody else than the
// organisation sees an application.
func (p *Pages) load(r *http.Request) (v reviewView, err error) {
	id, err := pathID(r, "id", "apply.none")
	if err != nil {
		return v, err
	}
	ctx := r.Context()
	if err := network(ctx, access.OrganisationStop); err != nil {
		return v, err
	}
	v.Now, v.Me = p.DB.Now(), access.PersonID(ctx)
	err = p.DB.Read(ctx, func(q *db.Reader) (err error) {
		if v.View, err = p.view(ctx, q, id); err != nil {
			return err
		}
		if v.Close, err = p.Apply.Close(ctx, q, v.Me, id); err != nil {
			return err
		}
		if v.Past, err = programme.Suspensions(ctx, q, id); err == nil && len(v.Past) > 0 && v.Past[0].LiftedAt.IsZero() {
			v.Suspension = v.Past[0]
		}
		if err == nil {
			v.Closed, err = programme.ClosedAt(ctx, q, id)
		}
		return err
	})
	return v, err
}

// view is apply.View, also of an organisation that is in the network without ever having applied.
func (p *Pages) view(ctx context.Context, q db.Queryer, id int64) (apply.View, error) {
	v, err := p.Apply.View(ctx, q, id)
	if fault.KindOf(err) == fault.NotFound {
		if v.Organisation, err = programme.OrganisationByID(ctx, q, id); err == nil && v.State == programme.Draft {
			err = fault.New(fault.NotFound, "apply.none")
		}
		return v, err
	}
	if err == nil && v.Application.State == apply.Draft && v.State == programme.Draft {
		err = fault.New(fault.NotFound, "apply.none")
	}
	return v, err
}

func (p *Pages) review(w http.ResponseWriter, r *http.Request) error {
	v, err := p.load(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, reviewPage(v))
}

// act reads a form, lets the write happen that read returns, and shows the organisation again: as it then
// is, or with what was refused.
func (p *Pages) act(w http.ResponseWriter, r *http.Request, need access.Permission, part string, read func(f *web.Form, v reviewView) func(tx *db.Tx) error) error {
	v, err := p.load(r)
	if err != nil {
		return err
	}
	if err := network(r.Context(), need); err != nil {
		return err
	}
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	body := read(f, v)
	if f.Err() == nil {
		fields, err := p.write(r.Context(), body)
		if err != nil {
			return err
		}
		if fields == nil {
			return web.Redirect(w, r, deskPath(v.ID)+"#"+part)
		}
		_ = f.Merge(under(part, fields)) // fields merge without an error
	}
	v.Part, v.Form = part, f.View()
	return web.Render(w, r, http.StatusUnprocessableEntity, reviewPage(v))
}

// beside puts what is wrong with one field beside it, when it is something that its author can mend.
func beside(f *web.Form, name string, err error) error {
	if e, ok := errors.AsType[*fault.Error](err); ok && (e.Kind == fault.Invalid || e.Kind == fault.TooLarge) {
		f.Errs = append(f.Errs, fault.Field{Name: name, Key: e.Key, Args: e.Args})
		return nil
	}
	return err
}
