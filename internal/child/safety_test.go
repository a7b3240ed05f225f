package child_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/blob"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/i18n"
	"manyhands/internal/vault"
)

// TestGuardiansWhoKeepApart has two guardians with accounts, one of whom fears the other.
func TestGuardiansWhoKeepApart(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r, g := h.active()
	var second int64
	h.must(boss, func(ctx context.Context, tx *db.Tx) (err error) {
		second, err = h.s.AddGuardian(ctx, tx, r.ID, access.Casework, other())
		return err
	})
	h.must(boss, func(ctx context.Context, tx *db.Tx) error { return h.s.LinkGuardian(ctx, tx, r.ID, g, mother) })
	h.must(boss, func(ctx context.Context, tx *db.Tx) error { return h.s.LinkGuardian(ctx, tx, r.ID, second, father) })
	never := child.NewCollector{Forbidden: true, Who: child.Relative{Name: "测试家长二", Relation: "father"}}
	var entry int64
	h.must(mother, func(ctx context.Context, tx *db.Tx) (err error) {
		entry, err = h.s.AddCollector(ctx, tx, r.ID, access.Guardian, never)
		return err
	})
	o := h.open(father, r.ID, access.Guardian, access.Guardians, access.Collection)
	want(t, "sees no phone but his own", o.Guardians[0].Who.Phone+"/"+o.Guardians[1].Who.Phone, "/13800000001")
	want(t, "nor what she asked for", len(o.Collection.Collectors), 0)
	want(t, "she does", len(h.open(mother, r.ID, access.Guardian, access.Collection).Collection.Collectors), 1)
	want(t, "and so do workers", len(h.open(worker, r.ID, access.Care, access.Collection).Collection.Collectors), 1)
	end := func(who int64, p access.Purpose) string {
		return h.try(who, func(ctx context.Context, tx *db.Tx) error { return h.s.EndCollector(ctx, tx, r.ID, p, entry) })
	}
	want(t, "he cannot end it", end(father, access.Guardian), "child.no_collector")
	want(t, "nor she, under his eyes", end(mother, access.Guardian), "child.no_collector")
	want(t, "a worker can", end(worker, access.Casework), "")
	want(t, "nor change her number", h.try(father, func(ctx context.Context, tx *db.Tx) error {
		return h.s.ChangeGuardian(ctx, tx, r.ID, access.Guardian, g, other().Who)
	}), "child.no_guardianship")
	want(t, "but his own", h.try(father, func(ctx context.Context, tx *db.Tx) error {
		return h.s.ChangeGuardian(ctx, tx, r.ID, access.Guardian, second, other().Who)
	}), "")
	h.must(father, func(ctx context.Context, tx *db.Tx) error {
		list, err := h.s.Consents(ctx, tx, r.ID, access.Guardian)
		if len(list[0].Each) != 1 || list[0].Each[0].Guardian != second {
			t.Errorf("he is shown %+v", list[0].Each)
		}
		if err != nil {
			return err
		}
		history, err := h.s.ConsentHistory(ctx, tx, r.ID, access.Guardian)
		want(t, "and of the answers his own", len(history), 0)
		return err
	})
	want(t, "nor answer for her", h.try(father, func(ctx context.Context, tx *db.Tx) error {
		return h.s.Withdraw(ctx, tx, consent.Taken{Record: r.ID, Guardian: g, Matter: consent.For(consent.Enrol), Route: consent.Website})
	}), "child.no_guardianship")
}

