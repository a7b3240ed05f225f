package givingdesk

import (
	"context"
	"net/http"
	"slices"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/programme"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// poolForm is the page on which a pool is written.
type poolForm struct {
	Form      web.FormView
	Sponsors  []ui.Option
	Campaigns []ui.Option
}

func (h *Desk) newPool(w http.ResponseWriter, r *http.Request) error {
	return h.poolForm(w, r, http.StatusOK, web.NewFormView("rule", string(giving.FirstCome), "ratio_percent", "100"))
}

func (h *Desk) poolForm(w http.ResponseWriter, r *http.Request, status int, f web.FormView) error {
	ctx := r.Context()
	v, err := read(ctx, h.db, func(snap *db.Reader) (v poolForm, err error) {
		if v.Sponsors, err = organisationOptions(ctx, snap); err != nil {
			return v, err
		}
		v.Campaigns, err = h.lookup(snap).campaignOptions(ctx)
		return v, err
	})
	if err != nil {
		return err
	}
	v.Form = f
	return web.Render(w, r, status, poolFormPage(v))
}

// campaignOptions lists the newest campaigns that a pool may match: those that have not closed.
func (l *lookup) campaignOptions(ctx context.Context) ([]ui.Option, error) {
	var out []ui.Option
	for _, state := range []giving.CampaignState{giving.CampaignOpen, giving.CampaignDraft} {
		list, err := giving.Campaigns(ctx, l.r, state, 0, 200)
		if err != nil {
			return nil, err
		}
		for _, c := range list {
			line, err := l.campaignLine(ctx, c)
			if err != nil {
				return nil, err
			}
			out = append(out, ui.Option{Value: clock.FormatID(c.ID), Label: line.Need.Title.In(ctx) + " · " + line.Need.OrganisationName.In(ctx)})
		}
	}
	return out, nil
}

// capFields are the optional sums of a rule.
func capFields() []string {
	return []string{"min_gift", "cap_gift", "cap_giver", "cap_day", "cap_campaign"}
}

// poolInput reads the form.
func poolInput(f *web.Form) giving.PoolInput {
	in := giving.PoolInput{Name: i18n.Text{ZH: f.Text("name_zh", programme.MaxName), EN: f.Text("name_en", programme.MaxName)},
		Sponsor: f.ID("sponsor"), StartsAt: f.DateTimeLocal("starts_at"), EndsAt: f.DateTimeLocal("ends_at")}
	f.Required("name_zh", "name_en")
	in.Terms.Rule = giving.Rule(f.Choice("rule", string(giving.FirstCome), string(giving.ProRata)))
	in.Terms.RatioPercent = f.Int("ratio_percent", 1, 1000)
	for i, to := range []*int64{&in.Terms.MinGiftMinor, &in.Terms.CapGiftMinor, &in.Terms.CapGiverMinor, &in.Terms.CapDayMinor, &in.Terms.CapCampaign} {
		if name := capFields()[i]; f.Has(name) {
			*to = f.Money(name, money.CNY).Minor
		}
	}
	for _, c := range f.Values["campaigns"] {
		id, err := clock.ParseID(c)
		if err != nil {
			f.Bad("campaigns", "form.id")
			continue
		}
		in.Campaigns = append(in.Campaigns, id)
	}
	slices.Sort(in.Campaigns)
	in.Campaigns = slices.Compact(in.Campaigns)
	return in
}

func (h *Desk) createPool(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	in := poolInput(f)
	var id int64
	if f.Err() == nil {
		err = h.db.Write(ctx, func(tx *db.Tx) error {
			if err := access.CheckFor(ctx, access.PoolEdit, in.Sponsor); err != nil {
				return err
			}
			p, err := h.insertPool(ctx, tx, in)
			id = p.ID
			return err
		})
		if err = f.Merge(err); err != nil {
			return err
		}
	}
	if f.Err() != nil {
		return h.poolForm(w, r, http.StatusUnprocessableEntity, f.View())
	}
	return web.Redirect(w, r, "/desk/pools/"+clock.FormatID(id))
}

// insertPool makes a draft. A form that was sent twice finds the draft that the first one made.
func (h *Desk) insertPool(ctx context.Context, tx *db.Tx, in giving.PoolInput) (giving.Pool, error) {
	if err := in.Validate(); err != nil {
		return giving.Pool{}, err
	}
	for _, id := range in.Campaigns {
		if _, err := giving.CampaignByID(ctx, tx, id); err != nil {
			return giving.Pool{}, err
		}
	}
	list, err := giving.Pools(ctx, tx)
	if err != nil {
		return giving.Pool{}, err
	}
	for _, p := range list {
		if p.State == giving.PoolDraft && p.MadeBy == me(ctx) && p.Name == in.Name && p.Sponsor == in.Sponsor &&
			p.StartsAt.Equal(in.StartsAt) && p.EndsAt.Equal(in.EndsAt) && p.Terms.Rule == in.Terms.Rule && tx.Now().Sub(clock.IDTime(p.ID)) < formLife {
			return p, nil
		}
	}
	return h.giving.CreatePool(ctx, tx, in, me(ctx))
}
