package app_test

import (
	"testing"

	"manyhands/internal/app/apptest"
	"manyhands/internal/audit"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
)

// TestEveryActHasItsWord: whatever stands in the trail of the sample network is said in words on the page.
func TestEveryActHasItsWord(t *testing.T) {
	t.Parallel()
	a := apptest.Serve(t, true).App
	ctx := i18n.With(t.Context(), a.Texts, i18n.EN, nil)
	seen := map[string]bool{}
	err := a.DB.Read(ctx, func(r *db.Reader) error {
		f := audit.Filter{}
		for {
			rows, err := audit.Search(ctx, r, f)
			if err != nil || len(rows) == 0 {
				return err
			}
			for _, x := range rows {
				seen[x.Kind], f.Before = true, x.ID
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(seen) < 20 {
		t.Errorf("the sample's trail holds %d kinds of acts", len(seen))
	}
	for kind := range seen {
		if len(kind) > 8 && kind[:8] == "concern." {
			continue // never shown in the trail's page
		}
		if !i18n.Has(ctx, "safeguard.act."+kind) {
			t.Errorf("safeguard.act.%s has no text", kind)
		}
	}
}
