package givingweb_test

import (
	"context"
	"net/url"
	"testing"

	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
)

// When another sum came than was asked for, nobody may be told that nothing was charged.
func TestAnotherSumCame(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, lang i18n.Lang) {
		s := build(t)
		c := s.visitor(lang)
		s.give(c, url.Values{"amount": {"35"}})
		link := s.walk(c, url.Values{"trick": {"wrong_amount"}})
		says := map[i18n.Lang]string{i18n.EN: "Another sum came than was asked for", i18n.ZH: "收到的金额与捐赠不符"}[lang]
		untrue := map[i18n.Lang]string{i18n.EN: "Nothing was charged", i18n.ZH: "没有扣款"}[lang]
		for _, path := range []string{link + "?thanks=1", link, link + "/pay"} {
			c.Get(path).Status(200).Contains(says, "¥35").Lacks(untrue)
			if c.Find("form[action$='/pay'], form[action$='/again']").Length() > 0 {
				t.Errorf("%s asks to pay again", path)
			}
		}
		c.Post(link+"/pay", nil).RedirectsTo(link + "/pay")
		if g := s.gifts()[0]; g.State != giving.Failed {
			t.Errorf("the gift is %s", g.State)
		}
		s.Check()
		s.checkTexts()
	})
}

// What the giver got back is said apart from what went back of the match.
func TestGivenBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, lang i18n.Lang) {
		s := build(t)
		c := s.visitor(lang)
		s.give(c, url.Values{"amount": {"10"}})
		link := s.walk(c, nil)
		back := func(fen int64) {
			gift := s.gifts()[0].ID
			s.Write(func(ctx context.Context, tx *db.Tx) error { return s.Service.Returned(ctx, tx, gift, fen, tx.NewID()) })
			c.Get(link).Status(200)
		}
		back(4_00)
		c.Contains(map[i18n.Lang]string{i18n.EN: "= ¥12 waiting + ¥4 given back to you + ¥4 of the match gone back", i18n.ZH: "= 待拨付 ¥12 + 已退还您 ¥4 + 配捐退回 ¥4"}[lang])
		c.Contains(map[i18n.Lang]string{i18n.EN: "¥4 of it was given back to you. It waits", i18n.ZH: "其中 ¥4 已退还给您。正在等待"}[lang]).Lacks("¥8")
		back(6_00)
		c.Contains(map[i18n.Lang]string{i18n.EN: "= ¥10 given back to you + ¥10 of the match gone back", i18n.ZH: "= 已退还您 ¥10 + 配捐退回 ¥10"}[lang])
		c.Lacks(map[i18n.Lang]string{i18n.EN: "waits for the next invoice", i18n.ZH: "等待下一张发票"}[lang])
		s.Check()
		s.checkTexts()
	})
}

// A letter is spoken of only to those who gave an address.
func TestLetterIsNotPromisedToNobody(t *testing.T) {
	t.Parallel()
	for email, spoken := range map[string]bool{"": false, "heron@example.org": true} {
		s := build(t)
		c := s.visitor(i18n.EN)
		s.give(c, url.Values{"amount": {"10"}, "email": {email}})
		c.Get(s.walk(c, nil)).Lacks("also sent")
		const says = "An acknowledgement goes to your e-mail address."
		if spoken {
			c.Contains(says)
		} else {
			c.Lacks(says)
		}
	}
}
