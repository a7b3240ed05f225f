package peopleweb_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/people"
	"manyhands/internal/people/peopleweb"
	"manyhands/internal/people/reach"
	"manyhands/internal/vault"
	"manyhands/internal/web/webtest"
)

const fieldID = 2 << 40 // an organisation that nobody named

// at appoints somebody at an organisation.
func (h *house) at(email string, role access.Role, organisation int64) people.Person {
	h.t.Helper()
	var p people.Person
	h.write(func(ctx context.Context, tx *db.Tx) (err error) {
		if p, err = h.people.EnsurePerson(ctx, tx, email, ""); err != nil {
			return err
		}
		_, err = h.people.Appoint(ctx, tx, people.Appointment{PersonID: p.ID, Role: role, Organisation: organisation})
		return err
	})
	return p
}

// comes returns somebody of the staff who has signed in.
func (h *house) comes(email string) *webtest.Client {
	h.t.Helper()
	c := webtest.New(h.t, h.handler)
	h.signIn(c, email, "/desk")
	return c
}

func personPath(p people.Person) string { return "/desk/people/" + clock.FormatID(p.ID) }

func check(code, outcome, on, reference string) url.Values {
	return url.Values{"code": {code}, "outcome": {outcome}, "on": {on}, "reference": {reference}}
}

// A worker's role rests; the coordinator notes the checks; the role counts; what runs out is told.
func TestCoordinatorNotesChecks(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	w := h.at("worker@example.org", access.Worker, schoolID)
	h.at("boss@example.org", access.Coordinator, schoolID)
	worker, boss := h.visitor("worker@example.org"), h.comes("boss@example.org")
	worker.Get("/me/duties").Status(200).Contains("Worker with children", "resting: no valid check", "for want of: Background inquiry, Identity seen")
	worker.Get("/desk/people").Status(403)
	boss.Get("/desk/people").Contains("worker@example.org", "resting: no valid check", "not noted yet")
	boss.Get("/desk/people/checks").Contains("Resting now", "Background inquiry")
	day := h.c.Now().Format(time.DateOnly)
	boss.Get(personPath(w)).Submit("form#check-form", check("identity_seen", "clear", day, "")).RedirectsTo(personPath(w))
	boss.Get(personPath(w)).Submit("form#check-form", check(people.Inquiry, "clear", day, "")).Status(422).Must("#f-reference-bad")
	boss.Submit("form#check-form", check(people.Inquiry, "clear", day, "2026-7")).RedirectsTo(personPath(w))
	boss.Follow().Contains("364 days left", "2026-7", "may no longer work as Worker with children at Riverside School").Lacks("resting")
	worker.Get("/me/duties").Status(200).Lacks("resting")
	worker.Submit("form[action='/me/duties/conduct']", nil).RedirectsTo("/me/duties")
	worker.Follow().Contains("accepted").Lacks("I have read it")
	h.c.Advance(300 * 24 * time.Hour)
	boss = h.comes("boss@example.org")
	boss.Get("/desk/people/checks").Contains("Within 90 days", "64 days left").Lacks("Resting now")
	boss.Lang(i18n.ZH).Get("/desk/people/checks").Contains("90 天内到期", "还有 64 天", "入职查询")
	h.c.Advance(66 * 24 * time.Hour)
	boss = h.comes("boss@example.org")
	boss.Get("/desk/people/checks").Contains("Resting now", "ran out on")
}

