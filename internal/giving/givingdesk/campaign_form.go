package givingdesk

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/programme"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// campaignForm is the page on which a campaign is written.
type campaignForm struct {
	Form       web.FormView
	ID         int64 // 0: a new one
	Programmes []ui.Option
	Funds      []ui.Option
}

func (v campaignForm) action() string {
	if v.ID == 0 {
		return "/desk/campaigns"
	}
	return "/desk/campaigns/" + clock.FormatID(v.ID)
}

// impactRows are the numbers of the rows for impact units.
func impactRows() []string {
	out := make([]string, giving.MaxImpactUnits)
	for i := range out {
		out[i] = strconv.Itoa(i)
	}
	return out
}

func (h *Desk) newCampaign(w http.ResponseWriter, r *http.Request) error {
	return h.campaignForm(w, r, http.StatusOK, 0, web.FormView{})
}

func (h *Desk) editCampaign(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id, err := idOf(r)
	if err != nil {
		return err
	}
	f, err := read(ctx, h.db, func(snap *db.Reader) (web.FormView, error) {
		v, err := h.campaignView(ctx, h.lookup(snap), id)
		switch {
		case err != nil:
			return web.FormView{}, err
		case !v.Edit:
			return web.FormView{}, fault.New(fault.Forbidden, "access.denied")
		case v.State != giving.CampaignDraft:
			return web.FormView{}, fault.New(fault.Conflict, "giving.campaign_not_draft")
		}
		return campaignValues(ctx, v), nil
	})
	if err != nil {
		return err
	}
	return h.campaignForm(w, r, http.StatusOK, id, f)
}

// campaignValues fills the form with a campaign as it is.
func campaignValues(ctx context.Context, v campaignView) web.FormView {
	n := v.Need
	f := web.NewFormView("programme", clock.FormatID(n.Programme), "title_zh", n.Title.ZH, "title_en", n.Title.EN,
		"body_zh", n.Body.ZH, "body_en", n.Body.EN, "place_zh", n.Place.ZH, "place_en", n.Place.EN,
		"goal", money.Yuan(n.Wanted).Decimal(), "starts_at", localTime(ctx, v.StartsAt), "ends_at", localTime(ctx, v.EndsAt),
		"fallback_fund", clock.FormatID(v.FallbackFund), "filing_number", v.FilingNumber, "filed_on", localDay(ctx, v.FiledAt))
	for i, u := range v.Impact {
		row := strconv.Itoa(i)
		f.Values.Set("impact_price_"+row, u.Price.Decimal())
		f.Values.Set("impact_zh_"+row, u.Label.ZH)
		f.Values.Set("impact_en_"+row, u.Label.EN)
	}
	return f
}

func (h *Desk) campaignForm(w http.ResponseWriter, r *http.Request, status int, id int64, f web.FormView) error {
	ctx := r.Context()
	v, err := read(ctx, h.db, func(snap *db.Reader) (v campaignForm, err error) {
		l := h.lookup(snap)
		if v.Programmes, err = l.programmeOptions(ctx, h.db.Now(), access.CampaignEdit); err != nil {
			return v, err
		}
		v.Funds, err = l.fallbackOptions(ctx)
		return v, err
	})
	if err != nil {
		return err
	}
	v.Form, v.ID = f, id
	return web.Render(w, r, status, campaignFormPage(v))
}

// programmeOptions lists the published programmes for which who acts may do p.
func (l *lookup) programmeOptions(ctx context.Context, now time.Time, p access.Permission) ([]ui.Option, error) {
	var out []ui.Option
	f := programme.ProgrammeFilter{}
	for {
		list, next, err := programme.Programmes(ctx, l.r, now, f)
		if err != nil {
			return nil, err
		}
		for _, x := range list {
			ok, err := allowed(access.CheckFor(ctx, p, x.Organisation))
			if err != nil {
				return nil, err
			}
			if ok {
				out = append(out, ui.Option{Value: clock.FormatID(x.ID), Label: x.Name.In(ctx) + " · " + x.OrganisationName.In(ctx)})
			}
		}
		if next == (programme.Cursor{}) {
			return sortedOptions(ctx, out), nil
		}
		f.After = next
	}
}

