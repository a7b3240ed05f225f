package programme_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/event"
	"manyhands/internal/i18n"
	"manyhands/internal/ledger"
	"manyhands/internal/money"
	"manyhands/internal/programme"
)

func TestOrganisation(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := newWorld(t, d, c)
		o := w.organisation(both("晨星", "Morning Star"), "50002167", false)
		if o.State != programme.Draft || o.CreditCode != code(t, "50002167") {
			t.Errorf("made %+v", o)
		}
		w.refused("programme.credit_code_taken", func(ctx context.Context, tx *db.Tx) error {
			_, err := programme.CreateOrganisation(ctx, tx, o.Input(), 0)
			return err
		})
		w.refused("programme.not_published", func(ctx context.Context, tx *db.Tx) error {
			return programme.SuspendOrganisation(ctx, tx, o.ID, "money", "", 0)
		})
		w.must(func(ctx context.Context, tx *db.Tx) error {
			in := o.Input()
			in.Website, in.CertificateEndsAt = "https://star.example.org", dbtest.Start.AddDate(1, 0, 0)
			if err := programme.UpdateOrganisation(ctx, tx, o.ID, in, 0); err != nil {
				return err
			}
			return programme.PublishOrganisation(ctx, tx, o.ID, 0)
		})
		w.read(func(ctx context.Context, r *db.Reader) error {
			got, err := programme.OrganisationBySlug(ctx, r, o.Slug)
			if got.State != programme.Published || got.Website == "" || !got.CertificateEndsAt.Equal(dbtest.Start.AddDate(1, 0, 0)) {
				t.Errorf("now %+v", got)
			}
			events, err2 := event.About(ctx, r, o.ID, 10)
			if err2 != nil || len(events) != 3 || events[0].Kind != "organisation.published" {
				t.Errorf("diary %+v %v", events, err2)
			}
			return err
		})
		w.refused("programme.charity_code", func(ctx context.Context, tx *db.Tx) error {
			in := o.Input()
			in.CreditCode = ""
			return programme.UpdateOrganisation(ctx, tx, o.ID, in, 0)
		})
		w.refused("programme.no_organisation", func(ctx context.Context, tx *db.Tx) error {
			return programme.PublishOrganisation(ctx, tx, 1, 0)
		})
	})
}

func TestOrganisationInputIsChecked(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	w := newWorld(t, d, c)
	good := programme.OrganisationInput{Kind: "shop", Name: both("面包房", "Bakery")}
	long := make([]rune, programme.MaxName+1)
	for i := range long {
		long[i] = '长'
	}
	tests := map[string]func(*programme.OrganisationInput){
		"form.choice":            func(in *programme.OrganisationInput) { in.Kind = "person" },
		"programme.one_language": func(in *programme.OrganisationInput) { in.Name = i18n.Text{} },
		"form.too_long":          func(in *programme.OrganisationInput) { in.Name.ZH = string(long) },
		"creditcode.check":       func(in *programme.OrganisationInput) { in.CreditCode = "9144030071526726XH" },
		"programme.website":      func(in *programme.OrganisationInput) { in.Website = "javascript:alert(1)" },
	}
	for key, spoil := range tests {
		in := good
		spoil(&in)
		w.refused(key, func(ctx context.Context, tx *db.Tx) error {
			_, err := programme.CreateOrganisation(ctx, tx, in, 0)
			return err
		})
	}
	w.must(func(ctx context.Context, tx *db.Tx) error {
		o, err := programme.CreateOrganisation(ctx, tx, good, 0)
		if err != nil {
			return err
		}
		return programme.PublishOrganisation(ctx, tx, o.ID, 0) // a shop needs no code
	})
}

