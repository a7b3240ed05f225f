package givingdesk_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
)

// said lists what the public may read of a campaign's givers.
func (h *house) said(n network) string {
	h.t.Helper()
	var out []string
	h.read(func(ctx context.Context, r *db.Reader) error {
		list, err := giving.LastWords(ctx, r, n.campaign.ID, 200)
		for _, s := range list {
			if s.Name != "" {
				out = append(out, s.Name)
			}
		}
		return err
	})
	return strings.Join(out, " ")
}

func (h *house) wantSaid(n network, want string) {
	h.t.Helper()
	if got := h.said(n); got != want {
		h.t.Errorf("the public reads %q, want %q", got, want)
	}
}

func TestWordsAreReadBeforeTheyAreShown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.network()
	first, second := h.capture(n, 35_00, "Openhand", giving.Public), h.capture(n, 36_00, "Laterhand", giving.Public)
	h.capture(n, 37_00, "Quietone", giving.Organisation)
	near := h.as(h.person("Near", n.charity, access.Coordinator), i18n.EN)
	path := func(g giving.Gift) string { return "/desk/words/" + clock.FormatID(g.ID) }
	gift := "/desk/gifts/" + clock.FormatID(first.ID)

	near.Get("/desk").Contains("Words to read", "¥35").Click("a.btn[href='/desk/words']").Status(200)
	near.Contains("Openhand", "Laterhand", "A hundred suppers").Lacks("Quietone", "quietone")
	if strings.Index(near.Body, "Openhand") > strings.Index(near.Body, "Laterhand") {
		t.Error("the newest stand first")
	}
	h.wantSaid(n, "")
	near.Submit("form.words[action='"+path(first)+"']", url.Values{"do": {"show"}}).RedirectsTo("/desk/words").Follow().Contains("Laterhand").Lacks("Openhand")
	h.wantSaid(n, "Openhand")
	near.Get(gift).Contains("shown", "Words shown")
	near.Submit("form.words", url.Values{"do": {"hide"}}).RedirectsTo(gift).Follow().Contains("Words hidden")
	h.wantSaid(n, "")
	near.Submit("form.words", url.Values{"do": {"show"}}).RedirectsTo(gift)
	h.wantSaid(n, "Openhand")

	near.Post(path(second), url.Values{"do": {"print"}}).Status(422)
	near.Post(path(second), url.Values{"do": {"hide"}, "to": {"//elsewhere.example.org"}}).RedirectsTo("/desk/words").Follow().Contains("All words are read")
	near.Get("/desk").Lacks("Words to read")
	near.Header("HX-Request", "true").Post(path(second), url.Values{"do": {"show"}}).Status(200).Contains("Laterhand", "shown").Lacks("<html")
	h.wantSaid(n, "Laterhand Openhand")
}

// Who judges the words of one organisation's givers neither sees nor judges another's.
func TestWordsOfAnotherOrganisation(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.network()
	g := h.capture(n, 35_00, "Openhand", giving.Public)
	far := h.as(h.person("Far", n.shop, access.Coordinator), i18n.EN)
	aud := h.as(h.person("Aud", access.Network, access.Auditor), i18n.EN)
	path, gift := "/desk/words/"+clock.FormatID(g.ID), "/desk/gifts/"+clock.FormatID(g.ID)
	far.Get("/desk").Lacks("Words to read")
	far.Get("/desk/words").Status(200).Contains("All words are read").Lacks("Openhand")
	for _, do := range []string{"show", "hide"} {
		far.Post(path, url.Values{"do": {do}}).Status(403)
		aud.Post(path, url.Values{"do": {do}}).Status(403)
	}
	far.Get(gift)
	if far.Find("form.words").Length() > 0 {
		t.Error("another organisation is offered to judge")
	}
	h.wantSaid(n, "")
	adm := h.as(h.person("Adm", access.Network, access.Administrator), i18n.ZH)
	adm.Get("/desk/words").Contains("Openhand", "待审阅")
	if adm.Find("a[href='"+gift+"']").Length() > 0 {
		t.Error("who may not see gifts is led to one")
	}
	adm.Submit("form.words", url.Values{"do": {"show"}}).RedirectsTo("/desk/words")
	h.wantSaid(n, "Openhand")
}

func TestManyWordsGoOnAnotherPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.network()
	var lines []string
	for i := range 53 {
		lines = append(lines, fmt.Sprintf("A%d,1,Giver%02d,public", i, i))
	}
	h.give(n, lines...)
	near := h.as(h.person("Near", n.charity, access.Coordinator), i18n.EN)
	near.Get("/desk").Contains("53")
	near.Get("/desk/words").Contains("Giver00", "Giver49").Lacks("Giver50")
	near.Click("a[rel=next], .pager a").Contains("Giver50", "Giver52").Lacks("Giver49")
}

// A promise that was kept shows in the list what came, which may be less than was promised.
func TestListShowsWhatArrived(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.network()
	g := h.promise(n, giving.Organisation)
	near := h.as(h.person("Near", n.charity, access.Coordinator), i18n.EN)
	aud := h.as(h.person("Aud", access.Network, access.Auditor), i18n.EN)
	near.Get("/desk/gifts").Contains("3 coats")
	near.Get("/desk/gifts/"+clock.FormatID(g.ID)).Submit("form#arrived-form", url.Values{"arrived": {"2"}}).Status(303)
	near.Get("/desk/gifts").Contains("2 coats").Lacks("3 coats")
	aud.Get("/desk/gifts.csv").Contains(",2,coats,").Lacks(",3,coats,")
}
