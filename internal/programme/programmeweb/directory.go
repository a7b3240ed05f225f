package programmeweb

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/programme"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// listing is one programme of the directory's list.
type listing struct {
	programme.ProgrammeLine
	Detail  programme.Detail // without sealed places
	Sealed  bool             // there is one that is not shown
	Metres  int64            // from where the reader looks; -1: not asked
	OpenNow bool
}

// spots are the positions of its places.
func (e listing) spots() (out []programme.Position) {
	for _, p := range e.Detail.Places {
		if p.Placed {
			out = append(out, p.At)
		}
	}
	return out
}

// directoryView is the filtered directory.
type directoryView struct {
	Words, Theme, Place, Age, Language, Open, Kind string
	At                                             string // a position that was typed and cannot be read
	Free                                           bool
	Near                                           *programme.Position // rounded
	Towns                                          []programme.Town
	Places                                         []i18n.Text
	Listings                                       []listing
	Next                                           string
}

// Filtered reports whether the reader narrowed the list.
func (v directoryView) Filtered() bool {
	return v.Words != "" || v.Theme != "" || v.Near != nil || v.more()
}

// more reports whether one of the rarer conditions is in use.
func (v directoryView) more() bool {
	return v.Place != "" || v.Age != "" || v.Language != "" || v.Open != "" || v.Kind != "" || v.At != "" || v.Free
}

func (v directoryView) nearValue() string {
	if v.Near == nil {
		return ""
	}
	return v.Near.String()
}

func (v directoryView) atBad(ctx context.Context) string {
	if v.At == "" {
		return ""
	}
	return i18n.T(ctx, "programme.position")
}

// readDirectory reads the conditions. A position that was typed, or is more exact than needed, is
// given back as the address to go to instead, where it is rounded: no address of ours says exactly
// where somebody is.
func readDirectory(r *http.Request) (v directoryView, instead string, err error) {
	f, err := web.ReadQuery(r)
	if err != nil {
		return v, "", err
	}
	get := f.Values.Get
	v = directoryView{Words: f.Text("words", maxWords), Theme: get("theme"), Place: get("place"), Age: get("age"), Language: get("language"),
		Open: get("open"), Kind: get("kind"), Free: f.Bool("free")}
	typed := get("at")
	from := typed
	if from == "" {
		from = get("near")
	}
	if from == "" {
		return v, "", nil
	}
	at, err := programme.ParsePosition(from)
	if err != nil {
		v.At = f.Text("at", maxWords)
		return v, "", nil
	}
	near := at.Rounded()
	v.Near = &near
	if typed != "" || near != at {
		q := url.Values{}
		for name, values := range f.Values {
			if name != "at" && name != "after" && values[0] != "" {
				q[name] = values
			}
		}
		q.Set("near", near.String())
		instead = "/programmes?" + q.Encode()
	}
	return v, instead, nil
}

// filter is what the view asks of the directory.
func (v directoryView) filter(ctx context.Context, now time.Time) programme.ProgrammeFilter {
	f := programme.ProgrammeFilter{CheckedAlone: true, Theme: v.Theme, Place: v.Place, Words: v.Words, Language: v.Language, Kind: v.Kind,
		Free: v.Free, Limit: listPage}
	if age, err := strconv.ParseInt(v.Age, 10, 64); err == nil && age >= 0 && age <= programme.MaxAge {
		f.ForAge, f.Age = true, age
	}
	switch local := now.In(i18n.ZoneOf(ctx)); v.Open {
	case "now":
		f.Open = programme.MomentOf(local)
	case "today":
		f.Open = programme.DayOf(local)
	}
	return f
}

// positionPolicy lets this page alone ask the browser where it is, when the reader presses for it.
const positionPolicy = "camera=(), microphone=(), geolocation=(self), payment=(), usb=()"

// programmes shows the directory: what was checked, as a list and on a map; htmx asks for the list
// alone.
func (p *Pages) programmes(w http.ResponseWriter, r *http.Request) error {
	v, instead, err := readDirectory(r)
	if err != nil {
		return err
	}
	if instead != "" {
		return web.Redirect(w, r, instead)
	}
	after := programme.ParseCursor(r.URL.Query().Get("after"))
	ctx := r.Context()
	err = p.DB.Read(ctx, func(q *db.Reader) error {
		if err := v.read(ctx, q, p.DB.Now(), after); err != nil {
			return err
		}
		v.Towns, v.Places, err = p.surroundings.read(ctx, q, p.DB.Now())
		return err
	})
	if err != nil {
		return err
	}
	w.Header().Set("Permissions-Policy", positionPolicy)
	if web.IsFragment(r) {
		return web.Render(w, r, http.StatusOK, directoryList(v))
	}
	return web.Render(w, r, http.StatusOK, directoryPage(v))
}