// Something was found: it is said on the page, the roles are gone, and only a second person takes it back.
func TestFoundOnThePages(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	w := h.at("worker@example.org", access.Worker, schoolID)
	h.at("boss@example.org", access.Coordinator, schoolID)
	boss, worker := h.comes("boss@example.org"), h.visitor("worker@example.org")
	admin := h.staff("admin@example.org", access.Administrator)
	day := h.c.Now().Format(time.DateOnly)
	boss.Get(personPath(w)).Submit("form#check-form", check("identity_seen", "found", day, "1")).Status(422).Must("#f-outcome-bad")
	found := check(people.Inquiry, "found", day, "S-1")
	boss.Submit("form#check-form", found).Status(422).Must("#f-sure-bad")
	worker.Get("/me/duties").Lacks("Your roles with children have ended")
	found.Set("sure", "1")
	boss.Submit("form#check-form", found).Status(303)
	boss.Post(personPath(w)+"/checks", found).Status(404) // the same form once more: they hold nothing here now
	boss.Get(personPath(w)).Status(200).Contains("An inquiry found something", "S-1").Lacks("Take this back")
	h.at("far@example.org", access.Coordinator, fieldID)
	h.comes("far@example.org").Get(personPath(w)).Status(404)
	worker.Get("/me/duties").Contains("Your roles with children have ended").Lacks("S-1")
	admin.Get(personPath(w)).Contains("An inquiry found something", "S-1").Submit("form[action$='/bar/lift']", nil).Status(303)
	admin.Follow().Lacks("An inquiry found something")
}

// Ids of people, absences and appointments of another organisation open nothing.
func TestForeignIdsOpenNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	w := h.at("worker@example.org", access.Worker, fieldID)
	sup := h.at("sup@example.org", access.Supervisor, fieldID)
	h.at("boss@example.org", access.Coordinator, schoolID)
	boss := h.comes("boss@example.org")
	var post, away string
	h.write(func(ctx context.Context, tx *db.Tx) error {
		all, err := h.people.AppointmentsOf(ctx, tx, sup.ID, tx.Now())
		if err != nil {
			return err
		}
		ctx = access.With(ctx, access.Actor{PersonID: 1, Roles: []access.Grant{{Role: access.Administrator}}})
		a, err := h.people.PlanAbsence(ctx, tx, people.Absence{Appointment: all[0].ID, Ends: tx.Now().Add(24 * time.Hour)})
		post, away = clock.FormatID(all[0].ID), clock.FormatID(a.ID)
		return err
	})
	boss.Get("/desk/people").Lacks("worker@example.org", "sup@example.org")
	boss.Get("/desk/people/cover").Lacks("nobody covers")
	boss.Get(personPath(w)).Status(404)
	day := h.c.Now().Format(time.DateOnly)
	boss.Post(personPath(w)+"/checks", check(people.Inquiry, "clear", day, "1")).Status(404)
	found := check(people.Inquiry, "found", day, "1")
	found.Set("sure", "1")
	boss.Post(personPath(w)+"/checks", found).Status(404)
	boss.Post(personPath(w)+"/bar/lift", nil).Status(403)
	boss.Post("/desk/people/appointments/"+post+"/end", nil).Status(404)
	boss.Post("/desk/people/cover", url.Values{"appointment": {post}, "starts": {day}, "ends": {day}}).Status(404)
	boss.Post("/desk/people/cover/"+away+"/name", one("cover", clock.FormatID(w.ID))).Status(404)
	boss.Post("/desk/people/cover/"+away+"/end", nil).Status(404)
	boss.Get("/desk/people/duplicates").Status(403)
	boss.Post("/desk/people/merge", url.Values{"kept": {clock.FormatID(w.ID)}, "gone": {clock.FormatID(sup.ID)}}).Status(403)
	for _, path := range []string{"/desk/people/nonsense", "/desk/people/0000000000001"} {
		boss.Get(path).Status(404)
	}
	boss.Post("/desk/people", url.Values{"email": {"x@example.org"}, "role": {"worker"}, "organisation": {clock.FormatID(fieldID)}}).Status(422).Must("#f-organisation-bad")
	boss.Post("/desk/people", url.Values{"email": {"x@example.org"}, "role": {"treasurer"}, "organisation": {clock.FormatID(schoolID)}}).Status(422).Must("#f-role-bad")
}

