package oidc_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/job"
	"manyhands/internal/notify"
	"manyhands/internal/notify/notifytest"
	"manyhands/internal/people"
	"manyhands/internal/people/oidc"
	"manyhands/internal/people/oidc/oidctest"
)

const base = "https://give.example.org"

type house struct {
	t      *testing.T
	d      *db.DB
	people *people.Service
	client *oidc.Client
	srv    *httptest.Server
	users  oidctest.People
	box    *notifytest.Memory
	runner *job.Runner
}

func newHouse(t *testing.T, e db.Engine) house {
	t.Helper()
	// The provider goes by the machine's clock, so we do as well.
	d := dbtest.Open(t, e, db.Options{Clock: clock.System{}})
	texts := i18ntest.Bundle(t, people.Texts, oidc.Texts)
	network := i18n.Text{ZH: "众手", EN: "Manyhands"}
	s, err := people.New(d, texts, people.Config{BaseURL: base, Network: network})
	if err != nil {
		t.Fatal(err)
	}
	u := oidctest.People{"id1": oidctest.Someone("id1", "One@example.org", true), "id2": oidctest.Someone("id2", "two@example.org", false)}
	h := house{t: t, d: d, people: s, srv: oidctest.Provider(t, base, u), users: u, box: &notifytest.Memory{}, runner: job.NewRunner(d, slog.New(slog.DiscardHandler), job.Config{})}
	notify.Register(h.runner, h.box)
	h.client = oidc.New(d, texts, s, oidc.Config{Issuer: h.srv.URL, ClientID: oidctest.ClientID, Secret: oidctest.Secret, BaseURL: base, Network: network,
		Label: i18n.Text{ZH: "统一登录", EN: "the house"}})
	return h
}

// begin returns the address at the provider.
func (h house) begin(browser string) string {
	h.t.Helper()
	to, err := h.client.Begin(h.t.Context(), browser, "/campaigns")
	if err != nil {
		h.t.Fatal(err)
	}
	return to
}

// visit goes to the provider as a user, signs in there and returns with what it sends back.
func (h house) visit(to, user string) (state, code string) {
	h.t.Helper()
	back := oidctest.Visit(h.t, h.srv, to, user)
	if !strings.HasPrefix(back.String(), base+oidc.BackPath+"?") {
		h.t.Fatalf("back to %s", back)
	}
	return back.Query().Get("state"), back.Query().Get("code")
}

func key(err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e.Key
	}
	return ""
}

func wantFault(t *testing.T, err error, want string) {
	t.Helper()
	if key(err) != want {
		t.Errorf("fault %q (%v), want %q", key(err), err, want)
	}
}

func each(t *testing.T, test func(t *testing.T, h house)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			test(t, newHouse(t, e))
		})
	}
}

func TestFirstTimeAsksAndThenOpens(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		ctx, browser := t.Context(), oidc.NewBrowser()
		state, code := h.visit(h.begin(browser), "id1")
		e, err := h.client.Finish(ctx, browser, state, code)
		if err != nil || e.Person.ID != 0 || e.Ticket == "" || e.Email != "one@example.org" {
			t.Fatalf("%+v, %v", e, err)
		}
		_, err = h.client.Finish(ctx, browser, state, code)
		wantFault(t, err, "oidc.ended") // a state is there once
		_, err = h.client.Confirm(ctx, oidc.NewBrowser(), e.Ticket)
		wantFault(t, err, "oidc.ended") // in another browser
		in, err := h.client.Confirm(ctx, browser, e.Ticket)
		if err != nil || in.Person.Email != "one@example.org" || in.To != "/campaigns" {
			t.Fatalf("%+v, %v", in, err)
		}
		_, err = h.client.Confirm(ctx, browser, e.Ticket)
		wantFault(t, err, "oidc.ended")
		if _, err := h.runner.RunOnce(ctx); err != nil {
			t.Fatal(err)
		}
		if m := h.box.Mails(); len(m) != 1 || m[0].To != "one@example.org" || m[0].Topic != "" {
			t.Errorf("mails %+v", m)
		}

		// The second time it asks nothing, and the address has no say any more.
		h.users["id1"].Email, h.users["id1"].EmailVerified = "other@example.org", false
		state, code = h.visit(h.begin(browser), "id1")
		if e, err = h.client.Finish(ctx, browser, state, code); err != nil || e.Person.ID != in.Person.ID || e.Ticket != "" {
			t.Errorf("%+v, %v", e, err)
		}
		h.forget(in.Person.ID)
	})
}

