package programmeweb

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/programme"
)

// line says in one line what matters first: cost, ages, languages, hours.
func (e listing) line(ctx context.Context) string {
	parts := []string{cost(ctx, e.Detail), ages(ctx, e.Detail), languages(ctx, e.Detail)}
	if len(e.Detail.Times) > 0 {
		parts = append(parts, hours(ctx, e.Detail.Times[0]))
	}
	return joined(parts, " · ")
}

// where says in a few words where it is and how far.
func (e listing) where(ctx context.Context) string {
	town := e.Place.In(ctx)
	if e.Metres < 0 {
		return town
	}
	return joined([]string{town, away(ctx, e.Metres)}, " · ")
}

func joined(parts []string, between string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, between)
}

func cost(ctx context.Context, d programme.Detail) string {
	switch d.Cost {
	case "":
		return ""
	case programme.Priced:
		return i18n.Money(ctx, money.Amount{Minor: d.CostMinor, Unit: money.CNY})
	}
	return i18n.T(ctx, "programme.cost_kind."+d.Cost)
}

func ages(ctx context.Context, d programme.Detail) string {
	switch {
	case d.AgeTo == 0 && d.AgeFrom == 0:
		return ""
	case d.AgeTo == 0:
		return i18n.T(ctx, "directory.ages_from", "From", d.AgeFrom)
	case d.AgeFrom == 0:
		return i18n.T(ctx, "directory.ages_to", "To", d.AgeTo)
	}
	return i18n.T(ctx, "directory.ages", "From", d.AgeFrom, "To", d.AgeTo)
}

func languages(ctx context.Context, d programme.Detail) string {
	var out []string
	for _, code := range d.Languages {
		out = append(out, languageName(ctx, code))
	}
	return strings.Join(out, i18n.T(ctx, "directory.and"))
}

// hours writes one rule: "Monday to Friday 16:30–19:00".
func hours(ctx context.Context, s programme.Schedule) string {
	span := clockTime(s.Opens) + "–" + clockTime(s.Closes)
	text := i18n.T(ctx, "directory.hours", "Days", days(ctx, s.Days), "Span", span)
	if s.EveryWeeks > 1 {
		text = i18n.T(ctx, "directory.every_weeks", "Weeks", s.EveryWeeks, "Hours", text)
	}
	if s.FromOn != "" && s.EveryWeeks == 1 {
		text += i18n.T(ctx, "directory.from_on", "Day", onDay(ctx, s.FromOn))
	}
	if s.UntilOn != "" {
		text += i18n.T(ctx, "directory.until_on", "Day", onDay(ctx, s.UntilOn))
	}
	return text
}

func clockTime(minute int64) string {
	h, m := strconv.FormatInt(minute/60, 10), strconv.FormatInt(100+minute%60, 10)[1:]
	return h + ":" + m
}

func onDay(ctx context.Context, day string) string {
	t, err := time.ParseInLocation(time.DateOnly, day, i18n.ZoneOf(ctx))
	if err != nil {
		return day
	}
	return i18n.Date(ctx, t)
}

// days names a set of days; three or more in a row become a span.
func days(ctx context.Context, set programme.Weekdays) string {
	if set == 127 {
		return i18n.T(ctx, "directory.every_day")
	}
	codes := programme.DayCodes()
	name := func(i int) string { return i18n.T(ctx, "programme.day."+codes[i]) }
	var out []string
	for i := 0; i < len(codes); i++ {
		if !set.Has(i) {
			continue
		}
		j := i
		for j+1 < len(codes) && set.Has(j+1) {
			j++
		}
		if j-i >= 2 {
			out = append(out, i18n.T(ctx, "directory.days_span", "From", name(i), "To", name(j)))
			i = j
			continue
		}
		out = append(out, name(i))
	}
	return strings.Join(out, i18n.T(ctx, "directory.and"))
}

func langOf(ctx context.Context, t i18n.Text) templ.Attributes {
	if lang := otherLang(ctx, t); lang != "" {
		return templ.Attributes{"lang": lang}
	}
	return nil
}

// address writes where a place is, from the town to the street.
func address(ctx context.Context, p programme.Place) string {
	if p.Kind == programme.Virtual {
		return i18n.T(ctx, "programme.place_kind.virtual")
	}
	return joined([]string{p.Town.In(ctx), p.Line.In(ctx), p.Postcode}, " · ")
}
