package childdesk_test

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"manyhands/internal/access"
	"manyhands/internal/audit"
	"manyhands/internal/blob"
	"manyhands/internal/child"
	"manyhands/internal/child/childdesk"
	"manyhands/internal/clock"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/ui"
	"manyhands/internal/vault"
	"manyhands/internal/vault/vaulttest"
	"manyhands/internal/web"
	"manyhands/internal/web/webtest"
)

// The tests' small network.
const (
	centre, clinic = 500, 501

	worker, colleague, boss, lead, clinicBoss, clinicWorker, coordinator, lapsed, nobody = 901, 902, 903, 904, 905, 906, 907, 908, 909
)

var grants = map[int64][]access.Grant{
	worker:       {{Role: access.Worker, Organisation: centre}},
	colleague:    {{Role: access.Worker, Organisation: centre}},
	boss:         {{Role: access.Supervisor, Organisation: centre}},
	lead:         {{Role: access.SafeguardingLead, Organisation: centre}},
	clinicBoss:   {{Role: access.Supervisor, Organisation: clinic}},
	clinicWorker: {{Role: access.Worker, Organisation: clinic}},
	coordinator:  {{Role: access.Coordinator, Organisation: centre}},
	lapsed:       nil,
	nobody:       nil,
}

type persons struct{}

func (persons) Actor(_ context.Context, _ db.Queryer, id int64, _ time.Time) (access.Actor, error) {
	roles, ok := grants[id]
	if !ok {
		return access.Actor{}, fault.New(fault.NotFound, "people.unknown")
	}
	a := access.Actor{PersonID: id, Roles: roles}
	if id == lapsed {
		a.Lapsed = grants[worker]
	}
	return a, nil
}

type names struct{}

func (names) Organisation(_ context.Context, _ db.Queryer, id int64) (i18n.Text, error) {
	switch id {
	case centre:
		return i18n.Text{ZH: "邻家", EN: "Centre"}, nil
	case clinic:
		return i18n.Text{ZH: "诊所", EN: "Clinic"}, nil
	}
	return i18n.Text{}, fault.New(fault.NotFound, "child.no_record")
}

// house is a small installation: these pages over a real database.
type house struct {
	t        testing.TB
	d        *db.DB
	c        *clock.Sim
	s        *child.Service
	consents *consent.Service
	handler  http.Handler
	mux      *web.Mux
	log      *strings.Builder
}

// asPerson is the header by which a test says who acts; the real house asks the session.
const asPerson = "X-Person"

func newHouse(t testing.TB, d *db.DB, c *clock.Sim) *house {
	t.Helper()
	texts := i18ntest.Bundle(t, childdesk.Texts(), child.Texts, consent.Texts, access.Texts, blob.Texts, vault.Texts, ui.Texts())
	t.Cleanup(func() {
		if missing := texts.Missing(); len(missing) > 0 {
			t.Errorf("texts that are missing: %v", missing)
		}
	})
	box := vaulttest.Open(t, d)
	h := &house{t: t, d: d, c: c, log: &strings.Builder{}}
	var err error
	if h.consents, err = consent.New(child.Families{}, names{}, box, i18n.DefaultZone()); err != nil {
		t.Fatal(err)
	}
	h.s = child.New(d, child.Options{Vault: box, Blobs: blob.New(box), Consents: h.consents, People: persons{}, Names: names{}, Zone: i18n.DefaultZone()})
	opt := web.Options{Log: slog.New(slog.NewTextHandler(h.log, nil)), Bundle: texts,
		Gate: func(ctx context.Context, need web.Need) error { return access.Check(ctx, access.Permission(need)) },
		ErrorPage: func(r *http.Request, status int, title, sentence, id string) templ.Component {
			return ui.ErrorPage(ui.ErrorView{Status: status, Title: title, Sentence: sentence, RequestID: id})
		}}
	h.mux = web.NewMux(opt)
	childdesk.New(childdesk.Config{DB: d, Children: h.s, Consents: h.consents, Organisations: organisations, Places: names{}, Names: called, Workers: workersAt,
		Leads: leadsAt, Glass: true}).Routes(h.mux)
	h.handler = web.Chain(h.signedIn(h.mux), opt)
	return h
}

