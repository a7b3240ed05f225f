package access_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/fault"
)

// People of the matrix. here is the organisation of the record, there that of a referral.
const (
	worker, colleague, boss, lead, networkLead, mother, receiver, elsewhere, glass, coordinator, admin = 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21
)

func cast() []struct {
	name   string
	id     int64
	grants []access.Grant
} {
	return []struct {
		name   string
		id     int64
		grants []access.Grant
	}{
		{"assigned worker", worker, []access.Grant{{Role: access.Worker, Organisation: here}}},
		{"colleague", colleague, []access.Grant{{Role: access.Worker, Organisation: here}}},
		{"supervisor", boss, []access.Grant{{Role: access.Supervisor, Organisation: here}}},
		{"lead here", lead, []access.Grant{{Role: access.SafeguardingLead, Organisation: here}}},
		{"lead of the network", networkLead, []access.Grant{{Role: access.SafeguardingLead}}},
		{"guardian", mother, nil},
		{"supervisor who took the referral", receiver, []access.Grant{{Role: access.Supervisor, Organisation: there}}},
		{"supervisor elsewhere", elsewhere, []access.Grant{{Role: access.Supervisor, Organisation: 99}}},
		{"opened in an emergency", glass, []access.Grant{{Role: access.Worker, Organisation: here}}},
		{"coordinator", coordinator, []access.Grant{{Role: access.Coordinator, Organisation: here}}},
		{"administrator", admin, []access.Grant{{Role: access.Administrator}}},
	}
}

var noon = time.Date(2026, 9, 1, 4, 0, 0, 0, time.UTC)

func record(change func(*access.Record)) *access.Record {
	r := &access.Record{ID: 7, Organisation: here, Workers: []int64{worker}, Guardians: []int64{mother}, Glass: []int64{glass},
		Receivers: []int64{there}, Consents: []string{"enrol", "medical"}}
	if change != nil {
		change(r)
	}
	return r
}

// TestMatrixOfRecords writes who may do what with a record, when: a change of the golden file is a
// change of policy.
func TestMatrixOfRecords(t *testing.T) {
	t.Parallel()
	states := []struct {
		name   string
		change func(*access.Record)
	}{
		{"in force", nil},
		{"being enrolled, nobody has agreed", func(r *access.Record) { r.Enrolling, r.Consents = true, nil }},
		{"enrolment withdrawn", func(r *access.Record) { r.Consents = []string{"medical"} }},
		{"medical withdrawn", func(r *access.Record) { r.Consents = []string{"enrol"} }},
		{"left 30 days ago", func(r *access.Record) { r.Ended = noon.AddDate(0, 0, -30) }},
		{"left 91 days ago", func(r *access.Record) { r.Ended = noon.AddDate(0, 0, -91) }},
	}
	var b strings.Builder
	for _, s := range states {
		r := record(s.change)
		for _, who := range cast() {
			ctx := access.With(t.Context(), access.Actor{PersonID: who.id, Roles: who.grants})
			fmt.Fprintf(&b, "%s · %s\n", s.name, who.name)
			for _, p := range access.Purposes() {
				var acts, groups []string
				for _, act := range access.RecordPermissions() {
					if act == access.RecordRead || act == access.RecordWrite {
						continue
					}
					if access.DecideRecord(ctx, act, r, access.Question{At: noon, Purpose: p, Reason: true, NoteAt: noon, Author: who.id}).Allowed {
						acts = append(acts, strings.TrimPrefix(string(act), "record."))
					}
				}
				for _, g := range access.Groups() {
					if access.DecideRecord(ctx, access.RecordRead, r, access.Question{At: noon, Purpose: p, Group: g}).Allowed {
						groups = append(groups, string(g))
					}
				}
				if len(acts)+len(groups) > 0 {
					fmt.Fprintf(&b, "  %-12s may %s\n  %-12s reads %s\n", p, strings.Join(acts, " "), "", strings.Join(groups, " "))
				}
			}
		}
	}
	golden(t, "testdata/records.txt", b.String())
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("differs from %s:\n%s", file, got)
	}
}

func TestNobodyOutsideEverReads(t *testing.T) {
	t.Parallel()
	outside := []int64{elsewhere, coordinator, admin}
	for _, who := range cast() {
		if !slices.Contains(outside, who.id) {
			continue
		}
		ctx := access.With(t.Context(), access.Actor{PersonID: who.id, Roles: who.grants})
		for _, act := range access.RecordPermissions() {
			for _, p := range access.Purposes() {
				for _, g := range access.Groups() {
					if access.DecideRecord(ctx, act, record(nil), access.Question{At: noon, Purpose: p, Group: g, Reason: true}).Allowed {
						t.Errorf("%s: %s for %s, group %s", who.name, act, p, g)
					}
				}
			}
		}
	}
	if d := access.DecideRecord(t.Context(), access.RecordOpen, record(nil), access.Question{At: noon, Purpose: access.Care}); d.Allowed || fault.KindOf(d.Err(t.Context())) != fault.Unauthenticated {
		t.Errorf("a guest: %+v", d)
	}
}

