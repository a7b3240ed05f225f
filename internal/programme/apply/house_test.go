package apply_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image"
	"image/png"
	"slices"
	"testing"
	"time"

	"manyhands/internal/blob"
	"manyhands/internal/checklist"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/people"
	"manyhands/internal/programme"
	"manyhands/internal/programme/apply"
	"manyhands/internal/programme/creditcode"
	"manyhands/internal/vault/vaulttest"
)

// house is a network with an applicant and four verifiers.
type house struct {
	*testing.T
	d     *db.DB
	clock *clock.Sim
	s     *apply.Service
	staff *people.Service

	applicant, one, two, three int64
}

func each(t *testing.T, test func(h *house)) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) { test(newHouse(t, d, c)) })
}

// onOne is each on one engine, for tests that bring no statement of their own.
func onOne(t *testing.T, test func(h *house)) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	test(newHouse(t, d, c))
}

func newHouse(t *testing.T, d *db.DB, c *clock.Sim) *house {
	t.Helper()
	texts := i18ntest.Bundle(t, apply.Texts, checklist.Texts, programme.Texts)
	staff, err := people.New(d, texts, people.Config{BaseURL: "https://give.example.org"})
	if err != nil {
		t.Fatal(err)
	}
	v := vaulttest.Open(t, d)
	h := &house{T: t, d: d, clock: c, staff: staff, s: apply.New(d, apply.Options{Vault: v, Blobs: blob.New(v), People: staff, Texts: texts,
		Zone: time.UTC, BaseURL: func() string { return "https://give.example.org" }})}
	h.applicant, h.one, h.two, h.three = h.person("applicant"), h.person("one"), h.person("two"), h.person("three")
	return h
}

func (h *house) person(name string) (id int64) {
	h.Helper()
	h.must(func(ctx context.Context, tx *db.Tx) error {
		p, err := h.staff.EnsurePerson(ctx, tx, name+"@example.org", name)
		id = p.ID
		return err
	})
	return id
}

func (h *house) write(body func(ctx context.Context, tx *db.Tx) error) error {
	return h.d.Write(h.Context(), func(tx *db.Tx) error { return body(h.Context(), tx) })
}

func (h *house) must(body func(ctx context.Context, tx *db.Tx) error) {
	h.Helper()
	h.wants("", h.write(body))
}

// wants compares an error's key, or that of one of its fields, with want; "" is no error.
func (h *house) wants(want string, err error) {
	h.Helper()
	if err == nil && want == "" {
		return
	}
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Key == want {
		return
	}
	fields, _ := errors.AsType[fault.Fields](err)
	if !slices.ContainsFunc(fields, func(f fault.Field) bool { return f.Key == want }) {
		h.Errorf("want %q, got %v", want, err)
	}
}

// step runs body and wants the fault.
func (h *house) step(want string, body func(ctx context.Context, tx *db.Tx) error) {
	h.Helper()
	h.wants(want, h.write(body))
}

