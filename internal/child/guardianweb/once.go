package guardianweb

import (
	"context"
	"net/http"
	"time"

	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/web"
)

type sendView struct {
	collectorsView
	today, last string // the days that can be chosen
}

// send is where a guardian who cannot come sends somebody else, once.
func (p *Pages) send(w http.ResponseWriter, r *http.Request) error {
	v := sendView{}
	var err error
	if v.collectorsView, err = p.collecting(r); err != nil {
		return err
	}
	now := v.now.In(i18n.ZoneOf(r.Context()))
	v.today, v.last = now.Format(time.DateOnly), now.AddDate(0, 0, child.PickupAhead-1).Format(time.DateOnly)
	return web.Render(w, r, v.status, sendPage(v))
}

func (p *Pages) sendOnce(w http.ResponseWriter, r *http.Request) error {
	id, err := idOf(r, "id")
	if err != nil {
		return err
	}
	return p.sent(w, r, p.send, path(id, "send"), func(ctx context.Context, tx *db.Tx, f *web.Form) error {
		in := child.NewPickup{Who: relativeOf(f), Day: f.Date("day")}
		if err := f.Err(); err != nil {
			return err
		}
		_, err := p.cfg.Children.SendOnce(ctx, tx, id, in)
		return err
	})
}

func (p *Pages) endPickup(w http.ResponseWriter, r *http.Request) error {
	id, err := idOf(r, "id")
	if err != nil {
		return err
	}
	pickup, _ := clock.ParseID(r.PathValue("pickup")) // 0 is none
	return p.sent(w, r, p.send, path(id, "send"), func(ctx context.Context, tx *db.Tx, _ *web.Form) error {
		return p.cfg.Children.EndPickup(ctx, tx, id, pickup)
	})
}

// readable parts a code in the middle, as people say it.
func readable(code string) string {
	if len(code) != 6 {
		return code
	}
	return code[:3] + " " + code[3:]
}

// endPickupPath is where a code is taken back.
func endPickupPath(p child.Pickup) string { return path(p.Record, "send", clock.FormatID(p.ID), "end") }

// photoPath is where the photo of a collector is kept.
func photoPath(c child.Collector) string {
	return path(c.Record, stepCollectors, clock.FormatID(c.ID), "photo")
}
