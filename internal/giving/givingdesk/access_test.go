package givingdesk_test

import (
	"strings"
	"testing"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/giving/givingdesk"
	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/web"
)

func TestTexts(t *testing.T) {
	t.Parallel()
	i18ntest.CheckCatalogues(t, givingdesk.Texts(), "desk.")
}

// Every route refuses a guest, a giver, and a member of staff whose roles do not include it.
func TestEveryRouteRefuses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	m := web.NewMux(web.Options{})
	givingdesk.New(givingdesk.Deps{DB: h.d, Giving: h.giving, Payments: h.payments, People: h.people}).Routes(m)
	giver := h.as(h.person("Giver", access.Network), i18n.EN)
	guest := giver.Another()
	verifier := h.as(h.person("Ver", access.Network, access.Verifier), i18n.EN)
	for _, r := range m.Routes() {
		method, path, _ := strings.Cut(r.Pattern, " ")
		for _, name := range []string{"{id}", "{fund}", "{refund}"} {
			path = strings.ReplaceAll(path, name, clock.FormatID(1))
		}
		mayVerifier := r.Need == web.Need(access.DeskSee) || r.Need == web.Need(access.BooksSee)
		if method == "GET" {
			giver.Get(path).Status(403)
			if code := guest.Get(path).Response.StatusCode; code != 303 {
				t.Errorf("%s: guest got %d", r.Pattern, code)
			}
			if !mayVerifier {
				verifier.Get(path).Status(403)
			}
			continue
		}
		giver.Post(path, nil).Status(403)
		guest.Post(path, nil).Status(401)
		verifier.Post(path, nil).Status(403)
		if r.Need == web.Need(access.DeskSee) {
			t.Errorf("%s changes something for whoever may look", r.Pattern)
		}
	}
}

// Nothing to do is said plainly, and a page that does not exist is not found.
func TestEmptyHouse(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	all := h.as(h.person("All", access.Network, access.Roles()...), i18n.ZH)
	all.Get("/desk").Status(200).Contains("从这里开始").Must("a[href='/desk/funds/new']")
	for _, path := range []string{"/desk/payouts", "/desk/invoices", "/desk/campaigns", "/desk/pools", "/desk/gifts", "/desk/gifts/refunds", "/desk/gifts/quarantine", "/desk/words", "/desk/books",
		"/desk/campaigns/new", "/desk/pools/new", "/desk/invoices/new"} {
		all.Get(path).Status(200).Must(".empty")
	}
	all.Get("/desk/funds/new").Status(200).Must("form.form")
	for _, path := range []string{"/desk/payouts/x", "/desk/payouts/0000000000001", "/desk/invoices/0000000000001", "/desk/campaigns/0000000000001", "/desk/campaigns/0000000000001/edit", "/desk/pools/0000000000001", "/desk/gifts/0000000000001", "/desk/books/none", "/desk/books/none/in.csv"} {
		all.Get(path).Status(404)
	}
}
