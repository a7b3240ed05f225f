package childdesk_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
)

// BenchmarkPage is a page of 50 children for an evening: each opened, decided group by group and noted in
// the trail. It must stay under 20 ms on one core.
func BenchmarkPage(b *testing.B) {
	d, c := dbtest.SQLite(b)
	h := newHouse(b, d, c)
	for i := range 50 {
		in := enrolment()
		in.Name.Name = secret + string(rune('一'+i))
		r := h.enrol(worker, in)
		h.agree(worker, r.ID, consent.For(consent.Enrol), true)
		h.agree(worker, r.ID, consent.For(consent.Collection), true)
		h.must(worker, func(ctx context.Context, tx *db.Tx) error {
			if err := h.s.Accept(ctx, tx, r.ID); err != nil {
				return err
			}
			_, err := h.s.AddCollector(ctx, tx, r.ID, access.Care, child.NewCollector{Who: child.Relative{Name: secret + "叔", Relation: "uncle"}, Until: tx.Now().AddDate(0, 1, 0)})
			return err
		})
	}
	for b.Loop() {
		r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/desk/children/list/care", nil)
		r.Header.Set(asPerson, strconv.Itoa(worker))
		w := httptest.NewRecorder()
		h.handler.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatal(w.Code)
		}
	}
}