// TestNoWarningToTheHome looks at the trail as a guardian after a lead has worked on the record.
func TestNoWarningToTheHome(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r, g := h.active()
	h.must(boss, func(ctx context.Context, tx *db.Tx) error { return h.s.LinkGuardian(ctx, tx, r.ID, g, mother) })
	h.open(lead, r.ID, access.Safeguarding, access.Name)
	h.must(worker, func(ctx context.Context, tx *db.Tx) error {
		_, err := h.s.Remark(ctx, tx, consent.Remark{Record: r.ID, Kind: consent.TellParents, Matter: consent.For(consent.Medical)})
		return err
	})
	h.must(lead, func(ctx context.Context, tx *db.Tx) error {
		_, err := h.s.Override(ctx, tx, consent.Overriding{Record: r.ID, Ground: consent.Life, Matter: consent.For(consent.Medical), Reason: "急", Until: h.c.Now().Add(time.Hour)})
		return err
	})
	want(t, "remarks are not for guardians", h.try(mother, func(ctx context.Context, tx *db.Tx) error {
		_, err := h.s.Remarks(ctx, tx, r.ID, access.Casework)
		return err
	}), "child.no_record")
	h.must(worker, func(ctx context.Context, tx *db.Tx) error {
		list, err := h.s.Remarks(ctx, tx, r.ID, access.Casework)
		want(t, "but for the worker", len(list), 1)
		return err
	})
	h.must(lead, func(ctx context.Context, tx *db.Tx) error {
		list, err := h.s.Remarks(ctx, tx, r.ID, access.Safeguarding)
		want(t, "and for the lead", len(list), 1)
		return err
	})
	kinds := func(who int64, p access.Purpose) (all string) {
		h.must(who, func(ctx context.Context, tx *db.Tx) error {
			rows, err := h.s.Looked(ctx, tx, r.ID, p, 0, 100)
			for _, x := range rows {
				all += x.Kind + " " + x.Purpose + "\n"
			}
			return err
		})
		return all
	}
	for _, word := range []string{"safeguarding", "consent.remarked", "consent.overridden"} {
		want(t, "the guardian: "+word, strings.Contains(kinds(mother, access.Guardian), word), false)
		want(t, "the lead: "+word, strings.Contains(kinds(lead, access.Safeguarding), word), true)
	}
	override := func(who int64, p access.Purpose) (seen bool) {
		h.must(who, func(ctx context.Context, tx *db.Tx) error {
			list, err := h.s.Consents(ctx, tx, r.ID, p)
			for _, s := range list {
				seen = seen || s.Override != nil
			}
			return err
		})
		return seen
	}
	reason := func(who int64) (words, k string) {
		k = h.try(who, func(ctx context.Context, tx *db.Tx) error {
			list, err := h.s.Consents(ctx, tx, r.ID, access.Casework)
			if who == lead {
				list, err = h.s.Consents(ctx, tx, r.ID, access.Safeguarding)
			}
			for _, s := range list {
				if err == nil && s.Override != nil {
					words, err = h.s.OverrideReason(ctx, tx, r.ID, s.Override.ID)
				}
			}
			return err
		})
		return words, k
	}
	words, _ := reason(lead)
	want(t, "the reason, to the lead", words, "急")
	_, k := reason(worker)
	want(t, "to the worker", k, "child.no_record")
	want(t, "the override, to the guardian", override(mother, access.Guardian), false)
	want(t, "to the worker", override(worker, access.Casework), true)
}

// TestFormsSentTwice enters what is there already: nobody is a guardian or a collector twice.
func TestFormsSentTwice(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r, _ := h.active()
	until := h.c.Now().AddDate(0, 1, 0)
	for what, step := range map[string]func(context.Context, *db.Tx) (int64, error){
		"guardian": func(ctx context.Context, tx *db.Tx) (int64, error) {
			return h.s.AddGuardian(ctx, tx, r.ID, access.Casework, other())
		},
		"collector": func(ctx context.Context, tx *db.Tx) (int64, error) {
			return h.s.AddCollector(ctx, tx, r.ID, access.Casework, child.NewCollector{Who: other().Who, Until: until})
		},
	} {
		var ids [3]int64
		for i := range ids {
			h.must(worker, func(ctx context.Context, tx *db.Tx) (err error) { ids[i], err = step(ctx, tx); return err })
			h.c.Advance(time.Second)
		}
		if ids[0] == 0 || ids[1] != ids[0] || ids[2] != ids[0] {
			t.Errorf("%s: %v", what, ids)
		}
	}
}

func TestByPhone(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r, _ := h.active()
	by := func(who int64, typed string) (n int, k string) {
		k = h.try(who, func(ctx context.Context, tx *db.Tx) error {
			list, err := h.s.ByPhone(ctx, tx, typed, access.Casework)
			n = len(list)
			if n > 0 {
				want(t, "record", list[0].ID, r.ID)
			}
			return err
		})
		return n, k
	}
	n, _ := by(worker, "+86 138-0000-0000")
	want(t, "found", n, 1)
	n, _ = by(clinicBoss, "13800000000")
	want(t, "not elsewhere", n, 0)
	_, k := by(worker, "")
	want(t, "nothing", k, "phone form.required")
	_, k = by(mother, "13800000000")
	want(t, "a guardian does not look for others", k, "access.denied")
}

