package child_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/audit"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
)

// TestWhoOpensWhat is the table of persons and purposes, at the one function that gives fields out.
func TestWhoOpensWhat(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r, g := h.active()
	h.must(boss, func(ctx context.Context, tx *db.Tx) error { return h.s.LinkGuardian(ctx, tx, r.ID, g, mother) })
	h.glass[r.ID] = []int64{colleague}
	all := access.Groups()
	for _, x := range []struct {
		who     int64
		purpose access.Purpose
		groups  string // "" for a record that is not found
	}{
		{worker, access.Care, "name guardians collection alerts notes"},
		{worker, access.Meals, "name alerts"},
		{worker, access.Safeguarding, ""},
		{worker, access.Guardian, ""},
		{boss, access.Meals, "name alerts"},
		{colleague, access.Care, ""},
		{colleague, access.Safeguarding, "name identity number contact guardians collection alerts health education situation plan notes attachments"},
		{mother, access.Guardian, "name identity number contact guardians collection alerts health education plan"},
		{mother, access.Care, ""},
		{father, access.Guardian, ""},
		{lead, access.Safeguarding, "name identity number contact guardians collection alerts health education situation plan notes attachments"},
		{lead, access.Care, ""},
		{stranger, access.Care, ""},
		{clinicBoss, access.Casework, ""},
	} {
		o, err := h.s.Open(h.as(x.who), r.ID, x.purpose, all...)
		if x.groups == "" {
			want(t, "hidden", key(err), "child.no_record")
			continue
		}
		var got []string
		for _, g := range all {
			if o.Closed[g] == nil {
				got = append(got, string(g))
			}
		}
		want(t, string(x.purpose), strings.Join(got, " "), x.groups)
		for g, why := range o.Closed {
			if key(why) == "" || slices.Contains(got, string(g)) {
				t.Errorf("%s is closed without a reason", g)
			}
		}
	}
	_, err := h.s.Open(t.Context(), r.ID, access.Care, access.Name)
	want(t, "a guest", key(err), "access.sign_in")
	_, err = h.s.Open(h.as(worker), r.ID+1, access.Care, access.Name)
	want(t, "a number that is none", key(err), "child.no_record")
}

func TestNoLookWithoutATrace(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c)
		r, _ := h.active()
		before := h.looks(r.ID)
		h.open(worker, r.ID, access.Meals, access.Name, access.Contact)
		after := h.looks(r.ID)
		if len(after) != len(before)+1 {
			t.Fatalf("%d rows, then %d", len(before), len(after))
		}
		row := after[0]
		want(t, "kind", row.Kind, "record.read")
		want(t, "who", row.Person, worker)
		want(t, "what for", row.Purpose, "meals")
		want(t, "what", string(row.Data), `{"groups":["name"],"closed":["contact"],"by":["assigned_worker"]}`)
		h.openKey(stranger, r.ID, access.Care)
		want(t, "who sees nothing leaves nothing", len(h.looks(r.ID)), len(after))
	})
}

