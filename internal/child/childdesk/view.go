package childdesk

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/consent"
	"manyhands/internal/i18n"
	"manyhands/internal/ui"
)

// crumbs lead from a part of a record back to it.
func crumbs(ctx context.Context, t target, code string) []ui.Link {
	return []ui.Link{{Text: i18n.T(ctx, "ui.desk.children"), Href: root}, {Text: i18n.T(ctx, "record.code", "Code", code), Href: t.path()}}
}

func stateTone(s child.State) ui.Tone {
	switch s {
	case child.Enrolling:
		return ui.Warm
	case child.Active:
		return ui.OK
	}
	return ui.Plain
}

func consentTone(s consent.State) ui.Tone {
	switch s {
	case consent.Given:
		return ui.OK
	case consent.Refused, consent.Conflict, consent.Withdrawn:
		return ui.Hot
	case consent.NoResponse, consent.Expired:
		return ui.Warm
	}
	return ui.Plain
}

func referralTone(s child.ReferralState) ui.Tone {
	switch s {
	case child.InProgress:
		return ui.Warm
	case child.Accepted:
		return ui.Cool
	case child.Done:
		return ui.OK
	}
	return ui.Plain
}

// optionsOf makes a drop-down of words of one kind; the texts' keys begin with texts.
func optionsOf[T ~string](ctx context.Context, texts string, list []T) []ui.Option {
	out := make([]ui.Option, len(list))
	for i, x := range list {
		out[i] = ui.Option{Value: string(x), Label: i18n.T(ctx, texts+string(x))}
	}
	return out
}

// orNothing puts a first possibility before others, for nothing chosen.
func orNothing(label string, list []ui.Option) []ui.Option {
	return slices.Insert(list, 0, ui.Option{Label: label})
}

func placeOptions(ctx context.Context, list []Organisation) []ui.Option {
	out := []ui.Option{{Label: i18n.T(ctx, "record.choose")}}
	for _, x := range list {
		out = append(out, ui.Option{Value: clock.FormatID(x.ID), Label: x.Name.In(ctx)})
	}
	return out
}

func personOptions(ctx context.Context, list []Person) []ui.Option {
	out := []ui.Option{{Label: i18n.T(ctx, "record.choose")}}
	for _, x := range list {
		out = append(out, ui.Option{Value: clock.FormatID(x.ID), Label: x.Name})
	}
	return out
}

// personNames joins what persons are called.
func personNames(ctx context.Context, list []Person) string {
	names := make([]string, len(list))
	for i, x := range list {
		names[i] = x.Name
	}
	return strings.Join(names, i18n.T(ctx, "word.separator"))
}

// mostTabs is how many places stand side by side; more are chosen from a list.
const mostTabs = 4

func (v homeView) tabs(ctx context.Context) []ui.Tab {
	mine := ui.Tab{Label: i18n.T(ctx, "record.mine"), Href: root + "?at=mine", Current: v.at == 0}
	out := []ui.Tab{mine}
	for _, x := range v.places {
		if x.all {
			out = append(out, ui.Tab{Label: x.Name.In(ctx), Href: root + "?at=" + clock.FormatID(x.ID), Current: v.at == x.ID})
		}
	}
	return out
}

func (v homeView) stateTabs(ctx context.Context) []ui.Tab {
	var out []ui.Tab
	for _, s := range []child.State{child.Active, child.Enrolling, child.Ended} {
		out = append(out, ui.Tab{Label: i18n.T(ctx, "child.state."+string(s)), Href: ui.Here(ctx, "state", string(s)), Current: v.state == s})
	}
	return out
}

// listHref leads to the children of a place, opened for a purpose.
func listHref(purpose access.Purpose, at int64) string {
	out := root + "/list/" + string(purpose)
	if at != 0 {
		out += "?at=" + clock.FormatID(at)
	}
	return out
}

