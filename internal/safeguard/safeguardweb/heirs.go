package safeguardweb

import (
	"context"
	"net/http"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/safeguard"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// toLeads is the choice of the network's leads instead of an organisation.
const toLeads = "leads"

// heirsView is who keeps what organisations that end have kept.
type heirsView struct {
	known
	ending  []Organisation // suspended, and keeping something of which nobody has said who keeps it
	sound   []Organisation
	done    []safeguard.Handover
	form    web.FormView
	problem string
}

func (p *Pages) heirs(w http.ResponseWriter, r *http.Request) error {
	return p.showHeirs(w, r, heirsView{form: web.NewFormView()})
}

func (p *Pages) showHeirs(w http.ResponseWriter, r *http.Request, v heirsView) error {
	ctx := r.Context()
	if err := access.CheckFor(ctx, access.GlassReview, access.Network); err != nil {
		return err
	}
	places, err := p.cfg.Organisations(ctx)
	if err != nil {
		return err
	}
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		if err := p.ending(ctx, tx, &v, places); err != nil {
			return err
		}
		if v.done, err = p.cfg.Safeguard.Handovers(ctx, tx); err != nil {
			return err
		}
		var people []int64
		for _, h := range v.done {
			people = append(people, h.By)
		}
		v.known, err = p.known(ctx, tx, people, nil)
		return err
	})
	if err != nil {
		return err
	}
	status := http.StatusOK
	if v.form.Failed() {
		status = http.StatusUnprocessableEntity
	}
	return web.Render(w, r, status, heirsPage(v))
}

// ending sorts the organisations: those that wait for an heir, and those that can be one.
func (p *Pages) ending(ctx context.Context, tx *db.Tx, v *heirsView, places []Organisation) error {
	v.ending, v.sound = nil, nil
	for _, o := range places {
		if !o.Stopped {
			v.sound = append(v.sound, o)
			continue
		}
		needs, err := p.cfg.Safeguard.NeedsHeir(ctx, tx, o.ID)
		if err != nil {
			return err
		}
		if needs {
			v.ending = append(v.ending, o)
		}
	}
	return nil
}

// handOver notes who keeps what an organisation has kept.
func (p *Pages) handOver(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	from, heir := f.ID("organisation"), access.Network
	if f.Values.Get("heir") != toLeads {
		heir = f.ID("heir")
	}
	if f.Err() != nil {
		return p.showHeirs(w, r, heirsView{form: f.View()})
	}
	if err := p.cfg.Prove(ctx); err != nil {
		return err
	}
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := p.cfg.Safeguard.HandOver(ctx, tx, from, heir)
		return err
	})
	if problem := conflict(ctx, err); problem != "" {
		return p.showHeirs(w, r, heirsView{form: f.View(), problem: problem})
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/desk/retention/heirs")
}

func choices(ctx context.Context, list []Organisation) []ui.Option {
	out := make([]ui.Option, len(list))
	for i, o := range list {
		out[i] = ui.Option{Value: clock.FormatID(o.ID), Label: o.Name.In(ctx)}
	}
	return out
}

func (v heirsView) heirs(ctx context.Context) []ui.Option {
	return append([]ui.Option{{Value: toLeads, Label: i18n.T(ctx, "safeguard.heir.leads")}}, choices(ctx, v.sound)...)
}

func (v heirsView) facts(ctx context.Context, h safeguard.Handover) []ui.Fact {
	heir := i18n.T(ctx, "safeguard.heir.leads")
	if h.Heir != access.Network {
		heir = v.places[h.Heir].In(ctx)
	}
	return []ui.Fact{{Label: i18n.T(ctx, "safeguard.heir.heir"), Value: heir}, {Label: i18n.T(ctx, "safeguard.heir.records"), Value: safeguard.Shown(h.Records)},
		{Label: i18n.T(ctx, "safeguard.glass.from"), Extra: ui.Day(h.At)}, {Label: i18n.T(ctx, "safeguard.proof.by"), Value: v.people[h.By]}}
}
