package peopleweb_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"manyhands/internal/access"
	"manyhands/internal/checklist"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/job"
	"manyhands/internal/money"
	"manyhands/internal/notify"
	"manyhands/internal/notify/notifytest"
	"manyhands/internal/people"
	"manyhands/internal/people/account"
	"manyhands/internal/people/oidc"
	"manyhands/internal/people/peopleweb"
	"manyhands/internal/people/reach"
	"manyhands/internal/people/signin"
	"manyhands/internal/ui"
	"manyhands/internal/vault"
	"manyhands/internal/vault/vaulttest"
	"manyhands/internal/web"
	"manyhands/internal/web/webtest"
)

const schoolID = 1 << 40

// house is a small installation: the pages of this package over a real database.
type house struct {
	t       *testing.T
	d       *db.DB
	c       *clock.Sim
	people  *people.Service
	proofs  *signin.Service
	runner  *job.Runner
	box     *notifytest.Memory
	handler http.Handler
	mux     *web.Mux
	guards  map[int64]bool // who answers for a child
}

func newHouse(t *testing.T, base string, change ...func(*peopleweb.Config)) *house {
	t.Helper()
	d, c := dbtest.SQLite(t)
	texts := i18ntest.Bundle(t, people.Texts, peopleweb.Texts, signin.Texts, account.Texts, oidc.Texts, checklist.Texts, vault.Texts, access.Texts, ui.Texts())
	t.Cleanup(func() {
		if missing := texts.Missing(); len(missing) > 0 {
			t.Errorf("texts that are missing: %v", missing)
		}
	})
	network, box := i18n.Text{ZH: "众手", EN: "Manyhands"}, vaulttest.Open(t, d)
	s, err := people.New(d, texts, people.Config{BaseURL: base, Network: network})
	if err != nil {
		t.Fatal(err)
	}
	guards := map[int64]bool{}
	in, err := signin.New(signin.Config{Guardian: func(_ context.Context, _ db.Queryer, id int64) (bool, error) { return guards[id], nil }, DB: d, Texts: texts, People: s, Vault: box, BaseURL: base, Network: network, Secret: []byte("secret")})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, d: d, c: c, people: s, proofs: in, guards: guards, box: &notifytest.Memory{},
		runner: job.NewRunner(d, slog.New(slog.DiscardHandler), job.Config{})}
	notify.Register(h.runner, h.box)
	opt := web.Options{Log: slog.New(slog.DiscardHandler), Bundle: texts, Gate: peopleweb.Gate, Secure: s.Secure(),
		ErrorPage: func(r *http.Request, status int, title, sentence, id string) templ.Component {
			return ui.ErrorPage(ui.ErrorView{Status: status, Title: title, Sentence: sentence, RequestID: id})
		}}
	h.mux = web.NewMux(opt)
	cfg := peopleweb.Config{DB: d, People: s, SignIn: in, Reach: reach.New(s, box), Account: account.New(d, texts, s, box, account.Config{BaseURL: base, Network: network, Secret: []byte("secret"), Zone: i18n.DefaultZone()}), Fail: h.mux.Fail, Gifts: gifts, Organisations: organisations}
	for _, c := range change {
		c(&cfg)
	}
	pages := peopleweb.New(cfg)
	pages.Routes(h.mux)
	h.mux.Handle("GET /me/children", web.SignedIn, children(signin.CheckFamily))
	h.mux.Handle("GET /me/children/copy", web.SignedIn, children(signin.CheckFamilyRecent))
	h.mux.Handle("GET /{$}", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		_, err := w.Write([]byte("home"))
		return err
	})
	env := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r.WithContext(ui.With(r.Context(), ui.Env{URL: r.URL, Allowed: peopleweb.Allowed})))
		})
	}
	h.handler = web.Chain(env(pages.Middleware(h.mux)), opt)
	return h
}

// children stands for a guardian's page, which asks in its way for a proof.
func children(prove func(context.Context) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := prove(r.Context()); err != nil {
			return err
		}
		_, err := w.Write([]byte("the child"))
		return err
	}
}

func gifts(_ context.Context, _ int64, email string) ([]peopleweb.GiftLine, error) {
	if email != "giver@example.org" {
		return nil, nil
	}
	return []peopleweb.GiftLine{{At: dbtest.Start, Title: i18n.Text{ZH: "冬衣", EN: "Winter coats"}, Amount: money.Amount{Minor: 3500, Unit: money.CNY},
		Href: "/follow/1", Tone: ui.OK, State: "people.me.saved"}}, nil
}

func organisations(context.Context) ([]peopleweb.Organisation, error) {
	return []peopleweb.Organisation{{ID: schoolID, Name: i18n.Text{ZH: "河边小学", EN: "Riverside School"}}}, nil
}

var linkPath = regexp.MustCompile(`/sign-in/\S+`)

// lastLink runs what is due and returns the path of the link in the last mail.
func (h *house) lastLink() string {
	h.t.Helper()
	if _, err := h.runner.RunOnce(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	mails := h.box.Mails()
	if len(mails) == 0 {
		h.t.Fatal("no mail")
	}
	return linkPath.FindString(mails[len(mails)-1].Text)
}

// visitor returns somebody who has signed in.
func (h *house) visitor(email string) *webtest.Client {
	h.t.Helper()
	c := webtest.New(h.t, h.handler)
	h.signIn(c, email, "/me")
	return c
}

func (h *house) signIn(c *webtest.Client, email, first string) {
	h.t.Helper()
	var token string
	h.write(func(ctx context.Context, tx *db.Tx) (err error) {
		token, err = h.people.MakeLink(ctx, tx, email)
		return err
	})
	c.Get("/sign-in/"+token).Status(200).Submit("form#use-link", nil).RedirectsTo(first)
}

func (h *house) write(body func(ctx context.Context, tx *db.Tx) error) {
	h.t.Helper()
	ctx := h.t.Context()
	if err := h.d.Write(ctx, func(tx *db.Tx) error { return body(ctx, tx) }); err != nil {
		h.t.Fatal(err)
	}
}

// staff returns a visitor who is appointed for the whole network.
func (h *house) staff(email string, role access.Role) *webtest.Client {
	h.t.Helper()
	h.write(func(ctx context.Context, tx *db.Tx) error {
		p, err := h.people.EnsurePerson(ctx, tx, email, "")
		if err != nil {
			return err
		}
		_, err = h.people.Appoint(ctx, tx, people.Appointment{PersonID: p.ID, Role: role})
		return err
	})
	first := "/desk"
	h.write(func(ctx context.Context, tx *db.Tx) error {
		p, err := h.people.PersonByEmail(ctx, tx, email)
		if err != nil {
			return err
		}
		if a, err := h.people.Actor(ctx, tx, p.ID, h.c.Now()); err != nil || len(a.Roles) == 0 {
			first = "/me" // an appointment that rests until a check is valid
			return err
		}
		return nil
	})
	c := webtest.New(h.t, h.handler)
	h.signIn(c, email, first)
	return c
}

func one(name, value string) url.Values { return url.Values{name: {value}} }

func sessionCookie(c *webtest.Client) *http.Cookie {
	for _, k := range c.Response.Cookies() {
		if strings.HasSuffix(k.Name, "mh_session") {
			return k
		}
	}
	return nil
}
