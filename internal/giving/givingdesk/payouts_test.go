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
	"manyhands/internal/web/webtest"
)

// payout has a payout asked for against a fresh invoice and returns its page's path.
func payout(c *webtest.Client, n network, number, invoice, sum string) string {
	c.Get("/desk/invoices/new").Status(200).Submit("form#invoice", url.Values{"organisation": {clock.FormatID(n.shop)}, "number": {number},
		"issued_on": {"2026-11-20"}, "amount": {invoice}}).Follow().Status(200).Contains(number)
	c.Click("a[href^='/desk/payouts/new']").Status(200)
	c.Submit("form#payout", url.Values{"fund": {clock.FormatID(n.fund.ID)}, "amount": {sum}}).Follow().Status(200)
	return c.Path()
}

func TestPayoutJourney(t *testing.T) {
	t.Parallel()
	words := map[i18n.Lang][]string{i18n.EN: {"14 meals", "hot suppers", "Outcome recorded", "Payout approved"}, i18n.ZH: {"14 顿饭", "热晚餐", "登记了成果", "批准了拨付"}}
	for _, lang := range []i18n.Lang{i18n.EN, i18n.ZH} {
		t.Run(string(lang), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			n := h.network()
			h.give(n, "A1,1000,Anna,public")
			mei := h.as(h.person("Mei", access.Network, access.Treasurer), lang)
			li := h.as(h.person("Li", access.Network, access.Approver, access.Coordinator), lang)
			path := payout(mei, n, "INV-7", "600", "350")
			mei.Contains("¥350", "¥600")
			if mei.Find("form.approve").Length() > 0 {
				t.Error("who asked is offered to approve")
			}
			li.Get("/desk").Contains("¥350").Click("a[href='"+path+"']").Submit("form.approve", nil).Follow().Status(200)
			mei.Get("/desk").Contains("¥350")
			mei.Get(path).Submit("form#pay-form", url.Values{"bank_reference": {""}}).Status(422)
			mei.Submit("form#pay-form", url.Values{"bank_reference": {"B-1"}}).Follow()
			li.Get(path).Submit("form#outcome", url.Values{"quantity": {"x"}, "unit": {"meal"}, "label_zh": {"热晚餐"}, "label_en": {"hot suppers"}}).Status(422)
			li.Submit("form#outcome", url.Values{"quantity": {"14"}}).Follow()
			li.Contains(append(words[lang], "Mei", "Li", "B-1")...)
			for _, p := range []string{"/desk/payouts", "/desk/payouts?state=paid", "/desk/invoices", "/desk/books", "/desk/books/" + n.fund.Slug, "/desk/books/" + n.fund.Slug + "?way=out", "/desk/gifts", "/desk/campaigns", "/desk/pools"} {
				li.Get(p).Status(200)
			}
		})
	}
}

// payouts has so many more asked for of the fund, one fen each.
func (h *house) payouts(n network, many int) {
	h.t.Helper()
	h.write(func(ctx context.Context, tx *db.Tx) error {
		inv, err := h.giving.RecordInvoice(ctx, tx, giving.InvoiceInput{Organisation: n.shop, Number: "MANY", IssuedAt: tx.Now(), Amount: money.Yuan(int64(many))}, h.founder)
		for range many {
			if err == nil {
				_, err = h.giving.RequestPayout(ctx, tx, n.fund.ID, inv.ID, money.Yuan(1), h.founder)
			}
		}
		return err
	})
}

// A button pressed twice, a page gone back to and a second tab do nothing twice.
func TestPayoutTwice(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.network()
	h.give(n, "A1,1000,Anna,public")
	mei := h.as(h.person("Mei", access.Network, access.Treasurer, access.Coordinator), i18n.EN)
	li := h.as(h.person("Li", access.Network, access.Approver), i18n.EN)
	path := payout(mei, n, "INV-7", "600", "200")
	invoices := mei.Get("/desk/invoices").Must("tbody tr")
	if invoices.Length() != 1 {
		t.Fatalf("%d invoices", invoices.Length())
	}
	invoice, _ := invoices.Find("a").First().Attr("href")
	again := url.Values{"invoice": {strings.TrimPrefix(invoice, "/desk/invoices/")}, "fund": {clock.FormatID(n.fund.ID)}, "amount": {"200"}, "taken": {"0"}}
	h.payouts(n, 201)
	mei.Post("/desk/payouts", again).RedirectsTo(path)
	mei.Post("/desk/payouts", url.Values{"invoice": again["invoice"], "fund": again["fund"], "amount": {"401"}, "taken": {"20000"}}).Status(422)
	mei.Get("/desk/invoices/new").Submit("form#invoice", url.Values{"organisation": {clock.FormatID(n.shop)}, "number": {"INV-7"}, "issued_on": {"2026-11-20"}, "amount": {"600"}}).RedirectsTo(invoice)
	mei.Get("/desk/invoices/new").Submit("form#invoice", url.Values{"organisation": {clock.FormatID(n.shop)}, "number": {"INV-7"}, "issued_on": {"2026-11-20"}, "amount": {"601"}}).Status(422)
	li.Post(path+"/approve", nil).RedirectsTo(path)
	li.Post(path+"/approve", nil).RedirectsTo(path)
	li.Post(path+"/refuse", url.Values{"reason": {"changed my mind"}}).Status(409)
	mei.Post(path+"/pay", url.Values{"bank_reference": {"B-1"}, "paid_on": {"2026-11-22"}}).Status(422).Contains("only after approval")
	mei.Post(path+"/pay", url.Values{"bank_reference": {"B-1"}, "paid_on": {"2026-11-24"}}).Status(422).Contains("future")
	pay := url.Values{"bank_reference": {"B-1"}, "paid_on": {"2026-11-23"}}
	mei.Post(path+"/pay", pay).RedirectsTo(path)
	mei.Post(path+"/pay", pay).RedirectsTo(path)
	mei.Post(path+"/pay", url.Values{"bank_reference": {"B-2"}, "paid_on": {"2026-11-23"}}).Status(409)
	mei.Get(path)
	id, _ := mei.Must("form#outcome input[name=form_id]").Attr("value")
	outcome := url.Values{"form_id": {id}, "quantity": {"14"}, "unit": {"meal"}, "label_zh": {"热晚餐"}, "label_en": {"hot suppers"}, "happened_on": {"2026-11-23"}}
	mei.Post(path+"/outcomes", outcome).RedirectsTo(path)
	mei.Post(path+"/outcomes", outcome).RedirectsTo(path).Follow()
	if got := mei.Must("tbody tr").Length(); got != 1 {
		t.Errorf("%d outcomes after a double click", got)
	}
	outcome["form_id"] = []string{clock.FormatID(h.d.NewID() + 1<<50)}
	mei.Post(path+"/outcomes", outcome).Status(409)
	h.read(func(ctx context.Context, r *db.Reader) error {
		b, err := giving.Book(ctx, r, n.fund)
		if b.Out != 200_00 || b.Held != 2_01 || b.Free != 797_99 {
			t.Errorf("book %+v", b)
		}
		return err
	})
}

