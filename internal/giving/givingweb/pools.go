package givingweb

import (
	"context"
	"net/http"

	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/programme"
	"manyhands/internal/web"
)

// poolView is a pool's page.
type poolView struct {
	poolBand
	Sponsor   programme.Organisation
	Campaigns []programme.NeedView // that it is for; none: all
}

const poolCampaigns = 24

// pool shows a pool's rule in words, the rule as it was frozen, and its figures.
func (h *Handlers) pool(w http.ResponseWriter, r *http.Request) error {
	p, err := h.shownPool(r.Context(), r.PathValue("slug"))
	if err != nil {
		return err
	}
	v := poolView{poolBand: poolBand{Pool: p}}
	err = h.d.DB.Read(r.Context(), func(q *db.Reader) error { return v.read(r.Context(), q, h) })
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, poolPage(v))
}

func (v *poolView) read(ctx context.Context, r db.Queryer, h *Handlers) error {
	band, err := bandOf(ctx, r, v.Pool, h.now())
	if err != nil {
		return err
	}
	v.poolBand = *band
	if v.Sponsor, err = programme.OrganisationByID(ctx, r, v.Pool.Sponsor); err != nil {
		return err
	}
	ids, err := giving.PoolCampaigns(ctx, r, v.Pool.ID)
	if err != nil {
		return err
	}
	for _, id := range ids[:min(len(ids), poolCampaigns)] {
		c, err := giving.CampaignByID(ctx, r, id)
		if err != nil {
			return err
		}
		n, err := programme.NeedViewByID(ctx, r, c.Need)
		if err != nil {
			return err
		}
		if n.Shown() {
			v.Campaigns = append(v.Campaigns, n)
		}
	}
	return nil
}

// ruleShort says a pool's rule in one sentence.
func ruleShort(ctx context.Context, p giving.Pool) string {
	t := p.Terms
	if t.Rule == giving.ProRata {
		return i18n.T(ctx, "giving.rule_pro_rata")
	}
	if t.CapGiverMinor > 0 {
		return i18n.T(ctx, "giving.rule_first_giver", "Ratio", t.RatioPercent, "Cap", money.Yuan(t.CapGiverMinor))
	}
	return i18n.T(ctx, "giving.rule_first", "Ratio", t.RatioPercent)
}

// ruleLines says a pool's whole rule in words, one sentence a term. They are made from the terms that
// were frozen, so that words and rule cannot part.
func ruleLines(ctx context.Context, p giving.Pool) []string {
	t := p.Terms
	out := []string{i18n.T(ctx, "giving.rule_ratio", "Ratio", t.RatioPercent, "Added", money.Yuan(100*t.RatioPercent))}
	if t.Rule == giving.ProRata {
		out = append(out, i18n.T(ctx, "giving.rule_shared"))
	} else {
		out = append(out, i18n.T(ctx, "giving.rule_in_turn", "Minutes", t.HoldSeconds/60))
	}
	for _, c := range []struct {
		key   string
		minor int64
	}{{"giving.rule_min_gift", t.MinGiftMinor}, {"giving.rule_cap_gift", t.CapGiftMinor}, {"giving.rule_cap_giver", t.CapGiverMinor},
		{"giving.rule_cap_day", t.CapDayMinor}, {"giving.rule_cap_campaign", t.CapCampaign}} {
		if c.minor > 0 {
			out = append(out, i18n.T(ctx, c.key, "Amount", money.Yuan(c.minor)))
		}
	}
	return append(out, i18n.T(ctx, "giving.rule_window", "From", i18n.DateTime(ctx, p.StartsAt), "To", i18n.DateTime(ctx, p.EndsAt)),
		i18n.T(ctx, "giving.rule_rest"))
}

// hashCommand is the line with which anybody recomputes the hash of a frozen rule.
func hashCommand(p giving.Pool) string { return "printf %s '" + p.RuleText + "' | sha256sum" }
