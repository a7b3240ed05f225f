package child_test

import (
	"context"
	"strings"
	"testing"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/child/idnumber"
	"manyhands/internal/clock"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/i18n"
)

func TestAWorkerEnrolsFromPaper(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c)
		r := h.enrol(worker, enrolment())
		want(t, "state", r.State, child.Enrolling)
		want(t, "a code", child.ParseCode(r.Code), r.Code)
		accept := func(ctx context.Context, tx *db.Tx) error { return h.s.Accept(ctx, tx, r.ID) }
		want(t, "before anybody agreed", h.try(worker, accept), "consent.missing")
		g := h.guardians(worker, r.ID)[0]
		want(t, "phone", g.Who.Phone, "13800000000")
		want(t, "a no", h.agree(worker, r.ID, g.ID, consent.For(consent.Enrol), false), "")
		want(t, "after a no", h.try(worker, accept), "consent.refused")
		want(t, "a yes", h.agree(worker, r.ID, g.ID, consent.For(consent.Enrol), true), "")
		want(t, "a colleague", h.try(colleague, accept), "child.no_record")
		want(t, "a guest", h.try(0, accept), "access.sign_in")
		h.must(worker, accept)
		want(t, "twice", h.try(worker, accept), "child.not_enrolling")
		o := h.open(worker, r.ID, access.Casework, access.Name, access.Identity, access.Alerts, access.HealthNotes)
		want(t, "name", o.Name.Name, "测试甲")
		want(t, "birth", o.Identity.Birth, "2016-03-09")
		want(t, "allergy", o.Alerts.Allergy, "花生")
		want(t, "health needs a consent of its own", key(o.Closed[access.HealthNotes]), "access.policy.consent_medical")
	})
}

func TestAGuardianEnrols(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	in := enrolment()
	in.Guardians[0].Proof = "court" // what only a worker can say
	in.Guardians = append(in.Guardians, child.NewGuardian{Person: father, Authority: true, Who: in.Guardians[0].Who})
	r := h.enrol(mother, in)
	o := h.open(mother, r.ID, access.Guardian, access.Name, access.Guardians)
	want(t, "nothing is proven", o.Guardians[0].Proven(), false)
	want(t, "their own account", o.Guardians[0].Person, mother)
	want(t, "not another's", o.Guardians[1].Person, 0)
	want(t, "no worker yet", h.openKey(worker, r.ID, access.Casework), "child.no_record")
	want(t, "a stranger", h.openKey(father, r.ID, access.Guardian), "child.no_record")

	form := func(ctx context.Context, tx *db.Tx, guardian int64) error {
		f, err := h.consents.Form(ctx, tx, r.ID, consent.For(consent.Enrol), i18n.ZH, tx.Now())
		if err != nil {
			return err
		}
		_, err = h.s.Answer(ctx, tx, consent.Said{Record: r.ID, Guardian: guardian, Matter: f.Matter, Given: true, Route: consent.Website,
			Lang: i18n.ZH, Hash: f.Hash()})
		return err
	}
	want(t, "in another's name", h.try(mother, func(ctx context.Context, tx *db.Tx) error { return form(ctx, tx, o.Guardians[1].ID) }), "child.no_guardianship")
	h.must(mother, func(ctx context.Context, tx *db.Tx) error { return form(ctx, tx, o.Guardians[0].ID) })

	h.must(boss, func(ctx context.Context, tx *db.Tx) error {
		_, err := h.s.Assign(ctx, tx, r.ID, worker, c0)
		return err
	})
	accept := func(ctx context.Context, tx *db.Tx) error { return h.s.Accept(ctx, tx, r.ID) }
	want(t, "before anybody has seen a paper", h.try(worker, accept), "child.no_proof")
	h.must(worker, func(ctx context.Context, tx *db.Tx) error {
		return h.s.Prove(ctx, tx, r.ID, o.Guardians[0].ID, "household_register")
	})
	want(t, "the first who is proven counts alone", h.agree(worker, r.ID, o.Guardians[1].ID, consent.For(consent.Enrol), false), "consent.no_authority")
	h.must(worker, accept)
	// From now on only who is proven counts: the second guardian was only named.
	want(t, "the mother still sees it", h.openKey(mother, r.ID, access.Guardian), "")
	h.must(worker, func(ctx context.Context, tx *db.Tx) error {
		list, err := h.s.Consents(ctx, tx, r.ID, access.Casework)
		want(t, "whose word counts", len(list[0].Each), 1)
		return err
	})
}

// TestAnAccountAloneProvesNothing names an account as a guardian's before anybody has seen a paper.
func TestAnAccountAloneProvesNothing(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	in := enrolment()
	in.Guardians[0].Person, in.Guardians[0].Proof = mother, child.NotProven
	r := h.enrol(worker, in)
	want(t, "before", h.openKey(mother, r.ID, access.Guardian), "child.no_record")
	g := h.guardians(worker, r.ID)[0].ID
	h.must(worker, func(ctx context.Context, tx *db.Tx) error { return h.s.Prove(ctx, tx, r.ID, g, "birth_certificate") })
	want(t, "after", h.openKey(mother, r.ID, access.Guardian), "")
}

func TestNobodyProvesTheirOwnGuardianship(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	in := enrolment()
	in.Guardians[0].Person = worker
	r := h.enrol(worker, in)
	g := h.guardians(worker, r.ID)[0]
	want(t, "not by enrolling", g.Proven(), false)
	prove := func(ctx context.Context, tx *db.Tx) error { return h.s.Prove(ctx, tx, r.ID, g.ID, "court") }
	want(t, "not later", h.try(worker, prove), "child.prove_own")
	want(t, "nor on paper", h.agree(worker, r.ID, g.ID, consent.For(consent.Enrol), true), "child.answer_own")
	want(t, "a supervisor does", h.try(boss, prove), "")
}

