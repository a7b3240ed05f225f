package account_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/people"
	"manyhands/internal/people/account"
)

// duties holds whoever it names, and remembers who was forgotten.
type duties struct {
	held      map[int64]bool
	forgotten map[int64][]string
}

func (d *duties) Holds(_ context.Context, _ db.Queryer, person int64) ([]string, error) {
	if d.held[person] {
		return []string{"account.held_appointment"}, nil
	}
	return nil, nil
}

func (d *duties) Forget(_ context.Context, _ *db.Tx, person int64, addresses []string) error {
	d.forgotten[person] = addresses
	return nil
}

type runner func(t *testing.T, test func(t *testing.T, h house), change ...func(*account.Config))

func leavers(t *testing.T, on runner, test func(t *testing.T, h house, d *duties)) {
	t.Helper()
	var d *duties
	on(t, func(t *testing.T, h house) { test(t, h, d) }, func(c *account.Config) {
		d = &duties{held: map[int64]bool{}, forgotten: map[int64][]string{}}
		c.Holders, c.Forgetters = []account.Holder{d}, []account.Forgetter{d}
	})
}

func (h house) askLeave(person int64) error {
	return h.d.Write(h.t.Context(), func(tx *db.Tx) error { return h.s.AskLeave(h.t.Context(), tx, person) })
}

func TestLeavingIsFinalAfterSevenDays(t *testing.T) {
	t.Parallel()
	leavers(t, each, func(t *testing.T, h house, d *duties) {
		p := h.person("old@example.org")
		h.setPhone(p.ID, "a")
		h.c.Advance(time.Minute)
		if err := h.setEmail(p.ID, "goes@example.org", "b"); err != nil {
			t.Fatal(err)
		}
		for range 2 { // a double click
			if err := h.askLeave(p.ID); err != nil {
				t.Fatal(err)
			}
		}
		if m := h.mailTo("goes@example.org"); !strings.Contains(m.Text, "/me/data") {
			t.Errorf("mail %+v", m)
		}
		h.c.Advance(7*24*time.Hour - time.Second)
		if h.run(); h.phoneOf(p.ID) == "" {
			t.Fatal("gone before its day")
		}
		h.c.Advance(time.Hour)
		h.run()
		if m := h.mailTo("goes@example.org"); !strings.Contains(m.Subject, "已注销") {
			t.Errorf("last mail %q", m.Subject)
		}
		if !slices.Equal(d.forgotten[p.ID], []string{"goes@example.org", "old@example.org"}) {
			t.Errorf("forgotten under %v", d.forgotten[p.ID])
		}
		h.read(func(ctx context.Context, r *db.Reader) error {
			gone, err := h.people.PersonByID(ctx, r, p.ID)
			if gone.Email != "" || gone.Name != "" || gone.Left.IsZero() {
				t.Errorf("what is left: %+v", gone)
			}
			_, none := h.vault.Box(ctx, r, p.ID)
			wantFault(t, none, "vault.destroyed")
			_, none = h.people.Actor(ctx, r, p.ID, h.c.Now())
			wantFault(t, none, "people.unknown")
			return err
		})
		// The number and the address are free, and open a new account.
		h.c.Advance(time.Hour)
		if again := h.byPhone(number, "c"); again.ID == p.ID {
			t.Error("the number opens the old account")
		}
		if again := h.person("goes@example.org"); again.ID == p.ID {
			t.Error("the address opens the old account")
		}
	})
}

func TestLeavingIsTakenBack(t *testing.T) {
	t.Parallel()
	leavers(t, lite, func(t *testing.T, h house, d *duties) {
		p := h.person("stays@example.org")
		if err := h.askLeave(p.ID); err != nil {
			t.Fatal(err)
		}
		h.c.Advance(6 * 24 * time.Hour)
		h.write(func(ctx context.Context, tx *db.Tx) error { return h.s.Stay(ctx, tx, p.ID) })
		h.c.Advance(30 * 24 * time.Hour)
		if h.run(); len(d.forgotten) != 0 {
			t.Error("left all the same")
		}
	})
}

