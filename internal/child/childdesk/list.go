package childdesk

import (
	"context"
	"net/http"
	"slices"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/web"
)

// aPage is how many children a list shows at once.
const aPage = 50

// place is an organisation where who acts looks after records.
type place struct {
	Organisation
	all bool // they see all of its records, not their own alone
}

// places returns where who acts may do a thing by an appointment there; somebody of the whole network
// acts everywhere.
func (p *Pages) places(ctx context.Context, r db.Queryer, need access.Permission) (out []place, err error) {
	var at []int64
	everywhere := access.CheckFor(ctx, need, access.Network) == nil
	if a, _ := access.From(ctx); !everywhere {
		for _, g := range a.Roles {
			if !slices.Contains(at, g.Organisation) && access.CheckFor(ctx, need, g.Organisation) == nil {
				at = append(at, g.Organisation)
			}
		}
	} else {
		all, err := p.cfg.Organisations(ctx, r)
		if err != nil {
			return nil, err
		}
		for _, o := range all {
			at = append(at, o.ID)
		}
	}
	for _, id := range at {
		name, err := p.cfg.Places.Organisation(ctx, r, id)
		if err != nil {
			return nil, err
		}
		out = append(out, place{Organisation{id, name}, access.CheckFor(ctx, access.PeopleSee, id) == nil})
	}
	return out, nil
}

type homeView struct {
	said
	places   []place
	at       int64 // the organisation whose records are listed; 0: one's own
	state    child.State
	list     []child.Record
	next     string
	mayEnrol bool
	waiting  int          // referrals that were received
	asked    []child.Owed // whose guardians wait for an answer
	ending   []endingLine
	ends     int // how many consents
	found    []child.Found
	searched bool
	now      time.Time
}

func (p *Pages) home(w http.ResponseWriter, r *http.Request) error {
	return p.homePage(w, r, homeView{now: p.cfg.DB.Now()})
}

func (p *Pages) homePage(w http.ResponseWriter, r *http.Request, v homeView) error {
	ctx, query := r.Context(), r.URL.Query()
	v.said, v.mayEnrol = saidOf(ctx), access.Allowed(ctx, access.RecordEnrol)
	after, _ := clock.ParseID(query.Get("after")) // anything else is the beginning
	v.state = child.State(query.Get("state"))
	if !slices.Contains([]child.State{child.Enrolling, child.Ended}, v.state) {
		v.state = child.Active
	}
	err := p.cfg.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if v.places, err = p.places(ctx, tx, access.RecordFind); err != nil {
			return err
		}
		v.at = v.chosen(query.Get("at"))
		next := int64(0)
		if v.list, next, err = p.records(ctx, tx, child.List{Organisation: v.at, State: v.state, Worker: access.PersonID(ctx), After: after, Limit: aPage}); err != nil {
			return err
		}
		if next != 0 {
			v.next = clock.FormatID(next)
		}
		return p.homeWaiting(ctx, tx, &v)
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, v.status, homePage(v))
}

// chosen is the organisation whose records are listed: the one that the address names, the first for an
// address that names none, 0 for one's own.
func (v homeView) chosen(at string) int64 {
	for _, x := range v.places {
		if x.all && (at == "" || at == clock.FormatID(x.ID)) {
			return x.ID
		}
	}
	return 0
}

// soon is how long before its end a consent is asked for again; mostEnding is how many records are named.
const (
	soon       = 30 * 24 * time.Hour
	mostEnding = 20
)

// homeWaiting counts what waits for who acts.
func (p *Pages) homeWaiting(ctx context.Context, tx *db.Tx, v *homeView) error {
	for _, x := range v.places {
		if x.ID != v.at && v.at != 0 {
			continue // that of the place which is looked at
		}
		if err := p.endingAt(ctx, tx, x.ID, v); err != nil {
			return err
		}
		if x.all {
			list, err := p.asking(ctx, tx, x.ID)
			if err != nil {
				return err
			}
			v.asked = append(v.asked, list...)
		}
	}
	inboxes, err := p.places(ctx, tx, access.RecordEnrol)
	if err != nil {
		return err
	}
	for _, x := range inboxes {
		n, err := p.cfg.Children.Waiting(ctx, tx, x.ID)
		if err != nil {
			return err
		}
		v.waiting += n
	}
	return nil
}

// endingAt adds the consents of a place that end soon, for those who ask for them again.
func (p *Pages) endingAt(ctx context.Context, tx *db.Tx, organisation int64, v *homeView) error {
	if !v.mayEnrol {
		return nil
	}
	list, err := p.cfg.Children.EndingSoon(ctx, tx, organisation, access.Casework, soon)
	v.ends += len(list)
	for _, e := range list {
		v.ending = withEnding(v.ending, e)
	}
	v.ending = firstEndings(v.ending)
	return err
}