func TestRefusedPayout(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.network()
	h.give(n, "A1,1000,Anna,public")
	mei := h.as(h.person("Mei", access.Network, access.Treasurer), i18n.EN)
	li := h.as(h.person("Li", access.Network, access.Approver), i18n.EN)
	path := payout(mei, n, "INV-7", "600", "200")
	li.Get(path).Submit("form#refuse", nil).Status(422)
	li.Submit("form#refuse", url.Values{"reason": {"The invoice is for last year."}}).Follow().Contains("The invoice is for last year.", "refused")
	mei.Get("/desk/books").Contains("¥1,000")
}

// Whoever asked does not approve, whatever roles they hold and whatever they post.
func TestSamePersonNeverApproves(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.network()
	h.give(n, "A1,1000,Anna,public")
	both := h.as(h.person("Both", access.Network, access.Treasurer, access.Approver), i18n.EN)
	path := payout(both, n, "INV-7", "600", "200")
	if both.Find("form.approve, form#refuse").Length() > 0 {
		t.Error("buttons are shown")
	}
	both.Post(path+"/approve", nil).Status(403)
	both.Post(path+"/refuse", url.Values{"reason": {"no"}}).Status(403)
}

// An appointment at one organisation gives no say over the money of another.
func TestOtherOrganisation(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.network()
	h.give(n, "A1,1000,Anna,public")
	mei := h.as(h.person("Mei", access.Network, access.Treasurer), i18n.EN)
	far := h.as(h.person("Far", n.shop, access.Approver, access.Treasurer, access.Coordinator), i18n.EN)
	near := h.as(h.person("Near", n.charity, access.Approver), i18n.EN)
	path := payout(mei, n, "INV-7", "600", "200")
	far.Get(path).Status(200)
	if far.Find("form.approve").Length() > 0 {
		t.Error("the button is shown to somebody of another organisation")
	}
	far.Post(path+"/approve", nil).Status(403)
	far.Get("/desk").Lacks(path)
	campaign := "/desk/campaigns/" + clock.FormatID(n.campaign.ID)
	far.Post(campaign+"/close", nil).Status(403)
	near.Post(path+"/approve", nil).RedirectsTo(path)
}

func TestInvoiceScan(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.network()
	mei := h.as(h.person("Mei", access.Network, access.Treasurer), i18n.EN)
	send := func(number, content string) *webtest.Client {
		body := "--b\r\nContent-Disposition: form-data; name=\"organisation\"\r\n\r\n" + clock.FormatID(n.shop) +
			"\r\n--b\r\nContent-Disposition: form-data; name=\"number\"\r\n\r\n" + number +
			"\r\n--b\r\nContent-Disposition: form-data; name=\"issued_on\"\r\n\r\n2026-11-20\r\n--b\r\nContent-Disposition: form-data; name=\"amount\"\r\n\r\n600" +
			"\r\n--b\r\nContent-Disposition: form-data; name=\"scan\"; filename=\"a.pdf\"\r\nContent-Type: application/pdf\r\n\r\n" + content + "\r\n--b--\r\n"
		return mei.PostBody("/desk/invoices", "multipart/form-data; boundary=b", body)
	}
	send("S-1", "%PDF-1.7 a scan").Follow().Contains("436b26147ce1e2840210099f885a14790e0eae709fd7a9b9616f4519ca08ecfe", "The file itself is not kept here")
	send("S-2", "<html>not a scan").Status(422).Contains("PDF, PNG or JPEG")
	send("S-3", "%PDF-1.7 "+strings.Repeat("x", 10<<20)).Status(422)
	send("S-4", "%PDF-1.7 "+strings.Repeat("x", 12<<20)).Status(413)
}

func TestBadInvoice(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.network()
	mei := h.as(h.person("Mei", access.Network, access.Treasurer), i18n.EN)
	bad := url.Values{"organisation": {clock.FormatID(n.shop)}, "number": {"X"}, "issued_on": {"2026-12-31"}, "amount": {"-5"}}
	mei.Post("/desk/invoices", bad).Status(422)
	if got := mei.Find("[aria-invalid=true]").Length(); got < 1 {
		t.Error("nothing is marked beside its field")
	}
	h.read(func(ctx context.Context, r *db.Reader) error {
		list, err := giving.Invoices(ctx, r, 0, 10)
		if len(list) != 0 {
			t.Errorf("recorded %+v", list)
		}
		return err
	})
}
