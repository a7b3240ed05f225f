package apply_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/checklist"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/people"
	"manyhands/internal/programme"
	"manyhands/internal/programme/apply"
)

func TestAnOrganisationComesIn(t *testing.T) {
	each(t, func(h *house) {
		id := h.begin("50002167")
		h.step("apply.incomplete", h.handIn(id))
		if n := len(h.view(id).Gaps); n != 7 { // purpose, head, account, safeguarding and three papers
			h.Errorf("%d gaps: %+v", n, h.view(id).Gaps)
		}
		id = h.complete("50002168")
		h.step("", h.handIn(id)) // the same button twice
		h.step("apply.not_open", func(ctx context.Context, tx *db.Tx) error {
			return h.s.Save(ctx, tx, id, h.input("50002168"), both("x", ""), h.applicant)
		})
		h.wants("apply.not_open", h.paper(id, "registration", checklist.Evidence{Reference: "2"}))
		h.step("apply.unmet", h.approve(id, h.one))
		h.checked(id)
		h.step("", h.approve(id, h.one))
		h.step("apply.second_person", h.approve(id, h.one)) // a double click, or the same person in two tabs
		if v := h.view(id); v.Application.State != apply.Second || v.State != programme.Draft {
			h.Errorf("%s %s", v.Application.State, v.State)
		}
		h.step("", h.approve(id, h.two))
		h.step("apply.accepted", h.approve(id, h.three))
		if v := h.view(id); v.Application.State != apply.Accepted || v.State != programme.Published {
			h.Errorf("%s %s", v.Application.State, v.State)
		}
		// The head was asked to confirm once; when it is done applicant and head are told, each once.
		if got := h.mails(); len(got) != 3 || !strings.Contains(got[0], "请您担任负责人") || !strings.Contains(got[1], "已加入网络") {
			h.Errorf("%q", got)
		}
	})
}

func TestRefusedWithReasonsAndHandedInAgain(t *testing.T) {
	each(t, func(h *house) {
		id := h.complete("50002167")
		back := func(note string, by int64) func(ctx context.Context, tx *db.Tx) error {
			return func(ctx context.Context, tx *db.Tx) error { return h.s.Return(ctx, tx, id, note, by) }
		}
		appeal := func(text string) func(ctx context.Context, tx *db.Tx) error {
			return func(ctx context.Context, tx *db.Tx) error { return h.s.Appeal(ctx, tx, id, text, h.applicant) }
		}
		h.step("form.required", back("", h.one)) // without a reason nothing is refused
		h.step("", h.decide(id, "registration", checklist.Decision{Verdict: checklist.Refuse, Reason: "unreadable", Note: "第二页"}, h.one))
		h.step("", back("", h.one))
		h.step("apply.not_handed_in", h.approve(id, h.one))
		h.step("apply.incomplete", h.handIn(id)) // the refused paper is still missing
		h.step("form.required", appeal(" "))
		h.step("", appeal("每一页都看得清。"))
		h.step("apply.appeal_other", back("不行", h.one))
		h.step("apply.appeal_other", h.approve(id, h.one))
		h.step("", back("请重新扫描。", h.two))
		h.wants("", h.paper(id, "registration", checklist.Evidence{Reference: "2"}))
		h.step("", h.handIn(id))
		h.step("", h.decide(id, "registration", checklist.Decision{Verdict: checklist.Accept}, h.one))
		h.step("apply.unmet", h.approve(id, h.one)) // after the correction who returned it may judge again
		var words []string
		for _, w := range h.view(id).Words {
			words = append(words, w.Word)
		}
		if want := []string{"handed_in", "returned", "appealed", "returned", "handed_in"}; !slices.Equal(words, want) {
			h.Errorf("%v", words)
		}
	})
}

