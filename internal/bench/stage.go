package bench

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"manyhands/internal/app"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/programme"
	"manyhands/internal/programme/creditcode"
)

const campaigns = 20 // of a stage

// stage is what one figure gives to: campaigns of their own, and one pool that matches them.
type stage struct {
	slugs []string
	pool  int64
}

// network is who runs the campaigns of all stages.
type network struct {
	maker, checker   int64 // two people: nobody opens what they prepared
	charity, sponsor int64 // organisations: who runs the programme and is paid, and whose the pools are
	runs             int64 // the programme
	fallback, stages int64
}

func text(en string) i18n.Text { return i18n.Text{ZH: "测量 " + en, EN: "Bench " + en} }

// newNetwork makes a charity with a checked programme, a sponsor, and the fund that is left over.
func newNetwork(ctx context.Context, svc *app.Services) (n network, err error) {
	err = svc.DB.Write(ctx, func(tx *db.Tx) error {
		n = network{}
		for i, id := range []*int64{&n.maker, &n.checker} {
			p, err := svc.People.EnsurePerson(ctx, tx, "bench"+strconv.Itoa(i)+"@example.org", "Bench")
			if err != nil {
				return err
			}
			*id = p.ID
		}
		if n.charity, err = n.organisation(ctx, tx, "charity", 1); err != nil {
			return err
		}
		if n.sponsor, err = n.organisation(ctx, tx, "company", 2); err != nil {
			return err
		}
		if n.runs, err = n.programme(ctx, tx, n.charity); err != nil {
			return err
		}
		f, err := giving.OpenFund(ctx, tx, giving.FundInput{Name: text("rest")})
		n.fallback = f.ID
		return err
	})
	if err != nil {
		return n, fmt.Errorf("make a network: %w", err)
	}
	return n, nil
}

func (n network) organisation(ctx context.Context, tx *db.Tx, kind string, i int) (int64, error) {
	code, err := creditcode.Make("53310000", "90000"+strconv.Itoa(100+i))
	if err != nil {
		return 0, err
	}
	o, err := programme.CreateOrganisation(ctx, tx, programme.OrganisationInput{Kind: kind, Name: text(kind), CreditCode: code}, n.maker)
	if err != nil {
		return 0, err
	}
	return o.ID, programme.PublishOrganisation(ctx, tx, o.ID, n.checker)
}

func (n network) programme(ctx context.Context, tx *db.Tx, charity int64) (int64, error) {
	p, err := programme.CreateProgramme(ctx, tx, charity, programme.ProgrammeInput{Theme: "meals", Name: text("meals"), Summary: text("a meal an evening")}, n.maker)
	if err != nil {
		return 0, err
	}
	nobody := func(context.Context, db.Queryer, int64, int64) (bool, error) { return false, nil }
	for _, step := range programme.Steps() {
		if err := programme.Verify(ctx, tx, nobody, p.ID, programme.VerifyInput{Step: step, Note: text("seen")}, n.checker); err != nil {
			return 0, err
		}
	}
	return p.ID, programme.PublishProgramme(ctx, tx, p.ID, n.checker)
}

// newStage opens campaigns and a pool of so many fen for them alone, one to one and without caps. A
// promise is held for so many seconds, 0 for as long as usual.
func (n *network) newStage(ctx context.Context, svc *app.Services, fen, hold int64) (s stage, err error) {
	n.stages++
	title := "stage " + strconv.FormatInt(n.stages, 10)
	err = svc.DB.Write(ctx, func(tx *db.Tx) error {
		s = stage{}
		from, to := tx.Now().Add(-time.Hour), tx.Now().Add(24*time.Hour)
		var ids []int64
		for i := range campaigns {
			c, err := svc.Giving.CreateCampaign(ctx, tx, giving.CampaignInput{Programme: n.runs, Title: text(title + " " + strconv.Itoa(i)), Body: text(title),
				Goal: money.Yuan(1_000_000_00), StartsAt: from, EndsAt: to, FallbackFund: n.fallback, FilingNumber: "BENCH-" + strconv.Itoa(i),
				ImpactUnits: []giving.ImpactUnit{{Price: money.Yuan(8_00), Label: text("meal")}}}, n.maker)
			if err != nil {
				return err
			}
			if c, err = svc.Giving.OpenCampaign(ctx, tx, c.ID, n.checker); err != nil {
				return err
			}
			ids, s.slugs = append(ids, c.ID), append(s.slugs, c.Slug)
		}
		p, err := svc.Giving.CreatePool(ctx, tx, giving.PoolInput{Name: text(title), Sponsor: n.sponsor, StartsAt: from, EndsAt: to, Campaigns: ids,
			Terms: giving.Terms{Rule: giving.FirstCome, RatioPercent: 100, HoldSeconds: hold}}, n.maker)
		if err != nil {
			return err
		}
		s.pool = p.ID
		if err := giving.FundPool(ctx, tx, p, money.Yuan(fen), tx.NewID(), n.maker); err != nil {
			return err
		}
		_, err = svc.Giving.OpenPool(ctx, tx, p.ID, n.checker)
		return err
	})
	if err != nil {
		return s, fmt.Errorf("open %s: %w", title, err)
	}
	return s, nil
}
