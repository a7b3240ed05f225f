package givingweb

import (
	"context"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/payment"
	"manyhands/internal/programme"
)

// giftView is what the private pages of a gift tell.
type giftView struct {
	Gift     giving.Gift
	Campaign giving.Campaign // zero for things and time
	Need     programme.NeedView
	Units    []giving.ImpactUnit
	Pool     giving.Pool // ID 0: no match
	Fallback giving.Fund
	Payment  payment.Payment // zero for what came without a gateway
	OtherSum bool            // not paid, and the gateway reported money that does not fit
	Trail    giving.Trail    // of a received gift of money
	Now      time.Time
	Thanks   bool // the giver has just come from paying
}

// readGiftView reads the gift of a private link with all that its pages need.
func (h *Handlers) readGiftView(ctx context.Context, token string) (v giftView, err error) {
	v.Now = h.now()
	err = h.d.DB.Read(ctx, func(r *db.Reader) error {
		if v.Gift, err = giving.GiftByToken(ctx, r, token); err != nil {
			return err
		}
		if v.Need, err = programme.NeedViewByID(ctx, r, v.Gift.Need); err != nil {
			return err
		}
		if v.Gift.Campaign == 0 {
			return nil
		}
		if err := h.readPayment(ctx, r, &v); err != nil {
			return err
		}
		return v.readMoney(ctx, r)
	})
	return v, err
}

func (h *Handlers) readPayment(ctx context.Context, r db.Queryer, v *giftView) (err error) {
	if v.byGateway(h.d.Payments.Gateways()) {
		if v.Payment, err = h.d.Payments.ByPurpose(ctx, r, v.Gift.ID); err != nil {
			return err
		}
		if v.Payment.State != payment.Captured {
			v.OtherSum, err = h.d.Payments.QuarantinedFor(ctx, r, v.Payment)
		}
	}
	return err
}

func (v *giftView) byGateway(gateways []string) bool {
	for _, g := range gateways {
		if g == v.Gift.Method {
			return true
		}
	}
	return false
}

func (v *giftView) readMoney(ctx context.Context, r db.Queryer) (err error) {
	if v.Campaign, err = giving.CampaignByID(ctx, r, v.Gift.Campaign); err != nil {
		return err
	}
	if v.Units, err = giving.ImpactUnits(ctx, r, v.Campaign.ID); err != nil {
		return err
	}
	if v.Fallback, err = giving.FundByID(ctx, r, v.Campaign.FallbackFund); err != nil {
		return err
	}
	if v.Gift.Pool != 0 {
		if v.Pool, err = giving.PoolByID(ctx, r, v.Gift.Pool); err != nil {
			return err
		}
	}
	v.Trail, err = giving.Follow(ctx, r, v.Gift)
	return err
}

// payable reports whether the gift can still be paid at the moment of the view.
func (v giftView) payable() bool {
	return v.Gift.State == giving.Waiting && !v.OtherSum && v.Payment.State.Open() && v.Now.Before(v.Payment.ClosesAt)
}

// both is the gift with the match that is held for it or that it got.
func (v giftView) both() money.Amount {
	return money.Yuan(v.Gift.Amount.Minor + max(v.Gift.MatchPromised, v.Gift.MatchPosted))
}

// matchBack is what of the match went back; what the giver got back is Gift.Refunded.
func (v giftView) matchBack() int64 { return max(0, v.Trail.Returned-v.Gift.Refunded) }

func (v giftView) does(ctx context.Context) string { return doing(ctx, v.Units, v.Gift.Amount) }

func (v giftView) path(rest string) string { return "/g/" + v.Gift.Token + rest }

func (v giftView) title() i18n.Text { return v.Need.Title }
