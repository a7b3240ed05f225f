// Package oidctest runs a real OpenID Connect provider within a test, with a sign-in page of two fields.
// Tests use it and nothing else does.
package oidctest

import (
	"context"
	"crypto/sha256"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/op"

	"manyhands/internal/people/oidc"
)

// Who this installation is at the provider.
const (
	ClientID = "manyhands"
	Secret   = "a secret of the client's"
)

const password = "password"

// Someone returns somebody whom the provider knows. id is their subject and the name they sign in with.
func Someone(id, email string, verified bool) *storage.User {
	return &storage.User{ID: id, Username: id, Password: password, Email: email, EmailVerified: verified}
}

// People are those whom the provider knows, by subject. What changes in them shows at the next sign-in.
type People map[string]*storage.User

// GetUserByID implements storage.UserStore.
func (u People) GetUserByID(id string) *storage.User { return u[id] }

// GetUserByUsername implements storage.UserStore.
func (u People) GetUserByUsername(name string) *storage.User { return u[name] }

// ExampleClientID implements storage.UserStore.
func (u People) ExampleClientID() string { return "service" }

// Provider runs a provider on this machine for an installation that is reached at base. Its address is
// its issuer. It goes by the machine's clock.
func Provider(t testing.TB, base string, u People) *httptest.Server {
	t.Helper()
	return ProviderSaying(t, base, u, nil)
}

// Says is what a provider says of how somebody proved who they are: the claims acr and amr.
type Says struct {
	ACR string
	AMR []string
}

// saying is a store whose requests say so.
type saying struct {
	*storage.Storage
	says *Says
}

type request struct {
	op.AuthRequest
	says *Says
}

// GetACR implements op.AuthRequest.
func (r request) GetACR() string { return r.says.ACR }

// GetAMR implements op.AuthRequest.
func (r request) GetAMR() []string { return r.says.AMR }

// AuthRequestByID implements op.Storage.
func (s saying) AuthRequestByID(ctx context.Context, id string) (op.AuthRequest, error) {
	r, err := s.Storage.AuthRequestByID(ctx, id)
	return request{r, s.says}, err
}

// AuthRequestByCode implements op.Storage.
func (s saying) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	r, err := s.Storage.AuthRequestByCode(ctx, code)
	return request{r, s.says}, err
}

// ProviderSaying is Provider with what says says; nil for what it says by itself, the value "pwd" of amr.
func ProviderSaying(t testing.TB, base string, u People, says *Says) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	if says == nil {
		says = &Says{AMR: []string{"pwd"}}
	}
	store := storage.NewStorageWithClients(u, map[string]*storage.Client{ClientID: storage.WebClient(ClientID, Secret, base+oidc.BackPath)})
	p, err := op.NewProvider(&op.Config{CryptoKey: sha256.Sum256([]byte("test")), CryptoKeyId: "key1", CodeMethodS256: true},
		saying{store, says}, op.StaticIssuer(srv.URL), op.WithAllowInsecure(), op.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatalf("oidctest: %v", err)
	}
	mux.Handle("/", p)
	mux.HandleFunc("GET /login/username", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.FormValue("authRequestID"))
	})
	mux.Handle("POST /login/username", op.NewIssuerInterceptor(p.IssuerFromRequest).HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := store.CheckUsernamePassword(r.FormValue("name"), password, r.FormValue("id")); err != nil {
			http.Error(w, "wrong", http.StatusForbidden)
			return
		}
		http.Redirect(w, r, op.AuthCallbackURL(p)(r.Context(), r.FormValue("id")), http.StatusFound)
	}))
	return srv
}

// Visit goes to an address at the provider, signs in there and returns the address to which it sends the
// browser back.
func Visit(t testing.TB, srv *httptest.Server, to, name string) *url.URL {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatalf("oidctest: %v", err)
	}
	c := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == oidc.BackPath {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	res, err := c.Get(to)
	if err != nil {
		t.Fatalf("oidctest: %v", err)
	}
	id, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("oidctest: the provider answered %d: %s, %v", res.StatusCode, id, err)
	}
	res, err = c.PostForm(srv.URL+"/login/username", url.Values{"id": {string(id)}, "name": {name}})
	if err != nil {
		t.Fatalf("oidctest: %v", err)
	}
	_ = res.Body.Close()
	back, err := res.Location()
	if err != nil {
		t.Fatalf("oidctest: the provider answered %d: %v", res.StatusCode, err)
	}
	return back
}