// A supervisor notes an absence, sees the gap in red, names who covers; twice the same form is one absence.
func TestSupervisorNamesACover(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	sup, w := h.at("sup@example.org", access.Supervisor, schoolID), h.at("worker@example.org", access.Worker, schoolID)
	h.at("boss@example.org", access.Coordinator, schoolID)
	boss := h.comes("boss@example.org")
	day := func(n int) string { return h.c.Now().AddDate(0, 0, n).Format(time.DateOnly) }
	for _, p := range []people.Person{sup, w} {
		boss.Post(personPath(p)+"/checks", check("identity_seen", "clear", day(0), "")).Status(303)
		boss.Post(personPath(p)+"/checks", check(people.Inquiry, "clear", day(0), "1")).Status(303)
	}
	c := h.comes("sup@example.org")
	form := url.Values{"starts": {day(0)}, "ends": {day(3)}}
	c.Get("/me/duties").Submit("form#absence-form", form).RedirectsTo("/me/duties")
	c.Follow().Contains("nobody covers from")
	c.Submit("form#absence-form", form).Status(422).Must("#f-starts-bad")
	boss.Get("/desk/people/cover").Contains("sup", "nobody covers from")
	name := c.Get("/me/duties").Must("form[action*='/name']")
	c.Post(name.AttrOr("action", ""), one("cover", clock.FormatID(w.ID))).RedirectsTo("/me/duties")
	c.Follow().Contains("worker covers.", "covered").Lacks("nobody covers from")
	worker := h.comes("worker@example.org")
	worker.Get("/me/duties").Contains("Supervisor", "covering", "Covers for sup")
	boss.Get("/desk/people").Contains("covering")
	end := boss.Get("/desk/people/cover").Must("form[action*='/end']").AttrOr("action", "")
	boss.Post(end, nil).RedirectsTo("/desk/people/cover")
	boss.Post(end, nil).Status(410)
	worker.Get("/me/duties").Lacks("covering")
}

// How to reach somebody is read by those who see the staff there, by nobody else, and never in clear in
// the database.
func TestContactPoints(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	w := h.at("worker@example.org", access.Worker, schoolID)
	h.at("boss@example.org", access.Coordinator, schoolID)
	c := h.visitor("worker@example.org")
	bad := url.Values{"kind": {"phone"}, "value": {"12345"}}
	c.Get("/me/duties").Submit("form#reach-form", bad).Status(422).Must("#f-value-bad")
	good := url.Values{"kind": {"phone"}, "value": {"１３８ ００１３ ８０００"}, "safe_from": {"18:30"}, "safe_until": {"21:00"}, "no_name": {"1"}}
	c.Submit("form#reach-form", good).RedirectsTo("/me/duties")
	c.Follow().Contains("+8613800138000", "Between 18:30 and 21:00", "Never leave a name")
	c.Submit("form#reach-form", good).Status(422).Must("#f-value-bad")
	c.Get("/me/duties").Submit("form#hours-form", url.Values{"weekday": {"2"}, "from": {"18:00"}, "until": {"20:30"}}).RedirectsTo("/me/duties")
	c.Follow().Contains("Tuesday", "18:00–20:30")
	c.Submit("form#hours-form", url.Values{"weekday": {"2"}, "from": {"20:00"}, "until": {"18:30"}}).Status(422).Must("#f-until-bad")
	h.comes("boss@example.org").Get(personPath(w)).Status(200).Contains("+8613800138000", "Tuesday")
	h.staff("treasurer@example.org", access.Treasurer).Get(personPath(w)).Status(403)
	other := h.visitor("other@example.org")
	remove := c.Get("/me/duties").Must("form[action*='/reach/']").AttrOr("action", "")
	other.Post(remove, nil).Status(404)
	c.Post(remove, nil).RedirectsTo("/me/duties")
	c.Post(remove, nil).Status(404)
	c.Get("/me/duties").Lacks("+8613800138000")
}

