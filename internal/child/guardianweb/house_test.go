package guardianweb_test

import (
	"bytes"
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"

	"manyhands/internal/access"
	"manyhands/internal/blob"
	"manyhands/internal/child"
	"manyhands/internal/child/guardianweb"
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

// Who is in the tests' small network.
const (
	centre, sponsor = 500, 501

	worker, boss, mother, father, stranger = 901, 902, 903, 904, 905
)

var grants = map[int64][]access.Grant{
	worker:   {{Role: access.Worker, Organisation: centre}},
	boss:     {{Role: access.Supervisor, Organisation: centre}},
	mother:   nil,
	father:   nil,
	stranger: nil,
}

// What identifies the made-up child and its people. None of it may be in a title, an address or a log.
var secrets = []string{"测试苗", "小测", "测试妈", "测试爸", "13800001111", "测试街", "110101201603091246"}

type persons struct{}

func (persons) Actor(_ context.Context, _ db.Queryer, id int64, _ time.Time) (access.Actor, error) {
	roles, ok := grants[id]
	if !ok {
		return access.Actor{}, fault.New(fault.NotFound, "people.unknown")
	}
	return access.Actor{PersonID: id, Roles: roles}, nil
}

type names struct{}

func (names) Organisation(_ context.Context, _ db.Queryer, id int64) (i18n.Text, error) {
	if id != centre && id != sponsor {
		return i18n.Text{}, fault.New(fault.NotFound, "programme.no_organisation")
	}
	return i18n.Text{ZH: "河边中心", EN: "Riverside Centre"}, nil
}

// lockedLog collects what is logged.
type lockedLog struct {
	sync.Mutex
	bytes.Buffer
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.Lock()
	defer l.Unlock()
	return l.Buffer.Write(p)
}

type house struct {
	t        *testing.T
	d        *db.DB
	c        *clock.Sim
	s        *child.Service
	consents *consent.Service
	handler  http.Handler
	mux      *web.Mux
	log      *lockedLog
	texts    *i18n.Bundle
}

func newHouse(t *testing.T) *house {
	t.Helper()
	d, c := dbtest.SQLite(t)
	texts := i18ntest.Bundle(t, guardianweb.Texts(), child.Texts, consent.Texts, vault.Texts, blob.Texts, access.Texts, ui.Texts())
	t.Cleanup(func() {
		if missing := texts.Missing(); len(missing) > 0 {
			t.Errorf("texts that are missing: %v", missing)
		}
	})
	h := &house{t: t, d: d, c: c, log: &lockedLog{}, texts: texts}
	h.serve(vaulttest.Open(t, d))
	return h
}

// serve makes services and pages on a vault.
func (h *house) serve(box *vault.Vault) {
	h.t.Helper()
	d, t, texts := h.d, h.t, h.texts
	var err error
	if h.consents, err = consent.New(child.Families{}, names{}, box, i18n.DefaultZone()); err != nil {
		t.Fatal(err)
	}
	h.s = child.New(d, child.Options{Vault: box, Blobs: blob.New(box), Consents: h.consents, People: persons{}, Names: names{}, Zone: i18n.DefaultZone()})
	opt := web.Options{Log: slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Bundle: texts, Gate: gate,
		ErrorPage: func(_ *http.Request, status int, title, sentence, id string) templ.Component {
			return ui.ErrorPage(ui.ErrorView{Status: status, Title: title, Sentence: sentence, RequestID: id})
		}}
	h.mux = web.NewMux(opt)
	guardianweb.New(guardianweb.Config{Prove: shown("once", "fresh"), ProveAgain: shown("fresh"), ProvePath: func(to string) string { return "/prove?to=" + to }, DB: d, Children: h.s, Consents: h.consents, Organisations: names{},
		Erased: func(context.Context, db.Queryer) ([]guardianweb.Erased, error) { return nil, nil },
		Places: func(context.Context, db.Queryer) ([]guardianweb.Place, error) {
			return []guardianweb.Place{{ID: centre, Name: i18n.Text{ZH: "河边中心", EN: "Riverside Centre"}}}, nil
		},
		Names: func(context.Context, db.Queryer, []int64) (map[int64]string, error) {
			return map[int64]string{worker: "Worker Wang"}, nil
		}}).Routes(h.mux)
	h.handler = web.Chain(session(h.mux), opt)
}

// session has the person of the cookie act, as the house's own sessions do.
func session(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := ui.With(r.Context(), ui.Env{URL: r.URL})
		if k, err := r.Cookie("person"); err == nil {
			id, _ := strconv.ParseInt(k.Value, 10, 64)
			ctx = context.WithValue(ctx, shownKey{}, cmp.Or(r.Header.Get("Shown"), "fresh"))
			ctx = access.With(ctx, access.Actor{PersonID: id, Roles: grants[id]})
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

func gate(ctx context.Context, need web.Need) error {
	if _, ok := access.From(ctx); need == web.SignedIn && !ok {
		return fault.New(fault.Unauthenticated, "access.sign_in")
	}
	return nil
}

type shownKey struct{}

// shown stands for what signing in asks for: how well somebody has proved themselves, by one of ways.
func shown(ways ...string) func(context.Context) error {
	return func(ctx context.Context) error {
		if how, _ := ctx.Value(shownKey{}).(string); !slices.Contains(ways, how) {
			return fault.New(fault.Unauthenticated, "access.sign_in")
		}
		return nil
	}
}

// visitor returns somebody who is signed in; nobody for 0.
func (h *house) visitor(person int64) *webtest.Client {
	c := webtest.New(h.t, h.handler)
	if person != 0 {
		c.Header("Cookie", "person="+strconv.FormatInt(person, 10))
	}
	return c
}

func (h *house) as(person int64) context.Context {
	return access.With(h.t.Context(), access.Actor{PersonID: person, Roles: grants[person]})
}

func (h *house) write(person int64, body func(ctx context.Context, tx *db.Tx) error) {
	h.t.Helper()
	ctx := h.as(person)
	if err := h.d.Write(ctx, func(tx *db.Tx) error { return body(ctx, tx) }); err != nil {
		h.t.Fatal(err)
	}
}

// enrol has the mother begin a record on the website and returns its path.
func (h *house) enrol(c *webtest.Client) string {
	h.t.Helper()
	c.Get("/me/children/new?at="+clock.FormatID(centre)).Status(200).Submit("#enrol", url.Values{"name": {"测试苗"}, "other": {"小测"},
		"birth": {"2016-03-09"}, "sex": {"f"}, "guardian_name": {"测试妈"}, "relation": {"mother"}, "phone": {"１３８００００１１１１"}}).Status(303)
	to := c.Response.Header.Get("Location")
	if !strings.HasSuffix(to, "/fill/number") {
		h.t.Fatalf("leads to %q", to)
	}
	return strings.TrimSuffix(to, "/fill/number")
}

// record returns the id in a record's path.
func (h *house) record(path string) int64 {
	h.t.Helper()
	id, err := clock.ParseID(strings.TrimPrefix(path, "/me/children/"))
	if err != nil {
		h.t.Fatal(err)
	}
	return id
}

// active is a child with two guardians whom a worker has checked, both with accounts, and a consent to
// enrol: path and id.
func (h *house) active() (string, int64) {
	h.t.Helper()
	at := h.enrol(h.visitor(mother))
	id := h.record(at)
	h.say(h.visitor(mother), at, "enrol", "yes")
	h.write(boss, func(ctx context.Context, tx *db.Tx) error {
		if _, err := h.s.AddGuardian(ctx, tx, id, access.Casework, child.NewGuardian{Person: father, Authority: true, Proof: "household_register",
			Who: child.Relative{Name: "测试爸", Relation: "father", Phone: "13900002222"}}); err != nil {
			return err
		}
		d, err := h.s.Assign(ctx, tx, id, worker, time.Time{})
		_ = d
		return err
	})
	o, err := h.s.Open(h.as(boss), id, access.Casework, access.Guardians)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, g := range o.Guardians {
		if g.Person == mother {
			h.write(boss, func(ctx context.Context, tx *db.Tx) error { return h.s.Prove(ctx, tx, id, g.ID, "household_register") })
		}
	}
	h.write(boss, func(ctx context.Context, tx *db.Tx) error { return h.s.Accept(ctx, tx, id) })
	return at, id
}

// say answers a question on its page.
func (h *house) say(c *webtest.Client, at, matter, answer string) *webtest.Client {
	h.t.Helper()
	return c.Get(at+"/consents/"+matter).Status(200).Submit("#answer", url.Values{"answer": {answer}}).Status(303)
}

// standing is where a matter stands for staff.
func (h *house) standing(record int64, m consent.Matter) (s consent.State) {
	h.t.Helper()
	err := h.d.Read(h.t.Context(), func(r *db.Reader) error {
		x, err := h.consents.Standing(h.t.Context(), r, record, m, h.c.Now())
		s = x.State
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}
