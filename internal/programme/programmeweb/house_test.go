package programmeweb_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"manyhands/internal/access"
	"manyhands/internal/checklist"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/money"
	"manyhands/internal/programme"
	"manyhands/internal/programme/programmeweb"
	"manyhands/internal/ui"
	"manyhands/internal/web"
	"manyhands/internal/web/webtest"
)

// house is a small installation: the pages of this package over a real database. Who acts is said by
// a header, since signing in is another package's matter.
type house struct {
	*testing.T
	db      *db.DB
	clock   *clock.Sim
	handler http.Handler
	people  map[string]access.Actor
}

func newHouse(t *testing.T) *house {
	t.Helper()
	d, c := dbtest.SQLite(t)
	texts := i18ntest.Bundle(t, checklist.Texts, programme.Texts, programmeweb.Texts(), access.Texts, ui.Texts())
	t.Cleanup(func() {
		if missing := texts.Missing(); len(missing) > 0 {
			t.Errorf("texts that are missing: %v", missing)
		}
	})
	h := &house{T: t, db: d, clock: c, people: map[string]access.Actor{}}
	opt := web.Options{Log: slog.New(slog.DiscardHandler), Bundle: texts, Gate: gate,
		ErrorPage: func(_ *http.Request, status int, title, sentence, id string) templ.Component {
			return ui.ErrorPage(ui.ErrorView{Status: status, Title: title, Sentence: sentence, RequestID: id})
		}}
	m := web.NewMux(opt)
	programmeweb.New(programmeweb.Options{DB: d, Appointed: h.appointed,
		Promise: func(_ context.Context, n programme.NeedView) templ.Component {
			return templ.Raw(`<form id="promise"></form>`)
		}}).Routes(m)
	env := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx := ui.With(r.Context(), ui.Env{URL: r.URL, Allowed: func(ctx context.Context, p string) bool {
				return access.Allowed(ctx, access.Permission(p))
			}})
			if a, ok := h.people[r.Header.Get("X-Actor")]; ok {
				ctx = access.With(ctx, a)
			}
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
	h.handler = web.Chain(env(m), opt)
	return h
}

func gate(ctx context.Context, need web.Need) error {
	if need == web.Public {
		return nil
	}
	return access.Check(ctx, access.Permission(need))
}

func (h *house) appointed(_ context.Context, _ db.Queryer, person, organisation int64) (bool, error) {
	for _, a := range h.people {
		for _, g := range a.Roles {
			if a.PersonID == person && g.Organisation == organisation {
				return true, nil
			}
		}
	}
	return false, nil
}

// as returns a visitor who holds the grants.
func (h *house) as(name string, grants ...access.Grant) *webtest.Client {
	h.Helper()
	a := access.Actor{Name: name, Roles: grants}
	h.must(func(ctx context.Context, tx *db.Tx) error {
		a.PersonID = tx.NewID()
		_, err := tx.ExecContext(ctx, "INSERT INTO person (id, name, made_at) VALUES ($1, $2, $3)", a.PersonID, name, tx.NowMicros())
		return err
	})
	h.people[name] = a
	return h.visitor().Header("X-Actor", name)
}

func (h *house) visitor() *webtest.Client { return webtest.New(h.T, h.handler) }

func (h *house) must(body func(ctx context.Context, tx *db.Tx) error) {
	h.Helper()
	if err := h.db.Write(h.Context(), func(tx *db.Tx) error { return body(h.Context(), tx) }); err != nil {
		h.Fatal(err)
	}
}

// shown is a published organisation with a published programme.
type shown struct {
	organisation programme.Organisation
	programme    programme.Programme
}

func (h *house) shown(verifier int64) (s shown) {
	h.Helper()
	nobody := func(context.Context, db.Queryer, int64, int64) (bool, error) { return false, nil }
	h.must(func(ctx context.Context, tx *db.Tx) (err error) {
		s.organisation, err = programme.CreateOrganisation(ctx, tx, programme.OrganisationInput{Kind: "charity", Name: both("晨星", "Morning Star"),
			About: both("办作业辅导。", "Runs homework help."), CreditCode: "53100000500021676K", Certificate: "C-1",
			CertificateEndsAt: tx.Now().AddDate(1, 0, 0), Website: "https://star.example.org"}, 0)
		if err != nil {
			return err
		}
		if err := programme.PublishOrganisation(ctx, tx, s.organisation.ID, 0); err != nil {
			return err
		}
		s.programme, err = programme.CreateProgramme(ctx, tx, s.organisation.ID, programme.ProgrammeInput{Theme: "learning",
			Name: both("周三作业", "Wednesday homework"), Summary: both("每周三晚上。", "Every Wednesday evening."), Place: both("浦东", "Pudong")}, 0)
		if err != nil {
			return err
		}
		for _, step := range programme.Steps() {
			in := programme.VerifyInput{Step: step, Note: both("已核对登记簿", "Compared with the register"), EndsAt: tx.Now().AddDate(1, 0, 0)}
			if err := programme.Verify(ctx, tx, nobody, s.programme.ID, in, verifier); err != nil {
				return err
			}
		}
		return programme.PublishProgramme(ctx, tx, s.programme.ID, 0)
	})
	return s
}

func (h *house) need(of int64, title i18n.Text, change func(*programme.NeedInput)) (n programme.Need) {
	h.Helper()
	in := programme.NeedInput{Programme: of, Kind: "time", Unit: money.Evening, Wanted: 12, Title: title, Body: both("请带上耐心。", "Bring patience.")}
	if change != nil {
		change(&in)
	}
	h.must(func(ctx context.Context, tx *db.Tx) (err error) {
		if n, err = programme.CreateNeed(ctx, tx, in, 0); err != nil {
			return err
		}
		return programme.PublishNeed(ctx, tx, n.ID, 0)
	})
	return n
}

// publish shows the organisation at a path of the desk to everybody, as verifiers do.
func (h *house) publish(path string) {
	h.Helper()
	id, err := clock.ParseID(strings.TrimPrefix(path, "/desk/organisations/"))
	if err != nil {
		h.Fatal(err)
	}
	h.must(func(ctx context.Context, tx *db.Tx) error { return programme.PublishOrganisation(ctx, tx, id, 0) })
}

func (h *house) programmeID(name string) int64 {
	h.Helper()
	var id int64
	err := h.db.Read(h.Context(), func(r *db.Reader) error {
		lines, _, err := programme.Programmes(h.Context(), r, h.clock.Now(), programme.ProgrammeFilter{Words: name, HiddenToo: true})
		if err == nil && len(lines) != 1 {
			err = fault.New(fault.NotFound, "programme.no_programme")
		}
		if err == nil {
			id = lines[0].ID
		}
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	return id
}

func both(zh, en string) i18n.Text { return i18n.Text{ZH: zh, EN: en} }

func with(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}
