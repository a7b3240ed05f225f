package givingdesk

import (
	"context"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/payment"
	"manyhands/internal/programme"
	"manyhands/internal/ui"
)

// maxTasks is how many things of one kind are looked at; whoever has more than that has them in the
// list behind the link.
const maxTasks = 500

func (h *Desk) toApprove(ctx context.Context, l *lookup) (task, error) {
	t := task{Key: "approve", Tone: ui.Hot, Href: "/desk/payouts?state=requested"}
	list, err := giving.Payouts(ctx, l.r, giving.PayoutRequested, 0, maxTasks)
	if err != nil {
		return t, err
	}
	return t, l.addPayouts(ctx, &t, access.PayoutApprove, list, func(p giving.Payout) bool { return p.RequestedBy != me(ctx) })
}

func (h *Desk) toPay(ctx context.Context, l *lookup) (task, error) {
	t := task{Key: "pay", Tone: ui.Warm, Href: "/desk/payouts?state=approved"}
	list, err := giving.Payouts(ctx, l.r, giving.PayoutApproved, 0, maxTasks)
	if err != nil {
		return t, err
	}
	return t, l.addPayouts(ctx, &t, access.PayoutPay, list, func(giving.Payout) bool { return true })
}

func (h *Desk) withoutOutcome(ctx context.Context, l *lookup) (task, error) {
	t := task{Key: "outcome", Tone: ui.Cool, Href: "/desk/payouts?state=paid"}
	list, err := giving.PaidWithoutOutcome(ctx, l.r)
	if err != nil {
		return t, err
	}
	return t, l.addPayouts(ctx, &t, access.OutcomeRecord, list, func(giving.Payout) bool { return true })
}

// addPayouts adds those payouts with whose fund the reader may do p.
func (l *lookup) addPayouts(ctx context.Context, t *task, p access.Permission, list []giving.Payout, take func(giving.Payout) bool) error {
	for _, x := range list {
		ok, err := l.allowedWith(ctx, p, x.Fund)
		if err != nil {
			return err
		}
		if !ok || !take(x) {
			continue
		}
		line, err := l.payoutLine(ctx, x)
		if err != nil {
			return err
		}
		t.add(taskLine{Text: i18n.T(ctx, "desk.payout_to", "Amount", x.Amount, "Payee", line.Payee.Name), Note: line.Fund.Name.In(ctx), Href: line.href()})
	}
	return nil
}

func (h *Desk) quarantined(ctx context.Context, l *lookup) (task, error) {
	t := task{Key: "quarantine", Tone: ui.Hot, Href: "/desk/gifts/quarantine"}
	if ok, err := allowed(mayResolve(ctx)); !ok {
		return t, err
	}
	list, err := h.payments.Quarantined(ctx, l.r, 0, maxTasks)
	for _, c := range list {
		t.add(taskLine{Text: i18n.Quantity(ctx, c.Amount), Note: i18n.T(ctx, "payment.reason."+string(c.Reason)), Href: t.Href})
	}
	return t, err
}

func (h *Desk) refundsToDecide(ctx context.Context, l *lookup) (task, error) {
	t := task{Key: "refund", Tone: ui.Warm, Href: "/desk/gifts/refunds"}
	list, err := h.payments.WaitingRefunds(ctx, l.r, 0, maxTasks)
	if err != nil {
		return t, err
	}
	for _, x := range list {
		if x.State != payment.RefundRequested || x.RequestedBy == me(ctx) {
			continue
		}
		g, err := giving.GiftByID(ctx, l.r, x.PurposeID)
		if err != nil {
			return t, err
		}
		n, err := l.need(ctx, g.Need)
		if err != nil {
			return t, err
		}
		if access.CheckFor(ctx, access.GiftRefundApprove, n.Organisation) == nil {
			t.add(taskLine{Text: i18n.T(ctx, "desk.refund_of", "Amount", x.Amount), Note: i18n.T(ctx, "payment.refund_reason."+x.Reason), Href: waitingRefund{WaitingRefund: x}.href()})
		}
	}
	return t, nil
}

func (h *Desk) toOpen(ctx context.Context, l *lookup) (task, error) {
	t := task{Key: "open_pool", Tone: ui.Warm, Href: "/desk/pools"}
	list, err := giving.Pools(ctx, l.r)
	if err != nil {
		return t, err
	}
	for _, p := range list {
		if p.State != giving.PoolDraft || p.MadeBy == me(ctx) {
			continue
		}
		line, err := l.poolLine(ctx, p)
		if err != nil {
			return t, err
		}
		if line.Book.Left > 0 && access.CheckFor(ctx, access.PoolOpen, p.Sponsor) == nil {
			t.add(taskLine{Text: p.Name.In(ctx), Note: inYuan(ctx, line.Book.Left), Href: line.href()})
		}
	}
	return t, nil
}

