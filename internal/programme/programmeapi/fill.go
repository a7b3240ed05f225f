package programmeapi

import (
	"context"
	"fmt"
	"strings"
	"time"

	"manyhands/internal/i18n"
	"manyhands/internal/programme"
	"manyhands/internal/programme/hsds"
)

// names gives the name and the alternate name of a bilingual one: Chinese first.
func names(t i18n.Text) (name, alternate string) {
	if t.ZH == "" {
		return t.EN, ""
	}
	return t.ZH, t.EN
}

// both writes a word in both languages on one line: "学习 / Learning".
func both(ctx context.Context, key string) string {
	return hsds.Line(i18n.Text{ZH: i18n.T(i18n.WithLang(ctx, i18n.ZH), key), EN: i18n.T(i18n.WithLang(ctx, i18n.EN), key)})
}

// basic is what a list says of an organisation.
func (a *api) basic(o programme.Organisation) *organisation {
	x := &organisation{ID: idOf(ofOrganisation, o.ID), Description: hsds.Paragraphs(o.About), Website: o.Website, TaxID: o.CreditCode,
		LegalStatus: o.Kind, URI: a.BaseURL() + "/organisations/" + o.Slug}
	x.Name, x.Alternate = names(o.Name)
	return x
}

// whole adds to an organisation all that is known but its services.
func (a *api) whole(ctx context.Context, o programme.Organisation) *organisation {
	x := a.basic(o)
	if o.CreditCode != "" {
		x.Identifiers = []identifier{{ID: partOf("identifier", o.ID, 0), OrganisationID: x.ID, Scheme: hsds.CreditCodeScheme,
			Type: "Unified social credit code", Identifier: o.CreditCode}}
	}
	if !o.Place.Empty() {
		at := idOf(ofLocation, o.ID)
		x.Locations = []location{{ID: at, Type: programme.Physical, OrganisationID: x.ID, Addresses: []address{{ID: partOf("seat", o.ID, 0),
			LocationID: at, City: hsds.Line(o.Place), Country: "CN", Type: programme.Physical}}}}
	}
	x.Attributes = []attribute{link(ctx, "organization", x.ID, hsds.Organisations, o.Kind, partOf("kind", o.ID, 0))}
	return x
}

// brief is what a list says of a service.
func (a *api) brief(l programme.Listing) *service {
	d := l.Detail
	x := &service{ID: idOf(ofService, l.ID), OrganisationID: idOf(ofOrganisation, l.Organisation), Description: hsds.Paragraphs(l.Summary),
		URL: d.Website, Status: "active", Application: hsds.Paragraphs(d.Coming), Fees: hsds.Paragraphs(d.CostNote), Wait: hsds.Paragraphs(d.Capacity),
		Eligibility: hsds.Paragraphs(d.Eligibility), MinimumAge: d.AgeFrom, MaximumAge: d.AgeTo, Modified: l.ChangedAt.UTC()}
	x.Name, x.Alternate = names(l.Name)
	return x
}

// full is all that is known of a service, with its organisation.
func (a *api) full(ctx context.Context, l programme.Listing, now time.Time) *service {
	x := a.brief(l)
	x.Organisation = a.whole(ctx, l.Of)
	a.parts(ctx, x, l, now)
	for _, p := range l.Detail.Places {
		s := a.placeOf(l, p, true)
		x.Sites = append(x.Sites, s)
	}
	return x
}

// parts adds what a service has several of, but its places.
func (a *api) parts(ctx context.Context, x *service, l programme.Listing, now time.Time) {
	d := l.Detail
	if d.Phone != "" {
		x.Phones = []phone{{ID: partOf("phone", l.ID, 0), ServiceID: x.ID, Number: d.Phone, Type: "voice"}}
	}
	for i, s := range d.Times {
		x.Schedules = append(x.Schedules, a.schedule(x.ID, partOf("schedule", l.ID, i), s, now))
	}
	if !l.Place.Empty() {
		x.Areas = []area{{ID: partOf("area", l.ID, 0), ServiceID: x.ID, Name: hsds.Line(l.Place)}}
	}
	for i, code := range d.Languages {
		name := ""
		if key := "programme.language." + code; i18n.Has(ctx, key) {
			name = both(ctx, key)
		}
		x.Languages = append(x.Languages, language{ID: partOf("language", l.ID, i), ServiceID: x.ID, Code: code, Name: name})
	}
	if d.Cost != "" {
		c := costOption{ID: partOf("cost", l.ID, 0), ServiceID: x.ID, Option: d.Cost, About: hsds.Paragraphs(d.CostNote)}
		if d.Cost == programme.Priced {
			yuan := float64(d.CostMinor) / 100
			c.Currency, c.Amount = "CNY", &yuan
		}
		x.Costs = []costOption{c}
	}
	x.Attributes = []attribute{link(ctx, "service", x.ID, hsds.Themes, l.Theme, partOf("theme", l.ID, 0)),
		link(ctx, "service", x.ID, hsds.Kinds, d.Kind, partOf("kind", l.ID, 0))}
}

func (a *api) schedule(service, id string, s programme.Schedule, now time.Time) schedule {
	_, offset := now.In(a.Zone).Zone()
	zone := fmt.Sprintf("%+03d:%02d", offset/3600, abs(offset)/60%60)
	var days []string
	for i, code := range programme.DayCodes() {
		if s.Days.Has(i) {
			days = append(days, code)
		}
	}
	return schedule{ID: id, ServiceID: service, From: s.FromOn, To: s.UntilOn, Start: s.FromOn, Timezone: float64(offset) / 3600, WeekStart: "MO",
		Freq: "WEEKLY", Interval: s.EveryWeeks, ByDay: strings.Join(days, ","), Opens: hour(s.Opens) + zone, Closes: hour(s.Closes) + zone}
}

func abs(n int) int { return max(n, -n) }

func hour(minute int64) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// placeOf is a service at one of its places; deep with the address.
func (a *api) placeOf(l programme.Listing, p programme.Place, deep bool) site {
	at := &location{ID: idOf(ofLocation, p.ID), Type: p.Kind, URL: p.Link, OrganisationID: idOf(ofOrganisation, l.Organisation)}
	at.Name, at.Alternate = names(p.Name)
	if p.Placed {
		lat, lng := float64(p.At.Latitude)/programme.Micro, float64(p.At.Longitude)/programme.Micro
		at.Latitude, at.Longitude = &lat, &lng
	}
	if deep && (!p.Line.Empty() || !p.Town.Empty() || p.Postcode != "") {
		at.Addresses = []address{{ID: partOf("address", p.ID, 0), LocationID: at.ID, Line: hsds.Line(p.Line), City: hsds.Line(p.Town),
			Postcode: p.Postcode, Country: "CN", Type: p.Kind}}
	}
	return site{ID: idOf(ofSite, p.ID), ServiceID: idOf(ofService, l.ID), LocationID: at.ID, Location: at}
}
