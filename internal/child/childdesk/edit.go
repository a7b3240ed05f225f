package childdesk

import (
	"context"
	"net/http"
	"strconv"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/db"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

type editView struct {
	said
	target
	group   access.Group
	form    web.FormView
	code    string
	version int64
	now     []ui.Fact // what stands there now, when somebody else has just changed it
}

func groupOf(r *http.Request) (access.Group, error) {
	g := access.Group(r.PathValue("group"))
	if fieldsOf(g) == nil {
		return "", errNoRecord
	}
	return g, nil
}

// opened opens one group for a form, and others beside it where they may be read. Faults: also the one for
// which the group stays closed.
func (p *Pages) opened(ctx context.Context, t target, g access.Group, beside ...access.Group) (child.Opened, error) {
	o, err := p.cfg.Children.Open(ctx, t.id, t.purpose, append(beside, g)...)
	if err != nil {
		return o, err
	}
	return o, o.Closed[g]
}

func (p *Pages) editForm(w http.ResponseWriter, r *http.Request) error {
	t, err := targetOf(r)
	if err != nil {
		return err
	}
	g, err := groupOf(r)
	if err != nil {
		return err
	}
	o, err := p.opened(r.Context(), t, g)
	if err != nil {
		return err
	}
	v := editView{said: saidOf(r.Context()), target: t, group: g, code: o.Code, version: o.Versions[g], form: web.FormView{Values: valuesOf(o, g)}}
	return web.Render(w, r, v.status, editPage(v))
}

// edit writes a group anew. Of two people who change the same group the second sees what the first
// wrote, beside what they typed themselves: nothing is lost, and they decide.
func (p *Pages) edit(w http.ResponseWriter, r *http.Request) error {
	t, err := targetOf(r)
	if err != nil {
		return err
	}
	g, err := groupOf(r)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	version, _ := strconv.ParseInt(f.Values.Get("version"), 10, 64) // anything else is one that nobody has
	o, err := p.act(ctx, f, func(tx *db.Tx) error {
		return p.cfg.Children.Change(ctx, tx, t.id, t.purpose, version, contentOf(f, g))
	})
	if err != nil {
		return err
	}
	if o.done {
		return web.Redirect(w, r, t.path())
	}
	now, err := p.opened(ctx, t, g)
	if err != nil {
		return err
	}
	v := editView{said: said{outcome: o}, target: t, group: g, form: f.View(), code: now.Code, version: version}
	if o.key == "child.changed_meanwhile" {
		v.version, v.now = now.Versions[g], factsOf(ctx, now, g)
	}
	return web.Render(w, r, v.status, editPage(v))
}
