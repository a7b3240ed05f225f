package childdesk

import (
	"context"
	"net/http"
	"slices"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/web"
)

func (p *Pages) addNote(w http.ResponseWriter, r *http.Request) error {
	t, err := targetOf(r)
	if err != nil {
		return err
	}
	return p.sent(w, r, p.record, t.path(), func(ctx context.Context, tx *db.Tx, f *web.Form) error {
		_, err := p.cfg.Children.AddNote(ctx, tx, t.id, t.purpose, child.NoteKind(f.Values.Get("kind")), f.Values.Get("text"))
		return err
	})
}

type noteView struct {
	said
	target
	code string
	note child.Note
}

// noteForm opens a note of one's own that may still be changed.
func (p *Pages) noteForm(w http.ResponseWriter, r *http.Request) error {
	t, err := targetOf(r)
	if err != nil {
		return err
	}
	o, err := p.opened(r.Context(), t, access.Notes)
	if err != nil {
		return err
	}
	id := partOf(r, "note")
	i := slices.IndexFunc(o.Notes, func(n child.Note) bool { return n.ID == id })
	if i < 0 {
		return fault.New(fault.NotFound, "child.no_note")
	}
	v := noteView{said: saidOf(r.Context()), target: t, code: o.Code, note: o.Notes[i]}
	if !v.note.Mine {
		return fault.New(fault.Forbidden, access.PolicyText+"note_stands")
	}
	return web.Render(w, r, v.status, notePage(v))
}

func (p *Pages) amendNote(w http.ResponseWriter, r *http.Request) error {
	t, err := targetOf(r)
	if err != nil {
		return err
	}
	return p.sent(w, r, p.noteForm, t.path(), func(ctx context.Context, tx *db.Tx, f *web.Form) error {
		return p.cfg.Children.AmendNote(ctx, tx, t.id, partOf(r, "note"), t.purpose, child.NoteKind(f.Values.Get("kind")), f.Values.Get("text"))
	})
}
