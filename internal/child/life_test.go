package child_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"strings"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/blob"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
)

func TestTheChildLeaves(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c)
		r, g := h.active()
		end := func(who int64) string {
			return h.try(who, func(ctx context.Context, tx *db.Tx) error { return h.s.End(ctx, tx, r.ID, access.Casework) })
		}
		want(t, "not by a worker", end(worker), "access.denied")
		want(t, "by a supervisor", end(boss), "")
		want(t, "twice", end(boss), "access.policy.ended_closed")
		want(t, "the worker has let go", h.openKey(worker, r.ID, access.Casework), "child.no_record")
		want(t, "nothing new", h.try(boss, func(ctx context.Context, tx *db.Tx) error {
			_, err := h.s.AddNote(ctx, tx, r.ID, access.Casework, "talk", "x")
			return err
		}), "access.policy.ended_closed")
		c.Advance(91 * 24 * time.Hour)
		want(t, "staff lose sight", h.openKey(boss, r.ID, access.Casework), "child.no_record")
		want(t, "a lead does not", h.openKey(lead, r.ID, access.Safeguarding), "")
		_ = g
	})
}

func TestErasure(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c)
		r, g := h.active()
		h.must(worker, func(ctx context.Context, tx *db.Tx) error {
			if _, err := h.s.AddNote(ctx, tx, r.ID, access.Casework, "talk", "x"); err != nil {
				return err
			}
			if _, err := h.s.AddCollector(ctx, tx, r.ID, access.Casework, child.NewCollector{Who: other().Who, Forbidden: true}); err != nil {
				return err
			}
			_, err := h.s.Attach(ctx, tx, r.ID, access.Casework, "x", blob.Upload{Name: "x.png", Bytes: gray(t)})
			return err
		})
		hold := func(on bool) string {
			return h.try(lead, func(ctx context.Context, tx *db.Tx) error { return h.s.Hold(ctx, tx, r.ID, on) })
		}
		proof := ""
		erase := func(who int64) string {
			return h.try(who, func(ctx context.Context, tx *db.Tx) error {
				x, err := h.s.Erase(ctx, tx, r.ID)
				proof = x.Proof
				return err
			})
		}
		want(t, "held", hold(true), "")
		want(t, "what is held stays", erase(lead), "child.held")
		want(t, "let go", hold(false), "")
		want(t, "not by a supervisor", erase(boss), "child.no_record")
		want(t, "by a lead", erase(lead), "")
		want(t, "with a proof", len(proof), 64)
		want(t, "nobody finds it", h.openKey(lead, r.ID, access.Safeguarding), "child.no_record")
		want(t, "by code", h.try(lead, func(ctx context.Context, tx *db.Tx) error {
			_, err := h.s.ByCode(ctx, tx, r.Code, access.Safeguarding)
			return err
		}), "child.no_record")
		want(t, "nor by its consents", key(d.Read(t.Context(), func(q *db.Reader) error {
			return h.consents.Needed(t.Context(), q, r.ID, consent.For(consent.Enrol), c.Now())
		})), "consent.no_record")
		h.must(worker, func(ctx context.Context, tx *db.Tx) error {
			list, err := h.s.ByName(ctx, tx, "测试甲", "2016-03-09", access.Casework)
			want(t, "by name", len(list), 0)
			return err
		})
		want(t, "the trail stays", h.looks(r.ID)[0].Kind, "record.erased")
		for _, table := range []string{"child_group", "child_note", "child_collector", "child_attachment", "blob", "blob_piece"} {
			want(t, table, h.count("SELECT COUNT(*) FROM "+table), 0)
		}
		want(t, "who", h.count("SELECT COUNT(*) FROM child_guardian WHERE phone_lookup <> '' OR person_id <> 0 OR length(sealed) > 0"), 0)
		want(t, "the record is counted", h.count("SELECT COUNT(*) FROM child_record"), 1)
		// The same child may come again, under a code that was never used.
		again := h.enrol(worker, enrolment())
		if again.Code == r.Code {
			t.Error("a code was used again")
		}
		_ = g
	})
}

