// Package concernweb is how anybody reports that a child may be harmed, and how those who hear it work
// through what came in.
//
// It knows HTTP and no SQL; who may hear what is decided below it. The public form must ask nothing that it
// can do without, sets no cookie, and says nothing in its title or address that would betray a reader to
// somebody who looks over their shoulder.
package concernweb

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"net/http"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/concern"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/web"
)

//go:embed text/*.toml
var texts embed.FS

// Texts holds the catalogues of the pages.
func Texts() fs.FS { return texts }

// Organisation is a place that a report can name.
type Organisation struct {
	ID   int64
	Name i18n.Text
}

// Config is what the pages stand on. The functions are wired by the app.
type Config struct {
	DB       *db.DB
	Concerns *concern.Service
	// Organisations returns those that everybody may know of.
	Organisations func(ctx context.Context) ([]Organisation, error)
	// PersonByEmail returns whom the staff know under an address. Faults: Fields naming "email".
	PersonByEmail func(ctx context.Context, r db.Queryer, email string) (int64, error)
	// Names returns what persons are called.
	Names func(ctx context.Context, r db.Queryer, ids []int64) (map[int64]string, error)
}

// Pages answers the routes of this package.
type Pages struct {
	cfg   Config
	sends *web.Limiter // reports, by client address
}

// How many reports one address may send: a school or a whole village may stand behind one.
const (
	sendsPerMinute = 6
	sendsAtOnce    = 20
	sendsKeys      = 20_000
)

// New returns the pages.
func New(cfg Config) *Pages {
	return &Pages{cfg: cfg, sends: web.NewLimiter(cfg.DB.Clock(), sendsPerMinute, sendsAtOnce, sendsKeys)}
}

// Routes enters the pages into the table.
func (p *Pages) Routes(m *web.Mux) {
	m.Handle("GET /concern", web.Public, p.form, web.Kept)
	m.Handle("POST /concern", web.Public, p.send, web.Kept)
	m.Handle("GET /concern/thanks", web.Public, p.thanks, web.Kept)
	m.Handle("GET /desk/concerns", web.Need(access.ConcernTriage), p.list)
	m.Handle("GET /desk/concerns/{id}", web.Need(access.ConcernTriage), p.show)
	m.Handle("POST /desk/concerns/{id}/note", web.Need(access.ConcernTriage), p.act(p.note))
	m.Handle("POST /desk/concerns/{id}/told", web.Need(access.ConcernTriage), p.act(p.told))
	m.Handle("POST /desk/concerns/{id}/close", web.Need(access.ConcernTriage), p.act(p.close))
	m.Handle("POST /desk/concerns/{id}/reopen", web.Need(access.ConcernTriage), p.act(p.reopen))
	m.Handle("POST /desk/concerns/{id}/hold", web.Need(access.ConcernTriage), p.act(p.hold))
	m.Handle("POST /desk/concerns/{id}/lift", web.Need(access.ConcernTriage), p.act(p.lift))
	m.Handle("POST /desk/concerns/{id}/accuse", web.Need(access.ConcernTriage), p.act(p.accuse))
}

type formView struct {
	form   web.FormView
	places []Organisation
	signed bool
}

func (p *Pages) form(w http.ResponseWriter, r *http.Request) error {
	v, err := p.formView(r.Context())
	if err != nil {
		return err
	}
	v.form = web.NewFormView("form_key", web.FormKey())
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Robots-Tag", "noindex")
	return web.Render(w, r, http.StatusOK, formPage(v))
}

func (p *Pages) formView(ctx context.Context) (v formView, err error) {
	v.signed = access.PersonID(ctx) != 0
	v.places, err = p.cfg.Organisations(ctx)
	return v, err
}

// send keeps a report and leads to a page that knows nothing of it.
func (p *Pages) send(w http.ResponseWriter, r *http.Request) error {
	if !p.sends.Allow(web.ClientKey(r)) {
		return fault.New(fault.TooMany, "fault.too_many.sentence")
	}
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	v, err := p.formView(r.Context())
	if err != nil {
		return err
	}
	in := concern.Report{What: f.Lines("what", concern.LongestWhat), Child: f.Text("child", concern.LongestLine), Where: f.Text("where", concern.LongestLine),
		Staff: f.Text("staff", concern.LongestLine), Contact: f.Text("contact", concern.LongestContact), Allegation: f.Has("allegation"), Danger: f.Has("danger"),
		Named: v.signed && f.Has("named"), Organisation: v.chosen(f), FormKey: f.Values.Get("form_key")}
	if in.FormKey == "" {
		in.FormKey = web.FormKey()
	}
	if f.Err() == nil {
		if err := f.Merge(p.cfg.Concerns.Report(r.Context(), in)); err != nil {
			return err
		}
	}
	if f.Err() == nil {
		return web.Redirect(w, r, "/concern/thanks")
	}
	v.form = f.View()
	return web.Render(w, r, http.StatusUnprocessableEntity, formPage(v))
}

// chosen is the organisation that the form names, 0 for none.
func (v formView) chosen(f *web.Form) int64 {
	for _, o := range v.places {
		if clock.FormatID(o.ID) == f.Values.Get("organisation") {
			return o.ID
		}
	}
	return 0
}

func (p *Pages) thanks(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, thanksPage())
}

