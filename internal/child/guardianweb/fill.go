package guardianweb

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/db"
	"manyhands/internal/web"
)

type fillView struct {
	about
	group   access.Group
	form    web.FormView
	version int64
}

// fillable are the groups that a guardian fills in: all of them while enrolling, later only those that
// nobody knows better and that nobody has checked against a paper. See package child.
func fillable(state child.State) []access.Group {
	if state == child.Enrolling {
		return []access.Group{access.Name, access.Identity, access.Number, access.Contact, access.Alerts, access.Education}
	}
	return []access.Group{access.Contact, access.Alerts}
}

func (p *Pages) filling(r *http.Request) (v fillView, err error) {
	v.group = access.Group(r.PathValue("group"))
	if !slices.Contains(fillable(child.Enrolling), v.group) {
		return v, errNoRecord
	}
	if v.about, err = p.open(r, v.group); err != nil {
		return v, err
	}
	if !slices.Contains(fillable(v.State), v.group) {
		return v, errNoRecord
	}
	v.version, v.form = v.Versions[v.group], v.values(valuesOf(v.Opened, v.group)...)
	return v, nil
}

func (p *Pages) fillForm(w http.ResponseWriter, r *http.Request) error {
	v, err := p.filling(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, v.status, fillPage(v))
}

// fill keeps one group. Of two who change the same one the second is told, and sees what they typed.
func (p *Pages) fill(w http.ResponseWriter, r *http.Request) error {
	v, err := p.filling(r)
	if err != nil {
		return err
	}
	return p.sent(w, r, p.fillForm, v.after(string(v.group)), func(ctx context.Context, tx *db.Tx, f *web.Form) error {
		version, _ := strconv.ParseInt(f.Values.Get("version"), 10, 64) // anything else is one that nobody has
		return p.cfg.Children.Change(ctx, tx, v.ID, access.Guardian, version, contentOf(f, v.group))
	})
}

// valuesOf returns what stands in a group, as pairs of field and value.
func valuesOf(o child.Opened, g access.Group) []string {
	switch {
	case g == access.Name && o.Name != nil:
		return []string{"name", o.Name.Name, "other", o.Name.Other}
	case g == access.Identity && o.Identity != nil:
		return []string{"birth", o.Identity.Birth, "sex", string(o.Identity.Sex), "ethnicity", o.Identity.Ethnicity}
	case g == access.Number && o.Number != nil:
		return []string{"number_kind", string(o.Number.Kind), "number", o.Number.Number}
	case g == access.Contact && o.Contact != nil:
		return []string{"area", o.Contact.Area, "address", o.Contact.Address}
	case g == access.Alerts && o.Alerts != nil:
		a := o.Alerts
		return []string{"allergies", string(a.Allergies), "allergy", a.Allergy, "medicine", a.Medicine, "watch", a.Watch, "emergency", a.Emergency}
	case g == access.Education && o.Education != nil:
		return []string{"school", o.Education.School, "class", o.Education.Class, "help", o.Education.Help}
	}
	return nil
}

// contentOf reads a group from a form; package child says what is wrong with it.
func contentOf(f *web.Form, g access.Group) child.Content {
	get := f.Values.Get
	switch g {
	case access.Name:
		return child.Name{Name: get("name"), Other: get("other")}
	case access.Identity:
		return child.Identity{Birth: get("birth"), Sex: child.Sex(get("sex")), Ethnicity: get("ethnicity")}
	case access.Number:
		return child.Number{Kind: child.NumberKind(get("number_kind")), Number: get("number")}
	case access.Contact:
		return child.Contact{Area: get("area"), Address: get("address")}
	case access.Alerts:
		return child.Alerts{Allergies: child.Known(get("allergies")), Allergy: get("allergy"), Medicine: get("medicine"), Watch: get("watch"),
			Emergency: get("emergency")}
	default:
		return child.Education{School: get("school"), Class: get("class"), Help: get("help")}
	}
}
