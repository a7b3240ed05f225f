package giving_test

import (
	"context"
	"strings"
	"testing"

	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
	"manyhands/internal/giving"
	"manyhands/internal/giving/givingtest"
)

// The first part of a token is the gift's id, which is no secret: it must open nothing without the rest.
func TestATokenOpensOnlyAsAWhole(t *testing.T) {
	t.Parallel()
	d, _ := dbtest.SQLite(t)
	w := givingtest.New(t, d)
	first, second := w.Give(10_00, "a"), w.Give(10_00, "b")
	const idPart = 11 // characters that hold nothing but the id's 64 bits, two bits of the secret beside
	w.Read(func(ctx context.Context, r *db.Reader) error {
		if g, err := giving.GiftByToken(ctx, r, first.Token); err != nil || g.ID != first.ID {
			t.Errorf("its own token: gift %d, %v", g.ID, err)
		}
		for name, token := range map[string]string{
			"another's secret": first.Token[:idPart] + second.Token[idPart:],
			"no secret":        first.Token[:idPart] + strings.Repeat("A", len(first.Token)-idPart),
			"cut":              first.Token[:len(first.Token)-1],
			"longer":           first.Token + "A",
			"nothing":          "",
			"no text of ours":  "!" + first.Token[1:],
		} {
			if g, err := giving.GiftByToken(ctx, r, token); fault.KindOf(err) != fault.NotFound || g.ID != 0 {
				t.Errorf("%s opens gift %d: %v", name, g.ID, err)
			}
		}
		return nil
	})
}
