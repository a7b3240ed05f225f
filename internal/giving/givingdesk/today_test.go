package givingdesk_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/job"
	"manyhands/internal/people"
	"manyhands/internal/programme"
)

// Each sees what they can do something about, and nothing else.
func TestTodayIsOnesOwn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.network()
	h.give(n, "A1,1000,Anna,public")
	h.capture(n, 35_00, "Bea", giving.Public)
	mid := h.person("Mei", access.Network, access.Treasurer)
	mei := h.as(mid, i18n.EN)
	payout(mei, n, "INV-1", "600", "200")
	for _, x := range []struct {
		name         string
		at           int64
		role         access.Role
		sees, misses string
	}{
		{"App", access.Network, access.Approver, "Payouts to approve", "Approved payouts to pay"},
		{"Co", n.charity, access.Coordinator, "Campaigns that end within a week", "Payouts to approve"},
		{"Far", n.shop, access.Coordinator, "Nothing waits for you", "Campaigns that end"},
		{"Far2", n.shop, access.Approver, "Nothing waits for you", "Payouts to approve"},
		{"Aud", access.Network, access.Auditor, "Nothing waits for you", "Payouts to approve"},
	} {
		c := h.as(h.person(x.name, x.at, x.role), i18n.EN)
		c.Get("/desk").Contains(x.sees, "Good to see you, "+x.name, "¥1,035").Lacks(x.misses)
	}
	mei.Get("/desk").Contains("Nothing waits for you")
	h.c.Advance(24 * time.Hour)
	mei.Get("/desk").Lacks("¥1,035")
}

func TestCertificatesAndDeadJobs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.network()
	r := job.NewRunner(h.d, slog.New(slog.DiscardHandler), job.Config{})
	r.Handle("test.fails", func(context.Context, json.RawMessage) error { return errors.New("no") })
	h.write(func(ctx context.Context, tx *db.Tx) error {
		in := programme.OrganisationInput{Kind: "charity", Name: i18n.Text{ZH: "暖灯基金会", EN: "Warm Lamp Foundation"}, CreditCode: "53100000500021676K",
			Certificate: "2026-1", CertificateEndsAt: tx.Now().Add(59 * 24 * time.Hour)}
		if err := programme.UpdateOrganisation(ctx, tx, n.charity, in, h.founder); err != nil {
			return err
		}
		_, err := job.Add(ctx, tx, "test.fails", nil, job.Options{MaxAttempts: 1})
		return err
	})
	if _, err := r.RunOnce(context.Background()); err == nil {
		t.Fatal("the job did not fail")
	}
	adm := h.as(h.person("Adm", access.Network, access.Administrator), i18n.EN)
	adm.Get("/desk").Contains("Certificates that run out within 60 days", "Warm Lamp Foundation", "Background work that failed", "test.fails")
	adm.Submit("form[action$='/retry']", nil).RedirectsTo("/desk")
	adm.Get("/desk").Lacks("test.fails")
	near := h.as(h.person("Near", n.charity, access.Administrator), i18n.EN)
	near.Post("/desk/jobs/0000000000001/retry", nil).Status(403)
}

// A new network is led to its first gift; once it has a campaign, it is led no more.
func TestFirstSteps(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	co := h.as(h.person("Co", access.Network, access.Coordinator), i18n.EN)
	ver := h.as(h.person("Ver", access.Network, access.Verifier), i18n.EN)
	co.Get("/desk").Contains("First steps").Must("a[href='/desk/campaigns/new']")
	if co.Find("section a[href='/desk/people']").Length() > 0 {
		t.Error("a coordinator is sent to appoint people")
	}
	ver.Get("/desk").Contains("First steps")
	if ver.Find("section[aria-labelledby=first] a").Length() > 0 {
		t.Error("a verifier is sent to what others do")
	}
	charity := h.organisation("school", "", i18n.Text{ZH: "河畔学校", EN: "Riverside School"})
	h.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := programme.CreateProgramme(ctx, tx, charity, programme.ProgrammeInput{Theme: "meals", Name: i18n.Text{ZH: "早餐桌", EN: "Breakfast Table"}}, h.founder)
		return err
	})
	ver.Get("/desk").Contains("Programmes to verify").Must("a[href^='/desk/programmes/']")
	co.Get("/desk").Contains("done").Lacks("Programmes to verify")
	h.network()
	co.Get("/desk").Lacks("First steps")
}

// Who arranges people at a place sees for whom nobody covers there, as long as nobody does.
func TestGapsInCoverStandOnToday(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.network()
	sup, worker := h.person("Sup", n.charity, access.Supervisor), h.person("Wor", n.charity, access.Worker)
	boss := h.person("Boss", n.charity, access.Coordinator)
	near, far := h.as(boss, i18n.EN), h.as(h.person("Far", n.shop, access.Coordinator), i18n.EN)
	ctx := access.With(t.Context(), access.Actor{PersonID: boss, Roles: []access.Grant{{Role: access.Coordinator, Organisation: n.charity}}})
	var away people.Absence
	h.write(func(_ context.Context, tx *db.Tx) error {
		for _, p := range []int64{sup, worker} {
			for code, reference := range map[string]string{"identity_seen": "", people.Inquiry: "2026-0417"} {
				if err := h.people.RecordCheck(ctx, tx, p, code, reference, tx.Now()); err != nil {
					return err
				}
			}
		}
		held, err := h.people.AppointmentsOf(ctx, tx, sup, tx.Now())
		if err != nil {
			return err
		}
		away, err = h.people.PlanAbsence(ctx, tx, people.Absence{Appointment: held[0].ID, Starts: tx.Now().Add(8 * 24 * time.Hour), Ends: tx.Now().Add(12 * 24 * time.Hour)})
		return err
	})
	near.Get("/desk").Lacks("nobody covers")
	h.c.Advance(24 * time.Hour)
	near.Get("/desk").Contains("Supervisors for whom nobody covers", "Sup").Must("a[href='/desk/people/cover']")
	far.Get("/desk").Lacks("nobody covers")
	h.write(func(_ context.Context, tx *db.Tx) error { return h.people.SetCover(ctx, tx, away.ID, worker) })
	near.Get("/desk").Lacks("nobody covers")
}