func (h *house) looks(record int64) (rows []audit.Row) {
	h.t.Helper()
	err := h.d.Read(h.t.Context(), func(r *db.Reader) (err error) {
		rows, err = audit.Of(h.t.Context(), r, record, 0, 200)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return rows
}

// TestWhoLookedIsForGuardians reads the trail as the guardian.
func TestWhoLookedIsForGuardians(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r, g := h.active()
	h.must(boss, func(ctx context.Context, tx *db.Tx) error { return h.s.LinkGuardian(ctx, tx, r.ID, g, mother) })
	looked := func(who int64, p access.Purpose) string {
		return h.try(who, func(ctx context.Context, tx *db.Tx) error {
			rows, err := h.s.Looked(ctx, tx, r.ID, p, 0, 50)
			if err == nil && len(rows) < 4 {
				t.Errorf("%d rows", len(rows))
			}
			return err
		})
	}
	want(t, "the guardian", looked(mother, access.Guardian), "")
	want(t, "a supervisor", looked(boss, access.Casework), "")
	want(t, "a worker", looked(worker, access.Casework), "access.denied")
	want(t, "a stranger", looked(father, access.Guardian), "child.no_record")
}

// TestARightEndsWithTheNextRequest takes each right away and asks again at once.
func TestARightEndsWithTheNextRequest(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r, g := h.active()
	h.must(boss, func(ctx context.Context, tx *db.Tx) error { return h.s.LinkGuardian(ctx, tx, r.ID, g, mother) })
	want(t, "with consent", h.openKey(worker, r.ID, access.Care), "")
	h.must(mother, func(ctx context.Context, tx *db.Tx) error {
		return h.s.Withdraw(ctx, tx, consent.Taken{Record: r.ID, Guardian: g, Matter: consent.For(consent.Enrol), Route: consent.Website})
	})
	o := h.open(worker, r.ID, access.Care, access.Name)
	want(t, "taken back", key(o.Closed[access.Name]), "access.policy.consent_enrol")
	want(t, "the guardian sees on", h.open(mother, r.ID, access.Guardian, access.Name).Name.Name, "测试甲")
	want(t, "given anew", h.agree(worker, r.ID, g, consent.For(consent.Enrol), true), "")

	var list []child.Assignment
	h.must(boss, func(ctx context.Context, tx *db.Tx) (err error) {
		list, err = h.s.Assignments(ctx, tx, r.ID)
		return err
	})
	h.must(boss, func(ctx context.Context, tx *db.Tx) error { return h.s.Unassign(ctx, tx, list[0].ID) })
	want(t, "no longer assigned", h.openKey(worker, r.ID, access.Care), "child.no_record")
	h.must(boss, func(ctx context.Context, tx *db.Tx) error {
		_, err := h.s.Assign(ctx, tx, r.ID, worker, h.c.Now().Add(time.Hour))
		return err
	})
	want(t, "for an hour", h.openKey(worker, r.ID, access.Care), "")
	h.c.Advance(time.Hour)
	want(t, "and no longer", h.openKey(worker, r.ID, access.Care), "child.no_record")

	h.must(boss, func(ctx context.Context, tx *db.Tx) error {
		_, err := h.s.AddGuardian(ctx, tx, r.ID, access.Casework, other())
		return err
	})
	h.must(boss, func(ctx context.Context, tx *db.Tx) error { return h.s.EndGuardian(ctx, tx, r.ID, g) })
	want(t, "guardianship ended", h.openKey(mother, r.ID, access.Guardian), "child.no_record")
}

func other() child.NewGuardian {
	return child.NewGuardian{Who: child.Relative{Name: "测试家长二", Phone: "13800000001", Relation: "father"}, Authority: true, Proof: "court"}
}

func TestTheLastGuardianStays(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r, g := h.active()
	for what, step := range map[string]func(context.Context, *db.Tx) error{
		"end":       func(ctx context.Context, tx *db.Tx) error { return h.s.EndGuardian(ctx, tx, r.ID, g) },
		"authority": func(ctx context.Context, tx *db.Tx) error { return h.s.SetAuthority(ctx, tx, r.ID, g, false) },
		"phone": func(ctx context.Context, tx *db.Tx) error {
			return h.s.ChangeGuardian(ctx, tx, r.ID, access.Casework, g, child.Relative{Name: "测试家长", Relation: "mother"})
		},
	} {
		want(t, what, h.try(boss, step), "child.last_guardian")
	}
	want(t, "of another record", h.try(boss, func(ctx context.Context, tx *db.Tx) error { return h.s.EndGuardian(ctx, tx, r.ID, g+1) }), "child.no_guardianship")
}

func TestNotesFade(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c)
		r, g := h.active()
		var note int64
		h.must(worker, func(ctx context.Context, tx *db.Tx) (err error) {
			note, err = h.s.AddNote(ctx, tx, r.ID, access.Casework, "talk", "  今天很高兴。<script>\r\n")
			return err
		})
		amend := func(who int64, text string) string {
			return h.try(who, func(ctx context.Context, tx *db.Tx) error {
				return h.s.AmendNote(ctx, tx, r.ID, note, access.Casework, "talk", text)
			})
		}
		o := h.open(worker, r.ID, access.Casework, access.Notes)
		want(t, "as written", o.Notes[0].Text, "今天很高兴。<script>")
		want(t, "own note", o.Notes[0].Mine, true)
		want(t, "nothing", amend(worker, " "), "text form.required")
		want(t, "another's", amend(boss, "改"), "access.policy.note_stands")
		c.Advance(24 * time.Hour)
		want(t, "within a day", amend(worker, "今天比较高兴。"), "")
		c.Advance(time.Second)
		want(t, "a day later", amend(worker, "改"), "access.policy.note_stands")
		want(t, "not a note of this record", h.try(worker, func(ctx context.Context, tx *db.Tx) error {
			return h.s.AmendNote(ctx, tx, r.ID+1, note, access.Casework, "talk", "改")
		}), "child.no_note")
		c.Advance(27 * 24 * time.Hour)
		o = h.open(worker, r.ID, access.Casework, access.Notes)
		want(t, "after 28 days", len(o.Notes), 0)
		want(t, "and says so", o.NotesHidden, 1)
		o = h.open(boss, r.ID, access.Casework, access.Notes)
		want(t, "a supervisor", o.Notes[0].Text, "今天比较高兴。")
		_ = g
	})
}