// TestALostMasterKey shuts the vault: what needs no sealed word works on, the rest says so.
func TestALostMasterKey(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r, g := h.active()
	shut := vault.Shut(h.d)
	consents, err := consent.New(child.Families{}, names{}, shut, i18n.DefaultZone())
	if err != nil {
		t.Fatal(err)
	}
	h.consents = consents
	h.s = child.New(h.d, child.Options{Vault: shut, Blobs: blob.New(shut), Consents: consents, People: persons{}, Names: names{}, Zone: i18n.DefaultZone()})
	h.must(worker, func(ctx context.Context, tx *db.Tx) error {
		list, _, err := h.s.Records(ctx, tx, access.Care, child.List{Worker: worker, Limit: 10})
		want(t, "codes are listed", list[0].Code, r.Code)
		return err
	})
	want(t, "consent is noted", h.agree(worker, r.ID, g, consent.For(consent.Meals), true), "")
	before := len(h.looks(r.ID))
	want(t, "names are not shown", h.openKey(worker, r.ID, access.Care), "vault.locked")
	want(t, "and no look is noted that did not happen", len(h.looks(r.ID)), before)
	for what, step := range map[string]func(context.Context, *db.Tx) error{
		"enrol": func(ctx context.Context, tx *db.Tx) error { _, err := h.s.Enrol(ctx, tx, enrolment()); return err },
		"note": func(ctx context.Context, tx *db.Tx) error {
			_, err := h.s.AddNote(ctx, tx, r.ID, access.Casework, "talk", "x")
			return err
		},
		"find": func(ctx context.Context, tx *db.Tx) error {
			_, err := h.s.ByName(ctx, tx, "测试甲", "2016-03-09", access.Casework)
			return err
		},
	} {
		want(t, what, h.try(worker, step), "vault.locked")
	}
	h.must(lead, func(ctx context.Context, tx *db.Tx) error { _, err := h.s.Erase(ctx, tx, r.ID); return err })
}

func TestAGuardianOnPaperGetsAnAccount(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c)
		in := enrolment()
		in.Guardians[0].Proof = child.NotProven
		r := h.enrol(worker, in)
		g := h.guardians(worker, r.ID)[0].ID
		invite := func(who int64) (code, k string) {
			k = h.try(who, func(ctx context.Context, tx *db.Tx) (err error) { code, err = h.s.Invite(ctx, tx, r.ID, g); return err })
			return code, k
		}
		claim := func(who int64, code string) string {
			id, err := h.s.Claim(h.as(who), code)
			want(t, "the record, or nothing", id == r.ID, err == nil)
			return key(err)
		}
		_, k := invite(worker)
		want(t, "before a paper was seen", k, "child.invite_proof")
		h.must(worker, func(ctx context.Context, tx *db.Tx) error { return h.s.Prove(ctx, tx, r.ID, g, "committee") })
		_, k = invite(colleague)
		want(t, "by a colleague", k, "child.no_record")
		first, _ := invite(worker)
		second, _ := invite(boss)
		want(t, "three parts", len(first), 14)
		want(t, "a guest", claim(0, second), "access.sign_in")
		want(t, "the older code", claim(mother, first), "child.no_invite")
		want(t, "whoever saw the proof", claim(worker, second), "child.prove_own")
		want(t, "as a phone writes it", claim(mother, " "+strings.ToLower(strings.ReplaceAll(second, "-", "－"))+" "), "")
		want(t, "used", claim(father, second), "child.no_invite")
		want(t, "opens the record", h.openKey(mother, r.ID, access.Guardian), "")
		_, k = invite(worker)
		want(t, "again", k, "child.linked")
	})
}

func TestInvitationsEndAndCannotBeGuessed(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r, g := h.active()
	var code string
	h.must(worker, func(ctx context.Context, tx *db.Tx) (err error) { code, err = h.s.Invite(ctx, tx, r.ID, g); return err })
	claim := func(who int64, code string) string {
		_, err := h.s.Claim(h.as(who), code)
		return key(err)
	}
	for range 10 {
		want(t, "wrong", claim(father, "ABCD-EFGH-JKMN"), "child.no_invite")
	}
	want(t, "too many", claim(father, code), "child.claims_many")
	h.c.Advance(time.Hour)
	want(t, "an hour later", claim(father, "ABCD-EFGH-JKMN"), "child.no_invite")
	if strings.Contains(h.dump(), code) || strings.Contains(h.dump(), strings.ReplaceAll(code, "-", "")) {
		t.Error("the code lies in the database")
	}
	h.c.Advance(14 * 24 * time.Hour)
	want(t, "over", claim(mother, code), "child.no_invite")
}

