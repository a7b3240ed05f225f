package programmeweb

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"manyhands/internal/clock"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/programme"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// Numbered fields of a form: place1_town_zh, time2_opens.
const (
	placeFields = "place"
	timeFields  = "time"
)

// numbered is how many groups of fields a form has: place1_kind, place2_kind...
func numbered(v url.Values, prefix, field string, most int) (n int) {
	for n < most && v.Has(fmt.Sprintf("%s%d_%s", prefix, n+1, field)) {
		n++
	}
	return n
}

// compact numbers the groups that are kept from 1 and drops the others.
func compact(v url.Values, prefix string, n int, keep func(group string) bool) (kept int) {
	for i := 1; i <= n; i++ {
		from := fmt.Sprintf("%s%d_", prefix, i)
		stays := keep(from)
		if stays {
			kept++
		}
		for name, values := range v {
			rest, ok := strings.CutPrefix(name, from)
			if !ok {
				continue
			}
			delete(v, name)
			if stays {
				v[fmt.Sprintf("%s%d_%s", prefix, kept, rest)] = values
			}
		}
	}
	return kept
}

// filled reports whether somebody wrote into one of the fields of a group.
func filled(v url.Values, group string, fields ...string) bool {
	return slices.ContainsFunc(fields, func(f string) bool { return v.Get(group+f) != "" })
}

// detailInput reads what a family needs to know. Places and times that are left empty or are to be
// taken away fall out of the form, and those that follow move up.
func detailInput(f *web.Form) programme.Detail {
	d := programme.Detail{Kind: f.Choice("detail_kind", programme.Run, programme.Scheme), Cost: f.Choice("cost", "", programme.Free, programme.Priced, programme.Varies),
		CostNote: bilingual(f, "cost_note", programme.MaxName), Languages: f.Values["languages"], AgeFrom: optional(f, "age_from"), AgeTo: optional(f, "age_to"),
		Eligibility: lines(f, "eligibility"), Coming: lines(f, "coming"), Capacity: bilingual(f, "capacity", programme.MaxName),
		Phone: f.Text("phone", 40), Website: f.Text("website", 300)}
	if d.Cost == programme.Priced {
		d.CostMinor = f.Money("cost_amount", money.CNY).Minor
	}
	n := compact(f.Values, placeFields, numbered(f.Values, placeFields, "kind", programme.MaxPlaces), func(g string) bool {
		return f.Values.Get(g+"remove") == "" && (f.Values.Get(g+"id") != "" ||
			filled(f.Values, g, "name_zh", "name_en", "line_zh", "line_en", "town_zh", "town_en", "postcode", "link", "at"))
	})
	for i := 1; i <= n; i++ {
		d.Places = append(d.Places, placeInput(f, fmt.Sprintf("%s%d_", placeFields, i)))
	}
	n = compact(f.Values, timeFields, numbered(f.Values, timeFields, "opens", programme.MaxTimes), func(g string) bool {
		return f.Values.Get(g+"remove") == "" && filled(f.Values, g, "days", "opens", "closes", "from", "until")
	})
	for i := 1; i <= n; i++ {
		d.Times = append(d.Times, timeInput(f, fmt.Sprintf("%s%d_", timeFields, i)))
	}
	return d
}

func placeInput(f *web.Form, g string) programme.Place {
	p := programme.Place{Kind: f.Choice(g+"kind", programme.PlaceKinds()...), Sealed: f.Bool(g + "sealed"), Name: bilingual(f, g+"name", programme.MaxName),
		Line: bilingual(f, g+"line", programme.MaxName), Town: bilingual(f, g+"town", programme.MaxName), Postcode: f.Text(g+"postcode", 12),
		Link: f.Text(g+"link", 300)}
	if f.Has(g + "id") {
		p.ID = f.ID(g + "id")
	}
	if f.Has(g+"at") && !p.Sealed {
		var err error
		if p.At, err = programme.ParsePosition(f.Values.Get(g + "at")); err != nil {
			f.Bad(g+"at", "programme.position")
		}
		p.Placed = true
	}
	return p
}

func timeInput(f *web.Form, g string) programme.Schedule {
	s := programme.Schedule{EveryWeeks: 1, Opens: minuteOf(f, g+"opens"), Closes: minuteOf(f, g+"closes"), FromOn: dayOf(f, g+"from"), UntilOn: dayOf(f, g+"until")}
	if f.Has(g + "every") {
		s.EveryWeeks = f.Int(g+"every", 1, programme.MaxWeeks)
	}
	for i, code := range programme.DayCodes() {
		if slices.Contains(f.Values[g+"days"], code) {
			s.Days |= 1 << i
		}
	}
	return s
}

// minuteOf reads "16:30" as minutes after midnight.
func minuteOf(f *web.Form, name string) int64 {
	h, m, ok := strings.Cut(strings.ReplaceAll(f.Values.Get(name), "：", ":"), ":")
	hours, err := strconv.ParseUint(h, 10, 8)
	minutes, err2 := strconv.ParseUint(m, 10, 8)
	if !ok || len(m) != 2 || err != nil || err2 != nil || minutes > 59 || hours*60+minutes > programme.MinutesPerDay {
		f.Bad(name, "directory.bad_hour")
		return 0
	}
	return int64(hours*60 + minutes)
}