func TestWhoHoldsADutyHandsOverFirst(t *testing.T) {
	t.Parallel()
	leavers(t, lite, func(t *testing.T, h house, d *duties) {
		p := h.person("staff@example.org")
		d.held[p.ID] = true
		wantFault(t, h.askLeave(p.ID), "account.held")
		d.held[p.ID] = false
		if err := h.askLeave(p.ID); err != nil {
			t.Fatal(err)
		}
		d.held[p.ID] = true // appointed meanwhile
		h.c.Advance(8 * 24 * time.Hour)
		if h.run(); len(d.forgotten) != 0 {
			t.Fatal("left with a duty")
		}
		d.held[p.ID] = false
		h.c.Advance(25 * time.Hour)
		if h.run(); len(d.forgotten) != 1 {
			t.Error("stays although nothing holds them")
		}
	})
}

func TestALockedVaultKeepsNobody(t *testing.T) {
	t.Parallel()
	leavers(t, lite, func(t *testing.T, h house, d *duties) {
		p := h.person("plain@example.org") // has no key: nothing of theirs was ever sealed
		if err := h.askLeave(p.ID); err != nil {
			t.Fatal(err)
		}
		h.c.Advance(8 * 24 * time.Hour)
		if h.run(); len(d.forgotten) != 1 {
			t.Error("a person without a key cannot leave")
		}
	})
}

func TestTakingDataAlong(t *testing.T) {
	t.Parallel()
	lite(t, func(t *testing.T, h house) {
		p := h.person("giver@example.org")
		h.setPhone(p.ID, "a")
		h.write(func(ctx context.Context, tx *db.Tx) error {
			if _, err := h.people.Appoint(ctx, tx, people.Appointment{PersonID: p.ID, Role: access.Coordinator}); err != nil {
				return err
			}
			return h.people.SetProfile(ctx, tx, p.ID, "<script>alert(1)</script>𠮷", i18n.ZH)
		})
		var b bytes.Buffer
		texts := i18ntest.Bundle(t, people.Texts, account.Texts)
		err := h.d.Read(t.Context(), func(r *db.Reader) error {
			return h.s.Export(i18n.With(t.Context(), texts, i18n.ZH, nil), r, p.ID, &b)
		})
		if err != nil {
			t.Fatal(err)
		}
		if missing := texts.Missing(); len(missing) > 0 {
			t.Errorf("missing %v", missing)
		}
		files := unzip(t, b.Bytes())
		var data struct {
			Person       []map[string]any
			Appointments []map[string]any
		}
		if err := json.Unmarshal([]byte(files["data.json"]), &data); err != nil {
			t.Fatal(err)
		}
		if me := data.Person[0]; me["email"] != "giver@example.org" || me["phone"] != e164 || me["name"] != "<script>alert(1)</script>𠮷" {
			t.Errorf("%v", me)
		}
		if len(data.Appointments) != 1 || data.Appointments[0]["role"] != "coordinator" {
			t.Errorf("%v", data.Appointments)
		}
		page := files["data.html"]
		if !strings.Contains(page, `lang="zh-CN"`) || !strings.Contains(page, e164[1:]) || strings.Contains(page, "<script>") || !strings.Contains(page, "𠮷") {
			t.Errorf("%s", page)
		}
	})
}

func unzip(t *testing.T, b []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = string(text)
	}
	return out
}

func TestGiftsAreKeptOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h house) {
		p, other := h.person("giver@example.org"), h.person("other@example.org")
		h.write(func(ctx context.Context, tx *db.Tx) error {
			for _, gift := range []int64{7, 9, 7} {
				if err := h.s.KeepGift(ctx, tx, p.ID, gift); err != nil {
					return err
				}
			}
			return h.s.KeepGift(ctx, tx, other.ID, 7)
		})
		h.read(func(ctx context.Context, r *db.Reader) error {
			got, err := h.s.KeptGifts(ctx, r, p.ID)
			if !slices.Equal(got, []int64{9, 7}) {
				t.Errorf("%v", got)
			}
			return err
		})
		h.write(func(ctx context.Context, tx *db.Tx) (err error) {
			for gift := int64(100); err == nil; gift++ {
				err = h.s.KeepGift(ctx, tx, p.ID, gift)
			}
			if fault.KindOf(err) != fault.TooMany {
				t.Error(err)
			}
			return nil
		})
	})
}
