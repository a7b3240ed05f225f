package guardianweb

import (
	"context"
	"net/http"
	"slices"

	"manyhands/internal/access"
	"manyhands/internal/blob"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/web"
)

type photoView struct {
	about
	who child.Collector
}

// photo is where a photo of somebody who collects the child is kept, so that whoever stands at the door
// knows them.
func (p *Pages) photo(w http.ResponseWriter, r *http.Request) error {
	v, err := p.collecting(r)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(v.may(), func(c child.Collector) bool { return clock.FormatID(c.ID) == r.PathValue("collector") })
	if i < 0 {
		return fault.New(fault.NotFound, "child.no_collector")
	}
	return web.Render(w, r, v.status, photoPage(photoView{v.about, v.may()[i]}))
}

// setPhoto keeps it. The file is looked into before the write, and only for somebody whose child it is.
func (p *Pages) setPhoto(w http.ResponseWriter, r *http.Request) error {
	a, err := p.open(r)
	if err != nil {
		return err
	}
	f, err := web.ReadUpload(w, r, blob.MaxBytes+besideFile)
	if err != nil {
		return err
	}
	file, err := p.cleaned(r.Context(), f, p.cfg.Children.CleanPortrait)
	if err != nil {
		return err
	}
	collector, _ := clock.ParseID(r.PathValue("collector")) // 0 is nobody
	return p.act(w, r, f, p.photo, path(a.ID, stepCollectors), func(ctx context.Context, tx *db.Tx, _ *web.Form) error {
		return p.cfg.Children.SetPhoto(ctx, tx, a.ID, access.Guardian, collector, file)
	})
}
