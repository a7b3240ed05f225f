// Package givingtest makes a small network for tests: two people who may not approve what they
// asked for, a charity with a checked programme, a hospital, a sponsor with a pool, and a campaign
// that is open. Everything is made through the services that the product uses.
package givingtest

import (
	"context"
	"strconv"
	"testing"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/people"
	"manyhands/internal/programme"
	"manyhands/internal/programme/creditcode"
)

// World is what a test starts from.
type World struct {
	T       testing.TB
	D       *db.DB
	Service *giving.Service

	Maker, Checker           int64 // persons
	Charity, Hospital, Donor programme.Organisation
	Programme                programme.Programme
	Fallback                 giving.Fund
	Campaign                 giving.Campaign
	Pool                     giving.Pool
}

// Payments notes what gifts ask for; it stands in for the payment side where that is not the test's
// matter.
type Payments map[int64]giving.Due

// Begin implements giving.Payments.
func (p Payments) Begin(_ context.Context, _ *db.Tx, due ...giving.Due) error {
	for _, d := range due {
		p[d.Gift] = d
	}
	return nil
}

// New makes the world, with a pool of ¥1,000 that matches one to one, at most ¥200 a giver.
func New(t testing.TB, d *db.DB) *World {
	t.Helper()
	return With(t, d, giving.New(d, giving.Options{Payments: Payments{}, Gateways: []string{"sandbox"}, Secret: []byte("test")}))
}

// With makes the world around a service.
func With(t testing.TB, d *db.DB, s *giving.Service) *World {
	t.Helper()
	w := &World{T: t, D: d, Service: s}
	w.Write(func(ctx context.Context, tx *db.Tx) error {
		if err := w.people(ctx, tx); err != nil {
			return err
		}
		return w.organisations(ctx, tx)
	})
	w.Campaign = w.NewCampaign("Winter meals", 100_000_00)
	w.Pool = w.NewPool(giving.Terms{Rule: giving.FirstCome, RatioPercent: 100, CapGiverMinor: 200_00}, 1_000_00)
	return w
}

// Write runs body in a write and ends the test when it fails.
func (w *World) Write(body func(ctx context.Context, tx *db.Tx) error) {
	w.T.Helper()
	ctx := context.Background()
	if err := w.D.Write(ctx, func(tx *db.Tx) error { return body(ctx, tx) }); err != nil {
		w.T.Fatal(err)
	}
}

// Read runs body in a snapshot and ends the test when it fails.
func (w *World) Read(body func(ctx context.Context, r *db.Reader) error) {
	w.T.Helper()
	ctx := context.Background()
	if err := w.D.Read(ctx, func(r *db.Reader) error { return body(ctx, r) }); err != nil {
		w.T.Fatal(err)
	}
}

func (w *World) people(ctx context.Context, tx *db.Tx) error {
	staff, err := people.New(w.D, nil, people.Config{BaseURL: "http://localhost"})
	if err != nil {
		return err
	}
	for i, id := range []*int64{&w.Maker, &w.Checker} {
		p, err := staff.EnsurePerson(ctx, tx, "staff"+strconv.Itoa(i)+"@example.org", "Staff "+strconv.Itoa(i))
		if err != nil {
			return err
		}
		*id = p.ID
	}
	return nil
}

func (w *World) organisations(ctx context.Context, tx *db.Tx) (err error) {
	for i, o := range []struct {
		into     *programme.Organisation
		kind, en string
		zh       string
	}{{&w.Charity, "charity", "Harbour Children's Fund", "港湾儿童基金会"}, {&w.Hospital, "hospital", "City Hospital", "市立医院"}, {&w.Donor, "company", "Lantern Trading", "灯笼贸易"}} {
		code, err := creditcode.Make("53310000", "50002"+strconv.Itoa(100+i))
		if err != nil {
			return err
		}
		made, err := programme.CreateOrganisation(ctx, tx, programme.OrganisationInput{Kind: o.kind, Name: i18n.Text{ZH: o.zh, EN: o.en}, CreditCode: code}, w.Maker)
		if err != nil {
			return err
		}
		if err := programme.PublishOrganisation(ctx, tx, made.ID, w.Maker); err != nil {
			return err
		}
		if *o.into, err = programme.OrganisationByID(ctx, tx, made.ID); err != nil {
			return err
		}
	}
	w.Programme, err = programme.CreateProgramme(ctx, tx, w.Charity.ID, programme.ProgrammeInput{Theme: "meals",
		Name: i18n.Text{ZH: "热饭", EN: "Hot meals"}, Summary: i18n.Text{ZH: "放学后的一顿热饭。", EN: "A hot meal after school."}}, w.Maker)
	if err != nil {
		return err
	}
	nobody := func(context.Context, db.Queryer, int64, int64) (bool, error) { return false, nil }
	for _, step := range programme.Steps() {
		in := programme.VerifyInput{Step: step, Note: i18n.Text{ZH: "已核实。", EN: "Seen."}}
		if err := programme.Verify(ctx, tx, nobody, w.Programme.ID, in, w.Checker); err != nil {
			return err
		}
	}
	if err := programme.PublishProgramme(ctx, tx, w.Programme.ID, w.Checker); err != nil {
		return err
	}
	w.Fallback, err = giving.OpenFund(ctx, tx, giving.FundInput{Name: i18n.Text{ZH: "儿童餐食基金", EN: "Children's meals fund"}})
	return err
}