// Two records of one person are found, compared, merged and parted again.
func TestMergeOnThePages(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	a, b := h.at("li+work@example.org", access.Worker, schoolID), h.at("li@example.org", access.Treasurer, schoolID)
	admin := h.staff("admin@example.org", access.Administrator)
	admin.Get("/desk/people/duplicates").Contains("two spellings of one mailbox")
	admin.Click("a[href^='/desk/people/merge?']").Status(200).Contains("li+work@example.org", "Worker with children", "Treasurer")
	form := url.Values{"kept": {clock.FormatID(b.ID)}, "gone": {clock.FormatID(a.ID)}}
	admin.Post("/desk/people/merge", form).RedirectsTo("/desk/people/duplicates")
	admin.Post("/desk/people/merge", form).Status(409)
	admin.Get("/desk/people/duplicates").Contains("into li <li@example.org>").Lacks("two spellings")
	kept := h.comes("li+work@example.org")
	kept.Get("/me/duties").Contains("Treasurer", "Worker with children")
	admin.Submit("form[action$='/undo']", nil).RedirectsTo("/desk/people/duplicates")
	admin.Follow().Contains("two spellings of one mailbox")
	kept.Get("/me/duties").Contains("Treasurer").Lacks("Worker with children")
	apart := h.visitor("li+work@example.org")
	apart.Get("/me/duties").Contains("Worker with children").Lacks("Treasurer")
}

// What people type stands on pages as they typed it, never as markup.
func TestTypedTextIsNoMarkup(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plainBase)
	w := h.at("worker@example.org", access.Worker, schoolID)
	admin := h.staff("admin@example.org", access.Administrator)
	const evil = `<script>alert(1)</script>`
	admin.Post(personPath(w)+"/checks", check(people.Inquiry, "clear", h.c.Now().Format(time.DateOnly), evil)).Status(303)
	h.write(func(ctx context.Context, tx *db.Tx) error { return h.people.SetProfile(ctx, tx, w.ID, evil, i18n.EN) })
	for _, path := range []string{"/desk/people", personPath(w), "/desk/people/checks", "/desk/people/duplicates"} {
		if admin.Get(path).Status(200); strings.Contains(admin.Body, evil) {
			t.Errorf("%s: markup", path)
		}
	}
}

// With the master key lost, contact points say so, and everything else on the pages works.
func TestLockedVaultClosesOnlyContactPoints(t *testing.T) {
	t.Parallel()
	var open *reach.Service
	h := newHouse(t, plainBase, func(c *peopleweb.Config) { open, c.Reach = c.Reach, reach.New(c.People, vault.Shut(c.DB)) })
	h.write(func(ctx context.Context, tx *db.Tx) error {
		p, err := h.people.EnsurePerson(ctx, tx, "worker@example.org", "")
		if err != nil {
			return err
		}
		own := access.With(ctx, access.Actor{PersonID: p.ID})
		_, err = open.Add(own, tx, reach.Point{Person: p.ID, Kind: reach.WeChat, Value: "abcdef", SafeUntil: reach.Day})
		return err
	})
	w := h.at("worker@example.org", access.Worker, schoolID)
	c, admin := h.visitor("worker@example.org"), h.staff("admin@example.org", access.Administrator)
	ctx := i18n.With(t.Context(), i18ntest.Bundle(t, vault.Texts), i18n.EN, nil)
	locked := i18n.Fault(ctx, vault.ErrLocked)
	c.Get("/me/duties").Status(200).Contains("Worker with children", locked).Lacks("abcdef")
	admin.Get(personPath(w)).Status(200).Contains("Worker with children", locked).Lacks("abcdef")
	admin.Get("/desk/people/duplicates").Status(200).Contains(locked)
	c.Post("/me/duties/reach", url.Values{"kind": {"phone"}, "value": {"13800138000"}}).Status(503)
}
