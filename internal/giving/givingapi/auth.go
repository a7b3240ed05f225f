package givingapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"manyhands/internal/access"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
)

// keyScheme names the security scheme in the description, and realm the place in challenges.
const (
	keyScheme = "key"
	realm     = `Bearer realm="manyhands"`
)

// requireKey makes op one for programs with a key that is for p: without one it is answered 401, with
// one that is for something else 403, each with a challenge (RFC 6750, 3), before the body is read. In
// the operation's context the program is who acts (access.From), so that
// access.CheckFor(ctx, p, organisation) says whether the key is for that organisation's campaigns.
// Whoever had signed in with a browser is not: a key stands for itself.
func (a *api) requireKey(h huma.API, op *huma.Operation, p access.Permission) {
	c := h.OpenAPI().Components
	if c.SecuritySchemes == nil {
		c.SecuritySchemes = map[string]*huma.SecurityScheme{}
	}
	c.SecuritySchemes[keyScheme] = &huma.SecurityScheme{Type: "http", Scheme: "bearer",
		Description: "A key (mhk_…) that the network's staff made at the desk, for certain operations and one organisation or all"}
	op.Security = append(op.Security, map[string][]string{keyScheme: {string(p)}})
	op.Errors = append(op.Errors, http.StatusUnauthorized, http.StatusForbidden)
	op.Middlewares = append(op.Middlewares, func(hc huma.Context, next func(huma.Context)) {
		ctx, err := a.underKey(hc, p)
		if err != nil {
			a.refuse(hc, p, err)
			return
		}
		next(huma.WithContext(hc, ctx))
	})
}

// underKey returns the request's context in which the program that holds the key acts.
func (a *api) underKey(hc huma.Context, p access.Permission) (context.Context, error) {
	k, err := a.keys.ByBearer(hc.Context(), hc.Header("Authorization"))
	if err != nil {
		return nil, err
	}
	ctx := access.With(hc.Context(), k.Actor())
	return ctx, access.Check(ctx, p)
}

// refuse answers a request whose key does not open the operation, or could not be looked up.
func (a *api) refuse(hc huma.Context, p access.Permission, err error) {
	answer := a.problem(hc.Context(), err)
	switch answer.Status {
	case http.StatusUnauthorized:
		answer.Title = i18n.T(hc.Context(), "access.key_needed_title")
	case http.StatusForbidden:
		answer.Title = i18n.T(hc.Context(), "access.key_denied_title")
	}
	if c := challenge(err, p); c != "" {
		hc.SetHeader("WWW-Authenticate", c)
	}
	for name, values := range answer.GetHeaders() {
		hc.SetHeader(name, values[0])
	}
	hc.SetHeader("Content-Type", problemType)
	hc.SetStatus(answer.Status)
	_ = json.NewEncoder(hc.BodyWriter()).Encode(answer) // the reader may have gone
}

// challenge is what WWW-Authenticate says of err; "" for what no key would mend. A request without a key
// is not told that it did something wrong (RFC 6750, 3.1).
func challenge(err error, p access.Permission) string {
	kind := fault.KindOf(err)
	switch {
	case kind == fault.Forbidden:
		return realm + `, error="insufficient_scope", scope="` + string(p) + `"`
	case errors.Is(err, access.ErrNoKey):
		return realm
	case kind == fault.Unauthenticated:
		return realm + `, error="invalid_token"`
	}
	return ""
}