func TestWhatAnEnrolmentMustHold(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	for wanted, change := range map[string]func(*child.Enrolment){
		"name form.required":      func(in *child.Enrolment) { in.Name.Name = "  " },
		"name child.name_letters": func(in *child.Enrolment) { in.Name.Name = "<b>甲</b>" },
		"name form.too_long":      func(in *child.Enrolment) { in.Name.Name = strings.Repeat("甲", 61) },
		"birth form.date":         func(in *child.Enrolment) { in.Identity.Birth = "2017-02-29" },
		"birth child.birth_far":   func(in *child.Enrolment) { in.Identity.Birth = "2027-01-01" },
		"sex form.choice":         func(in *child.Enrolment) { in.Identity.Sex = "x" },
		"number idnumber.check": func(in *child.Enrolment) {
			in.Number = child.Number{Kind: child.ResidentID, Number: "110105201603090021"}
		},
		"number idnumber.date":           func(in *child.Enrolment) { in.Number = number("110105201602310") },
		"number child.number_birth":      func(in *child.Enrolment) { in.Number = number("11010520160310002") },
		"number child.number_sex":        func(in *child.Enrolment) { in.Number = number("11010520160309001") },
		"number form.required":           func(in *child.Enrolment) { in.Number.Kind = child.Passport },
		"number_kind form.choice":        func(in *child.Enrolment) { in.Number.Kind = "library card" },
		"allergy form.required":          func(in *child.Enrolment) { in.Alerts.Allergy = "" },
		"allergies child.allergy_listed": func(in *child.Enrolment) { in.Alerts.Allergies = child.None },
		"guardians child.no_guardian":    func(in *child.Enrolment) { in.Guardians[0].Who.Phone = "" },
		"guardian_name form.required":    func(in *child.Enrolment) { in.Guardians[0].Who.Name = "" },
		"phone child.phone":              func(in *child.Enrolment) { in.Guardians[0].Who.Phone = "一三八" },
		"relation form.choice":           func(in *child.Enrolment) { in.Guardians[0].Who.Relation = "boss" },
		"proof form.choice":              func(in *child.Enrolment) { in.Guardians[0].Proof = "a feeling" },
		"person child.no_person":         func(in *child.Enrolment) { in.Guardians[0].Person = 12345 },
	} {
		in := enrolment()
		change(&in)
		want(t, wanted, h.try(worker, func(ctx context.Context, tx *db.Tx) error { _, err := h.s.Enrol(ctx, tx, in); return err }), wanted)
	}
	none := enrolment()
	none.Guardians = nil
	want(t, "nobody", h.try(worker, func(ctx context.Context, tx *db.Tx) error { _, err := h.s.Enrol(ctx, tx, none); return err }), "guardians child.no_guardian")
	nowhere := enrolment()
	nowhere.Organisation = 999
	want(t, "nowhere", h.try(mother, func(ctx context.Context, tx *db.Tx) error { _, err := h.s.Enrol(ctx, tx, nowhere); return err }), "programme.no_organisation")
	want(t, "a guest", h.try(0, func(ctx context.Context, tx *db.Tx) error { _, err := h.s.Enrol(ctx, tx, enrolment()); return err }), "access.sign_in")
	h.must(boss, func(ctx context.Context, tx *db.Tx) error {
		list, _, err := h.s.Records(ctx, tx, access.Casework, child.List{Organisation: centre, State: child.Enrolling, Limit: 100})
		want(t, "nothing was kept", len(list), 0)
		return err
	})
}

// number is a resident identity number with its check character.
func number(digits string) child.Number {
	for len(digits) < 17 {
		digits += "0"
	}
	return child.Number{Kind: child.ResidentID, Number: digits + string(idnumber.Check(digits))}
}

func TestTheSameChildTwice(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c)
		in := enrolment()
		in.Number = number("11010520160309002")
		h.enrol(worker, in)
		enrol := func(in child.Enrolment) func(context.Context, *db.Tx) error {
			return func(ctx context.Context, tx *db.Tx) error { _, err := h.s.Enrol(ctx, tx, in); return err }
		}
		want(t, "the same number", h.try(colleague, enrol(in)), "child.number_here")
		wide := in
		wide.Number.Number = "１１０１０５２０１６０３０９００２" + in.Number.Number[17:]
		want(t, "in wide digits", h.try(colleague, enrol(wide)), "child.number_here")
		twin := enrolment()
		twin.Name.Name = " 测试 甲"
		want(t, "the same name and birthday", h.try(colleague, enrol(twin)), "child.name_here")
		twin.Sure = true
		want(t, "another child", h.try(colleague, enrol(twin)), "")
		// A guardian is not told who else is here, nor another organisation.
		want(t, "a guardian", h.try(father, enrol(in)), "")
		in.Organisation = clinic
		want(t, "another organisation", h.try(clinicWorker, enrol(in)), "")
	})
}

func TestAGuardianCannotFloodAnOrganisation(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	first := h.enrol(mother, enrolment())
	want(t, "the same form again", h.enrol(mother, enrolment()).ID, first.ID)
	for i := range 9 {
		in := enrolment()
		in.Name.Name += strings.Repeat("甲", i+1)
		h.enrol(mother, in)
	}
	want(t, "the eleventh", h.try(mother, func(ctx context.Context, tx *db.Tx) error {
		_, err := h.s.Enrol(ctx, tx, enrolment())
		return err
	}), "child.enrolments_many")
}