// dayOf reads an optional day.
func dayOf(f *web.Form, name string) string {
	if !f.Has(name) || f.Date(name).IsZero() {
		return ""
	}
	return f.Values.Get(name)
}

func optional(f *web.Form, name string) int64 {
	if !f.Has(name) {
		return 0
	}
	return f.Int(name, 0, programme.MaxAge)
}

func lines(f *web.Form, name string) i18n.Text {
	return i18n.Text{ZH: f.Lines(name+"_zh", programme.MaxShort), EN: f.Lines(name+"_en", programme.MaxShort)}
}

// detailForm fills the form with what is known.
func detailForm(v web.FormView, d programme.Detail) web.FormView {
	set := func(name, value string) { v.Values.Set(name, value) }
	text := func(name string, t i18n.Text) { set(name+"_zh", t.ZH); set(name+"_en", t.EN) }
	set("detail_kind", d.Kind)
	set("cost", d.Cost)
	if d.Cost == programme.Priced {
		set("cost_amount", money.Amount{Minor: d.CostMinor, Unit: money.CNY}.Decimal())
	}
	v.Values["languages"] = d.Languages
	set("age_from", number(d.AgeFrom))
	set("age_to", number(d.AgeTo))
	text("cost_note", d.CostNote)
	text("eligibility", d.Eligibility)
	text("coming", d.Coming)
	text("capacity", d.Capacity)
	set("phone", d.Phone)
	set("website", d.Website)
	for i, p := range d.Places {
		g := fmt.Sprintf("%s%d_", placeFields, i+1)
		text(g+"name", p.Name)
		text(g+"line", p.Line)
		text(g+"town", p.Town)
		for name, value := range map[string]string{"id": clock.FormatID(p.ID), "kind": p.Kind, "postcode": p.Postcode, "link": p.Link} {
			set(g+name, value)
		}
		if p.Sealed {
			set(g+"sealed", "1")
		}
		if p.Placed {
			set(g+"at", programme.Degrees(p.At.Latitude)+", "+programme.Degrees(p.At.Longitude))
		}
	}
	for i, s := range d.Times {
		timeForm(v, fmt.Sprintf("%s%d_", timeFields, i+1), s)
	}
	return v
}

func timeForm(v web.FormView, g string, s programme.Schedule) {
	for i, code := range programme.DayCodes() {
		if s.Days.Has(i) {
			v.Values.Add(g+"days", code)
		}
	}
	for name, value := range map[string]string{"opens": clockTime(s.Opens), "closes": clockTime(s.Closes), "every": number(s.EveryWeeks), "from": s.FromOn, "until": s.UntilOn} {
		v.Values.Set(g+name, value)
	}
}

// number writes a number for a field; zero is empty.
func number(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// bothWrites joins what two writes refuse of the form's fields.
func bothWrites(first, second error) error {
	a, ok := errors.AsType[fault.Fields](first)
	b, ok2 := errors.AsType[fault.Fields](second)
	switch {
	case first != nil && !ok:
		return first
	case second != nil && !ok2:
		return second
	}
	return slices.Concat(a, b).Err()
}

// groups are the prefixes of the numbered fields to show: those that are filled in, and an empty one.
func groups(v web.FormView, prefix, field string, most int) (out []string) {
	for i := range min(numbered(v.Values, prefix, field, most)+1, most) {
		out = append(out, fmt.Sprintf("%s%d_", prefix, i+1))
	}
	return out
}

// offered are the languages of the form: those that are usual, and those that are chosen already.
func offered(v web.FormView) []string {
	out := programme.LanguageCodes()
	for _, code := range v.Values["languages"] {
		if !slices.Contains(out, code) {
			out = append(out, code)
		}
	}
	return out
}

func languageTicks(ctx context.Context, v web.FormView) (out []ui.Option) {
	for _, code := range offered(v) {
		out = append(out, ui.Option{Value: code, Label: languageName(ctx, code)})
	}
	return out
}

func languageName(ctx context.Context, code string) string {
	if key := "programme.language." + code; i18n.Has(ctx, key) {
		return i18n.T(ctx, key)
	}
	return code
}

// dayNames names the days that are ticked.
func dayNames(ctx context.Context, codes []string) string {
	var set programme.Weekdays
	for i, code := range programme.DayCodes() {
		if slices.Contains(codes, code) {
			set |= 1 << i
		}
	}
	return days(ctx, set)
}

func costOptions(ctx context.Context) []ui.Option {
	return options(ctx, []string{programme.Free, programme.Priced, programme.Varies}, "programme.cost_kind.", i18n.T(ctx, "directory.cost_unknown"))
}

// inGroup reports whether something is wrong with a field of a group, so that it is shown open.
func inGroup(v web.FormView, names ...string) bool {
	return slices.ContainsFunc(v.Errs, func(f fault.Field) bool {
		return slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(f.Name, n) })
	})
}

// sealed reports whether the box of a place is ticked: as it was, and for a new place as its theme asks.
func sealed(v web.FormView, group string) bool {
	if v.Values.Has(group + "kind") {
		return v.Value(group+"sealed") != ""
	}
	return programme.SealedByDefault(v.Value("theme"))
}