func (h *house) signedIn(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := ui.With(r.Context(), ui.Env{URL: r.URL, Allowed: func(ctx context.Context, p string) bool { return access.Allowed(ctx, access.Permission(p)) }})
		if id, err := strconv.ParseInt(r.Header.Get(asPerson), 10, 64); err == nil {
			a, err := persons{}.Actor(ctx, nil, id, h.d.Now())
			if err != nil {
				h.t.Error(err)
			}
			ctx = access.With(ctx, a)
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

func organisations(context.Context, db.Queryer) ([]childdesk.Organisation, error) {
	return []childdesk.Organisation{{ID: centre, Name: i18n.Text{ZH: "邻家", EN: "Centre"}}, {ID: clinic, Name: i18n.Text{ZH: "诊所", EN: "Clinic"}}}, nil
}

func called(_ context.Context, _ db.Queryer, ids []int64) (map[int64]string, error) {
	out := map[int64]string{}
	for _, id := range ids {
		out[id] = "P" + strconv.FormatInt(id, 10)
	}
	return out, nil
}

func workersAt(_ context.Context, _ db.Queryer, organisation int64) ([]childdesk.Person, error) {
	if organisation == clinic {
		return []childdesk.Person{{ID: clinicWorker, Name: "P906"}}, nil
	}
	return []childdesk.Person{{ID: worker, Name: "P901"}, {ID: colleague, Name: "P902"}, {ID: nobody, Name: "P909"}}, nil
}

func leadsAt(context.Context, db.Queryer, int64) ([]childdesk.Person, error) {
	return []childdesk.Person{{ID: lead, Name: "P904"}}, nil
}

func sqliteHouse(t *testing.T) *house {
	t.Helper()
	d, c := dbtest.SQLite(t)
	return newHouse(t, d, c)
}

// visitor is a browser in which somebody is signed in; nobody for 0.
func (h *house) visitor(person int64) *webtest.Client {
	h.t.Helper()
	c := webtest.New(h.t, h.handler)
	if person != 0 {
		c.Header(asPerson, strconv.FormatInt(person, 10))
	}
	return c
}

// as returns a context in which a person acts.
func (h *house) as(person int64) context.Context {
	return access.With(h.t.Context(), access.Actor{PersonID: person, Roles: grants[person]})
}

func (h *house) must(person int64, body func(context.Context, *db.Tx) error) {
	h.t.Helper()
	ctx := h.as(person)
	if err := h.d.Write(ctx, func(tx *db.Tx) error { return body(ctx, tx) }); err != nil {
		h.t.Fatal(err)
	}
}

// secret begins every word that was typed about the made-up children, so that a leak is easy to find.
const secret = "密"

func enrolment() child.Enrolment {
	return child.Enrolment{Organisation: centre, Name: child.Name{Name: secret + "苗苗", Other: secret + "苗"}, Identity: child.Identity{Birth: "2016-03-09", Sex: child.Girl},
		Contact: child.Contact{Area: secret + "街", Address: secret + "楼"}, Alerts: child.Alerts{Allergies: child.Listed, Allergy: secret + "花生"},
		Guardians: []child.NewGuardian{{Who: child.Relative{Name: secret + "奶奶", Phone: "138 0000 0000", Relation: "grandmother"}, Authority: true,
			Proof: "household_register"}}}
}

func (h *house) enrol(person int64, in child.Enrolment) (r child.Record) {
	h.t.Helper()
	h.must(person, func(ctx context.Context, tx *db.Tx) (err error) {
		r, err = h.s.Enrol(ctx, tx, in)
		return err
	})
	return r
}

// guardian returns the first guardianship of a record.
func (h *house) guardian(person, record int64) int64 {
	h.t.Helper()
	o, err := h.s.Open(h.as(person), record, access.Casework, access.Guardians)
	if err != nil || len(o.Guardians) == 0 {
		h.t.Fatal(err, o.Closed)
	}
	return o.Guardians[0].ID
}

// agree has a worker note what a guardian answered on paper.
func (h *house) agree(person, record int64, m consent.Matter, given bool) {
	h.t.Helper()
	g := h.guardian(person, record)
	h.must(person, func(ctx context.Context, tx *db.Tx) error {
		f, err := h.consents.Form(ctx, tx, record, m, i18n.ZH, tx.Now())
		if err != nil {
			return err
		}
		_, err = h.s.Answer(ctx, tx, consent.Said{Record: record, Guardian: g, Matter: m, Given: given, Route: consent.Paper, Lang: i18n.ZH, Hash: f.Hash()})
		return err
	})
}

// active returns a record that the worker has taken up.
func (h *house) active() child.Record {
	h.t.Helper()
	r := h.enrol(worker, enrolment())
	h.agree(worker, r.ID, consent.For(consent.Enrol), true)
	h.must(worker, func(ctx context.Context, tx *db.Tx) error { return h.s.Accept(ctx, tx, r.ID) })
	return r
}

func (h *house) looks(record int64) (rows []audit.Row) {
	h.t.Helper()
	err := h.d.Read(h.t.Context(), func(r *db.Reader) (err error) {
		rows, err = audit.Of(h.t.Context(), r, record, 0, 200)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return rows
}

func at(record int64, parts ...string) string {
	return "/desk/children/" + strings.Join(append([]string{clock.FormatID(record)}, parts...), "/")
}