func idOf(r *http.Request) (int64, error) {
	id, err := clock.ParseID(r.PathValue("id"))
	if err != nil {
		return 0, fault.Wrap(err, fault.NotFound, "concern.unknown")
	}
	return id, nil
}

func deskPath(id int64) string { return "/desk/concerns/" + clock.FormatID(id) }

// act wraps a handler that does one thing to a report and then shows it again, with what was refused.
func (p *Pages) act(do func(ctx context.Context, tx *db.Tx, id int64, f *web.Form) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := idOf(r)
		if err != nil {
			return err
		}
		f, err := web.ReadForm(w, r)
		if err != nil {
			return err
		}
		ctx := r.Context()
		err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error { return do(ctx, tx, id, f) })
		if e, ok := errors.AsType[*fault.Error](err); ok && e.Kind == fault.Conflict {
			return p.page(w, r, id, f.View(), i18n.Fault(ctx, err))
		}
		if err := f.Merge(err); err != nil {
			return err
		}
		if f.Err() != nil {
			return p.page(w, r, id, f.View(), "")
		}
		return web.Redirect(w, r, "/desk/concerns")
	}
}

func (p *Pages) note(ctx context.Context, tx *db.Tx, id int64, f *web.Form) error {
	return p.cfg.Concerns.Note(ctx, tx, id, f.Lines("words", concern.LongestWhat))
}

func (p *Pages) told(ctx context.Context, tx *db.Tx, id int64, f *web.Form) error {
	in := concern.Step{Authority: f.Choice("authority", concern.Authorities()...), Told: f.DateTimeLocal("told"),
		Reference: f.Text("reference", concern.LongestLine), Words: f.Lines("words", concern.LongestWhat)}
	if err := f.Err(); err != nil {
		return err
	}
	return p.cfg.Concerns.Tell(ctx, tx, id, in)
}

func (p *Pages) close(ctx context.Context, tx *db.Tx, id int64, f *web.Form) error {
	return p.cfg.Concerns.Close(ctx, tx, id, f.Lines("words", concern.LongestWhat))
}

func (p *Pages) reopen(ctx context.Context, tx *db.Tx, id int64, f *web.Form) error {
	return p.cfg.Concerns.Reopen(ctx, tx, id, f.Lines("words", concern.LongestWhat))
}

func (p *Pages) hold(ctx context.Context, tx *db.Tx, id int64, f *web.Form) error {
	return p.cfg.Concerns.Hold(ctx, tx, id, f.Lines("words", concern.LongestWhat))
}

func (p *Pages) lift(ctx context.Context, tx *db.Tx, id int64, f *web.Form) error {
	return p.cfg.Concerns.Lift(ctx, tx, id, f.Lines("words", concern.LongestWhat))
}

func (p *Pages) accuse(ctx context.Context, tx *db.Tx, id int64, f *web.Form) error {
	person, err := p.cfg.PersonByEmail(ctx, tx, f.Values.Get("email"))
	if err != nil {
		return err
	}
	return p.cfg.Concerns.Accuse(ctx, tx, id, person)
}

type listView struct {
	list   []concern.Concern
	closed bool
	next   string
	places map[int64]i18n.Text
	now    time.Time
}

func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx, query := r.Context(), r.URL.Query()
	v := listView{closed: query.Get("closed") != "", now: p.cfg.DB.Now()}
	before, _ := clock.ParseID(query.Get("after")) // anything else is the first page
	err := p.cfg.DB.Read(ctx, func(q *db.Reader) error {
		list, next, err := p.cfg.Concerns.List(ctx, q, v.closed, before)
		if v.list = list; next != 0 {
			v.next = clock.FormatID(next)
		}
		return err
	})
	if err != nil {
		return err
	}
	if v.places, err = p.places(ctx); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, listPage(v))
}

func (p *Pages) places(ctx context.Context) (map[int64]i18n.Text, error) {
	list, err := p.cfg.Organisations(ctx)
	out := map[int64]i18n.Text{}
	for _, o := range list {
		out[o.ID] = o.Name
	}
	return out, err
}

type caseView struct {
	concern.Case
	form    web.FormView
	problem string
	places  map[int64]i18n.Text
	names   map[int64]string
	me      int64
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	id, err := idOf(r)
	if err != nil {
		return err
	}
	return p.page(w, r, id, web.NewFormView(), "")
}

func (p *Pages) page(w http.ResponseWriter, r *http.Request, id int64, form web.FormView, problem string) error {
	ctx := r.Context()
	c, err := p.cfg.Concerns.Hear(ctx, id)
	if err != nil {
		return err
	}
	v := caseView{Case: c, form: form, problem: problem, me: access.PersonID(ctx)}
	if v.places, err = p.places(ctx); err != nil {
		return err
	}
	err = p.cfg.DB.Read(ctx, func(q *db.Reader) (err error) {
		v.names, err = p.cfg.Names(ctx, q, v.people())
		return err
	})
	if err != nil {
		return err
	}
	status := http.StatusOK
	if form.Failed() {
		status = http.StatusUnprocessableEntity
	}
	return web.Render(w, r, status, casePage(v))
}

// people are those whose names the page shows.
func (v caseView) people() []int64 {
	ids := append([]int64{v.By}, v.About...)
	for _, s := range v.Steps {
		ids = append(ids, s.Person)
	}
	return ids
}
