package safeguardweb

import (
	"net/http"
	"strings"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/audit"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/web"
)

type trailView struct {
	known
	rows     []audit.Row
	next     string
	form     web.FormView
	head     audit.Head
	verified bool
	broken   string // the row at which the chain is broken; "" when it holds
	mayAll   bool   // may take the whole trail away
}

const trailPage = 50

// audit searches the trail. Reports that a child may be harmed are left out: that there is one must not
// reach whom it is about; each is shown with its own history to those who may hear it.
func (p *Pages) audit(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadQuery(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	v := trailView{mayAll: access.CheckFor(ctx, access.AuditExport, access.Network) == nil}
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		filter, err := p.filter(r, tx, f)
		if err != nil || f.Err() != nil {
			return err
		}
		if err := p.search(r, tx, filter, &v); err != nil {
			return err
		}
		if f.Has("verify") {
			v.verified = true
			if v.head, err = audit.Verify(ctx, tx, nil); err != nil {
				if b, ok := err.(audit.Broken); ok {
					v.broken, err = clock.FormatID(b.Row), nil
				}
			}
		}
		return err
	})
	if err := f.Merge(err); err != nil {
		return err
	}
	v.form = f.View()
	return web.Render(w, r, http.StatusOK, trailPageOf(v))
}

func (p *Pages) filter(r *http.Request, tx *db.Tx, f *web.Form) (audit.Filter, error) {
	ctx := r.Context()
	out := audit.Filter{Kind: f.Text("kind", 60), Limit: trailPage}
	out.Before, _ = clock.ParseID(f.Values.Get("after")) // anything else is the first page
	var err error
	if f.Has("email") {
		if out.Person, err = p.cfg.PersonByEmail(ctx, tx, f.Values.Get("email")); fault.KindOf(err) == fault.NotFound {
			f.Bad("email", "people.unknown")
			err = nil
		}
	}
	if f.Has("code") && err == nil {
		if out.Subject, err = p.cfg.Children.IDOf(ctx, tx, f.Values.Get("code")); fault.KindOf(err) == fault.NotFound {
			f.Bad("code", "child.no_record")
			err = nil
		}
	}
	if f.Has("from") {
		out.Since = f.Date("from")
	}
	if f.Has("to") {
		out.Until = f.Date("to").Add(24 * time.Hour)
	}
	return out, err
}

// search fills a page with rows of organisations whose trail who acts may read.
func (p *Pages) search(r *http.Request, tx *db.Tx, filter audit.Filter, v *trailView) error {
	ctx := r.Context()
	var people, records []int64
	for range 20 { // enough to fill a page, without reading a whole trail for one organisation
		rows, err := audit.Search(ctx, tx, filter)
		if err != nil {
			return err
		}
		for _, x := range rows {
			filter.Before = x.ID
			if strings.HasPrefix(x.Kind, "concern.") || access.CheckFor(ctx, access.AuditSearch, x.Organisation) != nil {
				continue
			}
			v.rows, people, records = append(v.rows, x), append(people, x.Person), append(records, x.Subject)
		}
		if len(rows) < trailPage {
			break
		}
		v.next = clock.FormatID(filter.Before)
		if len(v.rows) >= trailPage/2 {
			break
		}
	}
	var err error
	v.known, err = p.known(ctx, tx, people, unique(records))
	return err
}

// unique leaves out what comes again; what is left fits a page of records.
func unique(ids []int64) (out []int64) {
	seen := map[int64]bool{}
	for _, id := range ids {
		if !seen[id] && len(out) < trailPage {
			seen[id], out = true, append(out, id)
		}
	}
	return out
}

// export hands out the whole trail, with which its chain can be verified elsewhere.
func (p *Pages) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := access.CheckFor(ctx, access.AuditExport, access.Network); err != nil {
		return err
	}
	err := p.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		return audit.Add(ctx, tx, audit.Act{Kind: "audit.exported", Person: access.PersonID(ctx)})
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="audit.csv"`)
	return p.cfg.DB.Read(ctx, func(q *db.Reader) error { return audit.Export(ctx, q, w) })
}
