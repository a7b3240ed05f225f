package givingapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
)

type recordInput struct {
	Body struct {
		Gifts []RecordGift `json:"gifts" minItems:"1" maxItems:"100" nullable:"false"`
	}
}

// RecordGift is a gift whose money the partner has taken already.
type RecordGift struct {
	Key        string    `json:"key" doc:"The partner's own number for the gift, 1 to 100 visible ASCII characters: the same number again is the same gift"`
	Campaign   string    `json:"campaign" doc:"Slug"`
	Amount     Money     `json:"amount"`
	PaidAt     time.Time `json:"paid_at" doc:"When the giver paid; at most 31 days ago"`
	Visibility string    `json:"visibility" doc:"public, organisation or sealed"`
	Name       string    `json:"name,omitempty" doc:"Shown or kept as visibility says; at most 60 characters"`
	Email      string    `json:"email,omitempty" doc:"For the acknowledgement"`
	Message    string    `json:"message,omitempty" doc:"Shown with a public gift; at most 140 characters"`
	Lang       string    `json:"lang,omitempty" doc:"zh or en, for letters; else zh"`
	Device     string    `json:"device,omitempty" doc:"What tells givers without e-mail apart, for a pool's caps per giver, such as a member's number; it is not kept"`
}

// Recorded is what became of one gift, in the place in which it was sent: a gift or an error.
type Recorded struct {
	Key   string   `json:"key"`
	ID    string   `json:"id,omitempty"`
	Token string   `json:"token,omitempty" doc:"Secret: whoever knows it sees the gift"`
	State string   `json:"state,omitempty"`
	Match *Money   `json:"match,omitempty" doc:"What it was matched with"`
	Path  string   `json:"path,omitempty" doc:"Of its private page"`
	Error *problem `json:"error,omitempty"`
}

type recordOutput struct {
	Body struct {
		Results []Recorded `json:"results" nullable:"false"`
	}
}

// maxRecordBody lets 100 gifts with all that they may hold pass.
const maxRecordBody = 256 << 10

func (a *api) routeRecord(h huma.API) {
	op := operation(http.MethodPost, "/gifts", "record-gifts", "Record gifts that a partner was paid for, each with its match")
	op.DefaultStatus = http.StatusOK // some may have been refused
	op.MaxBodyBytes = maxRecordBody
	op.SkipValidateBody = true // each gift is looked at by itself, so that one mistake does not refuse the others
	a.requireKey(h, &op, access.GiftRecord)
	registerOperation(h, a, op, a.record)
}

func (a *api) record(ctx context.Context, in *recordInput) (*recordOutput, error) {
	gifts := make([]giving.PaidInput, len(in.Body.Gifts))
	actor, _ := access.From(ctx)
	for i, g := range in.Body.Gifts {
		gifts[i] = paidInput(actor.Key.Organisation, g)
	}
	recorded, err := a.Giving.Record(ctx, giving.Partner{Key: actor.Key.ID, May: func(organisation int64) bool {
		return access.CheckFor(ctx, access.GiftRecord, organisation) == nil
	}}, gifts...)
	if err != nil {
		return nil, err
	}
	out := &recordOutput{}
	out.Body.Results = make([]Recorded, len(recorded))
	for i, r := range recorded {
		out.Body.Results[i] = a.recordedOf(ctx, in.Body.Gifts[i].Key, r)
	}
	return out, nil
}

func paidInput(organisation int64, g RecordGift) giving.PaidInput {
	lang := string(i18n.ZH)
	if l, ok := i18n.ParseLang(g.Lang); ok {
		lang = string(l)
	}
	return giving.PaidInput{PaidAt: g.PaidAt, GiftInput: giving.GiftInput{Slug: g.Campaign,
		Amount: money.Amount{Minor: g.Amount.Minor, Unit: money.Unit(g.Amount.Unit)}, Visibility: giving.Visibility(g.Visibility),
		Name: g.Name, Email: g.Email, Message: g.Message, Lang: lang, Device: g.Device, FormKey: partnerKey(organisation, g.Key)}}
}

const maxPartnerKey = 100

// partnerKey makes a partner's number for a gift its own: two organisations may use the same number,
// while two keys of one organisation speak of the same gift. Numbers that follow one another stay
// neighbours in the index, which at millions of gifts is worth more than a short hash. "" stands for a
// number that cannot be taken.
func partnerKey(organisation int64, key string) string {
	if key == "" || len(key) > maxPartnerKey || !visible(key) {
		return ""
	}
	return "partner:" + clock.FormatID(organisation) + ":" + key
}

func (a *api) recordedOf(ctx context.Context, key string, r giving.Recorded) Recorded {
	if r.Err != nil {
		p := a.problem(ctx, r.Err)
		return Recorded{Key: key, Error: &p}
	}
	match := yuan(r.Gift.MatchPosted)
	return Recorded{Key: key, ID: clock.FormatID(r.Gift.ID), Token: r.Gift.Token, State: string(r.Gift.State), Match: &match, Path: "/g/" + r.Gift.Token}
}
