package safeguardweb

import (
	"context"
	"errors"
	"net/http"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/safeguard"
	"manyhands/internal/web"
)

type glassesView struct {
	known
	mine, waiting, done []safeguard.Glass
	lead                bool
	now                 time.Time
	form                web.FormView
	problem             string
	at                  int64 // the emergency whose review was refused
}

// glasses lists one's own emergencies, and for leads those that wait for them.
func (p *Pages) glasses(w http.ResponseWriter, r *http.Request) error {
	return p.showGlasses(w, r, glassesView{})
}

func (p *Pages) showGlasses(w http.ResponseWriter, r *http.Request, v glassesView) error {
	ctx := r.Context()
	v.now, v.lead = p.cfg.DB.Now(), access.Allowed(ctx, access.GlassReview)
	err := p.cfg.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if v.mine, err = p.cfg.Safeguard.Mine(ctx, tx); err != nil {
			return err
		}
		if v.lead {
			if v.waiting, err = p.cfg.Safeguard.ToReview(ctx, tx); err != nil {
				return err
			}
			if v.done, err = p.cfg.Safeguard.Reviews(ctx, tx); err != nil {
				return err
			}
		}
		var people, records []int64
		for _, list := range [][]safeguard.Glass{v.mine, v.waiting, v.done} {
			for _, g := range list {
				people, records = append(people, g.Person, g.ReviewedBy), append(records, g.Record)
			}
		}
		v.known, err = p.known(ctx, tx, people, records)
		return err
	})
	if err != nil {
		return err
	}
	status := http.StatusOK
	if v.form.Failed() {
		status = http.StatusUnprocessableEntity
	}
	return web.Render(w, r, status, glassesPage(v))
}

// askGlass says what an emergency means, and asks for the reason.
func (p *Pages) askGlass(w http.ResponseWriter, r *http.Request) error {
	record, err := idOf(r, "record", "child.no_record")
	if err != nil {
		return err
	}
	if err := p.cfg.Prove(r.Context()); err != nil {
		return err
	}
	if err := p.mayBreak(r.Context(), record); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, askGlassPage(record, web.NewFormView()))
}

// mayBreak returns nil when who acts may open a record in an emergency.
func (p *Pages) mayBreak(ctx context.Context, record int64) error {
	return p.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		_, gate, err := p.cfg.Children.Resource(ctx, tx, record)
		if err != nil {
			return err
		}
		if !access.DecideRecord(ctx, access.RecordGlass, gate, access.Question{At: tx.Now(), Purpose: access.Safeguarding, Reason: true}).Allowed {
			return fault.New(fault.NotFound, "child.no_record")
		}
		return nil
	})
}

func (p *Pages) breakGlass(w http.ResponseWriter, r *http.Request) error {
	record, err := idOf(r, "record", "child.no_record")
	if err != nil {
		return err
	}
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if err := p.cfg.Prove(ctx); err != nil {
		return err
	}
	reason := f.Lines("reason", safeguard.LongestReason)
	if f.Err() == nil {
		err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := p.cfg.Safeguard.Break(ctx, tx, record, reason)
			return err
		})
		if err := f.Merge(err); err != nil {
			return err
		}
	}
	if f.Err() != nil {
		return web.Render(w, r, http.StatusUnprocessableEntity, askGlassPage(record, f.View()))
	}
	return web.Redirect(w, r, openPath(record))
}

// openPath is where a record opened in an emergency is read.
func openPath(record int64) string {
	return "/desk/children/" + clock.FormatID(record) + "/" + string(access.Safeguarding)
}

func (p *Pages) shut(w http.ResponseWriter, r *http.Request) error {
	id, err := idOf(r, "id", "safeguard.no_glass")
	if err != nil {
		return err
	}
	ctx := r.Context()
	if err := p.cfg.DB.Write(ctx, func(tx *db.Tx) error { return p.cfg.Safeguard.Shut(ctx, tx, id) }); err != nil {
		return err
	}
	return web.Redirect(w, r, "/desk/glass")
}

func (p *Pages) review(w http.ResponseWriter, r *http.Request) error {
	id, err := idOf(r, "id", "safeguard.no_glass")
	if err != nil {
		return err
	}
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	verdict, finding := f.Choice("verdict", "justified", "unjustified"), f.Lines("finding", safeguard.LongestReason)
	problem := ""
	if f.Err() == nil {
		err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error {
			return p.cfg.Safeguard.Review(ctx, tx, id, verdict == "justified", finding)
		})
		if problem = conflict(ctx, err); problem == "" {
			if err := f.Merge(err); err != nil {
				return err
			}
		}
	}
	if f.Err() != nil || problem != "" {
		return p.showGlasses(w, r, glassesView{form: f.View(), problem: problem, at: id})
	}
	return web.Redirect(w, r, "/desk/glass")
}

// conflict is the sentence of a fault that a page shows above itself, "" for any other error.
func conflict(ctx context.Context, err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Kind == fault.Conflict {
		return i18n.Fault(ctx, err)
	}
	return ""
}
