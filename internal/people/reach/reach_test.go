package reach_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/people"
	"manyhands/internal/people/reach"
	"manyhands/internal/vault"
	"manyhands/internal/vault/vaulttest"
)

const home = 7

type house struct {
	t *testing.T
	d *db.DB
	c *clock.Sim
	p *people.Service
	s *reach.Service
	v *vault.Vault
}

func each(t *testing.T, test func(h house)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		p, err := people.New(d, nil, people.Config{BaseURL: "https://give.example.org"})
		if err != nil {
			t.Fatal(err)
		}
		v := vaulttest.Open(t, d)
		test(house{t, d, c, p, reach.New(p, v), v})
	})
}

// at makes a person who is appointed and returns them with a context in which they act.
func (h house) at(email string, role access.Role, organisation int64) (people.Person, context.Context) {
	h.t.Helper()
	var p people.Person
	ctx := h.t.Context()
	err := h.d.Write(ctx, func(tx *db.Tx) (err error) {
		if p, err = h.p.EnsurePerson(ctx, tx, email, "李 梅"); err != nil {
			return err
		}
		_, err = h.p.Appoint(ctx, tx, people.Appointment{PersonID: p.ID, Role: role, Organisation: organisation})
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return p, access.With(ctx, access.Actor{PersonID: p.ID, Roles: []access.Grant{{Role: role, Organisation: organisation}}})
}

func (h house) add(ctx context.Context, p reach.Point) error {
	if p.SafeUntil == 0 {
		p.SafeUntil = reach.Day
	}
	return h.d.Write(ctx, func(tx *db.Tx) error {
		_, err := h.s.Add(ctx, tx, p)
		return err
	})
}

func (h house) points(ctx context.Context, s *reach.Service, person int64) (out []reach.Point, err error) {
	err = h.d.Read(ctx, func(q *db.Reader) (err error) {
		out, err = s.Points(ctx, q, person)
		return err
	})
	return out, err
}

func key(err error) string {
	if bad, ok := errors.AsType[fault.Fields](err); ok && len(bad) > 0 {
		return bad[0].Key
	}
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e.Key
	}
	return ""
}

// A number is kept sealed, opened for who may see the person, and says "locked" where the vault is.
func TestPointsAreSealed(t *testing.T) {
	t.Parallel()
	each(t, func(h house) {
		w, own := h.at("w@example.org", access.Worker, home)
		_, boss := h.at("boss@example.org", access.Coordinator, home)
		_, far := h.at("far@example.org", access.Coordinator, 8)
		if err := h.add(own, reach.Point{Person: w.ID, Kind: reach.Phone, Value: "138-0013-8000", NoName: true}); err != nil {
			h.t.Fatal(err)
		}
		for name, ctx := range map[string]context.Context{"own": own, "boss": boss} {
			got, err := h.points(ctx, h.s, w.ID)
			if err != nil || len(got) != 1 || got[0].Value != "+8613800138000" || !got[0].NoName {
				h.t.Errorf("%s: %+v, %v", name, got, err)
			}
		}
		if _, err := h.points(far, h.s, w.ID); key(err) != "people.unknown" {
			h.t.Errorf("from elsewhere: %v", err)
		}
		if err := h.add(far, reach.Point{Person: w.ID, Kind: reach.WeChat, Value: "abcdef"}); key(err) != "people.unknown" {
			h.t.Errorf("written from elsewhere: %v", err)
		}
		if _, err := h.points(own, reach.New(h.p, vault.Shut(h.d)), w.ID); key(err) != "vault.locked" {
			h.t.Errorf("with a locked vault: %v", err)
		}
		var sealed []byte
		var lookup string
		err := h.d.Read(own, func(q *db.Reader) error {
			return q.QueryRowContext(own, "SELECT sealed, lookup FROM contact_point").Scan(&sealed, &lookup)
		})
		if err != nil || strings.Contains(string(sealed)+lookup, "13800138000") {
			h.t.Errorf("in clear: %q %q, %v", sealed, lookup, err)
		}
	})
}

func TestPointsAreRefused(t *testing.T) {
	t.Parallel()
	each(t, func(h house) {
		w, own := h.at("w@example.org", access.Worker, home)
		point := func(kind reach.Kind, value string) reach.Point {
			return reach.Point{Person: w.ID, Kind: kind, Value: value}
		}
		for _, x := range []struct {
			p    reach.Point
			want string
		}{
			{point(reach.Phone, "12345"), "account.phone_bad"}, {point(reach.Email, "x"), "form.email"}, {point(reach.WeChat, "ab c"), "people.reach_wechat"},
			{point(reach.WeChat, "李梅的微信"), "people.reach_wechat"}, {point("pigeon", "coop 7"), "form.choice"}, {point(reach.WeChat, ""), "form.required"},
			{reach.Point{Person: w.ID, Kind: reach.WeChat, Value: "abcdef", SafeFrom: 600, SafeUntil: 600}, "people.hours_order"},
			{point(reach.WeChat, "ＡＢcdef"), ""}, {point(reach.WeChat, "abCDEF"), "people.reach_already"},
		} {
			if err := h.add(own, x.p); key(err) != x.want && !(x.want == "account.phone_bad" && key(err) != "") {
				h.t.Errorf("%s %s: %v, want %q", x.p.Kind, x.p.Value, err, x.want)
			}
		}
		for _, v := range []string{"aaaaa1", "aaaaa2", "aaaaa3", "aaaaa4", "aaaaa5", "aaaaa6", "aaaaa7"} {
			if err := h.add(own, point(reach.WeChat, v)); err != nil {
				h.t.Error(err)
			}
		}
		if err := h.add(own, point(reach.WeChat, "aaaaa8")); key(err) != "people.reach_many" {
			h.t.Errorf("one too many: %v", err)
		}
	})
}

// Duplicates are found by contact, by the mailbox and by the name at one place, and not twice.
func TestDuplicates(t *testing.T) {
	t.Parallel()
	each(t, func(h house) {
		a, ctxA := h.at("li.mei@example.org", access.Worker, home)
		b, ctxB := h.at("li.mei+2@example.org", access.Worker, home)
		far, ctxFar := h.at("other@example.org", access.Worker, 8) // the same name, elsewhere
		_, admin := h.at("admin@example.org", access.Administrator, access.Network)
		find := func(ctx context.Context) (out []reach.Pair, err error) {
			err = h.d.Read(ctx, func(q *db.Reader) (err error) {
				out, err = h.s.Duplicates(ctx, q)
				return err
			})
			return out, err
		}
		got, err := find(admin)
		if err != nil || len(got) != 1 || got[0].A != a.ID || got[0].B != b.ID || !slices.Equal(got[0].Why, []string{reach.SameMailbox, reach.SameName}) {
			h.t.Errorf("%+v, %v", got, err)
		}
		for ctx, id := range map[context.Context]int64{ctxA: a.ID, ctxFar: far.ID} {
			if err := h.add(ctx, reach.Point{Person: id, Kind: reach.Phone, Value: "13800138000"}); err != nil {
				h.t.Fatal(err)
			}
		}
		if err := h.add(ctxB, reach.Point{Person: b.ID, Kind: reach.Email, Value: "Other@example.org"}); err != nil {
			h.t.Fatal(err)
		}
		if got, err = find(admin); err != nil || len(got) != 3 {
			h.t.Errorf("%+v, %v", got, err)
		}
		if _, err := find(ctxA); key(err) != "access.denied" {
			h.t.Errorf("a worker looks: %v", err)
		}
		if err := h.d.Write(admin, func(tx *db.Tx) error { _, err := h.p.AskMerge(admin, tx, a.ID, b.ID); return err }); err != nil {
			h.t.Fatal(err)
		}
		if got, err = find(admin); err != nil || len(got) != 1 {
			h.t.Errorf("after a merge %+v, %v", got, err)
		}
		pts, err := h.points(ctxA, h.s, a.ID)
		if err != nil || len(pts) != 2 { // sealed under the second record's key, and still readable
			h.t.Errorf("contact points of the merged %+v, %v", pts, err)
		}
	})
}

// numbers are who signs in with which number.
type numbers map[string]int64

func (n numbers) PhoneOwners(context.Context, db.Queryer, []string) (map[string]int64, error) {
	return n, nil
}

// Somebody signs in with the number at which a colleague is reached: that is one person, or two in one house.
func TestDuplicatesByTheNumberOfAnAccount(t *testing.T) {
	t.Parallel()
	each(t, func(h house) {
		a, ctxA := h.at("a@example.org", access.Worker, home)
		b, _ := h.at("b@example.org", access.Worker, 8)
		_, admin := h.at("admin@example.org", access.Administrator, access.Network)
		if err := h.add(ctxA, reach.Point{Person: a.ID, Kind: reach.Phone, Value: "13800138000"}); err != nil {
			h.t.Fatal(err)
		}
		lookup, err := h.v.Lookup(string(reach.Phone), "+8613800138000")
		if err != nil {
			h.t.Fatal(err)
		}
		for owner, want := range map[int64]int{b.ID: 1, a.ID: 0} {
			h.s.Use(numbers{lookup: owner})
			err := h.d.Read(admin, func(q *db.Reader) error {
				got, err := h.s.Duplicates(admin, q)
				if len(got) != want || want == 1 && (got[0].A != a.ID || got[0].B != b.ID || !slices.Equal(got[0].Why, []string{reach.SameContact})) {
					h.t.Errorf("%+v", got)
				}
				return err
			})
			if err != nil {
				h.t.Fatal(err)
			}
		}
	})
}

func TestHoursOfADay(t *testing.T) {
	t.Parallel()
	week := []reach.Hours{{Weekday: 4, From: 600, Until: 700}, {Weekday: 4, From: 300, Until: 400}, {Weekday: 7, From: 1, Until: 2},
		{Day: "2026-12-03", From: 900, Until: 1000}, {Day: "2026-12-10", From: 600, Until: 600}}
	for day, want := range map[string][]int{"2026-11-26": {300, 600}, "2026-12-03": {900}, "2026-12-10": nil, "2026-12-06": {1}, "2028-02-29": nil} {
		at, err := time.ParseInLocation(time.DateOnly, day, i18n.DefaultZone())
		if err != nil {
			t.Fatal(err)
		}
		var got []int
		for _, h := range reach.On(week, at) {
			got = append(got, h.From)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", day, got, want)
		}
	}
}

func TestHoursAreChecked(t *testing.T) {
	t.Parallel()
	each(t, func(h house) {
		w, own := h.at("w@example.org", access.Worker, home)
		add := func(x reach.Hours) error {
			return h.d.Write(own, func(tx *db.Tx) error { return h.s.AddHours(own, tx, w.ID, x) })
		}
		for _, x := range []struct {
			h    reach.Hours
			want string
		}{
			{reach.Hours{Weekday: 8, From: 1, Until: 2}, "form.choice"}, {reach.Hours{Weekday: 0, Day: "2027-02-29", From: 1, Until: 2}, "form.date"},
			{reach.Hours{Weekday: 1, From: 2, Until: 2}, "people.hours_order"}, {reach.Hours{Weekday: 1, From: 2, Until: 1441}, "people.hours_order"},
			{reach.Hours{Day: "2028-02-29", From: 2, Until: 2}, ""}, {reach.Hours{Weekday: 1, From: 2, Until: 3}, ""}, {reach.Hours{Weekday: 1, From: 2, Until: 3}, ""},
		} {
			if err := add(x.h); key(err) != x.want || x.want == "" && err != nil {
				h.t.Errorf("%+v: %v, want %q", x.h, err, x.want)
			}
		}
		err := h.d.Read(own, func(q *db.Reader) error {
			all, err := h.s.HoursOf(own, q, w.ID, "2028-03-01")
			if len(all) != 1 {
				h.t.Errorf("hours %+v", all)
			}
			return err
		})
		if err != nil {
			h.t.Fatal(err)
		}
	})
}

// Whatever is typed, the form in which it is kept reads as itself again.
func FuzzValue(f *testing.F) {
	for _, s := range []string{"13800138000", "+86 138 0013 8000", "１３８００１３８０００", "a@b.example", "wxid_abc", "", "\x00", "𠮷野"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		for _, k := range reach.Kinds() {
			v, err := reach.Value(k, typed)
			if err != nil {
				continue
			}
			if again, err := reach.Value(k, v); err != nil || again != v {
				t.Errorf("%s %q became %q, then %q, %v", k, typed, v, again, err)
			}
		}
	})
}
