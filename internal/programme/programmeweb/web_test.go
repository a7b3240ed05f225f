package programmeweb_test

import (
	"context"
	"strings"
	"testing"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/ledger"
	"manyhands/internal/money"
	"manyhands/internal/programme"
	"manyhands/internal/programme/programmeweb"
)

func TestCatalogues(t *testing.T) {
	t.Parallel()
	i18ntest.CheckCatalogues(t, programmeweb.Texts(), "needs.", "directory.")
}

func TestNeedsInBothLanguages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.visitor().Lang(i18n.EN).Get("/needs").Status(200).Contains("Nothing is needed at this moment")
	s := h.shown(h.verifier())
	n := h.need(s.programme.ID, both("陪读志愿者", "Reading friends"), nil)
	h.need(s.programme.ID, both("冬衣", "Winter coats"), func(in *programme.NeedInput) {
		in.Kind, in.Unit, in.Place = "things", money.Coat, both("崇明", "Chongming")
	})
	en, zh := h.visitor().Lang(i18n.EN), h.visitor().Lang(i18n.ZH)
	en.Get("/needs").Status(200).Contains("Reading friends", "Winter coats", "12 evenings to go", "Pudong")
	zh.Get("/needs").Status(200).Contains("陪读志愿者", "冬衣", "崇明").Lacks("Reading friends")
	en.Get("/needs?kind=things").Contains("Winter coats").Lacks("Reading friends")
	if got := zh.Get("/needs?words=%E5%BF%97%E6%84%BF").Text("article.card h3"); got != "陪读志愿者" {
		t.Errorf("words found %q", got)
	}
	en.Submit("form.filters", with("place", "Chongming")).Status(200).Contains("Winter coats").Lacks("Reading friends")
	en.Get("/needs?words=submarine").Contains("Nothing matches", "Show all")
	en.Get("/needs?kind=%00").Status(422)
	part := h.visitor().Lang(i18n.EN).Header("HX-Request", "true").Get("/needs?kind=things").Status(200)
	if part.Lacks("<html").Find("article.card").Length() != 1 {
		t.Error("htmx wants the list alone")
	}
	en.Get("/needs/"+n.Slug).Status(200).Contains("Reading friends", "12 evenings", "Bring patience.", "Compared with the register", "Valid until").Must("form#promise")
	zh.Get("/needs/"+n.Slug).Status(200).Contains("陪读志愿者", "12 个晚上", "已核对登记簿", "实地走访")
	en.Get("/needs/nothing-here").Status(404)
}

func TestNeedThatAsksNoMore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.shown(h.verifier())
	n := h.need(s.programme.ID, both("陪读", "Reading friends"), nil)
	v := h.visitor().Lang(i18n.EN)
	h.must(func(ctx context.Context, tx *db.Tx) error {
		from, err := ledger.Open(ctx, tx, "arrivals:promise:evening", money.Evening, false, false)
		if err != nil {
			return err
		}
		return ledger.Reserve(ctx, tx, ledger.Hold{ID: tx.NewID(), Kind: "arrival", From: from, To: n.Account, Quantity: 12, Subject: 1})
	})
	if v.Get("/needs/"+n.Slug).Status(200).Contains("All that is needed here").Find("form#promise").Length() != 0 {
		t.Error("a covered need takes promises")
	}
	h.must(func(ctx context.Context, tx *db.Tx) error { return programme.CloseNeed(ctx, tx, n.ID, 0) })
	if v.Get("/needs/"+n.Slug).Status(200).Contains("has ended").Find("form#promise").Length() != 0 {
		t.Error("a closed need takes promises")
	}
	h.must(func(ctx context.Context, tx *db.Tx) error {
		return programme.SuspendProgramme(ctx, tx, s.programme.ID, 0)
	})
	for _, path := range []string{"/needs/" + n.Slug, "/programmes/" + s.programme.Slug} {
		v.Get(path).Status(404)
	}
	v.Get("/organisations/" + s.organisation.Slug).Status(200).Lacks("Wednesday homework")
}

