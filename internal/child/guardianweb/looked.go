package guardianweb

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/web"
)

// aPage is how many lines of who looked a page shows.
const aPage = 50

type lookedView struct {
	about
	list   []looks
	places map[int64]i18n.Text
	names  map[int64]string
	next   string
}

// looked shows who looked at the record, as what, and why. Workers to whom the child is assigned are
// named: the guardian meets them at the door and has a right to know who holds the child's record. Of all
// others the role and the place are said, which is what can be complained about.
func (p *Pages) looked(w http.ResponseWriter, r *http.Request) error {
	a, err := p.glance(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	before, _ := clock.ParseID(r.URL.Query().Get("after")) // anything else: the newest
	v := lookedView{about: a}
	err = p.inTx(ctx, func(tx *db.Tx) error {
		v.places = map[int64]i18n.Text{}
		list, next, err := p.cfg.Children.WhoLooked(ctx, tx, a.ID, before, aPage)
		if err != nil {
			return err
		}
		v.list, v.next = folded(ctx, list), ""
		if next != 0 {
			v.next = clock.FormatID(next)
		}
		var named []int64
		for _, l := range list {
			if l.Assigned {
				named = append(named, l.Person)
			}
			if _, ok := v.places[l.Organisation]; !ok && l.Organisation != access.Network {
				if v.places[l.Organisation], err = p.cfg.Organisations.Organisation(ctx, tx, l.Organisation); err != nil {
					return err
				}
			}
		}
		v.names, err = p.cfg.Names(ctx, tx, named)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, lookedPage(v))
}

// looks is one line of the page: what somebody did, so many times, on one day.
type looks struct {
	child.Look
	times int
}

// folded puts into one line what one person did again and again on one day.
func folded(ctx context.Context, list []child.Look) (out []looks) {
	for _, l := range list {
		if n := len(out); n > 0 {
			x := out[n-1]
			if x.Person == l.Person && x.Organisation == l.Organisation && x.Emergency == l.Emergency && x.Purpose == l.Purpose &&
				did(ctx, x.Look) == did(ctx, l) && slices.Equal(x.Groups, l.Groups) && i18n.Date(ctx, x.At) == i18n.Date(ctx, l.At) {
				out[n-1].times++
				continue
			}
		}
		out = append(out, looks{l, 1})
	}
	return out
}

// who says who somebody was to the child.
func (v lookedView) who(ctx context.Context, l child.Look) string {
	if l.Who != child.Staff {
		return i18n.T(ctx, "family.who."+string(l.Who))
	}
	role := i18n.T(ctx, "family.who.staff")
	if l.Role != "" {
		role = i18n.T(ctx, "access.role."+string(l.Role))
	}
	if place, ok := v.places[l.Organisation]; ok {
		role = i18n.T(ctx, "family.who.at", "Role", role, "Place", place.In(ctx))
	}
	if name := v.names[l.Person]; l.Assigned && name != "" {
		return i18n.T(ctx, "family.who.named", "Name", name, "Role", role)
	}
	return role
}

// did says what was done.
func did(ctx context.Context, l child.Look) string {
	switch key := "family.did." + l.Kind; {
	case l.Emergency:
		return i18n.T(ctx, "family.did.emergency")
	case i18n.Has(ctx, key):
		return i18n.T(ctx, key)
	}
	return i18n.T(ctx, "family.did.other")
}

// why says what for, "" where there is no purpose.
func why(ctx context.Context, l child.Look) string {
	if l.Purpose == "" || l.Purpose == access.Guardian {
		return ""
	}
	return i18n.T(ctx, "access.purpose."+string(l.Purpose))
}

// what says which parts were looked at.
func what(ctx context.Context, l child.Look) string {
	var out []string
	for _, g := range l.Groups {
		out = append(out, i18n.T(ctx, "child.group."+string(g)))
	}
	return strings.Join(out, i18n.T(ctx, "family.and"))
}