func TestTwoPeopleChangeTheSameGroup(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c)
		r, _ := h.active()
		change := func(who, version int64, x child.Content) string {
			return h.try(who, func(ctx context.Context, tx *db.Tx) error {
				return h.s.Change(ctx, tx, r.ID, access.Casework, version, x)
			})
		}
		o := h.open(worker, r.ID, access.Casework, access.Plan, access.Name)
		want(t, "not written yet", o.Versions[access.Plan], 0)
		want(t, "first", change(worker, 0, child.Plan{Goal: "每天读一页书", Steps: []string{"", "选书"}}), "")
		want(t, "second of two tabs", change(boss, 0, child.Plan{Goal: "别的"}), "child.changed_meanwhile")
		o = h.open(boss, r.ID, access.Casework, access.Plan, access.Name)
		want(t, "kept", o.Plan.Goal, "每天读一页书")
		same(t, "steps", o.Plan.Steps, []string{"选书"})
		want(t, "after looking", change(boss, o.Versions[access.Plan], child.Plan{Goal: "别的"}), "")
		want(t, "twice", change(boss, o.Versions[access.Plan], child.Plan{Goal: "别的"}), "child.changed_meanwhile")
		want(t, "a name with an end", change(worker, o.Versions[access.Name], child.Name{Name: "测试乙"}), "")
		want(t, "a group that this purpose has not", h.try(worker, func(ctx context.Context, tx *db.Tx) error {
			return h.s.Change(ctx, tx, r.ID, access.Meals, 0, child.Situation{Words: "x"})
		}), "access.policy.purpose_needs")
		find := func(name string) (n int) {
			h.must(worker, func(ctx context.Context, tx *db.Tx) error {
				list, err := h.s.ByName(ctx, tx, name, "2016-03-09", access.Casework)
				n = len(list)
				return err
			})
			return n
		}
		want(t, "found by the new name", find("测试乙"), 1)
		want(t, "not by the old", find("测试甲"), 0)
	})
}

func TestFinding(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c)
		r, _ := h.active()
		in := enrolment()
		in.Name.Name, in.Number = "买买提·测试", number("11010520160309002")
		second := h.enrol(colleague, in)
		by := func(who int64, typed string) (f child.Found, k string) {
			k = h.try(who, func(ctx context.Context, tx *db.Tx) (err error) {
				f, err = h.s.ByCode(ctx, tx, typed, access.Casework)
				return err
			})
			return f, k
		}
		f, _ := by(worker, strings.ToLower(r.Code[2:]))
		want(t, "by its digits", f.ID, r.ID)
		want(t, "open", f.Glass, false)
		f, _ = by(colleague, r.Code)
		want(t, "a colleague, in an emergency alone", f.Glass, true)
		for _, who := range []int64{clinicBoss, stranger, mother} {
			_, k := by(who, r.Code)
			want(t, "others", k, "child.no_record")
		}
		_, k := by(worker, "K-abc")
		want(t, "no code", k, "child.no_record")

		byName := func(who int64, name, birth string) (ids []int64, k string) {
			k = h.try(who, func(ctx context.Context, tx *db.Tx) error {
				list, err := h.s.ByName(ctx, tx, name, birth, access.Casework)
				for _, f := range list {
					ids = append(ids, f.ID)
				}
				return err
			})
			return ids, k
		}
		ids, _ := byName(colleague, "买买提•测试", "2016-03-09")
		same(t, "with another dot", ids, []int64{second.ID})
		ids, _ = byName(colleague, "买买提", "2016-03-09")
		want(t, "by half a name", len(ids), 0)
		ids, _ = byName(clinicBoss, "测试甲", "2016-03-09")
		want(t, "from another organisation", len(ids), 0)
		_, k = byName(worker, "测试甲", "")
		want(t, "without a birthday", k, "birth form.required")
		_, k = byName(stranger, "测试甲", "2016-03-09")
		want(t, "who may not look", k, "access.denied")
		h.must(colleague, func(ctx context.Context, tx *db.Tx) error {
			list, err := h.s.ByNumber(ctx, tx, in.Number, access.Casework)
			want(t, "by number", len(list), 1)
			return err
		})
	})
}