func TestMoneyNeedsLiveWithTheirCampaigns(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.shown(h.verifier())
	var account int64
	h.must(func(ctx context.Context, tx *db.Tx) (err error) {
		account, err = ledger.Open(ctx, tx, "fund:test", money.CNY, true, true)
		return err
	})
	n := h.need(s.programme.ID, both("书桌", "Desks"), func(in *programme.NeedInput) {
		in.Kind, in.Unit, in.Wanted, in.Account = "money", money.CNY, 350_000, account
	})
	h.visitor().Lang(i18n.EN).Get("/needs").Contains("¥3,500 to go").Must(`a[href="/campaigns/` + n.Slug + `"]`)
	h.visitor().Get("/needs/" + n.Slug).RedirectsTo("/campaigns/" + n.Slug)
	desk := h.as("coordinator", access.Grant{Role: access.Coordinator})
	desk.Get("/desk/needs/" + clock.FormatID(n.ID)).RedirectsTo("/desk/campaigns")
	desk.Post("/desk/needs/"+clock.FormatID(n.ID)+"/close", nil).Status(404)
}

func TestProgrammesAndOrganisation(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.visitor().Lang(i18n.EN)
	v.Get("/programmes").Status(200).Contains("No programme is shown yet")
	s := h.shown(h.verifier())
	h.need(s.programme.ID, both("陪读", "Reading friends"), nil)
	v.Get("/programmes").Status(200).Contains("Wednesday homework", "1 open need", "verified")
	v.Get("/programmes?theme=meals").Contains("Nothing matches")
	v.Get("/programmes/"+s.programme.Slug).Status(200).Contains("Reading friends", "Visit", "Compared with the register")
	v.Get("/organisations/"+s.organisation.Slug).Status(200).Contains("53100000500021676K", "C-1, valid until", "Runs homework help.", "Wednesday homework")
	h.visitor().Lang(i18n.ZH).Get("/organisations/"+s.organisation.Slug).Contains("统一社会信用代码", "周三作业")
	h.clock.Advance(2 * 365 * 24 * 3600 * 1e9)
	v.Get("/programmes").Lacks("Wednesday homework")
	v.Get("/programmes/" + s.programme.Slug).Contains("Ran out on")
	v.Get("/organisations/" + s.organisation.Slug).Contains("C-1, ran out on")
}

// The desk's whole way in each language: an organisation, its programme, its checks by somebody else,
// a need.
func TestDeskJourney(t *testing.T) {
	t.Parallel()
	for _, lang := range i18n.Langs() {
		t.Run(string(lang), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			desk := h.as("coordinator", access.Grant{Role: access.Coordinator}).Lang(lang)
			verifier := h.as("verifier", access.Grant{Role: access.Verifier}).Lang(lang)
			desk.Get("/desk/organisations").Status(200)
			desk.Get("/desk/organisations/new").Status(200)
			desk.Submit("form#edit", with("name_zh", "晨星", "credit_code", "53100000500021676X", "website", "star")).Status(422)
			if desk.Must("input#f-name_zh, input[name=name_zh]").AttrOr("value", "") != "晨星" || desk.Find(".bad").Length() != 2 {
				t.Errorf("what was typed is lost or not explained: %s", desk.Text(".bad"))
			}
			desk.Submit("form#edit", with("credit_code", "53100000500021676k", "website", "https://star.example.org")).Follow().Status(200).Contains("晨星").Must(`input[value="53100000500021676K"]`)
			organisation := desk.Path()
			desk.Submit("form#edit", with("name_en", "Morning Star")).Follow().Status(200).Must(`form[action$="/application"]`)
			h.publish(organisation)
			desk.Get(organisation).Status(200).Must(`a[href^="/organisations/"]`)

			desk.Get(organisation+"/programmes/new").Submit("form#edit", with("name_zh", "周三作业", "name_en", "Wednesday homework")).Status(422)
			desk.Submit("form#edit", with("theme", "learning")).Follow().Status(200)
			programmePath := desk.Path()
			if desk.Find(`form[action$="/publish"]`).Length() != 0 {
				t.Error("an unchecked programme can be published")
			}
			desk.Post(programmePath+"/publish", nil).Status(409)
			desk.Post(programmePath+"/verify", with("step", "visit", "note_en", "Seen")).Status(403)
			verifier.Get(programmePath).Submit("form#check", with("step", "visit")).Status(422)
			for _, step := range programme.Steps() {
				verifier.Get(programmePath).Submit("form#check", with("step", step, "note_zh", "看过", "ends_on", "2027-11-23")).Follow().Status(200)
			}
			verifier.Post(programmePath+"/publish", nil).Status(403)
			desk.Get(programmePath).Submit(`form[action$="/publish"]`, nil).Follow().Status(200).Must(`a[href^="/programmes/"]`)

			desk.Get("/desk/needs/new").Status(200).Must(`form[action="/desk/needs"]`)
			id := clock.FormatID(h.programmeID("wednesday"))
			desk.Submit(`form[action="/desk/needs"]`, with("programme", id, "title_zh", "陪读", "wanted", "0")).Status(422)
			desk.Submit(`form[action="/desk/needs"]`, with("unit", "time:evening", "title_en", "Reading friends", "wanted", "12", "until_on", "2026-12-24")).Follow().Status(200)
			need := desk.Path()
			if got := desk.Must("input[name=until_on]").AttrOr("value", ""); got != "2026-12-24" {
				t.Errorf("the last day became %s", got)
			}
			desk.Submit(`form[action$="/publish"]`, nil).Follow().Status(200)
			h.visitor().Lang(i18n.EN).Get("/needs").Contains("Reading friends").Click(`article.card a`).Status(200).Contains("24 December 2026")
			desk.Get("/desk/needs").Contains("12")
			desk.Get(need).Submit(`form[action$="/close"]`, nil).Follow().Status(200)
			h.visitor().Get("/needs").Lacks("Reading friends", "陪读")
			desk.Post(need, with("title_zh", "x", "title_en", "x", "wanted", "1")).Status(409)
		})
	}
}