// asking lists the records of a place whose guardians wait for an answer.
func (p *Pages) asking(ctx context.Context, tx *db.Tx, organisation int64) ([]child.Owed, error) {
	for _, purpose := range []access.Purpose{access.Casework, access.Safeguarding} {
		list, err := p.cfg.Children.Owing(ctx, tx, organisation, purpose)
		if err != nil || len(list) > 0 {
			return list, err
		}
	}
	return nil, nil
}

// listFor are the purposes under which records are listed: that of an ordinary evening for those who work
// with children, and safeguarding.
func listFor(ctx context.Context) []access.Purpose {
	if access.Allowed(ctx, access.RecordEnrol) {
		return []access.Purpose{access.Care, access.Safeguarding}
	}
	return []access.Purpose{access.Safeguarding}
}

func (p *Pages) records(ctx context.Context, tx *db.Tx, in child.List) (list []child.Record, next int64, err error) {
	for _, purpose := range listFor(ctx) {
		if list, next, err = p.cfg.Children.Records(ctx, tx, purpose, in); err != nil || len(list) > 0 {
			return list, next, err
		}
	}
	return list, next, nil
}

// find looks for a code, for an exact name with the birthday, or for the number of an identity document,
// which is not shown again. What was typed is nowhere but in this answer, and the answer is the same for none and for one that the reader may not know of.
func (p *Pages) find(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	v := homeView{searched: true, now: p.cfg.DB.Now()}
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) (err error) {
		v.found, err = p.look(ctx, tx, f)
		return err
	})
	if err := f.Merge(err); err != nil {
		return err
	}
	o := outcome{status: http.StatusOK}
	if f.Err() != nil {
		o.status = http.StatusUnprocessableEntity
	} else if f.Values.Has("number") {
		f.Values.Set("number", "")
	}
	if len(v.found) == 1 && f.Values.Has("code") {
		return web.Redirect(w, r, path(v.found[0].ID))
	}
	return p.homePage(w, refused(r, o, f), v)
}

func (p *Pages) look(ctx context.Context, tx *db.Tx, f *web.Form) (found []child.Found, err error) {
	for _, purpose := range listFor(ctx) {
		if f.Values.Has("code") {
			var one child.Found
			if one, err = p.cfg.Children.ByCode(ctx, tx, f.Values.Get("code"), purpose); err == nil {
				found = []child.Found{one}
			} else if fault.KindOf(err) == fault.NotFound {
				err = nil
			}
		} else if f.Values.Has("number") {
			found, err = p.cfg.Children.ByNumber(ctx, tx, child.Number{Kind: child.NumberKind(f.Values.Get("number_kind")), Number: f.Values.Get("number")}, purpose)
		} else {
			found, err = p.cfg.Children.ByName(ctx, tx, f.Values.Get("name"), f.Values.Get("birth"), purpose)
		}
		if err != nil || slices.ContainsFunc(found, func(x child.Found) bool { return !x.Glass }) {
			return found, err
		}
	}
	return found, nil
}

type tonightView struct {
	purpose access.Purpose
	list    []child.Opened
	next    string
	now     time.Time
	at      place
}

// groupsOf are what a list shows for a purpose; of those, the reader gets what the policies give.
func groupsOf(purpose access.Purpose) []access.Group {
	switch purpose {
	case access.Care:
		return []access.Group{access.Name, access.Alerts, access.Collection}
	case access.Meals:
		return []access.Group{access.Name, access.Alerts}
	}
	return []access.Group{access.Name}
}

// tonight opens a page of children for one purpose: what somebody needs who stands at the door or at the
// hatch.
func (p *Pages) tonight(w http.ResponseWriter, r *http.Request) error {
	ctx, query := r.Context(), r.URL.Query()
	v := tonightView{purpose: access.Purpose(r.PathValue("purpose")), now: p.cfg.DB.Now()}
	if !slices.Contains(purposes(), v.purpose) {
		return errNoRecord
	}
	after, _ := clock.ParseID(query.Get("after")) // anything else is the beginning
	in := child.List{Worker: access.PersonID(ctx), After: after, Limit: aPage}
	var all []place
	err := p.cfg.DB.Read(ctx, func(q *db.Reader) (err error) {
		all, err = p.places(ctx, q, access.RecordFind)
		return err
	})
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(all, func(x place) bool { return x.all && clock.FormatID(x.ID) == query.Get("at") }); i >= 0 {
		v.at = all[i]
		in.Organisation, in.State = v.at.ID, child.Active
	}
	var next int64
	if v.list, next, err = p.cfg.Children.OpenList(ctx, v.purpose, in, groupsOf(v.purpose)...); err != nil {
		return err
	}
	if next != 0 {
		v.next = clock.FormatID(next)
	}
	return web.Render(w, r, http.StatusOK, tonightPage(v))
}

// called is what the child is called here, the code where the name is not shown.
func called(ctx context.Context, o child.Opened) string {
	switch {
	case o.Name == nil, o.Name.Name == "" && o.Name.Other == "":
		return i18n.T(ctx, "record.code", "Code", o.Code)
	case o.Name.Other != "":
		return o.Name.Other
	}
	return o.Name.Name
}