func (h *house) count(query string) (n int64) {
	h.t.Helper()
	err := h.d.Read(h.t.Context(), func(r *db.Reader) error { return r.QueryRowContext(h.t.Context(), query).Scan(&n) })
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

func TestAClockErasesOnlyWhatHasEnded(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r, _ := h.active()
	expire := func() string {
		return h.try(0, func(ctx context.Context, tx *db.Tx) error { _, err := h.s.Expire(ctx, tx, r.ID); return err })
	}
	due := func() (ids []int64) {
		err := h.d.Read(t.Context(), func(q *db.Reader) (err error) {
			ids, err = h.s.EndedBefore(t.Context(), q, h.c.Now(), 0, 10)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return ids
	}
	want(t, "still here", expire(), "child.not_ended")
	h.must(boss, func(ctx context.Context, tx *db.Tx) error { return h.s.End(ctx, tx, r.ID, access.Casework) })
	same(t, "due", due(), []int64{r.ID})
	h.must(lead, func(ctx context.Context, tx *db.Tx) error { return h.s.Hold(ctx, tx, r.ID, true) })
	same(t, "held", due(), nil)
	want(t, "held", expire(), "child.held")
	h.must(lead, func(ctx context.Context, tx *db.Tx) error { return h.s.Hold(ctx, tx, r.ID, false) })
	want(t, "due", expire(), "")
	want(t, "again", expire(), "child.no_record")
}

func TestRequests(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c)
		r, g := h.active()
		h.must(boss, func(ctx context.Context, tx *db.Tx) error { return h.s.LinkGuardian(ctx, tx, r.ID, g, mother) })
		var id int64
		ask := func(who int64, kind child.RequestKind, words string) string {
			return h.try(who, func(ctx context.Context, tx *db.Tx) (err error) {
				id, err = h.s.Ask(ctx, tx, r.ID, kind, words)
				return err
			})
		}
		want(t, "a stranger", ask(father, child.Erasure, ""), "child.no_record")
		want(t, "a worker", ask(worker, child.Erasure, ""), "child.no_record")
		want(t, "what is wrong?", ask(mother, child.Correction, ""), "words form.required")
		want(t, "another kind", ask(mother, "praise", "x"), "kind form.choice")
		want(t, "a correction", ask(mother, child.Correction, "生日写错了。"), "")
		decide := func(who int64, p access.Purpose, yes bool, answer string) string {
			return h.try(who, func(ctx context.Context, tx *db.Tx) error { return h.s.Decide(ctx, tx, id, p, yes, answer) })
		}
		want(t, "a worker does not decide", decide(worker, access.Casework, true, ""), "access.denied")
		want(t, "nor the guardian", decide(mother, access.Guardian, true, ""), "child.decide_own")
		want(t, "nor somebody elsewhere", decide(clinicBoss, access.Casework, true, ""), "child.no_record")
		h.must(boss, func(ctx context.Context, tx *db.Tx) error {
			list, err := h.s.OpenRequests(ctx, tx, centre, access.Casework)
			want(t, "waiting", len(list), 1)
			return err
		})
		h.must(boss, func(ctx context.Context, tx *db.Tx) error {
			_, err := h.s.AddGuardian(ctx, tx, r.ID, access.Casework, other())
			return err
		})
		second := h.guardians(boss, r.ID)[1].ID
		h.must(worker, func(ctx context.Context, tx *db.Tx) error { return h.s.LinkGuardian(ctx, tx, r.ID, second, boss) })
		h.must(boss, func(ctx context.Context, tx *db.Tx) error {
			list, err := h.s.Requests(ctx, tx, r.ID, access.Guardian)
			want(t, "another guardian's requests", len(list), 0)
			return err
		})
		first := id
		want(t, "a supervisor who is a guardian", ask(boss, child.Erasure, ""), "")
		want(t, "does not decide their own", decide(boss, access.Casework, true, ""), "child.decide_own")
		id = first
		want(t, "no without a reason", decide(boss, access.Casework, false, ""), "answer form.required")
		want(t, "yes", decide(boss, access.Casework, true, "已改。"), "")
		want(t, "twice", decide(boss, access.Casework, false, "不"), "child.request_decided")
		h.must(mother, func(ctx context.Context, tx *db.Tx) error {
			list, err := h.s.Requests(ctx, tx, r.ID, access.Guardian)
			want(t, "answered", list[0].Answer, "已改。")
			want(t, "state", list[0].State, child.RequestAccepted)
			return err
		})
		for i := range 19 { // and the supervisor's
			want(t, "more", ask(mother, child.Copy, strings.Repeat("请", i)), "")
		}
		last := id
		want(t, "the same again", ask(mother, child.Copy, strings.Repeat("请", 18)), "")
		want(t, "is one", id, last)
		want(t, "too many", ask(mother, child.Copy, "再来一份"), "child.requests_many")
	})
}

