package givingdesk

import (
	"context"
	"slices"

	"manyhands/internal/access"
	"manyhands/internal/giving"
	"manyhands/internal/people"
	"manyhands/internal/programme"
)

// maxStaff is how many appointments are read to see whether every duty has somebody.
const maxStaff = 1000

// firstStep is one thing that a new network needs before its first gift. "desk.first.KEY" names it,
// "desk.first_text.KEY" says why.
type firstStep struct {
	Key  string
	Href string // where to do it, or "" for who may not
	Done bool
}

// firstSteps lists what a network needs before its first gift, in order; none once a campaign was
// opened.
func (h *Desk) firstSteps(ctx context.Context, l *lookup) ([]firstStep, error) {
	begun, err := h.begun(ctx, l)
	if begun || err != nil {
		return nil, err
	}
	out := []firstStep{{Key: "people"}, {Key: "organisation"}, {Key: "programme"}, {Key: "fund"}, {Key: "campaign"}}
	for i, need := range []access.Permission{access.PeopleAppoint, access.OrganisationEdit, access.OrganisationEdit, access.FundOpen, access.CampaignEdit} {
		if access.Allowed(ctx, need) {
			out[i].Href = []string{"/desk/people", "/desk/organisations", "/desk/organisations", "/desk/funds/new", "/desk/campaigns/new"}[i]
		}
	}
	staff, err := h.people.Staff(ctx, l.r, h.db.Now(), maxStaff)
	if err != nil {
		return nil, err
	}
	out[0].Done = everyDuty(staff)
	orgs, _, err := programme.Organisations(ctx, l.r, programme.OrganisationFilter{State: programme.Published, Limit: 1})
	if err != nil {
		return nil, err
	}
	out[1].Done = len(orgs) > 0
	programmes, _, err := programme.Programmes(ctx, l.r, h.db.Now(), programme.ProgrammeFilter{Limit: 1})
	if err != nil {
		return nil, err
	}
	out[2].Done = len(programmes) > 0
	funds, err := giving.StandingFunds(ctx, l.r)
	out[3].Done = len(funds) > 0
	return out, err
}

// begun reports whether a campaign is open or was.
func (h *Desk) begun(ctx context.Context, l *lookup) (bool, error) {
	for _, state := range []giving.CampaignState{giving.CampaignOpen, giving.CampaignClosed} {
		list, err := giving.Campaigns(ctx, l.r, state, 0, 1)
		if err != nil || len(list) > 0 {
			return len(list) > 0, err
		}
	}
	return false, nil
}

// everyDuty reports whether there is somebody for each duty without which no money can move.
func everyDuty(staff []people.Member) bool {
	return !slices.ContainsFunc([]access.Role{access.Coordinator, access.Treasurer, access.Approver, access.Verifier}, func(role access.Role) bool {
		return !slices.ContainsFunc(staff, func(m people.Member) bool {
			return slices.ContainsFunc(m.Appointments, func(a people.Appointment) bool { return a.Role == role })
		})
	})
}
