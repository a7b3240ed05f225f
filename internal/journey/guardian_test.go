package journey_test

import (
	"testing"

	"manyhands/internal/app/apptest"
	"manyhands/internal/demo"
)

// guardian is a phone on which a guardian of the sample network is signed in, at their first child's
// page.
func guardian(t *testing.T, r *apptest.Running, lang string) *tab {
	t.Helper()
	b := newTab(t, r.URL, phone)
	b.open(r.SignInLink(t, demo.Guardian) + "?lang=" + lang)
	b.follow("#use-link button")
	b.open("/me/children?lang=" + lang)
	b.follow("main .card.link a")
	return b
}

// TestAGuardianAnswersOnAPhone answers a question, takes the yes back, and goes back in history: the old
// page does not come back as if nothing had happened.
func TestAGuardianAnswersOnAPhone(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	b := guardian(t, r, "zh")
	question := b.path() + "/consents/medical"
	b.open(question)
	b.follow("#answer button[value='yes']") // and on to the next question
	b.sees("main .notice", "记下了", "您同意了")
	b.open(question)
	b.sees("main .notice", "这件事现在可以做")
	b.follow("#withdraw button")
	b.sees("main .notice", "您收回了同意")
	b.back(1, "#answer, #withdraw")
	b.becomes("!location.search.includes('before') && !!document.querySelector('#answer') && !document.querySelector('#withdraw')")
	b.sees("main", "我同意", "我不同意")
}

func TestGuardiansPagesAreAccessible(t *testing.T) {
	t.Parallel()
	r := apptest.Serve(t, true)
	b := guardian(t, r, "zh")
	b.accessible()
	child := b.path()
	for _, page := range []string{"/consents", "/consents/medical", "/consents/outings", "/consents/photos_internal", "/collectors", "/collectors/never",
		"/guardians", "/fill/alerts", "/looked", "/requests", "/copy"} {
		b.opens(child + page)
	}
	b.open(child + "/collectors")
	b.followTo("#add button", 422)
	b.accessible()
	b.opens("/me/children", "/me/children/join", "/me/children/new")
	b.follows("main .card.link a")
	b.followTo("#enrol button", 422)
	b.accessible()
}
