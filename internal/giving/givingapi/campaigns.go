package givingapi

import (
	"context"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/giving"
	"manyhands/internal/programme"
)

const pageSize = 50

type campaignsInput struct {
	State string `query:"state" enum:"open,closed" default:"open"`
	After string `query:"after" doc:"The next of the page before"`
}

type campaignsOutput struct {
	Body struct {
		Campaigns []Campaign `json:"campaigns" nullable:"false"`
		Next      string     `json:"next,omitempty" doc:"Give as after for the next page; missing on the last"`
	}
}

func (a *api) campaigns(ctx context.Context, in *campaignsInput) (*campaignsOutput, error) {
	before, err := cursor(in.After)
	if err != nil {
		return nil, err
	}
	out := &campaignsOutput{}
	out.Body.Campaigns = []Campaign{}
	err = a.DB.Read(ctx, func(r *db.Reader) error {
		list, err := giving.Campaigns(ctx, r, giving.CampaignState(in.State), before, pageSize)
		if err != nil {
			return err
		}
		for _, c := range list {
			v, shown, err := campaignOf(ctx, r, c)
			if err != nil {
				return err
			}
			if shown {
				out.Body.Campaigns = append(out.Body.Campaigns, v)
			}
		}
		if len(list) == pageSize {
			out.Body.Next = clock.FormatID(list[pageSize-1].ID)
		}
		return nil
	})
	return out, err
}

func cursor(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	id, err := clock.ParseID(s)
	if err != nil {
		var f fault.Fields
		f.Add("after", "form.id")
		return 0, f.Err()
	}
	return id, nil
}

type slugInput struct {
	Slug string `path:"slug" maxLength:"120"`
}

type campaignOutput struct{ Body Campaign }

func (a *api) campaign(ctx context.Context, in *slugInput) (*campaignOutput, error) {
	out := &campaignOutput{}
	err := a.DB.Read(ctx, func(r *db.Reader) error {
		c, err := giving.CampaignBySlug(ctx, r, in.Slug)
		if err != nil {
			return err
		}
		v, shown, err := campaignOf(ctx, r, c)
		if err == nil && !shown {
			err = fault.New(fault.NotFound, "giving.no_campaign")
		}
		out.Body = v
		return err
	})
	return out, err
}

// campaignOf describes a campaign; shown tells whether everybody may see it.
func campaignOf(ctx context.Context, r db.Queryer, c giving.Campaign) (v Campaign, shown bool, err error) {
	n, err := programme.NeedViewByID(ctx, r, c.Need)
	if err != nil || c.State == giving.CampaignDraft || !n.Shown() {
		return v, false, err
	}
	fallback, err := giving.FundByID(ctx, r, c.FallbackFund)
	if err != nil {
		return v, false, err
	}
	gifts, err := giving.CountGifts(ctx, r, c.ID)
	if err != nil {
		return v, false, err
	}
	units, err := giving.ImpactUnits(ctx, r, c.ID)
	if err != nil {
		return v, false, err
	}
	v = Campaign{ID: clock.FormatID(c.ID), Slug: c.Slug, State: string(c.State), Title: textOf(n.Title), Programme: textOf(n.ProgrammeName),
		Organisation: textOf(n.OrganisationName), Place: textOf(n.Place), Goal: moneyOf(n.Amount(n.Wanted)), Raised: moneyOf(n.Amount(n.Arrived)),
		Gifts: gifts, StartsAt: c.StartsAt, EndsAt: c.EndsAt, Fallback: textOf(fallback.Name), Filing: c.FilingNumber,
		ImpactUnits: []ImpactUnit{}, Path: "/campaigns/" + c.Slug}
	for _, u := range units {
		v.ImpactUnits = append(v.ImpactUnits, ImpactUnit{Price: moneyOf(u.Price), Label: textOf(u.Label)})
	}
	return v, true, nil
}

type needsInput struct {
	Kind  string `query:"kind" enum:"money,time,things,food,books,listening"`
	Place string `query:"place" maxLength:"100"`
	Words string `query:"words" maxLength:"100" doc:"All of them must occur, in either language"`
	After string `query:"after" maxLength:"40" doc:"The next of the page before"`
}

type needsOutput struct {
	Body struct {
		Needs []Need `json:"needs" nullable:"false"`
		Next  string `json:"next,omitempty"`
	}
}

func (a *api) needs(ctx context.Context, in *needsInput) (*needsOutput, error) {
	out := &needsOutput{}
	out.Body.Needs = []Need{}
	err := a.DB.Read(ctx, func(r *db.Reader) error {
		list, next, err := programme.Needs(ctx, r, a.DB.Now(), programme.NeedFilter{Kind: in.Kind, Place: in.Place, Words: in.Words,
			After: programme.ParseCursor(in.After)})
		if err != nil {
			return err
		}
		for _, n := range list {
			out.Body.Needs = append(out.Body.Needs, needOf(n))
		}
		out.Body.Next = next.String()
		return nil
	})
	return out, err
}

func needOf(n programme.NeedView) Need {
	path := "/needs/" + n.Slug
	if n.Unit.IsMoney() {
		path = "/campaigns/" + n.Slug
	}
	return Need{ID: clock.FormatID(n.ID), Slug: n.Slug, Kind: n.Kind, Title: textOf(n.Title), Programme: textOf(n.ProgrammeName),
		Organisation: textOf(n.OrganisationName), Place: textOf(n.Place), Wanted: moneyOf(n.Amount(n.Wanted)), Promised: moneyOf(n.Amount(n.Promised)),
		Arrived: moneyOf(n.Amount(n.Arrived)), UntilAt: moment(n.UntilAt), Path: path}
}
