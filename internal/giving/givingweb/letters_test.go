package givingweb_test

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"manyhands/internal/i18n"
	"manyhands/internal/notify"
	"manyhands/internal/notify/notifytest"
)

func TestThanksByMail(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, lang i18n.Lang) {
		s := build(t)
		post := &notifytest.Memory{}
		notify.Register(s.runner, post)
		s.runner.Handle("sandbox.notify", func(context.Context, json.RawMessage) error { return nil }) // the return from the wallet has told already
		c := s.visitor(lang)
		s.give(c, url.Values{"preset": {"10.00"}, "email": {"heron@example.org"}, "visibility": {"sealed"}, "name": {"Quiet Heron"}})
		link := s.walk(c, nil)
		if _, err := s.runner.RunOnce(t.Context()); err != nil {
			t.Fatal(err)
		}
		mails := post.Mails()
		if len(mails) != 1 {
			t.Fatalf("%d letters, want 1", len(mails))
		}
		m := mails[0]
		if m.To != "heron@example.org" || m.Lang != string(lang) {
			t.Errorf("to %s in %s", m.To, m.Lang)
		}
		for _, want := range []string{"https://give.example.org" + link, "¥10", map[i18n.Lang]string{i18n.EN: "Winter meals", i18n.ZH: "冬日热饭"}[lang]} {
			if !strings.Contains(m.Text, want) {
				t.Errorf("the letter lacks %q:\n%s", want, m.Text)
			}
		}
		if strings.Contains(m.Text+m.Subject, "Heron") {
			t.Error("a sealed giver is named")
		}
		s.checkTexts()
	})
}