func (v *directoryView) read(ctx context.Context, q db.Queryer, now time.Time, after programme.Cursor) (err error) {
	f := v.filter(ctx, now)
	f.After = after
	var next programme.Cursor
	v.Listings = nil
	if v.Near != nil {
		var found []programme.NearLine
		if found, next, err = programme.Near(ctx, q, now, f, *v.Near); err != nil {
			return err
		}
		for _, l := range found {
			v.Listings = append(v.Listings, listing{ProgrammeLine: l.ProgrammeLine, Metres: l.Metres})
		}
	} else {
		var found []programme.ProgrammeLine
		if found, next, err = programme.Programmes(ctx, q, now, f); err != nil {
			return err
		}
		for _, l := range found {
			v.Listings = append(v.Listings, listing{ProgrammeLine: l, Metres: -1})
		}
	}
	v.Next = next.String()
	return v.details(ctx, q, now)
}

// surroundings are the towns and places that the filter offers. They change seldom and every programme
// counts, so they are read once a minute.
type surroundings struct {
	mu     sync.Mutex
	at     time.Time
	towns  []programme.Town
	places []i18n.Text
}

func (s *surroundings) read(ctx context.Context, q db.Queryer, now time.Time) ([]programme.Town, []i18n.Text, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if age := now.Sub(s.at); age >= 0 && age < time.Minute {
		return s.towns, s.places, nil
	}
	towns, err := programme.Towns(ctx, q)
	if err != nil {
		return nil, nil, err
	}
	places, err := programme.ProgrammePlaces(ctx, q)
	if err != nil {
		return nil, nil, err
	}
	s.at, s.towns, s.places = now, towns, places
	return towns, places, nil
}

func (v *directoryView) details(ctx context.Context, q db.Queryer, now time.Time) error {
	ids := make([]int64, len(v.Listings))
	for i, e := range v.Listings {
		ids[i] = e.ID
	}
	details, err := programme.DetailsOf(ctx, q, ids)
	if err != nil {
		return err
	}
	moment := programme.MomentOf(now.In(i18n.ZoneOf(ctx)))
	for i := range v.Listings {
		e := &v.Listings[i]
		e.Detail, e.Sealed = details[e.ID].Public()
		e.OpenNow = programme.OpenAny(e.Detail.Times, moment)
	}
	return nil
}

// markHref leads from a dot of the map: to the programme, or closer when there are several.
func markHref(ctx context.Context, v directoryView, m mark) string {
	if len(m.listings) == 1 {
		return "/programmes/" + v.Listings[m.listings[0]].Slug
	}
	return ui.Here(ctx, "near", m.at.Rounded().String())
}

func themesOf() []string     { return programme.Themes() }
func languagesOf() []string  { return programme.LanguageCodes() }
func listingKinds() []string { return []string{programme.Run, programme.Scheme} }

// nearOptions offers the network's towns, and where the reader is when that is none of them.
func nearOptions(ctx context.Context, v directoryView) []ui.Option {
	out := []ui.Option{{Label: i18n.T(ctx, "needs.anywhere")}}
	here := v.nearValue()
	for _, t := range v.Towns {
		at := t.At.Rounded().String()
		if at == here {
			here = ""
		}
		out = append(out, ui.Option{Value: at, Label: t.Name.In(ctx)})
	}
	if here != "" {
		out = append(out, ui.Option{Value: here, Label: i18n.T(ctx, "directory.here", "Position", here)})
	}
	return out
}

func ageOptions(ctx context.Context) []ui.Option {
	out := []ui.Option{{Label: i18n.T(ctx, "word.all")}}
	for age := range int64(19) {
		out = append(out, ui.Option{Value: strconv.FormatInt(age, 10), Label: i18n.T(ctx, "directory.years", "Count", age)})
	}
	return out
}

func openOptions(ctx context.Context) []ui.Option {
	return []ui.Option{{Label: i18n.T(ctx, "directory.any_time")}, {Value: "today", Label: i18n.T(ctx, "directory.open_today")},
		{Value: "now", Label: i18n.T(ctx, "directory.open_now")}}
}
