package applyweb_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/a-h/templ"

	"manyhands/internal/access"
	"manyhands/internal/blob"
	"manyhands/internal/checklist"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/people"
	"manyhands/internal/programme"
	"manyhands/internal/programme/apply"
	"manyhands/internal/programme/applyweb"
	"manyhands/internal/programme/creditcode"
	"manyhands/internal/ui"
	"manyhands/internal/vault"
	"manyhands/internal/vault/vaulttest"
	"manyhands/internal/web"
	"manyhands/internal/web/webtest"
)

// house is a small installation: the pages of this package over a real database. Who acts is said by
// a header, since signing in is another package's matter.
type house struct {
	*testing.T
	db      *db.DB
	service *apply.Service
	staff   *people.Service
	handler http.Handler
	people  map[string]access.Actor
}

func newHouse(t *testing.T) *house {
	t.Helper()
	d, _ := dbtest.SQLite(t)
	texts := i18ntest.Bundle(t, checklist.Texts, programme.Texts, apply.Texts, applyweb.Texts(), blob.Texts, vault.Texts, access.Texts, people.Texts, ui.Texts())
	t.Cleanup(func() {
		if missing := texts.Missing(); len(missing) > 0 {
			t.Errorf("texts that are missing: %v", missing)
		}
	})
	staff, err := people.New(d, texts, people.Config{BaseURL: "https://give.example.org"})
	if err != nil {
		t.Fatal(err)
	}
	v := vaulttest.Open(t, d)
	h := &house{T: t, db: d, staff: staff, people: map[string]access.Actor{}}
	h.service = apply.New(d, apply.Options{Vault: v, Blobs: blob.New(v), People: staff, Texts: texts, Zone: time.UTC,
		BaseURL: func() string { return "https://give.example.org" }})
	opt := web.Options{Log: slog.New(slog.DiscardHandler), Bundle: texts, Gate: gate,
		ErrorPage: func(_ *http.Request, status int, title, sentence, id string) templ.Component {
			return ui.ErrorPage(ui.ErrorView{Status: status, Title: title, Sentence: sentence, RequestID: id})
		}}
	m := web.NewMux(opt)
	applyweb.New(applyweb.Options{DB: d, Apply: h.service}).Routes(m)
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
	switch need {
	case web.Public:
		return nil
	case web.SignedIn:
		if access.PersonID(ctx) != 0 {
			return nil
		}
	}
	return access.Check(ctx, access.Permission(need))
}

// as returns a visitor who is signed in and holds the grants.
func (h *house) as(name string, grants ...access.Grant) *webtest.Client {
	h.Helper()
	a := access.Actor{Name: name, Roles: grants}
	h.must(func(ctx context.Context, tx *db.Tx) error {
		p, err := h.staff.EnsurePerson(ctx, tx, name+"@example.org", name)
		a.PersonID = p.ID
		return err
	})
	h.people[name] = a
	return webtest.New(h.T, h.handler).Header("X-Actor", name)
}

func (h *house) must(body func(ctx context.Context, tx *db.Tx) error) {
	h.Helper()
	if err := h.db.Write(h.Context(), func(tx *db.Tx) error { return body(h.Context(), tx) }); err != nil {
		h.Fatal(err)
	}
}

var verifier = access.Grant{Role: access.Verifier}

func with(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

func code(t testing.TB, org8 string) string {
	t.Helper()
	s, err := creditcode.Make("52310000", org8)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func scan(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// upload sends a document for a requirement as a browser would, and returns the answer's status.
func (h *house) upload(who, path, part string, document []byte, fields ...string) int {
	h.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for i := 0; i+1 < len(fields); i += 2 {
		_ = m.WriteField(part+"_"+fields[i], fields[i+1])
	}
	w, err := m.CreateFormFile(part+"_document", "scan.png")
	if err == nil {
		_, err = w.Write(document)
	}
	if err == nil {
		err = m.Close()
	}
	if err != nil {
		h.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, path+"/papers/"+part, &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("X-Actor", who)
	answer := httptest.NewRecorder()
	h.handler.ServeHTTP(answer, r)
	return answer.Code
}

// draft writes an organisation at the desk.
func (h *house) draft(ctx context.Context, tx *db.Tx) (int64, error) {
	o, err := programme.CreateOrganisation(ctx, tx, programme.OrganisationInput{Kind: "centre", Name: i18n.Text{ZH: "夜读", EN: "Night"}}, 0)
	return o.ID, err
}