// campaignInput reads the form.
func campaignInput(f *web.Form) giving.CampaignInput {
	in := giving.CampaignInput{Programme: f.ID("programme"), Goal: f.Money("goal", money.CNY), FallbackFund: f.ID("fallback_fund"),
		Title:    i18n.Text{ZH: f.Text("title_zh", programme.MaxName), EN: f.Text("title_en", programme.MaxName)},
		Body:     i18n.Text{ZH: f.Lines("body_zh", programme.MaxLong), EN: f.Lines("body_en", programme.MaxLong)},
		Place:    i18n.Text{ZH: f.Text("place_zh", programme.MaxName), EN: f.Text("place_en", programme.MaxName)},
		StartsAt: f.DateTimeLocal("starts_at"), EndsAt: f.DateTimeLocal("ends_at"), FilingNumber: f.Text("filing_number", 40)}
	if f.Has("filed_on") {
		in.FiledAt = f.Date("filed_on")
	}
	f.Required("title_zh", "title_en")
	for _, n := range impactRows() {
		if f.Has("impact_price_"+n) || f.Has("impact_zh_"+n) || f.Has("impact_en_"+n) {
			in.ImpactUnits = append(in.ImpactUnits, giving.ImpactUnit{Price: f.Money("impact_price_"+n, money.CNY),
				Label: i18n.Text{ZH: f.Text("impact_zh_"+n, 40), EN: f.Text("impact_en_"+n, 40)}})
			f.Required("impact_zh_"+n, "impact_en_"+n)
		}
	}
	return in
}

func (h *Desk) createCampaign(w http.ResponseWriter, r *http.Request) error {
	return h.saveCampaign(w, r, 0, h.insertCampaign)
}

func (h *Desk) updateCampaign(w http.ResponseWriter, r *http.Request) error {
	id, err := idOf(r)
	if err != nil {
		return err
	}
	return h.saveCampaign(w, r, id, func(ctx context.Context, tx *db.Tx, in giving.CampaignInput) (giving.Campaign, error) {
		c, err := giving.CampaignByID(ctx, tx, id)
		if err != nil {
			return c, err
		}
		if err := h.lookup(tx).mayWith(ctx, access.CampaignEdit, c.Fund); err != nil {
			return c, err
		}
		return h.giving.UpdateCampaign(ctx, tx, id, in, me(ctx))
	})
}

func (h *Desk) saveCampaign(w http.ResponseWriter, r *http.Request, id int64, save func(context.Context, *db.Tx, giving.CampaignInput) (giving.Campaign, error)) error {
	ctx := r.Context()
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	in := campaignInput(f)
	if f.Err() == nil {
		err = h.db.Write(ctx, func(tx *db.Tx) error {
			owner, err := h.lookup(tx).ownerOfProgramme(ctx, in.Programme)
			if err != nil {
				return err
			}
			if err := access.CheckFor(ctx, access.CampaignEdit, owner); err != nil {
				return err
			}
			c, err := save(ctx, tx, in)
			id = max(id, c.ID)
			return err
		})
		if err != nil {
			if err = beside(f, err, map[string]string{"giving.no_fund": "fallback_fund", "programme.no_programme": "programme"}); err != nil {
				return err
			}
		}
	}
	if f.Err() != nil {
		return h.campaignForm(w, r, http.StatusUnprocessableEntity, id, f.View())
	}
	return web.Redirect(w, r, "/desk/campaigns/"+clock.FormatID(id))
}

// insertCampaign makes a draft. A form that was sent twice finds the draft that the first one made.
func (h *Desk) insertCampaign(ctx context.Context, tx *db.Tx, in giving.CampaignInput) (giving.Campaign, error) {
	drafts, err := giving.Campaigns(ctx, tx, giving.CampaignDraft, 0, pageSize)
	if err != nil {
		return giving.Campaign{}, err
	}
	for _, c := range drafts {
		n, err := programme.NeedByID(ctx, tx, c.Need)
		if err != nil {
			return c, err
		}
		if n.MadeBy == me(ctx) && n.Programme == in.Programme && n.Title == in.Title && n.Wanted == in.Goal.Minor && tx.Now().Sub(n.MadeAt) < formLife {
			return c, nil
		}
	}
	return h.giving.CreateCampaign(ctx, tx, in, me(ctx))
}
