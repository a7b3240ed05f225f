package givingweb

import (
	"net/http"
	"regexp"
	"strings"

	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/giving"
	"manyhands/internal/web"
)

// follow asks for the link or code of a gift.
func (h *Handlers) follow(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, followPage(web.FormView{}))
}

// find leads to the gift whose link or code was pasted.
func (h *Handlers) find(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	if !h.finds.Allow(web.ClientKey(r)) {
		return fault.New(fault.TooMany, "fault.too_many.sentence")
	}
	f.Required("code")
	token := GiftToken(f.Text("code", 500))
	if f.Err() == nil && token == "" {
		f.Bad("code", "giving.no_such_code")
	}
	if f.Err() == nil {
		err := h.d.DB.Read(r.Context(), func(q *db.Reader) error {
			_, err := giving.GiftByToken(r.Context(), q, token)
			return err
		})
		switch {
		case err == nil:
			return web.Redirect(w, r, "/g/"+token)
		case fault.KindOf(err) != fault.NotFound:
			return err
		}
		f.Bad("code", "giving.no_such_code")
	}
	return web.Render(w, r, http.StatusUnprocessableEntity, followPage(f.View()))
}

var tokenShape = regexp.MustCompile(`^[A-Za-z0-9_-]{27}$`)

// GiftToken takes the token out of a pasted link or code; "" when there is none.
func GiftToken(s string) string {
	if i := strings.LastIndex(s, "/g/"); i >= 0 {
		s = s[i+len("/g/"):]
	}
	if i := strings.IndexAny(s, "/?# "); i >= 0 {
		s = s[:i]
	}
	if !tokenShape.MatchString(s) {
		return ""
	}
	return s
}