// toFund finds pools whose sponsor's money nobody has noted yet.
func (h *Desk) toFund(ctx context.Context, l *lookup) (task, error) {
	t := task{Key: "fund_pool", Tone: ui.Cool, Href: "/desk/pools"}
	list, err := giving.Pools(ctx, l.r)
	if err != nil {
		return t, err
	}
	for _, p := range list {
		if p.State != giving.PoolDraft || access.CheckFor(ctx, access.PoolFund, p.Sponsor) != nil {
			continue
		}
		line, err := l.poolLine(ctx, p)
		if err != nil {
			return t, err
		}
		if line.Book.Funded == 0 {
			t.add(taskLine{Text: p.Name.In(ctx), Note: line.Sponsor.Name.In(ctx), Href: line.href()})
		}
	}
	return t, nil
}

// toVerify finds programmes that wait for their checks before anybody sees them.
func (h *Desk) toVerify(ctx context.Context, l *lookup) (task, error) {
	t := task{Key: "verify", Tone: ui.Cool, Href: "/desk/organisations"}
	f := programme.ProgrammeFilter{HiddenToo: true}
	for {
		list, next, err := programme.Programmes(ctx, l.r, h.db.Now(), f)
		if err != nil {
			return t, err
		}
		for _, p := range list {
			if p.State == programme.Draft && !p.Verified() && access.CheckFor(ctx, access.ProgrammeVerify, p.Organisation) == nil {
				t.add(taskLine{Text: p.Name.In(ctx), Note: p.OrganisationName.In(ctx), Href: "/desk/programmes/" + clock.FormatID(p.ID)})
			}
		}
		if next == (programme.Cursor{}) {
			return t, nil
		}
		f.After = next
	}
}

func (h *Desk) promised(ctx context.Context, l *lookup) (task, error) {
	t := task{Key: "promise", Tone: ui.Cool, Href: "/desk/gifts?state=waiting&method=promise"}
	list, err := giving.Gifts(ctx, l.r, giving.Waiting, giving.MethodPromise, 0, maxTasks)
	if err != nil {
		return t, err
	}
	for _, g := range list {
		n, err := l.need(ctx, g.Need)
		if err != nil {
			return t, err
		}
		if access.CheckFor(ctx, access.GiftReceive, n.Organisation) == nil {
			t.add(taskLine{Text: i18n.Quantity(ctx, g.Amount) + " · " + n.Title.In(ctx), Note: i18n.Until(ctx, g.PromiseEndsAt, h.db.Now()), Href: giftLine{Gift: g}.href()})
		}
	}
	return t, nil
}

func (h *Desk) campaignsEnding(ctx context.Context, l *lookup) (task, error) {
	t := task{Key: "campaign_ends", Tone: ui.Cool, Href: "/desk/campaigns?state=open"}
	list, err := giving.Campaigns(ctx, l.r, giving.CampaignOpen, 0, maxTasks)
	if err != nil {
		return t, err
	}
	for _, c := range list {
		if c.EndsAt.Sub(h.db.Now()) > endsSoon {
			continue
		}
		line, err := l.campaignLine(ctx, c)
		if err != nil {
			return t, err
		}
		if access.CheckFor(ctx, access.CampaignEdit, line.Need.Organisation) == nil {
			t.add(taskLine{Text: line.Need.Title.In(ctx), Note: i18n.Until(ctx, c.EndsAt, h.db.Now()), Href: line.href()})
		}
	}
	return t, nil
}

func (h *Desk) poolsEnding(ctx context.Context, l *lookup) (task, error) {
	t := task{Key: "pool_ends", Tone: ui.Cool, Href: "/desk/pools"}
	list, err := giving.Pools(ctx, l.r)
	for _, p := range list {
		if p.State == giving.PoolOpen && p.EndsAt.Sub(h.db.Now()) <= endsSoon && access.CheckFor(ctx, access.PoolEdit, p.Sponsor) == nil {
			t.add(taskLine{Text: p.Name.In(ctx), Note: i18n.Until(ctx, p.EndsAt, h.db.Now()), Href: poolLine{Pool: p}.href()})
		}
	}
	return t, err
}

// certificatesEnding finds published organisations whose public-fundraising certificate runs out soon
// or has run out (Charity Law of the PRC, art. 22: no public fundraising without one).
func (h *Desk) certificatesEnding(ctx context.Context, l *lookup) (task, error) {
	t := task{Key: "certificate", Tone: ui.Hot, Href: "/desk/organisations"}
	f := programme.OrganisationFilter{State: programme.Published}
	for {
		list, next, err := programme.Organisations(ctx, l.r, f)
		if err != nil {
			return t, err
		}
		for _, o := range list {
			if o.CertificateEndsAt.IsZero() || o.CertificateEndsAt.Sub(h.db.Now()) > certificateSoon || access.CheckFor(ctx, access.OrganisationEdit, o.ID) != nil {
				continue
			}
			t.add(taskLine{Text: o.Name.In(ctx), Note: i18n.Date(ctx, o.CertificateEndsAt), Href: "/desk/organisations/" + clock.FormatID(o.ID)})
		}
		if next == (programme.Cursor{}) {
			return t, nil
		}
		f.After = next
	}
}
