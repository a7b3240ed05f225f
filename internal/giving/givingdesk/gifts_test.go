package givingdesk_test

import (
	"context"
	"net/url"
	"testing"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/programme"
)

// Sealed givers are named to nobody, those for the organisation alone to its own staff.
func TestNamesOfGivers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.network()
	h.give(n, "A1,10,Openhand,public", "A2,20,Quietone,organisation", "A3,30,Zebraone,sealed")
	sealed := h.capture(n, 50_00, "Zebratwo", giving.Sealed)
	near := h.as(h.person("Near", n.charity, access.Coordinator), i18n.EN)
	far := h.as(h.person("Far", n.shop, access.Coordinator), i18n.EN)
	all := h.as(h.person("Aud", access.Network, access.Auditor), i18n.EN)
	near.Get("/desk/gifts").Contains("Openhand", "Quietone", "sealed").Lacks("Zebra", "zebra")
	far.Get("/desk/gifts").Contains("Openhand", "known to the organisation alone").Lacks("Quietone", "Zebra", "zebra")
	all.Get("/desk/gifts.csv").Status(200).Lacks("Zebra", "zebra")
	all.Get("/desk/gifts/"+clock.FormatID(sealed.ID)).Status(200).Contains("¥50", "sealed").Lacks("Zebra", "zebra", sealed.Token)
	all.Get("/desk/gifts?state=waiting").Contains("No gifts here")
	all.Get("/desk/gifts?method=sandbox").Contains("Test wallet").Lacks("Openhand")
}

func TestRefundByTwo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.network()
	g := h.capture(n, 100_00, "Anna", giving.Public)
	path := "/desk/gifts/" + clock.FormatID(g.ID)
	mei := h.as(h.person("Mei", access.Network, access.Treasurer, access.Approver), i18n.EN)
	li := h.as(h.person("Li", access.Network, access.Approver), i18n.EN)
	mei.Get(path).Submit("form#refund-form", url.Values{"refund": {"101"}, "refund_reason": {"duplicate"}}).Status(422)
	mei.Submit("form#refund-form", url.Values{"refund": {"40"}}).RedirectsTo(path)
	mei.Post(path+"/refund", url.Values{"refund": {"40"}, "refund_reason": {"duplicate"}, "known": {"0"}}).RedirectsTo(path)
	mei.Get(path).Contains("Paid twice", "somebody else decides")
	if mei.Find("form.approve-refund").Length() > 0 {
		t.Error("who asked is offered to approve")
	}
	mei.Get("/desk").Lacks("Refunds to decide")
	li.Get("/desk").Contains("Refunds to decide").Click("a[href='" + path + "']").Must("form.approve-refund")
	if got := li.Find("form.approve-refund").Length(); got != 1 {
		t.Errorf("%d refunds after a double click", got)
	}
	action, _ := li.Find("form.approve-refund").Attr("action")
	mei.Post(action, nil).Status(403)
	li.Submit("form.approve-refund", nil).RedirectsTo(path)
	li.Post(action, nil).RedirectsTo(path)
	li.Get(path).Contains("on its way", "¥40")
	li.Get("/desk/gifts/refunds").Contains("on its way")
	h.read(func(ctx context.Context, r *db.Reader) error {
		b, err := giving.Book(ctx, r, n.fund)
		if b.Free != 60_00 {
			t.Errorf("book %+v", b)
		}
		return err
	})
}

func TestQuarantine(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.network()
	h.notice("nobody-knows", "w-1", 77_00)
	h.notice("nobody-knows-either", "w-2", 78_00)
	mei := h.as(h.person("Mei", access.Network, access.Treasurer), i18n.EN)
	mei.Get("/desk").Contains("Money that nobody expected", "¥77").Click("a.btn[href='/desk/gifts/quarantine']").Status(200)
	form := "form[id^=case-]"
	mei.Submit(form, nil).Status(422)
	if got := mei.Find("[aria-invalid=true]").Length(); got != 1 {
		t.Errorf("%d fields are marked", got)
	}
	note, _ := mei.Find(form).First().Find("textarea").Attr("name")
	mei.Submit(form, url.Values{note: {"Sent back by the bank."}}).RedirectsTo("/desk/gifts/quarantine").Follow().Contains("¥78").Lacks("¥77")
}

// promise has coats promised for a need and returns the gift.
func (h *house) promise(n network, v giving.Visibility) giving.Gift {
	h.t.Helper()
	var need programme.Need
	h.write(func(ctx context.Context, tx *db.Tx) (err error) {
		need, err = programme.CreateNeed(ctx, tx, programme.NeedInput{Programme: n.programme, Kind: "things", Unit: money.Coat, Wanted: 12,
			Title: i18n.Text{ZH: "冬衣", EN: "Winter coats"}}, h.founder)
		if err != nil {
			return err
		}
		return programme.PublishNeed(ctx, tx, need.ID, h.founder)
	})
	g, err := h.giving.Promise(context.Background(), giving.PromiseInput{Need: need.ID, Quantity: 3, Visibility: v, Name: "Coatgiver", Email: "coats@example.org", Message: "On Sunday", Lang: "en"})
	if err != nil {
		h.t.Fatal(err)
	}
	return g
}

func TestPromises(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.network()
	came, never, sealed := h.promise(n, giving.Organisation), h.promise(n, giving.Organisation), h.promise(n, giving.Sealed)
	path := func(g giving.Gift) string { return "/desk/gifts/" + clock.FormatID(g.ID) }
	near := h.as(h.person("Near", n.charity, access.Coordinator), i18n.EN)
	far := h.as(h.person("Far", n.shop, access.Coordinator), i18n.EN)
	near.Get("/desk").Contains("Promises to receive", "3 coats")
	far.Get("/desk").Lacks("Promises to receive")
	far.Get(path(came)).Lacks("coats@example.org", "Coatgiver", "On Sunday")
	far.Post(path(came)+"/arrived", url.Values{"arrived": {"3"}}).Status(403)
	near.Get(path(sealed)).Lacks("coats@example.org", "Coatgiver", "On Sunday")
	near.Get(path(came)).Contains("coats@example.org", "Coatgiver")
	near.Submit("form#arrived-form", url.Values{"arrived": {"4"}}).Status(422)
	near.Submit("form#arrived-form", url.Values{"arrived": {"2"}}).RedirectsTo(path(came))
	near.Post(path(came)+"/arrived", url.Values{"arrived": {"2"}}).RedirectsTo(path(came)).Follow().Contains("3 coats", "2 coats")
	near.Post(path(came)+"/take-back", nil).Status(409)
	near.Get(path(never)).Submit("form.take-back", nil).RedirectsTo(path(never))
	near.Post(path(never)+"/take-back", nil).RedirectsTo(path(never))
	near.Post(path(never)+"/arrived", url.Values{"arrived": {"2"}}).Status(409)
	h.read(func(ctx context.Context, r *db.Reader) error {
		v, err := programme.NeedViewByID(ctx, r, came.Need)
		if v.Arrived != 2 || v.Promised != 0 {
			t.Errorf("arrived %d, promised %d", v.Arrived, v.Promised)
		}
		return err
	})
}
