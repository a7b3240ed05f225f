package givingdesk_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
)

func campaignForm(n network) url.Values {
	return url.Values{"programme": {clock.FormatID(n.programme)}, "title_zh": {"新书包"}, "title_en": {"New satchels"}, "goal": {"5000"},
		"starts_at": {"2026-11-23T08:00"}, "ends_at": {"2026-12-23T20:00"}, "fallback_fund": {clock.FormatID(n.general.ID)},
		"impact_price_0": {"35"}, "impact_zh_0": {"一个书包"}, "impact_en_0": {"a satchel"}}
}

func TestCampaignJourney(t *testing.T) {
	t.Parallel()
	for _, lang := range []i18n.Lang{i18n.EN, i18n.ZH} {
		t.Run(string(lang), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			n := h.network()
			c := h.as(h.person("Co", n.charity, access.Coordinator), lang)
			bad := campaignForm(n)
			bad.Set("goal", "0")
			bad.Set("ends_at", "2026-11-22T20:00")
			bad.Set("impact_zh_0", "")
			c.Get("/desk/campaigns/new").Submit("form#campaign", bad).Status(422)
			if got := c.Must("[name=title_en]").AttrOr("value", ""); got != "New satchels" {
				t.Errorf("the title that was typed is %q now", got)
			}
			c.Submit("form#campaign", campaignForm(n))
			path := c.Response.Header.Get("Location")
			c.Post("/desk/campaigns", campaignForm(n)).RedirectsTo(path).Follow().Contains("¥35")
			c.Click("a[href$='/edit']").Submit("form#campaign", url.Values{"goal": {"6000"}}).RedirectsTo(path).Follow().Contains("¥6,000", "¥35")
			c.Submit("form.open", nil).RedirectsTo(path)
			c.Post(path+"/open", nil).RedirectsTo(path)
			c.Post(path, campaignForm(n)).Status(409)
			c.Get(path + "/edit").Status(409)
			far := h.as(h.person("Far", n.shop, access.Coordinator), lang)
			far.Get(path + "/edit").Status(403)
			far.Post("/desk/campaigns", campaignForm(n)).Status(403)
			c.Get("/desk/campaigns?state=open").Contains("¥6,000")

			h.give(n, "A1,100,Anna,public")
			old := "/desk/campaigns/" + clock.FormatID(n.campaign.ID)
			c.Get(old).Submit("form.close", nil).RedirectsTo(old).Follow()
			id, _ := c.Must("form.redirect input[name=form_id]").Attr("value")
			c.Submit("form.redirect", nil).RedirectsTo(old)
			c.Post(old+"/redirect", url.Values{"form_id": {id}}).RedirectsTo(old)
			c.Post(old+"/redirect", url.Values{"form_id": {clock.FormatID(h.d.NewID())}}).Status(409)
			c.Get("/desk/books/" + n.general.Slug).Contains("¥100")
		})
	}
}

func TestPoolJourney(t *testing.T) {
	t.Parallel()
	for _, lang := range []i18n.Lang{i18n.EN, i18n.ZH} {
		t.Run(string(lang), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			n := h.network()
			mei := h.as(h.person("Mei", access.Network, access.Coordinator, access.Approver), lang)
			li := h.as(h.person("Li", access.Network, access.Approver), lang)
			form := url.Values{"name_zh": {"面包池"}, "name_en": {"Bread pool"}, "sponsor": {clock.FormatID(n.shop)}, "rule": {"first_come"},
				"cap_giver": {"200"}, "starts_at": {"2026-11-23T08:00"}, "ends_at": {"2026-11-25T20:00"}, "campaigns": {clock.FormatID(n.campaign.ID)}}
			mei.Get("/desk/pools/new").Submit("form#pool", url.Values{"ratio_percent": {"5000"}}).Status(422)
			mei.Submit("form#pool", form)
			if mei.Response.StatusCode != 422 { // the ratio that was typed is still there
				t.Fatalf("a ratio of 5000%% was taken: %d", mei.Response.StatusCode)
			}
			mei.Submit("form#pool", url.Values{"ratio_percent": {"100"}})
			path := mei.Response.Header.Get("Location")
			form.Set("ratio_percent", "100")
			mei.Post("/desk/pools", form).RedirectsTo(path).Follow().Contains("¥200").Contains(`"cap_giver_minor":20000`)
			li.Get(path)
			if li.Find("form.open").Length() > 0 {
				t.Error("an empty pool is offered to be opened")
			}
			if mei.Get(path).Find("form#fund-form").Length() > 0 {
				t.Error("who writes the rule is asked for the sponsor's money")
			}
			mei.Must(".notice")
			mei.Post(path+"/fund", nil).Status(403)
			yan := h.as(h.person("Yan", access.Network, access.Treasurer), lang)
			id, _ := yan.Get(path).Must("form#fund-form input[name=form_id]").Attr("value")
			yan.Submit("form#fund-form", url.Values{"pool_amount": {""}}).Status(422)
			for range 2 {
				yan.Post(path+"/fund", url.Values{"form_id": {id}, "pool_amount": {"500"}}).RedirectsTo(path)
			}
			mei.Get(path)
			if got := strings.Count(mei.Body, `<b>`+map[i18n.Lang]string{i18n.EN: "Sponsor’s money noted", i18n.ZH: "登记了资助款"}[lang]); got != 1 {
				t.Errorf("the sponsor's money is noted %d times", got)
			}
			yan.Post(path+"/fund", url.Values{"form_id": {id}, "pool_amount": {"501"}}).Status(409)
			mei.Post(path+"/open", nil).Status(403)
			hash := li.Get(path).Find("pre.proof").Last().Text()
			li.Get("/desk").Contains("¥500").Click("a[href='"+path+"']").Submit("form.open", nil).RedirectsTo(path)
			li.Post(path+"/open", nil).RedirectsTo(path).Follow()
			if got := li.Find("pre.proof").Last().Text(); got != hash {
				t.Errorf("the rule was previewed as %s and frozen as %s", hash, got)
			}
			h.capture(n, 300_00, "Anna", giving.Public)
			mei.Get(path).Contains("¥300", "¥200")
			mei.Get("/desk").Contains("¥200", map[i18n.Lang]string{i18n.EN: "Bread pool", i18n.ZH: "面包池"}[lang])
		})
	}
}

// A form that has lain open for two days makes nothing.
func TestOldForm(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.network()
	c := h.as(h.person("Co", access.Network, access.Coordinator), i18n.EN)
	old := "/desk/campaigns/" + clock.FormatID(n.campaign.ID)
	c.Post(old+"/close", nil)
	id := clock.FormatID(h.d.NewID())
	h.c.Advance(49 * time.Hour)
	c.Post(old+"/redirect", url.Values{"form_id": {id}}).Status(409).Contains("open for too long")
	c.Post(old+"/redirect", url.Values{"form_id": {"nonsense"}}).Status(409)
}
