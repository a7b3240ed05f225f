package child_test

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"strings"
	"sync"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/blob"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
)

var uncle = child.Relative{Name: "测试表叔", Phone: "13800000003", Relation: "uncle"}

// sending is a child whose mother has an account and has agreed that others collect.
func sending(t *testing.T, d *db.DB, c *clock.Sim) (*house, int64) {
	h := newHouse(t, d, c)
	r, g := h.active()
	h.must(boss, func(ctx context.Context, tx *db.Tx) error { return h.s.LinkGuardian(ctx, tx, r.ID, g, mother) })
	want(t, "agreed", h.agree(worker, r.ID, g, consent.For(consent.Collection), true), "")
	return h, r.ID
}

// send has the mother send somebody today.
func (h *house) send(record int64, day time.Time) (p child.Pickup, k string) {
	h.t.Helper()
	k = h.try(mother, func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = h.s.SendOnce(ctx, tx, record, child.NewPickup{Who: uncle, Day: day})
		return err
	})
	return p, k
}

func (h *house) atDoor(who, record int64, code string) (child.Pickup, string) {
	h.t.Helper()
	p, err := h.s.UsePickup(h.as(who), record, "", code)
	return p, key(err)
}

func TestSentOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h, record := sending(t, d, c)
		for _, day := range []time.Time{c.Now().AddDate(0, 0, -1), c.Now().AddDate(0, 0, 8), {}} {
			_, k := h.send(record, day)
			want(t, "a day that is none", k, "day child.pickup_day")
		}
		first, k := h.send(record, c.Now())
		want(t, "made", k, "")
		want(t, "six digits", len(first.Code), 6)
		second, _ := h.send(record, c.Now())
		_, k = h.atDoor(worker, record, first.Code)
		want(t, "the next takes its place", k, "child.no_pickup")
		o := h.open(worker, record, access.Care, access.Collection)
		want(t, "the worker sees who comes", o.Collection.Pickups[0].Who.Name, uncle.Name)
		want(t, "and not the code", o.Collection.Pickups[0].Code, "")
		own := h.open(mother, record, access.Guardian, access.Collection)
		want(t, "the mother sees the code", own.Collection.Pickups[0].Code, second.Code)
		for _, who := range []int64{mother, stranger, colleague} {
			_, k := h.atDoor(who, record, second.Code)
			want(t, "who does not stand at the door", k, "child.no_record")
		}
		p, k := h.atDoor(worker, record, wide(second.Code[:3])+" "+second.Code[3:])
		want(t, "taken, full-width digits too", k, "")
		want(t, "who it is", p.Who.Name, uncle.Name)
		_, k = h.atDoor(worker, record, second.Code)
		want(t, "once", k, "child.pickup_used")
		own = h.open(mother, record, access.Guardian, access.Collection)
		want(t, "the mother sees when", own.Collection.Pickups[0].Used.Equal(c.Now()), true)
		want(t, "not taken back any more", h.try(mother, func(ctx context.Context, tx *db.Tx) error { return h.s.EndPickup(ctx, tx, record, second.ID) }), "child.no_pickup")
	})
}

// wide makes digits full-width, as some input methods do.
func wide(s string) string {
	return strings.Map(func(r rune) rune { return r - '0' + '０' }, s)
}

func TestCodesOfOtherDaysAndPeople(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	h, record := sending(t, d, c)
	tomorrow, _ := h.send(record, c.Now().AddDate(0, 0, 1))
	_, k := h.atDoor(worker, record, tomorrow.Code)
	want(t, "too early", k, "child.no_pickup")
	e := enrolment()
	e.Name.Name = "测试乙"
	other := h.enrol(worker, e)
	_, k = h.atDoor(worker, other.ID, tomorrow.Code)
	want(t, "another child's", k, "consent.missing")
	c.Advance(24 * time.Hour)
	want(t, "taken back", h.try(mother, func(ctx context.Context, tx *db.Tx) error { return h.s.EndPickup(ctx, tx, record, tomorrow.ID) }), "")
	_, k = h.atDoor(worker, record, tomorrow.Code)
	want(t, "taken back", k, "child.no_pickup")
	late, _ := h.send(record, c.Now())
	c.Advance(24 * time.Hour)
	_, k = h.atDoor(worker, record, late.Code)
	want(t, "the day after", k, "child.no_pickup")
	now, _ := h.send(record, c.Now())
	for range 4 { // and the one above
		_, k := h.atDoor(worker, record, "000")
		want(t, "wrong", k, "child.no_pickup")
	}
	_, k = h.atDoor(worker, record, now.Code)
	want(t, "guessed too often", k, "child.pickup_tries")
	c.Advance(24 * time.Hour)
	anew, _ := h.send(record, c.Now())
	g := h.open(boss, record, access.Casework, access.Guardians).Guardians[0].ID
	want(t, "a no", h.agree(worker, record, g, consent.For(consent.Collection), false), "")
	_, k = h.atDoor(worker, record, anew.Code)
	want(t, "not agreed to any more", k, "consent.refused")
	_, k = h.send(record, c.Now())
	want(t, "nor made", k, "consent.refused")
}

// TestOneCodeTwoWorkers: of two who type the same code at the same moment, one hands the child over.
func TestOneCodeTwoWorkers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		h, record := sending(t, d, c)
		p, _ := h.send(record, c.Now())
		answers := make(chan string, 2)
		var wg sync.WaitGroup
		for _, who := range []int64{worker, boss} {
			wg.Go(func() {
				_, err := h.s.UsePickup(h.as(who), record, "", p.Code)
				answers <- key(err)
			})
		}
		wg.Wait()
		close(answers)
		got := map[string]int{}
		for x := range answers {
			got[x]++
		}
		if got[""] != 1 || got["child.pickup_used"] != 1 {
			t.Errorf("the answers: %v", got)
		}
		again, err := h.s.UsePickup(h.as(worker), record, "form", "000000")
		want(t, "wrong", key(err), "child.no_pickup")
		want(t, "nothing is told", again.Who.Name, "")
		_, err = h.s.UsePickup(h.as(worker), record, "form", "000000")
		want(t, "the same form changes nothing", key(err), "")
	})
}