// NewCampaign opens a campaign that runs from yesterday for thirty days.
func (w *World) NewCampaign(title string, goal int64) (c giving.Campaign) {
	w.T.Helper()
	w.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		c, err = w.Service.CreateCampaign(ctx, tx, giving.CampaignInput{Programme: w.Programme.ID, Title: i18n.Text{ZH: "冬日热饭", EN: title},
			Body: i18n.Text{ZH: "每个晚上一顿热饭。", EN: "A hot meal every evening."}, Goal: money.Yuan(goal),
			StartsAt: tx.Now().Add(-24 * time.Hour), EndsAt: tx.Now().Add(30 * 24 * time.Hour), FallbackFund: w.Fallback.ID, FilingNumber: "TEST-1",
			ImpactUnits: []giving.ImpactUnit{{Price: money.Yuan(1000), Label: i18n.Text{ZH: "一顿热饭", EN: "a hot meal"}}}}, w.Maker)
		if err != nil {
			return err
		}
		c, err = w.Service.OpenCampaign(ctx, tx, c.ID, w.Checker)
		return err
	})
	return c
}

// NewNeed publishes a need for things, open for sixty days.
func (w *World) NewNeed(unit money.Unit, wanted int64) (n programme.Need) {
	w.T.Helper()
	w.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = programme.CreateNeed(ctx, tx, programme.NeedInput{Programme: w.Programme.ID, Kind: "things", Unit: unit, Wanted: wanted,
			Title: i18n.Text{ZH: "冬衣", EN: "Winter coats"}, UntilAt: tx.Now().Add(60 * 24 * time.Hour)}, w.Maker)
		if err != nil {
			return err
		}
		return programme.PublishNeed(ctx, tx, n.ID, w.Checker)
	})
	return n
}

// NewPool opens a pool with money, from yesterday for two days.
func (w *World) NewPool(terms giving.Terms, minor int64) (p giving.Pool) {
	w.T.Helper()
	w.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = w.Service.CreatePool(ctx, tx, giving.PoolInput{Name: i18n.Text{ZH: "灯笼配捐", EN: "Lantern match"}, Sponsor: w.Donor.ID, Terms: terms,
			StartsAt: tx.Now().Add(-24 * time.Hour), EndsAt: tx.Now().Add(24 * time.Hour)}, w.Maker)
		if err != nil {
			return err
		}
		if err := giving.FundPool(ctx, tx, p, money.Yuan(minor), tx.NewID(), w.Maker); err != nil {
			return err
		}
		p, err = w.Service.OpenPool(ctx, tx, p.ID, w.Checker)
		return err
	})
	return p
}

// Give makes a gift of fen from a giver told apart by who.
func (w *World) Give(fen int64, who string) giving.Gift {
	w.T.Helper()
	g, err := w.Service.Give(context.Background(), giving.GiftInput{Campaign: w.Campaign.ID, Amount: money.Yuan(fen), Method: "sandbox",
		Visibility: giving.Public, Name: "A giver", Email: who + "@example.org", Lang: "en"})
	if err != nil {
		w.T.Fatal(err)
	}
	return g
}

// Pay tells giving that the gift's money has moved, and returns the gift as it is then.
func (w *World) Pay(g giving.Gift) giving.Gift {
	w.T.Helper()
	w.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		if err := w.Service.Captured(ctx, tx, giving.Capture{Gift: g.ID, PaidAt: tx.Now()}); err != nil {
			return err
		}
		g, err = giving.GiftByID(ctx, tx, g.ID)
		return err
	})
	return g
}

// PayOut takes a payout of fen from the campaign's fund through both pairs of hands to the bank.
func (w *World) PayOut(number string, fen int64) (p giving.Payout) {
	w.T.Helper()
	w.Write(func(ctx context.Context, tx *db.Tx) error {
		inv, err := w.Service.RecordInvoice(ctx, tx, giving.InvoiceInput{Organisation: w.Hospital.ID, Number: number, IssuedAt: tx.Now(), Amount: money.Yuan(fen)}, w.Maker)
		if err != nil {
			return err
		}
		if p, err = w.Service.RequestPayout(ctx, tx, w.Campaign.Fund, inv.ID, money.Yuan(fen), w.Maker); err != nil {
			return err
		}
		if _, err := w.Service.DecidePayout(ctx, tx, p.ID, true, "", w.Checker); err != nil {
			return err
		}
		p, err = w.Service.PayPayout(ctx, tx, p.ID, "BANK-"+number, tx.Now(), w.Maker)
		return err
	})
	return p
}

// Check recomputes every invariant of giving and ends the test at the first breach.
func (w *World) Check() {
	w.T.Helper()
	w.Read(func(ctx context.Context, r *db.Reader) error {
		return w.Service.Check(ctx, r, func(int64, int64) {})
	})
}