func (h *house) view(organisation int64) (v apply.View) {
	h.Helper()
	err := h.d.Read(h.Context(), func(r *db.Reader) (err error) {
		v, err = h.s.View(h.Context(), r, organisation)
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	return v
}

func code(t testing.TB, prefix, org8 string) string {
	t.Helper()
	s, err := creditcode.Make(prefix, org8)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func both(zh, en string) i18n.Text { return i18n.Text{ZH: zh, EN: en} }

func (h *house) input(org8 string) programme.OrganisationInput {
	return programme.OrganisationInput{Kind: "charity", Name: both("晨星", "Morning Star"), About: both("办作业辅导。", ""),
		Place: both("上海", ""), CreditCode: code(h, "53310000", org8)}
}

func (h *house) begin(org8 string) (id int64) {
	h.Helper()
	h.must(func(ctx context.Context, tx *db.Tx) error {
		o, err := h.s.Begin(ctx, tx, h.input(org8), h.applicant)
		id = o.ID
		return err
	})
	return id
}

var scan = func() []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		panic(err)
	}
	return b.Bytes()
}()

func (h *house) paper(organisation int64, code string, e checklist.Evidence) error {
	in, err := h.s.Blobs.Clean(h.Context(), blob.Upload{Name: "scan.png", Bytes: scan, By: h.applicant})
	if err != nil {
		return err
	}
	return h.write(func(ctx context.Context, tx *db.Tx) error {
		return h.s.HandInPaper(ctx, tx, organisation, code, e, in, h.applicant)
	})
}

// complete brings a new application to where it can be handed in, and hands it in.
func (h *house) complete(org8 string) int64 {
	h.Helper()
	id := h.begin(org8)
	h.must(func(ctx context.Context, tx *db.Tx) error {
		if err := h.s.Save(ctx, tx, id, h.input(org8), both("每周三陪孩子写作业。", ""), h.applicant); err != nil {
			return err
		}
		if err := h.s.SetAccount(ctx, tx, id, "6222 0210 0112 3456 789", h.applicant); err != nil {
			return err
		}
		if err := h.s.AddPerson(ctx, tx, id, "head@example.org", "", "head", h.applicant); err != nil {
			return err
		}
		return h.s.AddPerson(ctx, tx, id, "head@example.org", "", "safeguarding", h.applicant)
	})
	head := h.person("head")
	h.must(func(ctx context.Context, tx *db.Tx) error { return h.s.Confirm(ctx, tx, id, head) })
	for _, c := range []string{"registration", "bank_account", "child_protection"} {
		h.wants("", h.paper(id, c, checklist.Evidence{Reference: reference(c)}))
	}
	h.step("", h.handIn(id))
	return id
}

func reference(code string) string {
	if code == "registration" {
		return "53310000-1"
	}
	return ""
}

func (h *house) handIn(id int64) func(ctx context.Context, tx *db.Tx) error {
	return func(ctx context.Context, tx *db.Tx) error { return h.s.HandIn(ctx, tx, id, h.applicant) }
}

func (h *house) decide(id int64, code string, d checklist.Decision, by int64) func(ctx context.Context, tx *db.Tx) error {
	return func(ctx context.Context, tx *db.Tx) error {
		for _, i := range h.view(id).Items {
			if i.Code == code {
				return h.s.DecideItem(ctx, tx, id, i.Open.ID, d, by)
			}
		}
		return errors.New("no such item")
	}
}

func (h *house) approve(id, by int64) func(ctx context.Context, tx *db.Tx) error {
	return func(ctx context.Context, tx *db.Tx) error {
		_, err := h.s.Approve(ctx, tx, id, by)
		return err
	}
}

// checked has every item of an application accepted by h.one and h.two.
func (h *house) checked(id int64) {
	h.Helper()
	yes := checklist.Decision{Verdict: checklist.Accept}
	for _, c := range []string{"registration", "child_protection", "bank_account"} {
		h.step("", h.decide(id, c, yes, h.one))
	}
	h.step("", h.decide(id, "bank_account", yes, h.two))
	h.step("", func(ctx context.Context, tx *db.Tx) error {
		return h.s.RecordItem(ctx, tx, id, "representative", checklist.Evidence{}, h.one)
	})
}

// mails returns the subjects of the mails that wait, in order.
func (h *house) mails() (out []string) {
	h.Helper()
	err := h.d.Read(h.Context(), func(r *db.Reader) error {
		rows, err := r.QueryContext(h.Context(), "SELECT args FROM job WHERE kind = 'notify.mail' ORDER BY id")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var args string
			var m struct{ To, Subject string }
			if err := errors.Join(rows.Scan(&args), json.Unmarshal([]byte(args), &m)); err != nil {
				return err
			}
			out = append(out, m.To+": "+m.Subject)
		}
		return rows.Err()
	})
	if err != nil {
		h.Fatal(err)
	}
	return out
}
