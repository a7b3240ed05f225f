package app

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/people"
)

// stays are columns that name a person and are left alone when two records become one, and why.
var stays = map[string]string{
	"event.person_id": "history", "audit_row.person_id": "history", "concern_step.person_id": "history",
	"session.person_id": "signing in", "passkey.person_id": "signing in", "password.person_id": "signing in",
	"totp.person_id": "signing in", "recovery_code.person_id": "signing in", "known_device.person_id": "signing in",
	"ceremony.person_id": "signing in", "family_code.person_id": "signing in", "family_paper.person_id": "signing in", "sign_in_reset.person_id": "signing in", "person_phone.person_id": "signing in",
	"proof_code.person_id": "signing in", "past_address.person_id": "signing in", "oidc_link.person_id": "signing in",
	"wish.person_id": "each record's own", "leaving.person_id": "each record's own",
	"person_merge.kept_id": "the merge itself", "person_merge.gone_id": "the merge itself",
	"barred.person_id":            "a record that has one cannot go",
	"child_wrong_claim.person_id": "forgotten within an hour",
	"told.person_id":              "forgotten within a month",
}

// Who adds a table that names persons says here or in movers what a merge does with it.
func TestEveryColumnThatNamesAPersonIsKnown(t *testing.T) {
	t.Parallel()
	known := maps.Clone(stays)
	for _, m := range append(movers(), people.OwnMovers()...) {
		known[m.Name()] = "moves"
	}
	table, column := regexp.MustCompile(`^CREATE TABLE (\w+)`), regexp.MustCompile(`^  (\w+)\s+BIGINT`)
	files, err := filepath.Glob("../db/migrations/*.sql")
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	found := 0
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		name := ""
		for line := range strings.Lines(string(text)) {
			if m := table.FindStringSubmatch(line); m != nil {
				name = m[1]
			}
			m := column.FindStringSubmatch(line)
			if m == nil || !strings.Contains(m[1], "person") && !strings.Contains(line, "REFERENCES person (id)") || strings.HasSuffix(m[1], "_by") {
				continue
			}
			found++
			if known[name+"."+m[1]] == "" {
				t.Errorf("%s: %s.%s names a person; say in movers (persons.go) that it moves, or in stays why not", filepath.Base(f), name, m[1])
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d columns found", found)
	}
}

// Every statement of every mover and every pair of sides runs on both engines.
func TestMoversRun(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			for _, m := range movers() {
				if _, err := m.Move(t.Context(), tx, 1, 2); err != nil {
					return err
				}
				if err := m.Back(t.Context(), tx, 1, 2, []string{"3"}); err != nil {
					return fmt.Errorf("back: %w", err)
				}
			}
			for _, x := range sides() {
				if _, err := x.Together(t.Context(), tx, 1, 2); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		names := map[string]int{}
		for _, m := range append(movers(), people.OwnMovers()...) {
			names[m.Name()]++
		}
		if twice := slices.DeleteFunc(slices.Collect(maps.Keys(names)), func(n string) bool { return names[n] == 1 }); len(twice) > 0 {
			t.Errorf("movers of one name: %v", twice)
		}
	})
}

// What was checked of the second record counts for the one that is kept, and goes back with it; checks
// that both have stay as they are.
func TestMergeCarriesChecks(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Sim) {
		s, err := people.New(d, nil, people.Config{BaseURL: "https://give.example.org", Movers: movers(), Apart: sides()})
		if err != nil {
			t.Fatal(err)
		}
		ctx := access.With(t.Context(), access.Actor{PersonID: 1, Roles: []access.Grant{{Role: access.Administrator}}})
		write := func(body func(tx *db.Tx) error) {
			t.Helper()
			if err := d.Write(ctx, body); err != nil {
				t.Fatal(err)
			}
		}
		worker := func(email string) (id int64) {
			write(func(tx *db.Tx) error {
				p, err := s.EnsurePerson(ctx, tx, email, "")
				if err != nil {
					return err
				}
				id = p.ID
				_, err = s.Appoint(ctx, tx, people.Appointment{PersonID: id, Role: access.Worker, Organisation: 7})
				return err
			})
			return id
		}
		kept, gone := worker("kept@example.org"), worker("gone@example.org")
		write(func(tx *db.Tx) error {
			if err := s.RecordCheck(ctx, tx, kept, "identity_seen", "", tx.Now()); err != nil {
				return err
			}
			if err := s.RecordCheck(ctx, tx, gone, "identity_seen", "", tx.Now()); err != nil {
				return err
			}
			return s.RecordCheck(ctx, tx, gone, people.Inquiry, "2026-1", tx.Now())
		})
		cleared := func(id int64) (ok bool) {
			err := d.Read(ctx, func(q *db.Reader) error {
				until, err := s.ClearedUntil(ctx, q, id, d.Now())
				ok = d.Now().Before(until)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return ok
		}
		if cleared(kept) || !cleared(gone) {
			t.Fatal("checks are not what they were made")
		}
		var m people.Merge
		write(func(tx *db.Tx) (err error) { m, err = s.AskMerge(ctx, tx, kept, gone); return err })
		if !cleared(kept) || cleared(gone) {
			t.Error("the inquiry did not come along")
		}
		write(func(tx *db.Tx) error { return s.UndoMerge(ctx, tx, m.ID) })
		if cleared(kept) || !cleared(gone) {
			t.Error("the inquiry did not go back")
		}
	})
}
