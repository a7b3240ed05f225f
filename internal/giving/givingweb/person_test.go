package givingweb_test

import (
	"net/http"
	"net/url"
	"testing"

	"manyhands/internal/access"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/web/webtest"
)

// TestWhoIsSignedInIsKeptUnlessSealed gives and promises as somebody who has signed in.
func TestWhoIsSignedInIsKeptUnlessSealed(t *testing.T) {
	t.Parallel()
	const person = 4711
	for visibility, want := range map[giving.Visibility]int64{giving.Public: person, giving.Organisation: person, giving.Sealed: 0} {
		t.Run(string(visibility), func(t *testing.T) {
			t.Parallel()
			s := build(t)
			s.give(s.signedIn(person), url.Values{"amount": {"20"}, "visibility": {string(visibility)}})
			if g := s.gifts(); len(g) != 1 || g[0].Person != want {
				t.Errorf("gifts %+v, want one of person %d", g, want)
			}
		})
	}
	t.Run("promise", func(t *testing.T) {
		t.Parallel()
		s := build(t)
		n := s.NewNeed(money.Coat, 12)
		form := url.Values{"quantity": {"2"}, "visibility": {"organisation"}, "email": {"giver@example.org"}}
		s.signedIn(person).Post("/needs/"+n.Slug+"/promise", form).Status(303)
		if g := s.gifts(); len(g) != 1 || g[0].Person != person {
			t.Errorf("gifts %+v, want one of person %d", g, person)
		}
	})
}

// signedIn is a visitor who has signed in as the person.
func (s *site) signedIn(person int64) *webtest.Client {
	return webtest.New(s.t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.handler.ServeHTTP(w, r.WithContext(access.With(r.Context(), access.Actor{PersonID: person, Name: "Somebody"})))
	})).Lang(i18n.EN)
}