func (v recordView) purposeTabs(ctx context.Context) []ui.Tab {
	var out []ui.Tab
	for _, x := range v.otherPurposes() {
		out = append(out, ui.Tab{Label: i18n.T(ctx, "access.purpose."+string(x)), Href: forPurpose(v.ID, x), Current: x == v.purpose})
	}
	return out
}

// groupNames joins what groups are called.
func groupNames(ctx context.Context, list []access.Group) string {
	names := make([]string, len(list))
	for i, g := range list {
		names[i] = i18n.T(ctx, "access.group."+string(g))
	}
	return strings.Join(names, i18n.T(ctx, "word.separator"))
}

// reached is how a relative is reached.
func reached(ctx context.Context, w child.Relative) string {
	if w.Phone == "" {
		return i18n.T(ctx, "record.no_phone")
	}
	return w.Phone
}

// who is what somebody is called and what they are to the child.
func who(ctx context.Context, w child.Relative) string {
	return i18n.T(ctx, "record.who", "Name", w.Name, "Relation", relation(ctx, w))
}

func relation(ctx context.Context, w child.Relative) string {
	return i18n.T(ctx, "child.relation."+string(w.Relation))
}

// photoText is what the way to a collector's photo is called.
func photoText(ctx context.Context, c child.Collector) string {
	if c.Picture != 0 {
		return i18n.T(ctx, "record.photo.change")
	}
	return i18n.T(ctx, "record.photo.add")
}

// waitsAtDoor reports whether somebody with a code is still to come today.
func waitsAtDoor(c child.Collection) bool {
	return c.Others == nil && slices.ContainsFunc(c.Pickups, func(p child.Pickup) bool { return p.Used.IsZero() })
}

// lastDay is the last day of something that ends at a moment.
func lastDay(ctx context.Context, until time.Time) string {
	return i18n.Date(ctx, until.Add(-time.Second))
}

// period says from when to when, as days.
func period(ctx context.Context, from, until time.Time) string {
	if until.IsZero() {
		return i18n.T(ctx, "record.since", "From", from)
	}
	return i18n.T(ctx, "record.from_until", "From", i18n.Date(ctx, from), "Until", lastDay(ctx, until))
}

// label is what the n-th guardianship is called where names stay closed.
func label(ctx context.Context, list []child.Guardian, id int64, n int) string {
	for _, g := range list {
		if g.ID == id {
			return who(ctx, g.Who)
		}
	}
	return i18n.T(ctx, "record.guardian_n", "N", n+1)
}

// guardianOptions are those whose word counts in a matter.
func (v matterView) guardianOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for i, x := range v.standing.Each {
		out = append(out, ui.Option{Value: clock.FormatID(x.Guardian), Label: label(ctx, v.guardians, x.Guardian, i)})
	}
	return out
}

// takeable are the guardians whose yes stands.
func (v matterView) takeable(ctx context.Context) []ui.Option {
	var out []ui.Option
	for i, x := range v.standing.Each {
		if x.State == consent.Given {
			out = append(out, ui.Option{Value: clock.FormatID(x.Guardian), Label: label(ctx, v.guardians, x.Guardian, i)})
		}
	}
	return out
}

// matterName is what a matter is called, with whom it concerns.
func matterName(ctx context.Context, m consent.Matter, about string) string {
	name := i18n.T(ctx, "consent.purpose."+string(m.Purpose))
	if about == "" {
		return name
	}
	return i18n.T(ctx, "record.matter_about", "Matter", name, "About", about)
}