func TestListsHoldOnesOwn(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	first, second := h.enrol(worker, enrolment()), func() child.Record {
		in := enrolment()
		in.Sure = true
		return h.enrol(colleague, in)
	}()
	list := func(who int64, p access.Purpose, in child.List) (codes []string) {
		h.must(who, func(ctx context.Context, tx *db.Tx) error {
			in.Limit = 50
			all, _, err := h.s.Records(ctx, tx, p, in)
			for _, r := range all {
				codes = append(codes, r.Code)
			}
			return err
		})
		return codes
	}
	here := child.List{Organisation: centre, State: child.Enrolling}
	same(t, "a worker's own", list(worker, access.Care, child.List{Worker: worker}), []string{first.Code})
	same(t, "another's", list(worker, access.Care, child.List{Worker: colleague}), nil)
	same(t, "all, as a worker", list(worker, access.Care, here), []string{first.Code})
	same(t, "all, as the supervisor", list(boss, access.Casework, here), []string{first.Code, second.Code})
	same(t, "all, from elsewhere", list(clinicBoss, access.Casework, here), nil)
	all, err := h.s.OpenAll(h.as(boss), []int64{second.ID, first.ID, 1}, access.Care, access.Name)
	if err != nil || len(all) != 2 || all[0].ID != second.ID || all[1].Name.Name != "测试甲" {
		t.Errorf("a page: %+v, %v", all, err)
	}
}

// TestGoingHome puts together who collects and whether the child walks.
func TestGoingHome(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r, g := h.active()
	add := func(who int64, p access.Purpose, in child.NewCollector) string {
		return h.try(who, func(ctx context.Context, tx *db.Tx) error {
			_, err := h.s.AddCollector(ctx, tx, r.ID, p, in)
			return err
		})
	}
	aunt := child.Relative{Name: "测试姑姑", Phone: "13800000002", Relation: "aunt"}
	want(t, "without an end", add(worker, access.Casework, child.NewCollector{Who: aunt}), "until form.required")
	want(t, "for years", add(worker, access.Casework, child.NewCollector{Who: aunt, Until: h.c.Now().AddDate(3, 0, 0)}), "until child.until_far")
	want(t, "ended", add(worker, access.Casework, child.NewCollector{Who: aunt, Until: h.c.Now()}), "until child.until_past")
	want(t, "for a month", add(worker, access.Casework, child.NewCollector{Who: aunt, Until: h.c.Now().AddDate(0, 1, 0)}), "")
	want(t, "never", add(worker, access.Casework, child.NewCollector{Who: aunt, Forbidden: true}), "")
	o := h.open(worker, r.ID, access.Care, access.Collection)
	want(t, "two", len(o.Collection.Collectors), 2)
	want(t, "nobody has agreed that others collect", key(o.Collection.Others), "consent.missing")
	want(t, "agree", h.agree(worker, r.ID, g, consent.For(consent.Collection), true), "")
	want(t, "now they may", key(h.open(worker, r.ID, access.Care, access.Collection).Collection.Others), "")
	want(t, "too young", key(o.Collection.Alone.Why), "child.alone_age")
	h.c.Advance(2 * 365 * 24 * time.Hour) // twelve in the meantime
	o = h.open(lead, r.ID, access.Safeguarding, access.Collection)
	want(t, "whoever must never collect stays", len(o.Collection.Collectors), 1)
	want(t, "nobody has agreed", key(o.Collection.Alone.Why), "consent.missing")
	want(t, "agree", h.agree(boss, r.ID, g, consent.For(consent.WalkingHome), true), "")
	want(t, "may", h.open(lead, r.ID, access.Safeguarding, access.Collection).Collection.Alone.May, true)
	end := func(id int64) string {
		return h.try(worker, func(ctx context.Context, tx *db.Tx) error {
			return h.s.EndCollector(ctx, tx, r.ID, access.Casework, id)
		})
	}
	want(t, "enrolment has run out meanwhile", end(o.Collection.Collectors[0].ID), "access.policy.consent_enrol")
	want(t, "agree again", h.agree(worker, r.ID, g, consent.For(consent.Enrol), true), "")
	want(t, "end", end(o.Collection.Collectors[0].ID), "")
	want(t, "of no record", end(1), "child.no_collector")
}