func TestHouseholds(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	var all []child.Record
	for range 3 {
		in := enrolment()
		in.Sure = true
		all = append(all, h.enrol(worker, in))
	}
	in := enrolment()
	in.Sure = true
	hidden := h.enrol(colleague, in)
	join := func(who, a, b int64) string {
		return h.try(who, func(ctx context.Context, tx *db.Tx) error { return h.s.Join(ctx, tx, a, b) })
	}
	want(t, "itself", join(worker, all[0].ID, all[0].ID), "code form.choice")
	want(t, "a colleague's", join(worker, all[0].ID, hidden.ID), "child.no_record")
	in.Organisation = clinic
	elsewhere := h.enrol(clinicWorker, in)
	want(t, "of two organisations", join(chief, all[0].ID, elsewhere.ID), "code form.choice")
	want(t, "two", join(worker, all[0].ID, all[1].ID), "")
	want(t, "and one", join(boss, hidden.ID, all[2].ID), "")
	want(t, "two households become one", join(boss, all[1].ID, all[2].ID), "")
	siblings := func(who int64) (n int) {
		h.must(who, func(ctx context.Context, tx *db.Tx) error {
			list, err := h.s.Siblings(ctx, tx, all[0].ID, access.Casework)
			n = len(list)
			return err
		})
		return n
	}
	want(t, "for the supervisor", siblings(boss), 3)
	want(t, "for the worker, of those assigned", siblings(worker), 2)
	h.must(worker, func(ctx context.Context, tx *db.Tx) error { return h.s.Leave(ctx, tx, all[0].ID) })
	want(t, "left", siblings(boss), 0)
}

func gray(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// picture hands a file in as evidence.
func (h *house) picture(person, record int64, p access.Purpose) (id int64) {
	h.t.Helper()
	h.must(person, func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = h.s.AddEvidence(ctx, tx, record, p, blob.Upload{Name: "测试.png", Bytes: gray(h.t)})
		return err
	})
	return id
}

func TestFilesBelongToOneRecord(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r, _ := h.active()
	in := enrolment()
	in.Sure = true
	second := h.enrol(worker, in)
	var file int64
	attach := func(who, record int64, title string) string {
		return h.try(who, func(ctx context.Context, tx *db.Tx) error {
			_, err := h.s.Attach(ctx, tx, record, access.Casework, title, blob.Upload{Name: "测试.png", Bytes: gray(t)})
			return err
		})
	}
	want(t, "without a title", attach(worker, r.ID, ""), "title form.required")
	want(t, "a colleague", attach(colleague, r.ID, "画"), "child.no_record")
	want(t, "attached", attach(worker, r.ID, "一幅画"), "")
	o := h.open(worker, r.ID, access.Casework, access.Attachments)
	want(t, "title", o.Attachments[0].Title, "一幅画")
	file = o.Attachments[0].File.ID
	get := func(who, record int64, p access.Purpose) string {
		b, data, err := h.s.File(h.as(who), record, file, p)
		if err == nil && (b.ID != file || len(data) == 0) {
			t.Errorf("%+v, %d bytes", b, len(data))
		}
		if err != nil && (data != nil || b.ID != 0) {
			t.Error("bytes beside a fault")
		}
		return key(err)
	}
	want(t, "the worker", get(worker, r.ID, access.Casework), "")
	want(t, "for meals", get(worker, r.ID, access.Meals), "access.policy.purpose_needs")
	want(t, "through another record", get(worker, second.ID, access.Casework), "child.no_file")
	want(t, "a colleague", get(colleague, r.ID, access.Casework), "child.no_record")
	h.picture(worker, second.ID, access.Casework)
	want(t, "as evidence of another record", h.try(worker, func(ctx context.Context, tx *db.Tx) error {
		return h.s.Prove(ctx, tx, second.ID, h.guardianOf(ctx, tx, second.ID), "court", file)
	}), "files form.choice")
	if strings.Contains(h.dump(), "测试.png") || strings.Contains(h.dump(), "一幅画") {
		t.Error("a file's name lies in clear")
	}
	want(t, "in the trail", h.looks(r.ID)[0].Kind, "file.read")
}

