package givingweb_test

import (
	"context"
	"net/url"
	"testing"

	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/programme"
)

// judge shows or hides what the giver of a gift wrote.
func (s *site) judge(gift int64, show bool) {
	s.t.Helper()
	s.Write(func(ctx context.Context, tx *db.Tx) error {
		return s.Service.JudgeWords(ctx, tx, gift, show, s.Checker)
	})
}

// A name and a message are public only while somebody who has read them says so, and their giver is
// told which it is.
func TestWordsArePublicOnceTheyAreRead(t *testing.T) {
	t.Parallel()
	const name, words = "Open Heron", "for the long evenings"
	tell := map[i18n.Lang][3]string{
		i18n.EN: {"Your words are waiting to be read.", "Your words are shown with your gift.", "Your words are not shown."},
		i18n.ZH: {"您的留言正在等待审阅", "您的留言已随捐赠显示", "您的留言没有显示"},
	}
	hint := map[i18n.Lang]string{i18n.EN: "please name no child", i18n.ZH: "请勿写出孩子的姓名"}
	each(t, func(t *testing.T, lang i18n.Lang) {
		s := build(t)
		c := s.visitor(lang)
		c.Get(s.path()).Contains(hint[lang])
		s.give(c, url.Values{"amount": {"20"}, "visibility": {"public"}, "name": {name}, "message": {words}})
		link := s.walk(c, nil)
		gift, other := s.gifts()[0].ID, c.Another()
		other.Get(s.path()).Status(200).Contains("¥20").Lacks(name, words)
		c.Get(link).Contains(tell[lang][0])
		s.judge(gift, true)
		other.Get(s.path()).Contains(name, words)
		c.Get(link).Contains(tell[lang][1])
		s.judge(gift, false)
		other.Get(s.path()).Contains("¥20").Lacks(name, words)
		c.Get(link).Contains(tell[lang][2])
		s.checkTexts()
	})
}

func TestNoWordsAreNotSpokenOf(t *testing.T) {
	t.Parallel()
	s := build(t)
	c := s.visitor(i18n.EN)
	s.give(c, url.Values{"amount": {"20"}, "visibility": {"organisation"}, "name": {"Quiet Heron"}})
	c.Get(s.walk(c, nil)).Status(200).Lacks("Your name and words", "Your words")
}

func TestSuspendedCampaignSaysSo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, lang i18n.Lang) {
		s := build(t)
		s.Write(func(ctx context.Context, tx *db.Tx) error {
			return programme.SuspendProgramme(ctx, tx, s.Programme.ID, s.Maker)
		})
		c := s.visitor(lang)
		c.Get(s.path()).Status(404)
		c.Contains(map[i18n.Lang]string{i18n.EN: "Suspended for now", i18n.ZH: "暂停中"}[lang])
		c.Post(s.path()+"/give", url.Values{"amount": {"5"}, "visibility": {"public"}, "method": {"sandbox"}}).Status(404)
		s.checkTexts()
	})
}