// history shows the answers to a matter as a chain, newest first.
func (v matterView) chain(ctx context.Context) []ui.Step {
	var out []ui.Step
	for _, a := range v.history {
		key, tone := "record.said_no", ui.Hot
		if a.Given {
			key, tone = "record.said_yes", ui.OK
		}
		who := label(ctx, v.guardians, a.Guardian, slices.IndexFunc(v.standing.Each, func(x consent.Position) bool { return x.Guardian == a.Guardian }))
		text := i18n.T(ctx, "record.said_how", "Route", i18n.T(ctx, "consent.route."+string(a.Route)), "Name", v.names[a.Recorder])
		if a.Withdrawn != nil {
			tone = ui.Plain
			text += " " + i18n.T(ctx, "record.said_back", "When", a.Withdrawn.At)
		} else if a.Given {
			text += " " + i18n.T(ctx, "record.said_until", "When", lastDay(ctx, a.Expires))
		}
		out = append(out, ui.Step{When: a.Made, Exact: true, Tone: tone, Title: i18n.T(ctx, key, "Who", who), Text: text})
	}
	return out
}

// referralFacts are what is known of a referral beside its words.
func referralFacts(ctx context.Context, x child.Referral, names map[int64]string, places map[int64]i18n.Text) []ui.Fact {
	out := []ui.Fact{
		{Label: i18n.T(ctx, "record.referral.kind"), Value: i18n.T(ctx, "child.referral_kind."+string(x.Kind))},
		{Label: i18n.T(ctx, "record.referral.from"), Value: places[x.From].In(ctx)},
		{Label: i18n.T(ctx, "record.referral.to"), Value: places[x.To].In(ctx)},
		{Label: i18n.T(ctx, "record.referral.made"), Value: i18n.DateTime(ctx, x.Made) + " " + names[x.MadeBy]},
		{Label: i18n.T(ctx, "record.referral.reason"), Extra: lines(x.Reason)},
	}
	if x.Override != nil {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "record.referral.override"), Value: i18n.T(ctx, "record.referral.override_text",
			"Ground", i18n.T(ctx, "consent.ground."+string(x.Override.Ground)), "Name", names[x.Override.By], "When", i18n.DateTime(ctx, x.Override.Made))})
	}
	if !x.Decided.IsZero() {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "record.referral.decided"), Value: i18n.DateTime(ctx, x.Decided) + " " + names[x.DecidedBy]})
	}
	if x.Answer != "" {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "record.referral.answer"), Extra: lines(x.Answer)})
	}
	return out
}

func relationOptions(ctx context.Context) []ui.Option {
	return orNothing(i18n.T(ctx, "record.choose"), optionsOf(ctx, "child.relation.", child.Relations()))
}

// remarkPicks are the kinds of remarks.
func remarkPicks(ctx context.Context) (out []ui.Pick) {
	for _, k := range consent.RemarkKinds() {
		out = append(out, ui.Pick{Value: string(k), Label: i18n.T(ctx, "consent.remark."+string(k))})
	}
	return out
}

// groundPicks are what lets somebody act without consent, each with the law behind it.
func groundPicks(ctx context.Context) (out []ui.Pick) {
	for _, g := range consent.Grounds() {
		out = append(out, ui.Pick{Value: string(g), Label: i18n.T(ctx, "consent.ground."+string(g)), Note: i18n.T(ctx, "consent.ground_about."+string(g))})
	}
	return out
}

func proofOptions(ctx context.Context) []ui.Option {
	return orNothing(i18n.T(ctx, "record.not_proven"), optionsOf(ctx, "child.proof.", child.Proofs()))
}

func placesOptions(ctx context.Context, list []place) []ui.Option {
	own := make([]Organisation, len(list))
	for i, x := range list {
		own[i] = x.Organisation
	}
	return placeOptions(ctx, own)
}

// alertLines are the alerts beside allergies.
func alertLines(ctx context.Context, a child.Alerts) (out []ui.Fact) {
	for _, x := range [][2]string{{"medicine", a.Medicine}, {"watch", a.Watch}, {"emergency", a.Emergency}} {
		if x[1] != "" {
			out = append(out, ui.Fact{Label: i18n.T(ctx, "record.field."+x[0]), Extra: lines(x[1])})
		}
	}
	return out
}

func tonightText(ctx context.Context, v tonightView) string {
	if v.at.ID != 0 {
		return v.at.Name.In(ctx)
	}
	return i18n.T(ctx, "record.tonight.text")
}

