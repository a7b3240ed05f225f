package safeguardweb

import (
	"context"
	"net/http"
	"strconv"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/safeguard"
	"manyhands/internal/web"
)

type retentionView struct {
	known
	kinds     []kindView
	holds     []safeguard.Hold
	erasures  []safeguard.Erasure
	disposals []safeguard.Disposal
	asked     []child.Record // guardians wait for an answer
	form      web.FormView
	problem   string
	me        int64
	destroyed int64 // a moment ago
	askedNow  int64
	network   bool // whoever looks is a lead of the whole network
}

func (p *Pages) retention(w http.ResponseWriter, r *http.Request) error {
	v := retentionView{form: web.NewFormView()}
	v.destroyed, v.askedNow = count(r, "destroyed"), count(r, "asked")
	return p.showRetention(w, r, v)
}

// count reads a small number out of the address; anything else is 0.
func count(r *http.Request, name string) int64 {
	n, err := strconv.ParseUint(r.URL.Query().Get(name), 10, 8)
	if err != nil {
		return 0
	}
	return int64(n)
}

func (p *Pages) showRetention(w http.ResponseWriter, r *http.Request, v retentionView) error {
	ctx := r.Context()
	v.me, v.network = access.PersonID(ctx), access.CheckFor(ctx, access.GlassReview, access.Network) == nil
	err := p.cfg.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if v.kinds, err = p.kinds(ctx, tx); err != nil {
			return err
		}
		if v.holds, err = p.cfg.Safeguard.Holds(ctx, tx); err != nil {
			return err
		}
		if v.erasures, err = p.cfg.Safeguard.Erasures(ctx, tx); err != nil {
			return err
		}
		if v.disposals, err = p.cfg.Safeguard.Disposals(ctx, tx); err != nil {
			return err
		}
		if err := p.requests(ctx, tx, &v); err != nil {
			return err
		}
		var people, records []int64
		for _, h := range v.holds {
			people, records = append(people, h.PutBy, h.AskedBy), append(records, h.Record)
		}
		for _, e := range v.erasures {
			people = append(people, e.By)
		}
		people = append(people, v.others()...)
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
	return web.Render(w, r, status, retentionPage(v))
}

// requests are the records about which a guardian asked for something, at the places of who acts.
func (p *Pages) requests(ctx context.Context, tx *db.Tx, v *retentionView) error {
	places, err := p.cfg.Organisations(ctx)
	if err != nil {
		return err
	}
	for _, o := range places {
		if access.CheckFor(ctx, access.GlassReview, o.ID) != nil {
			continue
		}
		list, err := p.cfg.Children.OpenRequests(ctx, tx, o.ID, access.Safeguarding)
		if err != nil {
			return err
		}
		v.asked = append(v.asked, list...)
	}
	return nil
}

// hold puts a hold on the record with a code.
func (p *Pages) hold(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	f.Required("code")
	reason, problem := f.Lines("reason", safeguard.LongestReason), ""
	if f.Err() == nil {
		err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error {
			id, err := p.cfg.Children.IDOf(ctx, tx, f.Values.Get("code"))
			if err != nil {
				return err
			}
			return p.cfg.Safeguard.PutHold(ctx, tx, id, reason)
		})
		if problem = unknown(ctx, f, err); problem == "" && f.Err() == nil {
			if err := f.Merge(err); err != nil {
				return err
			}
		}
	}
	if f.Err() != nil || problem != "" {
		return p.showRetention(w, r, retentionView{form: f.View(), problem: problem})
	}
	return web.Redirect(w, r, "/desk/retention")
}

func (p *Pages) lift(w http.ResponseWriter, r *http.Request) error {
	record, err := idOf(r, "record", "child.no_record")
	if err != nil {
		return err
	}
	ctx := r.Context()
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := p.cfg.Safeguard.LiftHold(ctx, tx, record)
		return err
	})
	if problem := conflict(ctx, err); problem != "" {
		return p.showRetention(w, r, retentionView{form: web.NewFormView(), problem: problem})
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/desk/retention")
}

type eraseView struct {
	record child.Record
	why    string // as the proof will say
}

func (p *Pages) askErase(w http.ResponseWriter, r *http.Request) error {
	v, err := p.eraseView(r)
	if err != nil {
		return err
	}
	if err := p.cfg.Prove(r.Context()); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, erasePage(v))
}

func (p *Pages) eraseView(r *http.Request) (v eraseView, err error) {
	id, err := idOf(r, "record", "child.no_record")
	if err != nil {
		return v, err
	}
	ctx := r.Context()
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		due, err := p.cfg.Safeguard.Erasable(ctx, tx, id)
		v.record, v.why = due.Record, due.Why
		return err
	})
	return v, err
}

func (p *Pages) erase(w http.ResponseWriter, r *http.Request) error {
	v, err := p.eraseView(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if err := p.cfg.Prove(ctx); err != nil {
		return err
	}
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := p.cfg.Safeguard.Erase(ctx, tx, v.record.ID)
		return err
	})
	if problem := conflict(ctx, err); problem != "" {
		return p.showRetention(w, r, retentionView{form: web.NewFormView(), problem: problem})
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, proofPath(v.record.ID))
}

func proofPath(record int64) string { return "/desk/retention/" + clock.FormatID(record) + "/proof" }

func (p *Pages) proof(w http.ResponseWriter, r *http.Request) error {
	id, err := idOf(r, "record", "safeguard.no_erasure")
	if err != nil {
		return err
	}
	ctx := r.Context()
	var e safeguard.Erasure
	var k known
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		if e, err = p.cfg.Safeguard.ErasureOf(ctx, tx, id); err != nil {
			return err
		}
		k, err = p.known(ctx, tx, []int64{e.By}, nil)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, proofPage(e, k))
}
