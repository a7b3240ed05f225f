package guardianweb

import (
	"context"
	"net/http"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/web"
)

type collectorsView struct {
	about
	now   time.Time
	until string // the day that stands in the form: the end of the school year
}

// may are those who may collect the child now or later.
func (v collectorsView) may() []child.Collector { return v.those(false) }

// never are those of whom the reader said that they must never collect the child.
func (v collectorsView) never() []child.Collector { return v.those(true) }

func (v collectorsView) those(forbidden bool) (out []child.Collector) {
	for _, c := range v.Collection.Collectors {
		if c.Forbidden == forbidden {
			out = append(out, c)
		}
	}
	return out
}

func (p *Pages) collecting(r *http.Request) (v collectorsView, err error) {
	if v.about, err = p.open(r, access.Collection); err != nil {
		return v, err
	}
	if err := v.Closed[access.Collection]; err != nil {
		return v, err
	}
	v.now = p.cfg.DB.Now()
	zone := i18n.ZoneOf(r.Context())
	v.until = lastDay(consent.Collection.Expires(v.now, zone)).In(zone).Format(time.DateOnly)
	return v, nil
}

// lastDay is a moment of the last day of something that ends with a day.
func lastDay(end time.Time) time.Time { return end.Add(-time.Second) }

func (p *Pages) collectors(w http.ResponseWriter, r *http.Request) error {
	v, err := p.collecting(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, v.status, collectorsPage(v))
}

func (p *Pages) never(w http.ResponseWriter, r *http.Request) error {
	v, err := p.collecting(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, v.status, neverPage(v))
}

// addCollector names somebody who may collect the child, from one day to another.
func (p *Pages) addCollector(w http.ResponseWriter, r *http.Request) error {
	id, err := idOf(r, "id")
	if err != nil {
		return err
	}
	return p.sent(w, r, p.collectors, path(id, "collectors"), func(ctx context.Context, tx *db.Tx, f *web.Form) error {
		in := child.NewCollector{Who: relativeOf(f)}
		if f.Has("from") {
			in.From = f.Date("from")
		}
		if until := f.Date("until"); !until.IsZero() {
			in.Until = until.AddDate(0, 0, 1) // the day is included
		}
		if err := f.Err(); err != nil {
			return err
		}
		_, err := p.cfg.Children.AddCollector(ctx, tx, id, access.Guardian, in)
		return err
	})
}

// addNever names somebody who must never collect the child.
func (p *Pages) addNever(w http.ResponseWriter, r *http.Request) error {
	id, err := idOf(r, "id")
	if err != nil {
		return err
	}
	return p.sent(w, r, p.never, path(id, "collectors", "never"), func(ctx context.Context, tx *db.Tx, f *web.Form) error {
		who := relativeOf(f)
		who.Remark = f.Values.Get("remark")
		_, err := p.cfg.Children.AddCollector(ctx, tx, id, access.Guardian, child.NewCollector{Who: who, Forbidden: true})
		return err
	})
}

func (p *Pages) endCollector(w http.ResponseWriter, r *http.Request) error {
	id, err := idOf(r, "id")
	if err != nil {
		return err
	}
	collector, _ := clock.ParseID(r.PathValue("collector")) // 0 is nobody
	return p.sent(w, r, p.collectors, path(id, "collectors"), func(ctx context.Context, tx *db.Tx, _ *web.Form) error {
		return p.cfg.Children.EndCollector(ctx, tx, id, access.Guardian, collector)
	})
}