func TestNobodyJudgesTheirOwn(t *testing.T) {
	each(t, func(h *house) {
		id := h.complete("50002167")
		h.must(func(ctx context.Context, tx *db.Tx) error {
			_, err := h.staff.Appoint(ctx, tx, people.Appointment{PersonID: h.two, Role: access.Verifier, Organisation: id})
			if err != nil {
				return err
			}
			if err := h.s.AddPerson(ctx, tx, id, "three@example.org", "", "finance", h.applicant); err != nil {
				return err
			}
			if err := h.s.Judge(ctx, tx, h.three, id); err != nil { // nobody is shut out by another's word
				return err
			}
			if err := h.s.Confirm(ctx, tx, id, h.three); err != nil {
				return err
			}
			if err := h.s.EndPerson(ctx, tx, id, h.three, "finance", h.applicant); err != nil { // was once
				return err
			}
			return h.s.Declare(ctx, tx, id, "family", h.one)
		})
		for by, want := range map[int64]string{h.applicant: "apply.close_applied", h.two: "apply.close_appointed",
			h.three: "apply.close_responsible", h.one: "apply.close_declared"} {
			h.step(want, h.approve(id, by))
			h.step(want, h.decide(id, "registration", checklist.Decision{Verdict: checklist.Accept}, by))
			h.step(want, func(ctx context.Context, tx *db.Tx) error { return h.s.Return(ctx, tx, id, "x", by) })
			h.step(want, func(ctx context.Context, tx *db.Tx) error {
				return h.s.RecordItem(ctx, tx, id, "representative", checklist.Evidence{}, by)
			})
		}
		h.step("form.choice", func(ctx context.Context, tx *db.Tx) error { return h.s.Declare(ctx, tx, id, "rumour", h.one) })

		// Evidence of one organisation is not decided under another's address.
		other := h.complete("50002168")
		evidence := h.view(id).Items[0].Open.ID
		four := h.person("four")
		h.step("checklist.no_evidence", func(ctx context.Context, tx *db.Tx) error {
			return h.s.DecideItem(ctx, tx, other, evidence, checklist.Decision{Verdict: checklist.Accept}, four)
		})
		h.wants("checklist.no_document_here", h.d.Read(h.Context(), func(r *db.Reader) error {
			_, _, err := h.s.Paper(h.Context(), r, other, h.view(id).Items[0].Open.Blob)
			return err
		}))
		h.step("apply.last_person", func(ctx context.Context, tx *db.Tx) error {
			for _, p := range h.view(other).People {
				if err := h.s.EndPerson(ctx, tx, other, p.Person, p.Post, h.applicant); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

func TestTheBankAccountIsSealed(t *testing.T) {
	each(t, func(h *house) {
		const number = "6222021001123456789"
		id := h.complete("50002167")
		h.checked(id)
		h.step("", h.approve(id, h.one))
		h.step("", h.approve(id, h.two))
		err := h.d.Read(h.Context(), func(r *db.Reader) error {
			got, err := h.s.Account(h.Context(), r, id)
			if got != number {
				h.Errorf("opened %q", got)
			}
			var sealed []byte
			if err := r.QueryRowContext(h.Context(), "SELECT account_sealed FROM application WHERE organisation_id = $1", id).Scan(&sealed); err != nil {
				return err
			}
			if bytes.Contains(sealed, []byte("0210011234")) || len(sealed) < len(number) {
				h.Error("the account is in clear")
			}
			return err
		})
		if err != nil || h.view(id).Application.AccountTail != "6789" {
			h.Errorf("%v", err)
		}
		set := func(number string) func(ctx context.Context, tx *db.Tx) error {
			return func(ctx context.Context, tx *db.Tx) error { return h.s.SetAccount(ctx, tx, id, number, h.applicant) }
		}
		paid := func(want string) {
			h.Helper()
			h.step(want, func(ctx context.Context, tx *db.Tx) error {
				return programme.MayAct(ctx, tx, id, tx.Now(), programme.ActPaid)
			})
		}
		for _, bad := range []string{"", "1234567", "62220210011234567x9", strings.Repeat("1", 31), "六二二二零二一零"} {
			h.step("apply.account", set(bad))
		}
		h.step("", set("６２２２ ０２１０ ０１１２ ３４５６ ７８９")) // the same, typed full-width
		paid("")
		h.step("", set("6222021001129999999"))
		paid("programme.lapsed")
	})
}

func TestBadBeginnings(t *testing.T) {
	onOne(t, func(h *house) {
		begin := func(kind, code string) func(ctx context.Context, tx *db.Tx) error {
			return func(ctx context.Context, tx *db.Tx) error {
				in := h.input("50002167")
				in.Kind, in.CreditCode = kind, code
				_, err := h.s.Begin(ctx, tx, in, h.applicant)
				return err
			}
		}
		good := code(h, "53310000", "50002167")
		h.step("form.required", begin("charity", " "))
		h.step("creditcode.letter", begin("charity", "5331000050002167I"+good[17:]))
		h.step("creditcode.length", begin("charity", good[:17]))
		h.step("apply.code_kind", begin("company", good))
		h.step("apply.code_kind", begin("charity", code(h, "91310000", "50002167")))
		h.step("apply.code_kind", begin("government", good))
		wide := strings.Map(func(r rune) rune { return r - '!' + '！' }, good)
		h.step("", begin("charity", wide))
		h.step("apply.code_known", begin("charity", good)) // neutral: it does not say whose it is
		h.step("programme.no_organisation", h.handIn(1))
		for n := range apply.MaxOpen - 1 {
			h.step("", begin("charity", code(h, "53310000", "5000300"+string(rune('0'+n)))))
		}
		h.step("apply.too_many", begin("charity", code(h, "53310000", "50003009")))
	})
}

func TestRenewalAndReminders(t *testing.T) {
	t.Parallel()
	d, c := dbtest.SQLite(t)
	h := newHouse(t, d, c)
	id := h.complete("50002167")
	h.checked(id)
	h.step("", h.approve(id, h.one))
	h.step("", h.approve(id, h.two))
	ends := c.Now().AddDate(0, 0, 100)
	h.wants("", h.paper(id, "fundraising", checklist.Evidence{Reference: "F-1", Until: ends}))
	queue := func(reader int64) (lines []apply.Line) {
		h.wants("", d.Read(t.Context(), func(r *db.Reader) (err error) {
			lines, err = h.s.Queue(t.Context(), r, "charity", reader)
			return err
		}))
		return lines
	}
	if got := queue(h.one); len(got) != 1 || got[0].State != apply.Accepted || !slices.Equal(got[0].Waiting, []string{"checklist.organisation.fundraising"}) || got[0].Close != "" {
		t.Errorf("%+v", got)
	}
	if got := queue(h.applicant); got[0].Close != "apply.close_applied" {
		t.Errorf("%+v", got)
	}
	h.step("", h.decide(id, "fundraising", checklist.Decision{Verdict: checklist.Accept}, h.one))
	if got := queue(h.one); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	before := len(h.mails())
	for _, at := range []time.Time{ends.AddDate(0, 0, -60), ends.AddDate(0, 0, -60), ends} {
		c.Set(at)
		h.must(func(ctx context.Context, tx *db.Tx) error { return h.s.Remind(ctx, tx) })
	}
	if got := h.mails()[before:]; len(got) != 4 || !strings.Contains(got[0], "公开募捐资格证书") || !strings.Contains(got[3], "已经到期") {
		t.Errorf("%q", got)
	}
}

func TestCatalogues(t *testing.T) {
	t.Parallel()
	i18ntest.CheckCatalogues(t, apply.Texts, "apply.")
}

func TestTheOrganisationIsToldOfASuspension(t *testing.T) {
	onOne(t, func(h *house) {
		id := h.complete("50002167")
		h.checked(id)
		h.step("", h.approve(id, h.one))
		h.step("", h.approve(id, h.two))
		before := len(h.mails())
		suspend := func(ctx context.Context, tx *db.Tx) error { return h.s.Suspend(ctx, tx, id, "money", "对账", h.one) }
		h.step("", suspend)
		h.step("", suspend) // the button twice
		h.step("apply.close_applied", func(ctx context.Context, tx *db.Tx) error { return h.s.Lift(ctx, tx, id, h.applicant) })
		h.step("apply.close_applied", func(ctx context.Context, tx *db.Tx) error { return h.s.Uphold(ctx, tx, id, h.applicant) })
		for _, by := range []int64{h.one, h.two} {
			h.step("", func(ctx context.Context, tx *db.Tx) error { return h.s.Lift(ctx, tx, id, by) })
		}
		if got := h.mails()[before:]; len(got) != 4 || !strings.Contains(got[0], "已被暂停") || !strings.Contains(got[3], "已恢复") {
			h.Errorf("%q", got)
		}
	})
}

// Two verifiers press at the same moment: a word counts once, and nobody counts twice.
func TestVerifiersAtOnce(t *testing.T) {
	each(t, func(h *house) {
		id := h.complete("50002167")
		evidence := h.view(id).Items[0].Open.ID
		atOnce := func(wins int, bodies ...func(ctx context.Context, tx *db.Tx) error) {
			h.Helper()
			var won atomic.Int64
			var wg sync.WaitGroup
			for _, body := range bodies {
				wg.Go(func() {
					if h.write(body) == nil {
						won.Add(1)
					}
				})
			}
			wg.Wait()
			if int(won.Load()) != wins {
				h.Errorf("%d of %d went through, want %d", won.Load(), len(bodies), wins)
			}
		}
		word := func(by int64, d checklist.Decision) func(ctx context.Context, tx *db.Tx) error {
			return func(ctx context.Context, tx *db.Tx) error { return h.s.DecideItem(ctx, tx, id, evidence, d, by) }
		}
		atOnce(1, word(h.one, checklist.Decision{Verdict: checklist.Accept}), word(h.two, checklist.Decision{Verdict: checklist.Refuse, Reason: "incomplete"}))
		if h.view(id).Items[0].State == checklist.Refused {
			h.wants("", h.write(func(ctx context.Context, tx *db.Tx) error { return h.s.Return(ctx, tx, id, "", h.one) }))
			h.wants("", h.paper(id, "registration", checklist.Evidence{Reference: "2"}))
			h.step("", h.handIn(id))
			h.step("", h.decide(id, "registration", checklist.Decision{Verdict: checklist.Accept}, h.one))
		}
		yes := checklist.Decision{Verdict: checklist.Accept}
		h.step("", h.decide(id, "child_protection", yes, h.one))
		h.step("", h.decide(id, "bank_account", yes, h.one))
		h.step("", h.decide(id, "bank_account", yes, h.two))
		h.step("", func(ctx context.Context, tx *db.Tx) error {
			return h.s.RecordItem(ctx, tx, id, "representative", checklist.Evidence{}, h.one)
		})
		atOnce(1, h.approve(id, h.one), h.approve(id, h.one), h.approve(id, h.one))
		if v := h.view(id); v.State != programme.Draft || v.Application.State != apply.Second {
			h.Errorf("%s %s: one person let the organisation in", v.State, v.Application.State)
		}
		atOnce(1, h.approve(id, h.two), h.approve(id, h.three))
		if v := h.view(id); v.State != programme.Published || len(v.Words) < 3 {
			h.Errorf("%s %+v", v.State, v.Words)
		}
	})
}