// guardianOf returns the first guardianship of a record, from what consent knows of it.
func (h *house) guardianOf(ctx context.Context, tx *db.Tx, record int64) int64 {
	h.t.Helper()
	f, err := child.Families{}.Families(ctx, tx, []int64{record}, tx.Now())
	if err != nil || len(f[record].Guardians) == 0 {
		h.t.Fatal(err)
	}
	return f[record].Guardians[0]
}

func TestWhatEndsSoon(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r, _ := h.active()
	soon := func(who int64, within time.Duration) (n int) {
		h.must(who, func(ctx context.Context, tx *db.Tx) error {
			list, err := h.s.EndingSoon(ctx, tx, centre, access.Casework, within)
			n = len(list)
			if n > 0 && (list[0].Record.ID != r.ID || list[0].Matter != consent.For(consent.Enrol)) {
				t.Errorf("%+v", list[0])
			}
			return err
		})
		return n
	}
	const year = 365 * 24 * time.Hour
	want(t, "this month", soon(boss, 30*24*time.Hour), 0)
	want(t, "this year", soon(boss, year), 1)
	want(t, "to whom it is not assigned", soon(colleague, year), 0)
	want(t, "elsewhere", soon(clinicBoss, year), 0)
}

func TestCounts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h := newHouse(t, d, c)
		start := c.Now()
		r, g := h.active()
		h.must(boss, func(ctx context.Context, tx *db.Tx) error { return h.s.LinkGuardian(ctx, tx, r.ID, g, mother) })
		for i, wait := range []time.Duration{15 * 24 * time.Hour, 16 * 24 * time.Hour} {
			var id int64
			h.must(mother, func(ctx context.Context, tx *db.Tx) (err error) {
				id, err = h.s.Ask(ctx, tx, r.ID, child.Copy, strings.Repeat("x", i))
				return err
			})
			c.Advance(wait)
			h.must(boss, func(ctx context.Context, tx *db.Tx) error { return h.s.Decide(ctx, tx, id, access.Casework, true, "") })
		}
		h.must(mother, func(ctx context.Context, tx *db.Tx) error {
			_, err := h.s.Ask(ctx, tx, r.ID, child.Erasure, "")
			return err
		})
		in := enrolment()
		in.Organisation = clinic
		h.enrol(clinicWorker, in)
		middle := c.Now()
		c.Advance(time.Hour)
		h.must(boss, func(ctx context.Context, tx *db.Tx) error { return h.s.End(ctx, tx, r.ID, access.Casework) })
		h.must(lead, func(ctx context.Context, tx *db.Tx) error { _, err := h.s.Erase(ctx, tx, r.ID); return err })
		c.Advance(time.Hour)
		counts := func(organisation int64, since, until time.Time) (x child.Counts) {
			err := d.Read(t.Context(), func(q *db.Reader) (err error) {
				x, err = h.s.Counts(t.Context(), q, organisation, since, until)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return x
		}
		x := counts(centre, start, c.Now())
		want(t, "begun, ended, erased", [3]int64{x.Begun, x.Ended, x.Erased}, [3]int64{1, 1, 1})
		want(t, "requests, answered, in time", [3]int64{x.Requests, x.Answered, x.InTime}, [3]int64{3, 3, 2}) // erasing answers the wish to be erased
		want(t, "erased now", x.States[child.Erased], 1)
		x = counts(0, time.Time{}, middle)
		want(t, "everywhere, before the end", [3]int64{x.Begun, x.Ended, x.Erased}, [3]int64{1, 0, 0})
		want(t, "enrolling there", x.States[child.Enrolling], 1)
	})
}