func TestWhatGuardiansChangeThemselves(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r := h.enrol(mother, enrolment())
	change := func(c child.Content) string {
		return h.try(mother, func(ctx context.Context, tx *db.Tx) error { return h.s.Change(ctx, tx, r.ID, access.Guardian, 1, c) })
	}
	want(t, "a name while enrolling", change(child.Name{Name: "测试丙"}), "")
	taken := enrolment()
	taken.Sure, taken.Number = true, number("11010520160309002")
	h.enrol(worker, taken)
	want(t, "a number that another record has is no answer to who is here", change(taken.Number), "")
	own := h.picture(mother, r.ID, access.Guardian)
	same(t, "handed in", h.open(mother, r.ID, access.Guardian, access.Guardians).Guardians[0].Files, []int64{own})
	want(t, "and proves nothing", h.open(mother, r.ID, access.Guardian, access.Guardians).Guardians[0].Proven(), false)
	court := h.picture(boss, r.ID, access.Casework)
	for file, wanted := range map[int64]string{own: "", court: "child.no_file"} {
		_, _, err := h.s.File(h.as(mother), r.ID, file, access.Guardian)
		want(t, "what they handed in alone", key(err), wanted)
	}
	same(t, "for a worker to look at", h.guardians(boss, r.ID)[0].Files, []int64{own})
	want(t, "what is a worker's", change(child.Situation{Words: "x"}), "access.policy.purpose_needs")
	g := h.open(mother, r.ID, access.Guardian, access.Guardians).Guardians[0].ID
	h.must(boss, func(ctx context.Context, tx *db.Tx) error { return h.s.Prove(ctx, tx, r.ID, g, "court") })
	want(t, "agree", h.agree(boss, r.ID, g, consent.For(consent.Enrol), true), "")
	h.must(boss, func(ctx context.Context, tx *db.Tx) error { return h.s.Accept(ctx, tx, r.ID) })
	want(t, "a name later", change(child.Name{Name: "测试丁"}), "child.ask_correction")
	want(t, "the address", change(child.Contact{Area: "新街道"}), "")
	want(t, "an allergy", change(child.Alerts{Allergies: child.None}), "")
}

// TestEmergenciesAreShownToGuardians is the other side of TestNoWarningToTheHome.
func TestEmergenciesAreShownToGuardians(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r, g := h.active()
	h.must(boss, func(ctx context.Context, tx *db.Tx) error { return h.s.LinkGuardian(ctx, tx, r.ID, g, mother) })
	h.glass[r.ID] = []int64{colleague}
	h.open(colleague, r.ID, access.Safeguarding, access.Name)
	h.must(mother, func(ctx context.Context, tx *db.Tx) error {
		rows, err := h.s.Looked(ctx, tx, r.ID, access.Guardian, 0, 1)
		want(t, "who", rows[0].Person, colleague)
		return err
	})
}

// TestManyAtOnce has several people do at the same time what can be done once.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c)
		r, g := h.active()
		var code string
		h.must(worker, func(ctx context.Context, tx *db.Tx) (err error) { code, err = h.s.Invite(ctx, tx, r.ID, g); return err })
		claimed := atOnce(8, func(i int) error {
			_, err := h.s.Claim(h.as([]int64{mother, father}[i%2]), code)
			return err
		})
		want(t, "claimed once", claimed, 1)
		changed := atOnce(8, func(int) error {
			ctx := h.as(worker)
			return d.Write(ctx, func(tx *db.Tx) error {
				return h.s.Change(ctx, tx, r.ID, access.Casework, 1, child.Contact{Area: "一", Address: "二"})
			})
		})
		want(t, "changed once", changed, 1)
		want(t, "agree", h.agree(worker, r.ID, g, toClinic, true), "")
		referred := atOnce(8, func(int) error {
			ctx := h.as(worker)
			return d.Write(ctx, func(tx *db.Tx) error {
				_, err := h.s.Refer(ctx, tx, child.NewReferral{Record: r.ID, Kind: child.ReferralOut, To: clinic, Reason: "x"})
				return err
			})
		})
		want(t, "referred once", referred, 1)
	})
}

// atOnce runs body n times at once and returns how often it succeeded.
func atOnce(n int, body func(i int) error) int {
	var wg sync.WaitGroup
	var ok atomic.Int64
	for i := range n {
		wg.Go(func() {
			if body(i) == nil {
				ok.Add(1)
			}
		})
	}
	wg.Wait()
	return int(ok.Load())
}