func TestWhoMayWriteWhere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.shown(h.verifier())
	n := h.need(s.programme.ID, both("陪读", "Reading friends"), nil)
	elsewhere := h.as("elsewhere", access.Grant{Role: access.Coordinator, Organisation: 7})
	here := h.as("here", access.Grant{Role: access.Coordinator, Organisation: s.organisation.ID})
	own := h.as("own", access.Grant{Role: access.Verifier, Organisation: s.organisation.ID})
	auditor := h.as("auditor", access.Grant{Role: access.Auditor})
	need, org := "/desk/needs/"+clock.FormatID(n.ID), "/desk/organisations/"+clock.FormatID(s.organisation.ID)
	prog := "/desk/programmes/" + clock.FormatID(s.programme.ID)
	for _, path := range []string{need, org, prog, need + "/close", prog + "/suspend", org + "/programmes"} {
		elsewhere.Post(path, with("name_en", "x")).Status(403)
		auditor.Post(path, nil).Status(403)
		h.visitor().Post(path, nil).Status(401)
	}
	for _, path := range []string{need, org, prog} {
		auditor.Lang(i18n.EN).Get(path).Status(200)
		if auditor.Find("form[method=post]").Length() != 0 {
			t.Errorf("%s offers changes to an auditor", path)
		}
	}
	elsewhere.Get("/desk/needs/new").Status(200)
	if elsewhere.Find("select").Length() != 0 {
		t.Error("needs are offered for another organisation's programmes")
	}
	elsewhere.Get("/desk/organisations/new").Status(403)
	elsewhere.Post("/desk/needs", with("programme", clock.FormatID(s.programme.ID), "unit", "time:evening", "title_en", "x", "wanted", "1")).Status(403)
	own.Lang(i18n.EN).Get(prog).Submit("form#check", with("step", "visit", "note_en", "Seen")).Status(422).Contains("You hold an appointment")
	here.Get(need).Submit("form#edit", with("wanted", "9")).Follow().Status(200)
	here.Get(need + "x").Status(404)
}

func TestMorePages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.shown(h.verifier())
	for range 30 {
		h.need(s.programme.ID, both("陪读", "Reading friends"), nil)
	}
	v := h.visitor().Lang(i18n.EN).Get("/needs?kind=time")
	first := v.Find("article.card").Length()
	v.Click("a[rel=next]").Status(200)
	if second := v.Find("article.card").Length(); first != 24 || second != 6 || !strings.Contains(v.Response.Request.URL.RawQuery, "kind=time") {
		t.Errorf("pages of %d and %d at %s", first, second, v.Response.Request.URL)
	}
	v.Get("/needs?after=garbage").Status(200)
}

func (h *house) verifier() int64 {
	h.Helper()
	h.as("network verifier", access.Grant{Role: access.Verifier})
	return h.people["network verifier"].PersonID
}