func TestProgrammeIsShownOnlyWhenVerified(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := newWorld(t, d, c)
		o := w.organisation(both("晨星", "Morning Star"), "50002167", false)
		p := w.programme(o.ID, both("周三作业", "Wednesday homework"), false)
		publish := func(ctx context.Context, tx *db.Tx) error { return programme.PublishProgramme(ctx, tx, p.ID, 0) }
		w.refused("programme.organisation_hidden", publish)
		w.must(func(ctx context.Context, tx *db.Tx) error { return programme.PublishOrganisation(ctx, tx, o.ID, 0) })
		w.refused("programme.not_verified", publish)
		w.must(func(ctx context.Context, tx *db.Tx) error {
			if err := verifyAll(ctx, tx, p.ID, w.verifier); err != nil {
				return err
			}
			return programme.Verify(ctx, tx, nobody, p.ID, programme.VerifyInput{Step: "visit", Note: both("看过", "Seen"),
				EndsAt: tx.Now().Add(time.Hour)}, w.verifier)
		})
		c.Advance(time.Hour)
		w.refused("programme.not_verified", publish) // the visit has run out
		c.Advance(-time.Minute)
		w.must(publish)
		c.Advance(2 * time.Minute)
		w.read(func(ctx context.Context, r *db.Reader) error {
			v, err := programme.ProgrammeBySlug(ctx, r, p.Slug, c.Now())
			if !v.Shown() || programme.Verified(v.Checks) || len(v.Checks) != 4 || v.Checks[1].Step != "visit" ||
				!v.Checks[1].Done || v.Checks[1].InForce || v.Checks[1].DoneBy != w.verifier || !v.Checks[0].InForce {
				t.Errorf("view %+v", v)
			}
			lines, _, err2 := programme.Programmes(ctx, r, c.Now(), programme.ProgrammeFilter{Words: "wednes 作业", Theme: "learning"})
			if err2 != nil || len(lines) != 1 || lines[0].StepsDone != 3 || lines[0].Verified() || lines[0].OrganisationName != o.Name {
				t.Errorf("lines %+v %v", lines, err2)
			}
			return err
		})
		if err := w.check(); err != nil {
			t.Error(err)
		}
	})
}

func TestNobodyVerifiesTheirOwn(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	w := newWorld(t, d, c)
	p := w.programme(w.organisation(both("晨星", "Morning Star"), "50002167", true).ID, both("周三", "Wednesday"), false)
	own := func(_ context.Context, _ db.Queryer, person, organisation int64) (bool, error) {
		return person == w.verifier && organisation == p.Organisation, nil
	}
	verify := func(in programme.VerifyInput) func(ctx context.Context, tx *db.Tx) error {
		return func(ctx context.Context, tx *db.Tx) error {
			return programme.Verify(ctx, tx, own, p.ID, in, w.verifier)
		}
	}
	w.refused("programme.verify_own", verify(programme.VerifyInput{Step: "visit", Note: both("看过", "Seen")}))
	w.refused("form.choice", verify(programme.VerifyInput{Step: "rumour", Note: both("看过", "Seen")}))
	w.refused("programme.one_language", verify(programme.VerifyInput{Step: "visit"}))
	w.refused("programme.ends_past", verify(programme.VerifyInput{Step: "visit", Note: both("看过", "Seen"), EndsAt: c.Now()}))
}

func TestNeed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := newWorld(t, d, c)
		o := w.organisation(both("晨星", "Morning Star"), "50002167", true)
		hidden := w.programme(o.ID, both("草稿项目", "Hidden"), false)
		p := w.programme(o.ID, both("周三作业", "Wednesday homework"), true)
		n := w.need(evenings(p.ID, both("陪读志愿者", "Reading friends")), false)
		if n.State != programme.NeedDraft || n.Place != p.Place || n.Account == 0 {
			t.Errorf("made %+v", n)
		}
		early := w.need(evenings(hidden.ID, both("太早", "Too early")), false)
		w.refused("programme.programme_hidden", func(ctx context.Context, tx *db.Tx) error {
			return programme.PublishNeed(ctx, tx, early.ID, 0)
		})
		w.must(func(ctx context.Context, tx *db.Tx) error {
			in := evenings(p.ID, n.Title)
			in.Wanted, in.UntilAt, in.Kind = 10, tx.Now().Add(24*time.Hour), "money" // the kind stays
			if err := programme.UpdateNeed(ctx, tx, n.ID, in, 0); err != nil {
				return err
			}
			return programme.PublishNeed(ctx, tx, n.ID, 0)
		})
		w.must(func(ctx context.Context, tx *db.Tx) error { return arrive(ctx, tx, n.Account, 3, 2) })
		w.read(func(ctx context.Context, r *db.Reader) error {
			v, err := programme.NeedBySlug(ctx, r, n.Slug)
			if v.Kind != "time" || v.Arrived != 3 || v.Promised != 2 || v.Percent() != 50 || v.Missing() != 5 || !v.Asks(c.Now()) ||
				v.Asks(c.Now().Add(25*time.Hour)) || v.OrganisationSlug != o.Slug || v.ProgrammeName != p.Name {
				t.Errorf("view %+v", v)
			}
			return err
		})
		w.must(func(ctx context.Context, tx *db.Tx) error { return programme.CloseNeed(ctx, tx, n.ID, 0) })
		w.refused("programme.need_closed", func(ctx context.Context, tx *db.Tx) error {
			return programme.UpdateNeed(ctx, tx, n.ID, evenings(p.ID, n.Title), 0)
		})
		if got := w.titles(programme.NeedFilter{}); len(got) != 0 {
			t.Errorf("a closed need is listed: %v", got)
		}
		if err := w.check(); err != nil {
			t.Error(err)
		}
	})
}