// forget removes the links, and looks that there were some.
func (h house) forget(person int64) {
	h.t.Helper()
	ctx := h.t.Context()
	err := h.d.Write(ctx, func(tx *db.Tx) error {
		links, err := oidc.LinksOf(ctx, tx, person)
		if err != nil || len(links) != 1 || links[0].Subject != "id1" || links[0].Issuer != h.srv.URL {
			h.t.Errorf("links %+v, %v", links, err)
		}
		if err := oidc.Forget(ctx, tx, person); err != nil {
			return err
		}
		links, err = oidc.LinksOf(ctx, tx, person)
		if len(links) != 0 {
			h.t.Errorf("links %+v", links)
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

func TestAnUnverifiedAddressOpensNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t, db.SQLite)
	browser := oidc.NewBrowser()
	state, code := h.visit(h.begin(browser), "id2")
	_, err := h.client.Finish(t.Context(), browser, state, code)
	wantFault(t, err, "oidc.unverified")
	err = h.d.Read(t.Context(), func(r *db.Reader) error {
		_, err := h.people.PersonByEmail(t.Context(), r, "two@example.org")
		return err
	})
	if fault.KindOf(err) != fault.NotFound {
		t.Errorf("a person was made: %v", err)
	}
}

func TestAnswersThatDoNotHold(t *testing.T) {
	t.Parallel()
	h := newHouse(t, db.SQLite)
	ctx, browser := t.Context(), oidc.NewBrowser()

	// A nonce that is not ours: somebody hands us a token that was made for another sign-in.
	to, err := url.Parse(h.begin(browser))
	if err != nil {
		t.Fatal(err)
	}
	query := to.Query()
	if query.Get("nonce") == "" || query.Get("code_challenge_method") != "S256" || query.Get("state") == "" {
		t.Fatalf("asked for %v", query)
	}
	query.Set("nonce", "another")
	to.RawQuery = query.Encode()
	state, code := h.visit(to.String(), "id1")
	_, err = h.client.Finish(ctx, browser, state, code)
	wantFault(t, err, "oidc.refused")

	// Somebody else's code in our sign-in: its proof of possession (PKCE) is not ours.
	_, stolen := h.visit(h.begin(oidc.NewBrowser()), "id1")
	mine, err := url.Parse(h.begin(browser))
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.client.Finish(ctx, browser, mine.Query().Get("state"), stolen)
	wantFault(t, err, "oidc.refused")

	// A state in a browser that did not begin: somebody leads a person to sign in as them.
	state, code = h.visit(h.begin(browser), "id1")
	_, err = h.client.Finish(ctx, oidc.NewBrowser(), state, code)
	wantFault(t, err, "oidc.ended")
	_, err = h.client.Finish(ctx, "", state, code)
	wantFault(t, err, "oidc.ended")
	_, err = h.client.Finish(ctx, browser, "no such state", code)
	wantFault(t, err, "oidc.ended")
	_, err = h.client.Confirm(ctx, browser, state)
	wantFault(t, err, "oidc.ended") // a state is no ticket
	_, err = h.client.Finish(ctx, browser, state, "")
	wantFault(t, err, "oidc.ended") // cancelled there; and Confirm has used it up
}

func TestAProviderThatIsDown(t *testing.T) {
	t.Parallel()
	h := newHouse(t, db.SQLite)
	browser := oidc.NewBrowser()
	state, code := h.visit(h.begin(browser), "id1")
	h.srv.CloseClientConnections()
	h.srv.Close()
	_, err := h.client.Finish(t.Context(), browser, state, code)
	wantFault(t, err, "oidc.down")
	if e, ok := errors.AsType[*fault.Error](err); ok && strings.Contains(e.Error(), code) {
		t.Error("the log would hold the code")
	}
	again := oidc.New(h.d, i18ntest.Bundle(t, oidc.Texts), h.people, oidc.Config{Issuer: h.srv.URL, ClientID: oidctest.ClientID, BaseURL: base})
	for range 2 {
		_, err = again.Begin(context.Background(), browser, "")
		wantFault(t, err, "oidc.down")
	}
}

func TestCatalogues(t *testing.T) {
	t.Parallel()
	i18ntest.CheckCatalogues(t, oidc.Texts, "oidc.")
}
