// Package programmeapi serves the directory to other directories: the API of Open Referral's Human
// Services Data Specification (HSDS) 3.0, under /api/hsds, for anyone, without a key, to read.
//
// It shows what the public pages show and no more: programmes that are published and checked, of
// published organisations, without sealed places. It must not know persons, and it writes nothing.
// docs/directory.md says how its fields are filled.
package programmeapi

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/web"
)

// Prefix is where the API is mounted.
const Prefix = "/api/hsds"

// Version is the version of HSDS that is served.
const Version = "3.0"

// Deps is what the API stands on.
type Deps struct {
	DB      *db.DB
	BaseURL func() string  // "https://give.example.org", without a final slash
	Zone    *time.Location // in which hours are stated
}

type api struct{ Deps }

// Mount enters the routes of the API into the table. Everybody may read; lists are searches.
func Mount(m *web.Mux, d Deps) {
	a := &api{d}
	m.Handle("GET "+Prefix, web.Public, a.about)
	m.Handle("GET "+Prefix+"/{$}", web.Public, a.about)
	for path, list := range map[string]web.Handler{"services": a.services, "organizations": a.organisations,
		"service_at_locations": a.sites, "taxonomies": a.taxonomies, "taxonomy_terms": a.terms} {
		m.Handle("GET "+Prefix+"/"+path, web.Public, list, web.Search)
	}
	for path, one := range map[string]web.Handler{"services": a.service, "organizations": a.organisation,
		"service_at_locations": a.site, "taxonomies": a.taxonomy, "taxonomy_terms": a.term} {
		m.Handle("GET "+Prefix+"/"+path+"/{id}", web.Public, one)
	}
}

func (a *api) about(w http.ResponseWriter, r *http.Request) error {
	return answer(w, r, meta{Version: Version, Profile: "https://docs.openreferral.org/en/3.0/",
		OpenAPI: "https://raw.githubusercontent.com/openreferral/specification/3.0/schema/openapi.json"})
}

// read runs body in one snapshot.
func (a *api) read(r *http.Request, body func(ctx context.Context, q *db.Reader, now time.Time) error) error {
	ctx := r.Context()
	return a.DB.Read(ctx, func(q *db.Reader) error { return body(ctx, q, a.DB.Now()) })
}

// answer writes v as JSON, with a tag by which an unchanged answer is not sent again. Every origin may
// read it: the directory is there to be copied.
func answer(w http.ResponseWriter, r *http.Request, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("programmeapi: %w", err)
	}
	sum := sha256.Sum256(body)
	tag := `"` + hex.EncodeToString(sum[:12]) + `"`
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "public, max-age=300")
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("ETag", tag)
	// A proxy that compresses makes the tag weak.
	for _, have := range strings.Split(r.Header.Get("If-None-Match"), ",") {
		if strings.TrimPrefix(strings.TrimSpace(have), "W/") == tag {
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(body) // the reader may have gone
	return nil
}

var notFound = fault.New(fault.NotFound, "programme.no_listing")
