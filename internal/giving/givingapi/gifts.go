package givingapi

import (
	"context"
	"net/mail"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
)

type giveInput struct {
	Slug string `path:"slug" maxLength:"120"`
	Key  string `header:"Idempotency-Key" doc:"Required: a random value of 16 to 128 visible ASCII characters, such as a UUID. The same request with the same key is the same gift"`
	Body struct {
		Amount     Money  `json:"amount"`
		Visibility string `json:"visibility" doc:"public, organisation or sealed"`
		Method     string `json:"method,omitempty" doc:"A gateway's name; the first one when missing"`
		Name       string `json:"name,omitempty" doc:"Shown or kept as visibility says; at most 60 characters"`
		Email      string `json:"email,omitempty" doc:"For the acknowledgement"`
		Message    string `json:"message,omitempty" doc:"Shown with a public gift; at most 140 characters"`
		Lang       string `json:"lang,omitempty" doc:"zh or en, for letters; else that of Accept-Language"`
		Device     string `json:"device,omitempty" maxLength:"100" doc:"Random id of the giver's browser, for a pool's caps per giver without e-mail. Gifts with neither share one cap"`
	}
}

type giftOutput struct{ Body Gift }

// give makes a gift. The same key with the same body is the same gift; with another body it is another.
func (a *api) give(ctx context.Context, in *giveInput) (*giftOutput, error) {
	client, _ := ctx.Value(clientKey{}).(string)
	if a.gifts != nil && !a.gifts.Allow(client) {
		return nil, fault.New(fault.TooMany, "fault.too_many.sentence")
	}
	gift, err := a.readGift(ctx, in)
	if err != nil {
		return nil, err
	}
	g, err := a.Giving.Give(ctx, gift)
	if err != nil {
		return nil, err
	}
	return &giftOutput{giftOf(g)}, nil
}

func (a *api) readGift(ctx context.Context, in *giveInput) (giving.GiftInput, error) {
	b := in.Body
	out := giving.GiftInput{Slug: in.Slug, Amount: money.Amount{Minor: b.Amount.Minor, Unit: money.Unit(b.Amount.Unit)}, Method: b.Method,
		Visibility: giving.Visibility(b.Visibility), Name: b.Name, Email: b.Email, Message: b.Message, Lang: b.Lang, Device: b.Device}
	var f fault.Fields
	if !validKey(in.Key) {
		f.Add("Idempotency-Key", "giving.bad_key", "Min", minKey, "Max", maxKey)
	}
	if b.Email != "" {
		if m, err := mail.ParseAddress(b.Email); err != nil || m.Address != b.Email || len(b.Email) > 254 {
			f.Add("email", "form.email")
		}
	}
	if lang, ok := i18n.ParseLang(b.Lang); ok {
		out.Lang = string(lang)
	} else if b.Lang == "" {
		out.Lang = string(i18n.LangOf(ctx))
	} else {
		f.Add("lang", "form.choice")
	}
	if gateways := a.Payments.Gateways(); out.Method == "" && len(gateways) > 0 {
		out.Method = gateways[0]
	}
	if err := f.Err(); err != nil {
		return out, err
	}
	out.FormKey = formKey(in.Key, out)
	return out, nil
}

type tokenInput struct {
	Token string `path:"token" maxLength:"40"`
}

func (a *api) gift(ctx context.Context, in *tokenInput) (*giftOutput, error) {
	out := &giftOutput{}
	err := a.DB.Read(ctx, func(r *db.Reader) error {
		g, err := giving.GiftByToken(ctx, r, in.Token)
		out.Body = giftOf(g)
		return err
	})
	return out, err
}

func giftOf(g giving.Gift) Gift {
	v := Gift{ID: clock.FormatID(g.ID), Token: g.Token, State: string(g.State), Amount: moneyOf(g.Amount),
		Refunded: moneyOf(money.Amount{Minor: g.Refunded, Unit: g.Amount.Unit}), Visibility: string(g.Visibility),
		MatchPromised: yuan(g.MatchPromised), Matched: yuan(g.MatchPosted), PromiseEndsAt: moment(g.PromiseEndsAt), MadeAt: g.MadeAt,
		ReceivedAt: moment(g.ReceivedAt), Path: "/g/" + g.Token}
	if g.State == giving.Waiting && g.Campaign != 0 {
		v.PayPath = "/g/" + g.Token + "/pay"
	}
	return v
}

type trailOutput struct{ Body Trail }

func (a *api) trail(ctx context.Context, in *tokenInput) (*trailOutput, error) {
	out := &trailOutput{}
	err := a.DB.Read(ctx, func(r *db.Reader) error {
		g, err := giving.GiftByToken(ctx, r, in.Token)
		if err != nil {
			return err
		}
		t, err := giving.Follow(ctx, r, g)
		out.Body = trailOf(t)
		return err
	})
	return out, err
}

func trailOf(t giving.Trail) Trail {
	v := Trail{Gift: giftOf(t.Gift), Lines: []TrailLine{}, Waiting: yuan(t.Waiting), Returned: yuan(t.Returned), Truncated: t.Truncated}
	for _, l := range t.Lines {
		line := TrailLine{Payout: clock.FormatID(l.Payout.ID), PaidAt: l.Payout.PaidAt, Payee: textOf(l.Payee.Name), Invoice: l.Invoice.Number,
			Own: yuan(l.Own), Match: yuan(l.Match), Became: []Share{}}
		for _, s := range l.Shares {
			if s.Outcome.FewChildren() {
				continue
			}
			whole := s.Outcome.Quantity
			line.Became = append(line.Became, Share{What: moneyOf(money.Amount{Minor: s.Share, Unit: whole.Unit}), Whole: moneyOf(whole), Label: textOf(s.Outcome.Label)})
		}
		v.Lines = append(v.Lines, line)
	}
	return v
}
