package consent_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"manyhands/internal/audit"
	"manyhands/internal/clock"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
)

func TestAnswersAndWhatTheyAllow(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c)
		meals := consent.For(consent.Meals)
		want(t, "before anybody was asked", h.needed(meals), "consent.missing")
		h.write(func(ctx context.Context, tx *db.Tx) error {
			if err := h.s.Ask(ctx, tx, record, []int64{mother}, []consent.Matter{meals}, worker); err != nil {
				return err
			}
			return h.s.Ask(ctx, tx, record, []int64{mother}, []consent.Matter{meals}, worker) // twice
		})
		want(t, "asked", h.standing(meals).State, consent.NoResponse)
		yes := h.answer(mother, meals, true)
		want(t, "one yes", h.needed(meals), "")
		want(t, "until", h.standing(meals).Until, time.Date(2027, 8, 31, 16, 0, 0, 0, time.UTC))
		h.answer(father, meals, false)
		want(t, "a yes and a no", h.needed(meals), "consent.conflict")
		h.answer(father, meals, true)
		want(t, "two yeses", h.needed(meals), "")
		h.withdraw(father, meals)
		h.withdraw(father, meals) // a second tap
		want(t, "one taken back", h.needed(meals), "consent.conflict")
		h.withdraw(mother, meals)
		want(t, "both taken back", h.needed(meals), "consent.withdrawn")
		want(t, "another purpose", h.needed(consent.For(consent.Outings)), "consent.missing")

		err := d.Read(t.Context(), func(r *db.Reader) error {
			list, err := h.s.History(t.Context(), r, record)
			if err != nil || len(list) != 4-1 {
				t.Fatalf("%d answers, %v", len(list), err)
			}
			want(t, "oldest", list[2].ID, yes.ID)
			want(t, "the father's no has a successor", list[1].SupersededBy, list[0].ID)
			want(t, "the mother's yes has none", list[2].SupersededBy, 0)
			want(t, "who took it back", list[2].Withdrawn.Recorder, worker)
			words, err := h.s.Words(t.Context(), r, yes.TextHash)
			want(t, "the words", strings.Contains(words.Ask, "向阳中心"), true)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// TestAConsentEndsDuringASession asks before and after the moment, with nothing done in between.
func TestAConsentEndsDuringASession(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	outings := consent.For(consent.Outings)
	a := h.answer(mother, outings, true)
	h.c.Set(a.Expires.Add(-time.Microsecond))
	want(t, "a moment before", h.needed(outings), "")
	h.c.Set(a.Expires)
	want(t, "at the end", h.needed(outings), "consent.expired")
	h.withdraw(mother, outings)
	want(t, "nothing is left to take back", h.needed(outings), "consent.expired")
	h.c.Advance(-time.Second)
	want(t, "by a clock that was set back", h.needed(outings), "")
}

func sqliteHouse(t *testing.T) *house {
	t.Helper()
	d, c := dbtest.SQLite(t)
	return newHouse(t, d, c)
}

func TestEachReceiverIsAskedForAlone(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	to := consent.Matter{Purpose: consent.SharePartner, About: partner}
	other := consent.Matter{Purpose: consent.SharePartner, About: school}
	h.answer(mother, to, true)
	want(t, "the receiver", h.needed(to), "")
	want(t, "another receiver", h.needed(other), "consent.missing")
	h.write(func(ctx context.Context, tx *db.Tx) error {
		f, err := h.s.Form(ctx, tx, record, to, i18n.EN, tx.Now())
		want(t, "named in the words", strings.Contains(f.Ask, "Brook Hospital"), true)
		if err != nil {
			return err
		}
		f, err = h.s.Form(ctx, tx, record, consent.Matter{Purpose: consent.ShareSchool, About: school}, i18n.EN, tx.Now())
		want(t, "a name in one language only", strings.Contains(f.Ask, "第三小学"), true)
		if err != nil {
			return err
		}
		_, err = h.s.Form(ctx, tx, record, consent.Matter{Purpose: consent.ShareSchool, About: 999}, i18n.EN, tx.Now())
		want(t, "nobody", key(err), "programme.no_organisation")
		all, err := h.s.Standings(ctx, tx, record, tx.Now())
		want(t, "the last matter", all[len(all)-1].Matter, to)
		want(t, "matters", len(all), 11+1)
		return err
	})
}

func TestWhoAndWhatIsRefused(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	meals := consent.For(consent.Meals)
	for wanted, change := range map[string]func(*consent.Said){
		"consent.no_authority":  func(in *consent.Said) { in.Guardian = grandmother },
		"consent.no_record":     func(in *consent.Said) { in.Record = 71 },
		"consent.words_changed": func(in *consent.Said) { in.Hash = strings.Repeat("0", 64) },
		"route form.choice":     func(in *consent.Said) { in.Route = "pigeon" },
		"lang form.choice":      func(in *consent.Said) { in.Lang = "de" },
		"from consent.from_far": func(in *consent.Said) { in.From = h.c.Now().AddDate(2, 0, 0) },
		"purpose form.choice":   func(in *consent.Said) { in.Matter.Purpose = "all" },
	} {
		in := h.said(mother, meals, true)
		change(&in)
		want(t, wanted, key(h.try(func(ctx context.Context, tx *db.Tx) error { _, err := h.s.Answer(ctx, tx, in); return err })), wanted)
	}
	want(t, "nothing was kept", h.standing(meals).State, consent.NotAsked)
	want(t, "asking a stranger", key(h.try(func(ctx context.Context, tx *db.Tx) error {
		return h.s.Ask(ctx, tx, record, []int64{grandmother}, []consent.Matter{meals}, worker)
	})), "consent.no_authority")
}

// TestWhoseWordCounts changes who has authority: the answers stay, and count or do not.
func TestWhoseWordCounts(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	meals := consent.For(consent.Meals)
	h.answer(mother, meals, true)
	h.answer(father, meals, false)
	h.families[record] = consent.Family{Organisation: centre, Guardians: []int64{mother}}
	want(t, "the father has lost authority", h.needed(meals), "")
	h.withdraw(father, meals) // harmless
	h.families[record] = consent.Family{Organisation: centre, Guardians: []int64{mother, grandmother}}
	want(t, "a new guardian has not been asked", h.needed(meals), "")
	h.families[record] = consent.Family{Organisation: partner, Guardians: []int64{mother}}
	want(t, "the record moved to another organisation", h.needed(meals), "consent.missing")
}

func TestASecondTapAddsNothing(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	meals := consent.For(consent.Meals)
	yes := h.answer(mother, meals, true)
	h.c.Advance(time.Second)
	want(t, "the same yes", h.answer(mother, meals, true).ID, yes.ID)
	no := h.answer(mother, meals, false)
	want(t, "the same no", h.answer(mother, meals, false).ID, no.ID)
	again := h.answer(mother, meals, true)
	want(t, "a yes after a no is new", again.ID > no.ID, true)
	h.withdraw(mother, meals)
	want(t, "and one after it was taken back", h.answer(mother, meals, true).ID > again.ID, true)
	want(t, "another guardian's is their own", h.answer(father, meals, true).Guardian, father)
	h.c.Advance(300 * 24 * time.Hour)
	want(t, "the next school year's is new", h.answer(father, meals, true).Expires.Year(), 2028)
}

func TestNextYearsConsent(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	meals := consent.For(consent.Meals)
	first := h.answer(mother, meals, true)
	in := h.said(mother, meals, true)
	in.From = first.Expires
	var next consent.Answer
	h.write(func(ctx context.Context, tx *db.Tx) (err error) {
		next, err = h.s.Answer(ctx, tx, in)
		return err
	})
	want(t, "ends a year later", next.Expires, first.Expires.AddDate(1, 0, 0))
	want(t, "now", h.standing(meals).Each[0].Answer.ID, first.ID)
	h.c.Set(first.Expires)
	want(t, "without a gap", h.needed(meals), "")
	h.withdraw(mother, meals)
	want(t, "taken back", h.needed(meals), "consent.withdrawn")
}

func TestRunningOut(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c)
		a := h.answer(mother, consent.For(consent.Meals), true)
		h.answer(mother, consent.For(consent.PhotosInternal), true)
		taken := consent.For(consent.Outings)
		h.answer(mother, taken, true)
		h.withdraw(mother, taken)
		h.answer(father, consent.For(consent.Collection), true)
		h.answer(father, consent.For(consent.Collection), false)
		err := d.Read(t.Context(), func(r *db.Reader) error {
			list, err := h.s.RunningOut(t.Context(), r, centre, c.Now(), a.Expires, 10)
			if len(list) != 1 || list[0].Consent != a.ID {
				t.Errorf("running out: %+v", list)
			}
			none, err2 := h.s.RunningOut(t.Context(), r, partner, c.Now(), a.Expires, 10)
			want(t, "elsewhere", len(none), 0)
			if err == nil {
				err = err2
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestOverride(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c)
		to := consent.Matter{Purpose: consent.SharePartner, About: partner}
		h.answer(mother, to, false)
		const reason = "孩子今晚不能回家，监护人联系不上。"
		for wanted, in := range map[string]consent.Overriding{
			"reason form.required":        {Record: record, Matter: to, Ground: consent.Life, Until: c.Now().Add(time.Hour)},
			"reason form.too_long":        {Record: record, Matter: to, Ground: consent.Life, Until: c.Now().Add(time.Hour), Reason: strings.Repeat("长", 2001)},
			"until consent.override_long": {Record: record, Matter: to, Ground: consent.Life, Reason: reason, Until: c.Now().Add(73 * time.Hour)},
			"ground form.choice":          {Record: record, Matter: to, Reason: reason, Until: c.Now().Add(time.Hour), Ground: "haste"},
			"purpose form.choice":         {Record: record, Reason: reason, Ground: consent.Life, Until: c.Now().Add(time.Hour)},
			"consent.no_record":           {Record: 71, Matter: to, Ground: consent.Life, Reason: reason, Until: c.Now().Add(time.Hour)},
		} {
			want(t, wanted, key(h.try(func(ctx context.Context, tx *db.Tx) error { _, err := h.s.Override(ctx, tx, in); return err })), wanted)
		}
		want(t, "past", key(h.try(func(ctx context.Context, tx *db.Tx) error {
			_, err := h.s.Override(ctx, tx, consent.Overriding{Record: record, Ground: consent.Life, Matter: to, Reason: reason, Until: c.Now()})
			return err
		})), "until consent.override_long")
		var o consent.Override
		h.write(func(ctx context.Context, tx *db.Tx) (err error) {
			o, err = h.s.Override(ctx, tx, consent.Overriding{Record: record, Ground: consent.Life, Matter: to, Reason: reason, Until: c.Now().Add(time.Hour), By: worker})
			return err
		})
		want(t, "allowed", h.needed(to), "")
		want(t, "what the mother said is still shown", h.standing(to).State, consent.Refused)
		want(t, "for another receiver", h.needed(consent.Matter{Purpose: consent.SharePartner, About: school}), "consent.missing")
		h.write(func(ctx context.Context, tx *db.Tx) error {
			words, err := h.s.Reason(ctx, tx, record, o.ID, worker)
			want(t, "the reason", words, reason)
			if err != nil {
				return err
			}
			rows, err := audit.Of(ctx, tx, record, 0, 10)
			for _, x := range rows {
				if strings.Contains(string(x.Data), "孩子") {
					t.Errorf("the trail holds words: %s", x.Data)
				}
			}
			want(t, "acts", len(rows), 3)
			for _, x := range [][2]int64{{record, 1}, {71, o.ID}} {
				_, err := h.s.Reason(ctx, tx, x[0], x[1], worker)
				want(t, "not of this record", fault.KindOf(err), fault.NotFound)
			}
			return err
		})
		h.families[record] = consent.Family{Organisation: partner, Guardians: []int64{mother, father}}
		want(t, "not for another organisation", h.needed(to), "consent.missing")
		h.families[record] = consent.Family{Organisation: centre, Guardians: []int64{mother, father}}
		c.Advance(time.Hour)
		want(t, "over by itself", h.needed(to), "consent.refused")
	})
}

// TestRemarksChangeNothing is the mistake that other systems made: a child who was judged able to decide
// erased what a parent had said.
func TestRemarksChangeNothing(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	m := consent.For(consent.Medical)
	h.answer(mother, m, false)
	before := h.standing(m)
	for _, yes := range []bool{true, false} {
		for _, kind := range []consent.RemarkKind{consent.Competence, consent.TellParents} {
			h.write(func(ctx context.Context, tx *db.Tx) error {
				_, err := h.s.Remark(ctx, tx, consent.Remark{Record: record, Kind: kind, Matter: m, Yes: yes, By: worker})
				return err
			})
		}
	}
	after := h.standing(m)
	want(t, "state", after.State, before.State)
	want(t, "answer", after.Each[0].Answer.ID, before.Each[0].Answer.ID)
	err := h.d.Read(t.Context(), func(r *db.Reader) error {
		list, err := h.s.Remarks(t.Context(), r, record)
		want(t, "kept", len(list), 4)
		want(t, "newest first", list[0].Kind, consent.TellParents)
		want(t, "the next takes the place", [4]bool{list[0].Stands(), list[1].Stands(), list[2].Stands(), list[3].Stands()}, [4]bool{true, true, false, false})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "another kind", key(h.try(func(ctx context.Context, tx *db.Tx) error {
		_, err := h.s.Remark(ctx, tx, consent.Remark{Record: record, Kind: "mood", Matter: m})
		return err
	})), "kind form.choice")
}

func TestAllowedForAPage(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	h.families[71] = consent.Family{Organisation: centre, Guardians: []int64{grandmother}}
	h.answer(mother, consent.For(consent.Enrol), true)
	h.answer(mother, consent.For(consent.Medical), false)
	h.answer(mother, consent.Matter{Purpose: consent.SharePartner, About: partner}, true)
	err := h.d.Read(t.Context(), func(r *db.Reader) error {
		all, err := h.s.Look(t.Context(), r, []int64{record, 71, 72}, h.c.Now())
		if err != nil {
			return err
		}
		for id, wanted := range map[int64]int{record: 1, 71: 0, 72: 0} {
			want(t, fmt.Sprint("allowed for ", id), len(all.Allowed(id)), wanted)
		}
		want(t, "one", all.Allowed(record)[0], consent.Enrol)
		want(t, "refused", key(all.Needed(record, consent.For(consent.Medical))), "consent.refused")
		want(t, "the receiver", key(all.Needed(record, consent.Matter{Purpose: consent.SharePartner, About: partner})), "")
		want(t, "of a record that is not there", key(all.Needed(72, consent.For(consent.Enrol))), "consent.missing")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestWhatIsLeftOutNeverCounts answers at random, with clocks that jump, and compares what Look reads with
// everything that was ever said.
func TestWhatIsLeftOutNeverCounts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c)
		dice := rand.New(rand.NewPCG(16, 4))
		matters := []consent.Matter{consent.For(consent.Meals), consent.For(consent.PhotosPublic)}
		both := []int64{mother, father}
		for range 60 {
			m, g := matters[dice.IntN(2)], both[dice.IntN(2)]
			switch in := h.said(g, m, dice.IntN(3) > 0); dice.IntN(4) {
			case 0:
				h.withdraw(g, m)
			default:
				in.From = c.Now().Add(time.Duration(dice.IntN(400)-300) * 24 * time.Hour)
				h.write(func(ctx context.Context, tx *db.Tx) error { _, err := h.s.Answer(ctx, tx, in); return err })
			}
			c.Advance(time.Duration(dice.IntN(100)-30) * 24 * time.Hour)
			err := d.Read(t.Context(), func(r *db.Reader) error {
				all, err := h.s.History(t.Context(), r, record)
				for _, m := range matters {
					of := slices.DeleteFunc(slices.Clone(all), func(a consent.Answer) bool { return a.Matter != m })
					want(t, "state", h.standing(m).State, consent.Compute(m, both, of, nil, c.Now()).State)
				}
				return err
			})
			if err != nil || t.Failed() {
				t.Fatal(err)
			}
		}
	})
}

func TestCounts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c)
		start := c.Now()
		meals := consent.For(consent.Meals)
		h.answer(mother, meals, true)
		h.answer(father, meals, true)
		h.withdraw(father, meals)
		h.answer(father, consent.For(consent.Outings), false)
		h.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := h.s.Override(ctx, tx, consent.Overriding{Record: record, Ground: consent.Life, Matter: consent.For(consent.Outings), Reason: "x", Until: c.Now().Add(time.Hour)})
			return err
		})
		counts := func(organisation int64, since time.Time) map[consent.Purpose]consent.Count {
			out := map[consent.Purpose]consent.Count{}
			err := d.Read(t.Context(), func(r *db.Reader) error {
				list, err := consent.Counts(t.Context(), r, organisation, since, since.Add(time.Hour))
				for _, x := range list {
					out[x.Purpose] = x
				}
				return err
			})
			if err != nil || len(out) != len(consent.Purposes()) {
				t.Fatal(out, err)
			}
			return out
		}
		for _, where := range []int64{centre, 0} {
			all := counts(where, start)
			want(t, "meals", all[consent.Meals], consent.Count{Purpose: consent.Meals, Given: 2, Withdrawn: 1})
			want(t, "outings", all[consent.Outings], consent.Count{Purpose: consent.Outings, Refused: 1, Overrides: 1})
		}
		want(t, "elsewhere", counts(partner, start)[consent.Meals].Given, 0)
		want(t, "later", counts(centre, start.Add(time.Minute))[consent.Meals].Given, 0)
	})
}