// arrive lets some of a need arrive and promises more.
func arrive(ctx context.Context, tx *db.Tx, account, arrived, promised int64) error {
	from, err := ledger.Open(ctx, tx, "arrivals:promise:evening", money.Evening, false, false)
	if err != nil {
		return err
	}
	e := ledger.Entry{ID: tx.NewID(), Kind: "arrival", From: from, To: account, Quantity: arrived, Subject: 1}
	if err := ledger.Post(ctx, tx, ledger.Set{ID: e.ID, Entries: []ledger.Entry{e}}); err != nil {
		return err
	}
	return ledger.Reserve(ctx, tx, ledger.Hold{ID: tx.NewID(), Kind: "arrival", From: from, To: account, Quantity: promised, Subject: 2})
}

func TestNeedInputIsChecked(t *testing.T) {
	t.Parallel()
	good := evenings(1, both("陪读", "Reading"))
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	tests := map[string]func(*programme.NeedInput){
		"kind":     func(in *programme.NeedInput) { in.Kind = "child" },
		"unit":     func(in *programme.NeedInput) { in.Unit = money.CNY },
		"wanted":   func(in *programme.NeedInput) { in.Wanted = 0 },
		"title_zh": func(in *programme.NeedInput) { in.Title = i18n.Text{} },
	}
	for field, spoil := range tests {
		in := good
		spoil(&in)
		if got := fieldsOf(in.Validate()); !slices.Equal(got, []string{field}) {
			t.Errorf("%s: %v", field, got)
		}
	}
}

func TestSuspendingHidesTheNeeds(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		w := newWorld(t, d, c)
		o := w.organisation(both("晨星", "Morning Star"), "50002167", true)
		p := w.programme(o.ID, both("周三作业", "Wednesday homework"), true)
		n := w.need(evenings(p.ID, both("陪读", "Reading")), true)
		steps := []struct {
			name string
			do   func(ctx context.Context, tx *db.Tx) error
			seen int
		}{
			{"suspend the programme", func(ctx context.Context, tx *db.Tx) error { return programme.SuspendProgramme(ctx, tx, p.ID, 0) }, 0},
			{"publish it again", func(ctx context.Context, tx *db.Tx) error { return programme.PublishProgramme(ctx, tx, p.ID, 0) }, 1},
			{"suspend the organisation", func(ctx context.Context, tx *db.Tx) error {
				return programme.SuspendOrganisation(ctx, tx, o.ID, "money", "", 0)
			}, 0},
		}
		for _, s := range steps {
			w.must(s.do)
			w.read(func(ctx context.Context, r *db.Reader) error {
				week, err := programme.NeedsOfWeek(ctx, r, c.Now())
				v, err2 := programme.NeedViewByID(ctx, r, n.ID)
				places, err3 := programme.Places(ctx, r, c.Now())
				if got := w.titles(programme.NeedFilter{}); len(got) != s.seen || len(week) != s.seen || v.Shown() != (s.seen == 1) || len(places) != s.seen {
					t.Errorf("%s: %v, week %d, shown %v, places %v; %v %v", s.name, got, len(week), v.Shown(), places, err2, err3)
				}
				return err
			})
		}
		if got := w.titles(programme.NeedFilter{Desk: true}); len(got) != 1 {
			t.Errorf("the desk sees %v", got)
		}
	})
}
