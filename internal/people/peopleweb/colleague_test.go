package peopleweb_test

import (
	"context"
	"strings"
	"testing"

	"manyhands/internal/access"
	"manyhands/internal/audit"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/people"
	"manyhands/internal/people/signin"
	"manyhands/internal/web/webtest"
)

// TestAnAdministratorSignsAColleagueOut: at once and everywhere, told and noted; not oneself, not by who
// appoints at another place, not from a desk that was left open.
func TestAnAdministratorSignsAColleagueOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	admin := h.staff("admin@example.org", access.Administrator)
	lost := h.staff("worker@example.org", access.Coordinator)
	id := h.id("worker@example.org")
	page := "/desk/people/" + clock.FormatID(id)
	end := "form[action='" + page + "/sign-out']"
	lost.Get("/me").Status(200)
	lost.Post(page+"/sign-out", nil).Status(403)

	h.c.Advance(signin.RecentFor)
	admin.Get(page).Submit(end, nil).RedirectsTo("/me/prove?to=" + "%2Fdesk%2Fpeople%2F" + clock.FormatID(id))
	lost.Get("/me").Status(200)

	admin = webtest.New(t, h.handler)
	h.signIn(admin, "admin@example.org", "/desk")
	admin.Get(page).Status(200).Contains("Devices signed in now: 1").Submit(end, nil).Status(303).Follow().Status(200).Contains("Devices signed in now: 0").Lacks(page + "/sign-out")
	lost.Get("/me").Status(303)
	admin.Post(page+"/sign-out", nil).Status(303) // pressed twice
	own := "/desk/people/" + clock.FormatID(h.id("admin@example.org"))
	admin.Get(own).Status(200).Lacks(own + "/sign-out")
	admin.Post(own+"/sign-out", nil).Status(403)
	admin.Post("/desk/people/"+clock.FormatID(999)+"/sign-out", nil).Status(404)
	if _, err := h.runner.RunOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	told := 0
	for _, m := range h.box.Mails() {
		if m.To == "worker@example.org" && strings.Contains(m.Text, "所有设备上退出了登录") {
			told++
		}
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
	h.noted(t, "person.sessions_ended", 1)

	h.write(func(ctx context.Context, tx *db.Tx) error { // who appoints at one place has no say over the network's staff
		p, err := h.people.EnsurePerson(ctx, tx, "school@example.org", "")
		if err != nil {
			return err
		}
		_, err = h.people.Appoint(ctx, tx, people.Appointment{PersonID: p.ID, Role: access.Administrator, Organisation: schoolID})
		return err
	})
	elsewhere := webtest.New(t, h.handler)
	h.signIn(elsewhere, "school@example.org", "/desk")
	elsewhere.Post(page+"/sign-out", nil).Status(404)
}

// noted counts what stands in the trail.
func (h *house) noted(t *testing.T, kind string, want int) {
	t.Helper()
	got := 0
	err := h.d.Read(t.Context(), func(r *db.Reader) error {
		rows, err := audit.Search(t.Context(), r, audit.Filter{})
		for _, x := range rows {
			if x.Kind == kind {
				got++
			}
		}
		return err
	})
	if err != nil || got != want {
		t.Errorf("%s stands %d times in the trail, %v; want %d", kind, got, err, want)
	}
}