func TestRemarkIsSealedAndEnds(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c)
		m := consent.For(consent.Medical)
		const words = "他说不想让家里知道去看过牙。"
		var kept consent.Remark
		h.write(func(ctx context.Context, tx *db.Tx) (err error) {
			kept, err = h.s.Remark(ctx, tx, consent.Remark{Record: record, Kind: consent.TellParents, Matter: m, Words: words, By: worker})
			return err
		})
		h.write(func(ctx context.Context, tx *db.Tx) error {
			plain, err := h.s.Remarks(ctx, tx, record)
			if err != nil {
				return err
			}
			want(t, "without the words", plain[0].Words, "")
			list, err := h.s.RemarkWords(ctx, tx, record, worker)
			want(t, "with the words", list[0].Words, words)
			return err
		})
		for name, x := range map[string][2]int64{"another record": {71, kept.ID}, "another remark": {record, 1}} {
			want(t, name, fault.KindOf(h.try(func(ctx context.Context, tx *db.Tx) error { return h.s.EndRemark(ctx, tx, x[0], x[1], worker) })), fault.NotFound)
		}
		end := func(ctx context.Context, tx *db.Tx) error { return h.s.EndRemark(ctx, tx, record, kept.ID, worker) }
		h.write(end)
		want(t, "ended once", key(h.try(end)), "consent.no_remark")
		h.write(func(ctx context.Context, tx *db.Tx) error {
			list, err := h.s.Remarks(ctx, tx, record)
			if err != nil {
				return err
			}
			want(t, "stays in the history", len(list), 1)
			want(t, "by whom", list[0].EndedBy, int64(worker))
			rows, err := audit.Of(ctx, tx, record, 0, 10)
			for _, x := range rows {
				if strings.Contains(string(x.Data), "牙") {
					t.Errorf("the trail holds words: %s", x.Data)
				}
			}
			return err
		})
		want(t, "too long", key(h.try(func(ctx context.Context, tx *db.Tx) error {
			_, err := h.s.Remark(ctx, tx, consent.Remark{Record: record, Kind: consent.Competence, Matter: m, Words: strings.Repeat("长", 1001)})
			return err
		})), "words form.too_long")
	})
}
