package givingapi

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"manyhands/internal/fault"
	"manyhands/internal/web"
)

const problemType = "application/problem+json"

// problem is a fault as a program reads it.
type problem struct{ web.Problem }

// GetStatus implements huma.StatusError.
func (p problem) GetStatus() int { return p.Status }

// Error is for logs.
func (p problem) Error() string { return p.Type }

// ContentType implements huma.ContentTypeFilter.
func (p problem) ContentType(string) string { return problemType }

// GetHeaders implements huma.HeadersError: when to try again.
func (p problem) GetHeaders() http.Header {
	switch p.Status {
	case http.StatusTooManyRequests:
		return http.Header{"Retry-After": {"60"}}
	case http.StatusServiceUnavailable:
		return http.Header{"Retry-After": {web.RetryAfter()}}
	}
	return nil
}

// problem describes err; what is not a fault is logged, and its text stays here.
func (a *api) problem(ctx context.Context, err error) problem {
	if fault.ForOperator(err) {
		a.Log.ErrorContext(ctx, "request failed", "request_id", web.RequestID(ctx), "error", err)
	}
	return problem{web.NewProblem(ctx, err)}
}

func writeProblem(w http.ResponseWriter, p problem) {
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the reader may have gone
}

// translate puts what the framework itself refuses (no JSON, a wrong type) into the house's form. The
// places are kept; the values that were sent are not repeated.
func translate(ctx huma.Context, _ string, v any) (any, error) {
	e, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	kind, key := fault.Invalid, "form.unreadable"
	if e.Status == http.StatusRequestEntityTooLarge {
		kind, key = fault.TooLarge, "form.too_large"
	}
	p := web.NewProblem(ctx.Context(), fault.New(kind, key))
	p.Status = e.Status
	for _, d := range e.Errors {
		p.Errors = append(p.Errors, web.ProblemField{Name: d.Location, Key: key, Detail: d.Message})
	}
	return p, nil
}
