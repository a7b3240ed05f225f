package web_test

import (
	"testing"

	"manyhands/internal/web"
)

func TestFormsAddressLeadsToItsPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mux.Handle("GET /needs/{slug}", web.Public, says("a need"))
	s.mux.Handle("POST /needs/{slug}/promise", web.Public, says("promised"))
	s.mux.Handle("POST /needs/{slug}/gifts/{id}/end", web.Public, says("ended"))
	s.mux.Handle("POST /api/v1/gifts/{id}", web.Public, says("made"))
	s.mux.Handle("GET /api/v1", web.Public, says("the interface"))
	c := s.client(t)
	for from, to := range map[string]string{
		"/needs/coats/promise?lang=en":      "/needs/coats?lang=en",
		"/needs/coats/gifts/7/end":          "/needs/coats",
		"/needs/%E5%86%AC%E8%A1%A3/promise": "/needs/%E5%86%AC%E8%A1%A3",
	} {
		c.Get(from).RedirectsTo(to)
	}
	c.Get("/api/v1/gifts/7").Status(405)
}
