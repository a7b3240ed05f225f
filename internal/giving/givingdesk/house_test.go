package givingdesk_test

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/giving"
	"manyhands/internal/giving/givingdesk"
	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/money"
	"manyhands/internal/payment"
	"manyhands/internal/payment/sandbox"
	"manyhands/internal/people"
	"manyhands/internal/programme"
	"manyhands/internal/ui"
	"manyhands/internal/web"
	"manyhands/internal/web/webtest"
)

// house is a network with its desk.
type house struct {
	t        testing.TB
	d        *db.DB
	c        *clock.Sim
	giving   *giving.Service
	payments *payment.Service
	people   *people.Service
	handler  http.Handler
	founder  int64 // who set the network up
}

// secret signs what the wallet says.
var secret = []byte("a secret of the tests")

// whoHeader tells the test's sign-in who asks.
const whoHeader = "X-Test-Person"

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{t: t}
	h.d, h.c = dbtest.SQLite(t)
	bundle := i18ntest.Bundle(t, givingdesk.Texts(), ui.Texts(), access.Texts, programme.Texts, payment.Texts, people.Texts)
	var err error
	h.people, err = people.New(h.d, bundle, people.Config{BaseURL: "https://give.example.org"})
	if err != nil {
		t.Fatal(err)
	}
	wire := &wiring{}
	gateway := sandbox.New(h.d, sandbox.Options{Secret: secret, BaseURL: func() string { return "http://127.0.0.1:1" }})
	h.payments = payment.New(h.d, []payment.Gateway{gateway}, wire)
	wire.payments = h.payments
	h.giving = giving.New(h.d, giving.Options{Payments: wire, Gateways: []string{sandbox.Name}, Secret: secret})
	wire.giving = h.giving
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
	opt := web.Options{Log: log, Bundle: bundle, Lang: i18n.EN, Gate: func(ctx context.Context, need web.Need) error {
		return access.Check(ctx, access.Permission(need))
	}}
	m := web.NewMux(opt)
	givingdesk.New(givingdesk.Deps{DB: h.d, Giving: h.giving, Payments: h.payments, People: h.people}).Routes(m)
	assets, err := web.NewAssets(ui.Static())
	if err != nil {
		t.Fatal(err)
	}
	m.HandleRaw("GET /static/", assets)
	h.handler = web.Chain(h.signIn(m, assets), opt)
	t.Cleanup(func() {
		for _, key := range bundle.Missing() {
			if strings.HasPrefix(key, "desk.") {
				t.Errorf("no text for %s", key)
			}
		}
	})
	h.founder = h.person("Founder", access.Network)
	return h
}

// signIn puts the person named in the header into the request, as the session does.
func (h *house) signIn(next http.Handler, assets *web.Assets) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		env := ui.Env{URL: r.URL, Asset: assets.URL, Allowed: func(ctx context.Context, p string) bool { return access.Allowed(ctx, access.Permission(p)) }}
		ctx := r.Context()
		who := r.Header.Get(whoHeader)
		if c, err := r.Cookie("who"); err == nil && who == "" {
			who = c.Value
		}
		if id, err := clock.ParseID(who); err == nil {
			err := h.d.Read(ctx, func(snap *db.Reader) error {
				a, err := h.people.Actor(ctx, snap, id, h.d.Now())
				env.Person = &ui.Person{Name: a.Name, Desk: true}
				ctx = access.With(ctx, a)
				return err
			})
			if err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
		}
		next.ServeHTTP(w, r.WithContext(ui.With(ctx, env)))
	})
}

// wiring joins giving and payment as package app does.
type wiring struct {
	giving   *giving.Service
	payments *payment.Service
}

func (w *wiring) Begin(ctx context.Context, tx *db.Tx, due ...giving.Due) error {
	for _, d := range due {
		if _, err := w.payments.Begin(ctx, tx, payment.Due{PurposeID: d.Gift, Gateway: d.Gateway, Amount: d.Amount, ClosesAt: d.ClosesAt}); err != nil {
			return err
		}
	}
	return nil
}

func (w *wiring) Captured(ctx context.Context, tx *db.Tx, captures ...payment.Capture) error {
	for _, c := range captures {
		if err := w.giving.Captured(ctx, tx, giving.Capture{Gift: c.PurposeID, PaidAt: c.PaidAt}); err != nil {
			return err
		}
	}
	return nil
}

func (w *wiring) Ended(ctx context.Context, tx *db.Tx, purpose int64, s payment.State) error {
	return w.giving.Ended(ctx, tx, purpose, giving.State(s))
}

func (w *wiring) Returned(ctx context.Context, tx *db.Tx, r payment.Return) error {
	return w.giving.Returned(ctx, tx, r.PurposeID, r.Amount.Minor, r.RefundID)
}

func (h *house) write(body func(ctx context.Context, tx *db.Tx) error) {
	h.t.Helper()
	ctx := context.Background()
	if err := h.d.Write(ctx, func(tx *db.Tx) error { return body(ctx, tx) }); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) read(body func(ctx context.Context, r *db.Reader) error) {
	h.t.Helper()
	ctx := context.Background()
	if err := h.d.Read(ctx, func(r *db.Reader) error { return body(ctx, r) }); err != nil {
		h.t.Fatal(err)
	}
}

// person appoints somebody and returns their id.
func (h *house) person(name string, organisation int64, roles ...access.Role) int64 {
	h.t.Helper()
	var id int64
	h.write(func(ctx context.Context, tx *db.Tx) error {
		p, err := h.people.EnsurePerson(ctx, tx, strings.ToLower(name)+"@desk.example.org", name)
		if err != nil {
			return err
		}
		id = p.ID
		for _, role := range roles {
			if _, err := h.people.Appoint(ctx, tx, people.Appointment{PersonID: id, Role: role, Organisation: organisation}); err != nil {
				return err
			}
		}
		return nil
	})
	return id
}

