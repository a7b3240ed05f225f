package givingdesk

import (
	"context"
	"net/http"
	"time"

	"github.com/a-h/templ"

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

// poolLine is a pool in a list.
type poolLine struct {
	giving.Pool
	Sponsor programme.Organisation
	Book    giving.PoolBook
}

func (l poolLine) href() string { return "/desk/pools/" + clock.FormatID(l.ID) }

func (l *lookup) poolLine(ctx context.Context, p giving.Pool) (line poolLine, err error) {
	line.Pool = p
	if line.Sponsor, err = l.organisation(ctx, p.Sponsor); err != nil {
		return line, err
	}
	line.Book, err = giving.BookOfPool(ctx, l.r, p)
	return line, err
}

func poolTone(s giving.PoolState) ui.Tone {
	return map[giving.PoolState]ui.Tone{giving.PoolDraft: ui.Cool, giving.PoolOpen: ui.Warm, giving.PoolClosing: ui.Cool, giving.PoolClosed: ui.Plain}[s]
}

func (h *Desk) listPools(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	lines, err := read(ctx, h.db, func(snap *db.Reader) ([]poolLine, error) {
		list, err := giving.Pools(ctx, snap)
		if err != nil {
			return nil, err
		}
		l := h.lookup(snap)
		out := make([]poolLine, len(list))
		for i, p := range list {
			if out[i], err = l.poolLine(ctx, p); err != nil {
				return nil, err
			}
		}
		return out, nil
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, poolsPage(lines))
}

// poolView is a pool's page.
type poolView struct {
	poolLine
	Terms     giving.Terms // with its campaigns
	Campaigns []poolCampaign
	Rule      string // as it is frozen, or would be if it were opened now
	Hash      string
	LastDay   int64 // gifts received in the last 24 hours
	MadeBy    string
	Mine      bool
	Fund      bool // the reader may put money in
	Open      bool // the reader may open it
	History   []happening
	Form      web.FormView
	FormID    string
}

// poolCampaign is a campaign that a pool matches, with what has been used of its cap there.
type poolCampaign struct {
	campaignLine
	Used money.Amount
}

func (h *Desk) showPool(w http.ResponseWriter, r *http.Request) error {
	return h.poolPage(w, r, http.StatusOK, func(*poolView) {})
}

func (h *Desk) poolPage(w http.ResponseWriter, r *http.Request, status int, fill func(*poolView)) error {
	return show(h, w, r, status, h.poolView, func(v poolView) templ.Component {
		fill(&v)
		return poolPage(v)
	})
}

func (h *Desk) poolView(ctx context.Context, l *lookup, id int64) (v poolView, err error) {
	p, err := giving.PoolByID(ctx, l.r, id)
	if err != nil {
		return v, err
	}
	if v.poolLine, err = l.poolLine(ctx, p); err != nil {
		return v, err
	}
	if err = l.poolCampaigns(ctx, &v); err != nil {
		return v, err
	}
	if v.Rule, v.Hash = p.RuleText, p.RuleHash; p.State == giving.PoolDraft {
		if v.Rule, v.Hash, err = v.Terms.Freeze(); err != nil {
			return v, err
		}
	}
	if v.LastDay, err = giving.Rate(ctx, l.r, id, h.db.Now().Add(-24*time.Hour)); err != nil {
		return v, err
	}
	if v.MadeBy, err = l.person(ctx, p.MadeBy); err != nil {
		return v, err
	}
	if v.History, err = l.history(ctx, id); err != nil {
		return v, err
	}
	v.FormID, v.Mine = clock.FormatID(h.db.NewID()), p.MadeBy == me(ctx)
	if v.Fund, err = allowed(access.CheckFor(ctx, access.PoolFund, p.Sponsor)); err != nil {
		return v, err
	}
	v.Fund = v.Fund && (p.State == giving.PoolDraft || p.State == giving.PoolOpen)
	v.Open, err = allowed(access.CheckFor(ctx, access.PoolOpen, p.Sponsor))
	v.Open = v.Open && p.State == giving.PoolDraft && !v.Mine
	return v, err
}

func (l *lookup) poolCampaigns(ctx context.Context, v *poolView) error {
	ids, err := giving.PoolCampaigns(ctx, l.r, v.ID)
	if err != nil {
		return err
	}
	v.Terms = v.Pool.Terms
	v.Terms.CampaignsSorted = ids
	used, err := giving.UsedByCampaign(ctx, l.r, v.ID)
	if err != nil {
		return err
	}
	for _, id := range ids {
		c, err := giving.CampaignByID(ctx, l.r, id)
		if err != nil {
			return err
		}
		line, err := l.campaignLine(ctx, c)
		if err != nil {
			return err
		}
		v.Campaigns = append(v.Campaigns, poolCampaign{line, money.Yuan(used[id])})
	}
	return nil
}

// fundPool notes that the sponsor's money has come.
func (h *Desk) fundPool(w http.ResponseWriter, r *http.Request) error {
	read := func(f *web.Form) (change[giving.Pool], error) {
		entry, err := h.formID(f)
		paid := f.Money("pool_amount", money.CNY)
		return func(ctx context.Context, tx *db.Tx, p giving.Pool) error {
			return giving.FundPool(ctx, tx, p, paid, entry, me(ctx))
		}, err
	}
	again := func(f *web.Form) error {
		return h.poolPage(w, r, http.StatusUnprocessableEntity, func(v *poolView) { v.Form, v.FormID = f.View(), f.Values.Get("form_id") })
	}
	return submit(h, w, r, pools(), access.PoolFund, form[giving.Pool]{read: read, again: again})
}

func (h *Desk) openPool(w http.ResponseWriter, r *http.Request) error {
	return press(h, w, r, pools(), access.PoolOpen, func(ctx context.Context, tx *db.Tx, p giving.Pool) error {
		if p.State == giving.PoolOpen && p.OpenedBy == me(ctx) {
			return nil // the button was pressed twice
		}
		_, err := h.giving.OpenPool(ctx, tx, p.ID, me(ctx))
		return err
	})
}

// ruleWords tells a pool's rule in plain sentences.
func ruleWords(ctx context.Context, t giving.Terms) []string {
	out := []string{i18n.T(ctx, "desk.rule_text."+string(t.Rule)),
		i18n.T(ctx, "desk.rule.ratio", "Ratio", i18n.Number(ctx, t.RatioPercent), "Each", money.Yuan(t.RatioPercent))}
	for _, c := range []struct {
		key   string
		minor int64
	}{{"min_gift", t.MinGiftMinor}, {"cap_gift", t.CapGiftMinor}, {"cap_giver", t.CapGiverMinor}, {"cap_day", t.CapDayMinor}, {"cap_campaign", t.CapCampaign}} {
		if c.minor > 0 {
			out = append(out, i18n.T(ctx, "desk.rule."+c.key, "Amount", money.Yuan(c.minor)))
		}
	}
	return out
}
