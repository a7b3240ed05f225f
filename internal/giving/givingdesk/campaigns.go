package givingdesk

import (
	"context"
	"net/http"
	"slices"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/money"
	"manyhands/internal/programme"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// campaignLine is a campaign in a list.
type campaignLine struct {
	giving.Campaign
	Need programme.NeedView
}

func (l campaignLine) href() string { return "/desk/campaigns/" + clock.FormatID(l.ID) }

func (l *lookup) campaignLine(ctx context.Context, c giving.Campaign) (campaignLine, error) {
	n, err := l.need(ctx, c.Need)
	return campaignLine{Campaign: c, Need: n}, err
}

func campaignStates() []giving.CampaignState {
	return []giving.CampaignState{giving.CampaignDraft, giving.CampaignOpen, giving.CampaignClosed}
}

func campaignTone(s giving.CampaignState) ui.Tone {
	return map[giving.CampaignState]ui.Tone{giving.CampaignDraft: ui.Cool, giving.CampaignOpen: ui.Warm, giving.CampaignClosed: ui.Plain}[s]
}

type campaignsView struct {
	Lines []campaignLine
	Next  string
	Now   time.Time
}

func (h *Desk) listCampaigns(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := read(ctx, h.db, func(snap *db.Reader) (v campaignsView, err error) {
		v.Now = h.db.Now()
		state := giving.CampaignState(r.URL.Query().Get("state"))
		if !slices.Contains(campaignStates(), state) {
			state = ""
		}
		list, err := giving.Campaigns(ctx, snap, state, cursor(r), pageSize+1)
		if err != nil {
			return v, err
		}
		list, v.Next = page(list, func(c giving.Campaign) int64 { return c.ID })
		l := h.lookup(snap)
		for _, c := range list {
			line, err := l.campaignLine(ctx, c)
			if err != nil {
				return v, err
			}
			v.Lines = append(v.Lines, line)
		}
		return v, nil
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, campaignsPage(v))
}

// campaignView is a campaign's page.
type campaignView struct {
	campaignLine
	Book     giving.FundBook
	Fund     giving.Fund
	Fallback giving.Fund
	Impact   []giving.ImpactUnit
	Gifts    int64
	History  []happening
	Edit     bool
	Now      time.Time
	FormID   string
}

func (h *Desk) showCampaign(w http.ResponseWriter, r *http.Request) error {
	return show(h, w, r, http.StatusOK, h.campaignView, campaignPage)
}

func (h *Desk) campaignView(ctx context.Context, l *lookup, id int64) (v campaignView, err error) {
	c, err := giving.CampaignByID(ctx, l.r, id)
	if err != nil {
		return v, err
	}
	v.Now, v.FormID = h.db.Now(), clock.FormatID(h.db.NewID())
	if v.campaignLine, err = l.campaignLine(ctx, c); err != nil {
		return v, err
	}
	if v.Fund, err = l.fund(ctx, c.Fund); err != nil {
		return v, err
	}
	if v.Fallback, err = l.fund(ctx, c.FallbackFund); err != nil {
		return v, err
	}
	if v.Book, err = giving.Book(ctx, l.r, v.Fund); err != nil {
		return v, err
	}
	if v.Impact, err = giving.ImpactUnits(ctx, l.r, id); err != nil {
		return v, err
	}
	if v.Gifts, err = giving.CountGifts(ctx, l.r, id); err != nil {
		return v, err
	}
	if v.History, err = l.history(ctx, id); err != nil {
		return v, err
	}
	v.Edit, err = l.allowedWith(ctx, access.CampaignEdit, c.Fund)
	return v, err
}

func (h *Desk) openCampaign(w http.ResponseWriter, r *http.Request) error {
	return press(h, w, r, campaigns(), access.CampaignEdit, func(ctx context.Context, tx *db.Tx, c giving.Campaign) error {
		if c.State == giving.CampaignOpen {
			return nil // the button was pressed twice
		}
		_, err := h.giving.OpenCampaign(ctx, tx, c.ID, me(ctx))
		return err
	})
}

func (h *Desk) closeCampaign(w http.ResponseWriter, r *http.Request) error {
	return press(h, w, r, campaigns(), access.CampaignEdit, func(ctx context.Context, tx *db.Tx, c giving.Campaign) error {
		_, err := h.giving.CloseCampaign(ctx, tx, c.ID, me(ctx))
		return err
	})
}

func (h *Desk) redirectRest(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	entry, err := h.formID(f)
	if err != nil {
		return err
	}
	return press(h, w, r, campaigns(), access.CampaignEdit, func(ctx context.Context, tx *db.Tx, c giving.Campaign) error {
		_, err := h.giving.Redirect(ctx, tx, c.ID, entry, me(ctx))
		return err
	})
}

// raised is what came in of a campaign, as an amount.
func (l campaignLine) raised() money.Amount { return money.Yuan(l.Need.Arrived) }