func TestNotesFade(t *testing.T) {
	t.Parallel()
	as := func(id int64, role access.Role) func(time.Duration, access.Permission, int64) bool {
		ctx := access.With(t.Context(), access.Actor{PersonID: id, Roles: []access.Grant{{Role: role, Organisation: here}}})
		return func(age time.Duration, p access.Permission, author int64) bool {
			return access.DecideRecord(ctx, p, record(nil), access.Question{At: noon, Purpose: access.Casework, Group: access.Notes,
				NoteAt: noon.Add(-age), Author: author}).Allowed
		}
	}
	mine, theirs := as(worker, access.Worker), as(boss, access.Supervisor)
	const day = 24 * time.Hour
	for _, x := range []struct {
		name string
		got  bool
		want bool
	}{
		{"a worker reads at 28 days", mine(28*day, access.RecordRead, colleague), true},
		{"a worker reads after 28 days", mine(28*day+time.Second, access.RecordRead, colleague), false},
		{"a supervisor reads after a year", theirs(365*day, access.RecordRead, worker), true},
		{"its author amends within a day", mine(day, access.RecordAmend, worker), true},
		{"its author amends later", mine(day+time.Second, access.RecordAmend, worker), false},
		{"a supervisor amends another's", theirs(time.Minute, access.RecordAmend, worker), false},
	} {
		if x.got != x.want {
			t.Errorf("%s: %v", x.name, x.got)
		}
	}
}

// TestConcernsGoRoundTheChain: whoever a report is about, and their organisation's lead, never hear it.
func TestConcernsGoRoundTheChain(t *testing.T) {
	t.Parallel()
	local := access.With(t.Context(), access.Actor{PersonID: lead, Roles: []access.Grant{{Role: access.SafeguardingLead, Organisation: here}}})
	whole := access.With(t.Context(), access.Actor{PersonID: networkLead, Roles: []access.Grant{{Role: access.SafeguardingLead}}})
	child := access.Concern{ID: 1, Organisation: here}
	staff := access.Concern{ID: 2, Organisation: here, Allegation: true, About: []int64{worker}}
	self := access.Concern{ID: 3, Organisation: here, Allegation: true, About: []int64{networkLead}}
	for _, p := range access.ConcernPermissions() {
		for _, x := range []struct {
			name string
			got  access.Decision
			want bool
		}{
			{"a lead and a child", access.DecideConcern(local, p, child), true},
			{"a lead and a colleague", access.DecideConcern(local, p, staff), false},
			{"the network's lead and staff", access.DecideConcern(whole, p, staff), true},
			{"the network's lead and themselves", access.DecideConcern(whole, p, self), false},
			{"a lead elsewhere", access.DecideConcern(local, p, access.Concern{Organisation: there}), false},
		} {
			if x.got.Allowed != x.want {
				t.Errorf("%s, %s: %+v", p, x.name, x.got)
			}
		}
	}
}

func TestLapsedSaysSo(t *testing.T) {
	t.Parallel()
	ctx := access.With(t.Context(), access.Actor{PersonID: worker, Lapsed: []access.Grant{{Role: access.Worker, Organisation: here}}})
	err := access.CheckFor(ctx, access.RecordFind, here)
	if e, ok := err.(*fault.Error); !ok || e.Key != "access.lapsed" {
		t.Errorf("%v", err)
	}
	if e, ok := access.CheckFor(ctx, access.RecordFind, there).(*fault.Error); !ok || e.Key != "access.denied" {
		t.Errorf("elsewhere: %v", e)
	}
	if e, ok := access.Check(ctx, access.PayoutPay).(*fault.Error); !ok || e.Key != "access.denied" {
		t.Errorf("what the role never could: %v", e)
	}
	d := access.DecideRecord(ctx, access.RecordOpen, record(nil), access.Question{At: noon, Purpose: access.Care})
	if e, ok := d.Err(ctx).(*fault.Error); !ok || e.Key != "access.lapsed" {
		t.Errorf("a record: %v", d)
	}
}

func BenchmarkCheckFor(b *testing.B) {
	ctx := access.With(b.Context(), access.Actor{PersonID: 1, Roles: []access.Grant{{Role: access.Coordinator, Organisation: here}, {Role: access.Worker, Organisation: here}}})
	for b.Loop() {
		if access.CheckFor(ctx, access.NeedEdit, here) != nil {
			b.Fatal("refused")
		}
	}
}

func BenchmarkDecideRecord(b *testing.B) {
	ctx := access.With(b.Context(), access.Actor{PersonID: worker, Roles: []access.Grant{{Role: access.Worker, Organisation: here}}})
	r := record(nil)
	for b.Loop() {
		if !access.DecideRecord(ctx, access.RecordRead, r, access.Question{At: noon, Purpose: access.Care, Group: access.Alerts}).Allowed {
			b.Fatal("refused")
		}
	}
}