// requestPurpose is for what who acts answers guardians' requests.
func requestPurpose(ctx context.Context) access.Purpose {
	if access.Allowed(ctx, access.RecordEnrol) {
		return access.Casework
	}
	return access.Safeguarding
}

// chosen marks the present one among links.
func chosen(now bool) templ.Attributes {
	if !now {
		return nil
	}
	return templ.Attributes{"aria-current": "page"}
}

func versionText(n int64) string { return strconv.FormatInt(n, 10) }

// actions are what the reader can go on to.
func (v recordView) actions(ctx context.Context) (out []ui.Link) {
	add := func(may bool, key, href string) {
		if may {
			out = append(out, ui.Link{Text: i18n.T(ctx, key), Href: href})
		}
	}
	can := v.doors.Can
	open := slices.Contains(v.doors.Purposes, access.Casework)
	add(open, "record.do.consents", forPurpose(v.ID, access.Casework, "consents"))
	add(v.doors.Assigns != 0, "record.do.workers", forPurpose(v.ID, access.Casework, "workers"))
	add(open, "record.do.household", forPurpose(v.ID, access.Casework, "household"))
	add(open, "record.do.handover", forPurpose(v.ID, access.Referral, "handover"))
	add(can(access.RecordHistory), "record.do.requests", v.path("requests"))
	add(can(access.RecordHistory), "record.do.trail", v.path("trail"))
	add(can(access.RecordOverride), "record.do.override", forPurpose(v.ID, access.Safeguarding, "override"))
	add(can(access.RecordEnd), "record.do.end", v.path("end"))
	return out
}

func authorityText(ctx context.Context, g child.Guardian) string {
	if g.Authority {
		return i18n.T(ctx, "record.guardians.take_authority")
	}
	return i18n.T(ctx, "record.guardians.give_authority")
}

// localTime is a moment as a field for date and time takes it.
func localTime(ctx context.Context, t time.Time) string {
	return t.In(i18n.ZoneOf(ctx)).Format("2006-01-02T15:04")
}

// matterPathOnly is matterPath without the query: what a request's address is compared with.
func (v matterView) matterPathOnly(parts ...string) string {
	return v.path(append([]string{"consents", string(v.standing.Matter.Purpose)}, parts...)...)
}

func (v receivedView) tabs(ctx context.Context) []ui.Tab {
	var out []ui.Tab
	for _, s := range referralStates() {
		out = append(out, ui.Tab{Label: i18n.T(ctx, "record.inbox."+string(s)), Href: root + "/received?state=" + string(s), Current: v.state == s})
	}
	return out
}

// answerTo is what was typed to answer a referral that could not be answered so.
func (v receivedView) answerTo(referral int64) string {
	if v.form.Value("referral") != clock.FormatID(referral) {
		return ""
	}
	return v.form.Value("answer")
}

func (v receivedView) badAnswer(ctx context.Context, referral int64) string {
	if v.form.Value("referral") != clock.FormatID(referral) {
		return ""
	}
	return v.form.Bad(ctx, "answer")
}

func doneText(ctx context.Context, x child.Referral) string {
	return i18n.T(ctx, "record.received.done."+string(x.Kind))
}

// placeOptions are the places whose records are listed, one's own first.
func (v homeView) placeOptions(ctx context.Context) []ui.Option {
	out := []ui.Option{{Value: "mine", Label: i18n.T(ctx, "record.mine")}}
	for _, x := range v.places {
		if x.all {
			out = append(out, ui.Option{Value: clock.FormatID(x.ID), Label: x.Name.In(ctx)})
		}
	}
	return out
}

// noneText says why a list is empty.
func (v homeView) noneText(ctx context.Context) string {
	if v.at != 0 {
		return i18n.T(ctx, "record.none_here")
	}
	return i18n.T(ctx, "record.none_text")
}