// as opens the desk as a person.
func (h *house) as(person int64, lang i18n.Lang) *webtest.Client {
	h.t.Helper()
	c := webtest.New(h.t, h.handler).Lang(lang)
	return c.Header(whoHeader, clock.FormatID(person))
}

// organisation publishes an organisation of a kind.
func (h *house) organisation(kind, code string, name i18n.Text) (id int64) {
	h.t.Helper()
	h.write(func(ctx context.Context, tx *db.Tx) error {
		o, err := programme.CreateOrganisation(ctx, tx, programme.OrganisationInput{Kind: kind, Name: name, CreditCode: code}, h.founder)
		id = o.ID
		if err != nil {
			return err
		}
		return programme.PublishOrganisation(ctx, tx, id, h.founder)
	})
	return id
}

// programme publishes a checked programme.
func (h *house) programme(organisation int64, name i18n.Text) (id int64) {
	h.t.Helper()
	nobody := func(context.Context, db.Queryer, int64, int64) (bool, error) { return false, nil }
	h.write(func(ctx context.Context, tx *db.Tx) error {
		p, err := programme.CreateProgramme(ctx, tx, organisation, programme.ProgrammeInput{Theme: "meals", Name: name}, h.founder)
		if err != nil {
			return err
		}
		id = p.ID
		for _, s := range programme.Steps() {
			if err := programme.Verify(ctx, tx, nobody, id, programme.VerifyInput{Step: s, Note: i18n.Text{ZH: "已核实", EN: "seen"}}, h.founder); err != nil {
				return err
			}
		}
		return programme.PublishProgramme(ctx, tx, id, h.founder)
	})
	return id
}

// network is a small network: one charity with one programme and an open campaign, and a fund of its
// own for what is left over.
type network struct {
	charity, shop, programme int64
	general                  giving.Fund
	campaign                 giving.Campaign
	fund                     giving.Fund
}

func (h *house) network() (n network) {
	h.t.Helper()
	n.charity = h.organisation("charity", "53100000500021676K", i18n.Text{ZH: "暖灯基金会", EN: "Warm Lamp Foundation"})
	n.shop = h.organisation("shop", "", i18n.Text{ZH: "街角面包房", EN: "Corner Bakery"})
	n.programme = h.programme(n.charity, i18n.Text{ZH: "晚餐桌", EN: "Supper Table"})
	h.write(func(ctx context.Context, tx *db.Tx) (err error) {
		if n.general, err = giving.OpenFund(ctx, tx, giving.FundInput{Name: i18n.Text{ZH: "通用基金", EN: "General fund"}}); err != nil {
			return err
		}
		c, err := h.giving.CreateCampaign(ctx, tx, giving.CampaignInput{Programme: n.programme, Goal: money.Yuan(10_000_00), FallbackFund: n.general.ID,
			Title: i18n.Text{ZH: "一百顿晚餐", EN: "A hundred suppers"}, Body: i18n.Text{ZH: "每晚一顿热饭。", EN: "A hot meal each evening."},
			StartsAt: tx.Now().Add(-time.Hour), EndsAt: tx.Now().Add(5 * 24 * time.Hour)}, h.founder)
		if err != nil {
			return err
		}
		if n.campaign, err = h.giving.OpenCampaign(ctx, tx, c.ID, h.founder); err != nil {
			return err
		}
		n.fund, err = giving.FundByID(ctx, tx, c.Fund)
		return err
	})
	return n
}

// give posts gifts that came as cash: one per line of "reference,amount,name,visibility".
func (h *house) give(n network, lines ...string) {
	h.t.Helper()
	file := "reference,date,amount,campaign,method,name,visibility\n"
	for _, l := range lines {
		f := strings.SplitN(l, ",", 4)
		file += f[0] + ",2026-11-23," + f[1] + "," + n.campaign.Slug + ",cash," + f[2] + "," + f[3] + "\n"
	}
	rep, err := h.giving.ImportOffline(context.Background(), strings.NewReader(file), false, h.founder, func(int) {})
	if err != nil || len(rep.Problems) > 0 {
		h.t.Fatalf("import: %v %+v", err, rep.Problems)
	}
}

// capture makes a gift through the wallet and has it paid.
func (h *house) capture(n network, fen int64, name string, v giving.Visibility) giving.Gift {
	h.t.Helper()
	ctx := context.Background()
	g, err := h.giving.Give(ctx, giving.GiftInput{Campaign: n.campaign.ID, Amount: money.Yuan(fen), Method: sandbox.Name, Visibility: v,
		Name: name, Email: strings.ToLower(name) + "@example.org", Lang: "en", Device: name})
	if err != nil {
		h.t.Fatal(err)
	}
	var ref string
	h.read(func(ctx context.Context, r *db.Reader) error {
		p, err := h.payments.ByPurpose(ctx, r, g.ID)
		ref = p.MerchantRef
		return err
	})
	h.notice(ref, "w-"+ref, fen)
	return g
}

// notice has the wallet report money.
func (h *house) notice(ours, theirs string, fen int64) {
	h.t.Helper()
	now := h.d.Now()
	head, body, err := sandbox.Sign(secret, payment.Status{MerchantRef: ours, ProviderRef: theirs, State: payment.Captured, Amount: money.Yuan(fen), PaidAt: now}, now)
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.payments.Notice(context.Background(), sandbox.Name, head, body); err != nil {
		h.t.Fatal(err)
	}
}