// TestACodeEndsWithTheGuardiansWord: who may not decide for the child any more has sent nobody.
func TestACodeEndsWithTheGuardiansWord(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	h, record := sending(t, d, c)
	g := h.guardians(worker, record)[0].ID
	other := int64(0)
	h.must(worker, func(ctx context.Context, tx *db.Tx) (err error) {
		other, err = h.s.AddGuardian(ctx, tx, record, access.Casework, child.NewGuardian{Authority: true, Proof: "court",
			Who: child.Relative{Name: "测试外婆", Phone: "13800000008", Relation: "grandmother"}})
		return err
	})
	for _, m := range []consent.Purpose{consent.Enrol, consent.Collection} {
		want(t, "the other agrees", h.agree(worker, record, other, consent.For(m), true), "")
	}
	p, _ := h.send(record, c.Now())
	h.must(worker, func(ctx context.Context, tx *db.Tx) error { return h.s.SetAuthority(ctx, tx, record, g, false) })
	_, k := h.atDoor(worker, record, p.Code)
	want(t, "no word any more", k, "child.no_pickup")
	want(t, "nor shown", len(h.open(worker, record, access.Care, access.Collection).Collection.Pickups), 0)
}

func photo(t *testing.T, w, h int) blob.Upload {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewRGBA(image.Rect(0, 0, w, h)), nil); err != nil {
		t.Fatal(err)
	}
	return blob.Upload{Name: "姑姑.jpg", Bytes: b.Bytes()}
}

func TestPhotosOfCollectors(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	r, g := h.active()
	h.must(boss, func(ctx context.Context, tx *db.Tx) error { return h.s.LinkGuardian(ctx, tx, r.ID, g, mother) })
	clean, err := h.s.CleanPortrait(t.Context(), photo(t, 1800, 1200))
	if err != nil {
		t.Fatal(err)
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(clean.Bytes))
	if err != nil {
		t.Fatal(err)
	}
	want(t, "small enough for a phone", [2]int{size.Width, size.Height}, [2]int{900, 600})
	want(t, "without a name", clean.Name, "file.jpg")
	_, err = h.s.CleanPortrait(t.Context(), blob.Upload{Bytes: []byte("%PDF-1.4 ")})
	want(t, "no picture", key(err), "blob.no_picture")
	id := int64(0)
	aunt := child.NewCollector{Who: child.Relative{Name: "测试姑姑", Relation: "aunt"}, Until: h.c.Now().AddDate(0, 1, 0)}
	h.must(mother, func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = h.s.AddCollector(ctx, tx, r.ID, access.Guardian, aunt)
		return err
	})
	set := func(who int64, p access.Purpose, photo blob.Upload) string {
		return h.try(who, func(ctx context.Context, tx *db.Tx) error { return h.s.SetPhoto(ctx, tx, r.ID, p, id, photo) })
	}
	want(t, "kept", set(mother, access.Guardian, clean), "")
	want(t, "no picture", set(mother, access.Guardian, blob.Upload{Name: "x", Bytes: []byte("none")}), "blob.kind")
	picture := func(who int64, p access.Purpose) int64 {
		return h.open(who, r.ID, p, access.Collection).Collection.Collectors[0].Picture
	}
	file := picture(worker, access.Care)
	get := func(who int64, p access.Purpose, file int64) string {
		_, _, err := h.s.File(h.as(who), r.ID, file, p)
		return key(err)
	}
	want(t, "the worker sees it", get(worker, access.Care, file), "")
	want(t, "for meals it is not needed", fault.KindOf(errOf(h.s.File(h.as(worker), r.ID, file, access.Meals))), fault.Forbidden)
	want(t, "another worker does not", get(colleague, access.Care, file), "child.no_record")
	want(t, "none", set(mother, access.Guardian, blob.Upload{}), "file form.required")
	want(t, "a stranger", set(stranger, access.Guardian, clean), "child.no_record")
	want(t, "a new one", set(mother, access.Guardian, clean), "")
	want(t, "the old one is gone", get(worker, access.Care, file), "blob.none")
	file = picture(mother, access.Guardian)
	want(t, "the guardian sees it", get(mother, access.Guardian, file), "")
	h.c.Advance(32 * 24 * time.Hour)
	n := 0
	h.must(0, func(ctx context.Context, tx *db.Tx) (err error) { n, err = h.s.ForgetPhotos(ctx, tx); return err })
	want(t, "deleted when their time is over", n, 1)
	want(t, "gone", get(worker, access.Care, file), "blob.none")
	never := child.NewCollector{Who: child.Relative{Name: "测试某人", Relation: "other", Phone: "13800000009", Remark: "判决"}, Forbidden: true}
	h.must(worker, func(ctx context.Context, tx *db.Tx) (err error) {
		_, err = h.s.AddCollector(ctx, tx, r.ID, access.Casework, never)
		return err
	})
	at := func(p access.Purpose) child.Relative {
		return h.open(worker, r.ID, p, access.Collection).Collection.Collectors[0].Who
	}
	want(t, "at the door no reason", at(access.Care).Remark+at(access.Care).Phone, "")
	want(t, "the reason in casework", at(access.Casework).Remark, "判决")
}

func errOf(_ blob.Blob, _ []byte, err error) error { return err }
