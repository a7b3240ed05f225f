package ha

import (
	"context"
	"testing"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/giving"
)

func TestZZ(t *testing.T) {
	h := newHouses(t)
	err := h.b.App.DB.Read(t.Context(), func(r *db.Reader) error {
		p, err := giving.PoolBySlug(t.Context(), r, h.world.Pool.Slug)
		if err != nil {
			return err
		}
		if _, err := giving.BookOfPool(t.Context(), r, p); err != nil {
			return err
		}
		_, err = giving.Rate(t.Context(), r, p.ID, time.Now().Add(-time.Minute))
		return err
	})
	t.Log(err)
	ctx, stop := context.WithTimeout(t.Context(), 5*time.Second)
	defer stop()
	f := h.watch(t, ctx)
	t.Log(len(<-f))
	t.Log(h.b.Log.Text())
}
