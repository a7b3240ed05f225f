package givingdesk_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
)

// A network begins with nothing: each page says what comes first, until a campaign can be written.
func TestFirstFund(t *testing.T) {
	t.Parallel()
	for _, lang := range []i18n.Lang{i18n.EN, i18n.ZH} {
		t.Run(string(lang), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			c := h.as(h.person("Co", access.Network, access.Coordinator), lang)
			c.Get("/desk").Must("a[href='/desk/organisations']")
			c.Get("/desk/campaigns/new").Must(".empty a[href='/desk/organisations']")
			charity := h.organisation("charity", "53100000500021676K", i18n.Text{ZH: "暖灯基金会", EN: "Warm Lamp Foundation"})
			h.programme(charity, i18n.Text{ZH: "晚餐桌", EN: "Supper Table"})
			c.Get("/desk/campaigns/new").Click(".empty a")
			names := url.Values{"fund_name_zh": {"通用基金"}, "fund_name_en": {"General fund"}}
			c.Submit("form#fund", names).Status(422).Must("select[name=fund_owner][aria-invalid]")
			id, _ := c.Must("input[name=form_id]").Attr("value")
			for range 2 { // a double click
				form := url.Values{"form_id": {id}, "to": {"/desk/campaigns/new"}, "fund_owner": {"network"}}
				form["fund_name_zh"], form["fund_name_en"] = names["fund_name_zh"], names["fund_name_en"]
				c.Post("/desk/funds", form).RedirectsTo("/desk/campaigns/new")
			}
			c.Follow().Must("form#campaign")
			if n := c.Find("select[name=fallback_fund] option").Length(); n != 2 {
				t.Errorf("%d choices of a fallback fund, want an empty one and one fund", n)
			}
			name := map[i18n.Lang]string{i18n.EN: "General fund", i18n.ZH: "通用基金"}[lang]
			c.Get("/desk/books").Contains(name, map[i18n.Lang]string{i18n.EN: "free to use", i18n.ZH: "非限定用途"}[lang])
		})
	}
}

// Whoever works for one organisation opens funds of its programmes alone.
func TestFundOfAProgramme(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.network()
	local := h.as(h.person("Lo", n.charity, access.Coordinator), i18n.EN)
	other := h.as(h.person("Ot", n.shop, access.Coordinator), i18n.EN)
	form := func(owner string) url.Values {
		return url.Values{"form_id": {clock.FormatID(h.d.NewID())}, "fund_name_zh": {"厨房基金"}, "fund_name_en": {"Kitchen fund"}, "fund_owner": {owner}}
	}
	local.Get("/desk/funds/new")
	if strings.Contains(local.Body, `value="network"`) {
		t.Error("a fund of the network is offered to somebody of one organisation")
	}
	local.Post("/desk/funds", form("network")).Status(403)
	other.Post("/desk/funds", form(clock.FormatID(n.programme))).Status(403)
	local.Post("/desk/funds", form("0000000000001")).Status(422)
	local.Post("/desk/funds", form(clock.FormatID(n.programme))).RedirectsTo("/desk/books").Follow().Contains("Kitchen fund")
	local.Get("/desk/campaigns/new").Contains("Kitchen fund", "General fund")
	if strings.Contains(local.Text("select[name=fallback_fund]"), "A hundred suppers") {
		t.Error("a campaign's own fund is offered as a fallback")
	}
	other.Get("/desk/campaigns/new").Lacks("Kitchen fund")
}

func TestInvoiceListsItsPayouts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.network()
	h.give(n, "c-1,500,Bo,public")
	yan := h.as(h.person("Yan", access.Network, access.Treasurer), i18n.EN)
	yan.Get("/desk/invoices/new").Submit("form#invoice", url.Values{"organisation": {clock.FormatID(n.shop)}, "number": {"INV-1"}, "issued_on": {"2026-11-20"}, "amount": {"300"}})
	invoice := yan.Response.Header.Get("Location")
	if yan.Follow().Find("td").Length() > 0 {
		t.Error("an invoice that nobody asked to pay lists payouts")
	}
	yan.Post("/desk/payouts", url.Values{"invoice": {strings.TrimPrefix(invoice, "/desk/invoices/")}, "fund": {clock.FormatID(n.fund.ID)}, "amount": {"120"}, "taken": {"0"}})
	payout := yan.Response.Header.Get("Location")
	yan.Get(invoice).Must("td a[href='" + payout + "']")
	yan.Contains("¥120", "¥180")
}

// A gift that went back whole is told as given back, not as received.
func TestGiftGivenBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.network()
	g := h.capture(n, 50_00, "Anna", giving.Public)
	path := "/desk/gifts/" + clock.FormatID(g.ID)
	var held int64
	other := h.person("Ot", access.Network, access.Approver)
	yan := h.as(h.person("Yan", access.Network, access.Treasurer), i18n.EN)
	h.write(func(ctx context.Context, tx *db.Tx) error { // half of it is held for a payout
		inv, err := h.giving.RecordInvoice(ctx, tx, giving.InvoiceInput{Organisation: n.shop, Number: "A-1", IssuedAt: tx.Now(), Amount: money.Yuan(25_00)}, h.founder)
		if err != nil {
			return err
		}
		p, err := h.giving.RequestPayout(ctx, tx, n.fund.ID, inv.ID, money.Yuan(25_00), h.founder)
		held = p.ID
		return err
	})
	yan.Get(path).Contains("At most ¥25").Submit("form#refund-form", url.Values{"refund": {"30"}, "refund_reason": {"duplicate"}}).Status(422).Must("#f-refund-bad")
	h.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := h.giving.DecidePayout(ctx, tx, held, false, "not now", other)
		return err
	})
	yan.Get(path).Submit("form#refund-form", url.Values{"refund": {"50"}, "refund_reason": {"duplicate"}}).RedirectsTo(path)
	li := h.as(h.person("Li", access.Network, access.Approver), i18n.EN)
	li.Get(path).Submit("form.approve-refund", nil).RedirectsTo(path)
	if got := strings.TrimSpace(li.Follow().Text("main .chip")); !strings.HasPrefix(got, "given back") {
		t.Errorf("the gift is told as %q", got)
	}
}
