package programme

import (
	"slices"
	"time"

	"manyhands/internal/checklist"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
)

// State says who sees an organisation or a programme.
type State string

// The states of organisations and programmes.
const (
	Draft     State = "draft"     // the desk alone
	Published State = "published" // everybody
	Suspended State = "suspended" // the desk alone; was published before
)

// OrganisationKinds lists what an organisation can be, in the order in which a form offers it.
func OrganisationKinds() []string {
	return []string{"charity", "centre", "school", "hospital", "shop", "company", "government"}
}

// Themes lists what a programme can be about, in the order in which a form offers it.
func Themes() []string {
	return []string{"learning", "meals", "health", "listening", "books", "warmth", "family", "other"}
}

// Organisation runs programmes, sponsors pools or is paid against invoices.
type Organisation struct {
	ID                int64
	Slug              string
	Kind              string // one of OrganisationKinds
	Name              i18n.Text
	About             i18n.Text
	CreditCode        string    // unified social credit code (GB 32100-2015) or ""
	Certificate       string    // number of the public-fundraising certificate or ""
	CertificateEndsAt time.Time // zero: none stated
	Place             i18n.Text
	Website           string
	State             State
	SourceRef         string // its id in the file that it was imported from
	MadeAt            time.Time
	ChangedAt         time.Time
}

// OrganisationLine is an organisation in a list, with what it runs.
type OrganisationLine struct {
	Organisation
	Programmes int64 // of any state
	Needs      int64 // published ones
}

// Programme is one thing that an organisation runs for children.
type Programme struct {
	ID           int64
	Organisation int64
	Slug         string
	Theme        string // one of Themes
	Name         i18n.Text
	Summary      i18n.Text
	Place        i18n.Text
	State        State
	SourceRef    string
	MadeAt       time.Time
	ChangedAt    time.Time
	PublishedAt  time.Time // zero: never
}

// ProgrammeLine is a programme in a list.
type ProgrammeLine struct {
	Programme
	OrganisationSlug  string
	OrganisationName  i18n.Text
	OrganisationState State
	Needs             int64 // published ones
	StepsDone         int64 // checks that are in force, of len(Steps())
}

// Verified reports whether every check is in force.
func (l ProgrammeLine) Verified() bool { return l.StepsDone >= int64(len(Steps())) }

// ProgrammeView is a programme with its organisation and its checks, in the order of Steps.
type ProgrammeView struct {
	Programme
	Of     Organisation
	Checks []Finding
}

// Shown reports whether everybody may see it.
func (v ProgrammeView) Shown() bool { return v.State == Published && v.Of.State == Published }

// Steps lists the checks that a programme must pass before it is published: that the organisation is
// who it says (identity), that somebody went there (visit), that others vouch for it (references),
// and that its accounts were read (finances).
//
// They are the list of package checklist for programmes.
func Steps() []string {
	return mapped(checklist.Requirements(checklist.Programme, ""), func(r checklist.Requirement) string { return r.Code })
}

// Verification is one check that was done.
type Verification struct {
	Programme int64
	Step      string
	Note      i18n.Text
	DoneBy    int64 // person
	DoneAt    time.Time
	EndsAt    time.Time // zero: does not run out
}

// Finding is a step of Steps with what was found, if it was done; Step is always set.
type Finding struct {
	Verification
	Done    bool // at all
	InForce bool // done and not run out
}

// Verified reports whether all checks are in force.
func Verified(checks []Finding) bool {
	return !slices.ContainsFunc(checks, func(c Finding) bool { return !c.InForce })
}

// NeedState says where a need stands.
type NeedState string

// The states of a need. A need past its UntilAt is shown no more although nobody has closed it.
const (
	NeedDraft     NeedState = "draft"
	NeedPublished NeedState = "published"
	NeedClosed    NeedState = "closed"
)

// KindMoney is the kind of need that a campaign asks for.
const KindMoney = "money"

// Kinds lists what a need can ask for, in the order in which a form offers it.
func Kinds() []string { return []string{KindMoney, "time", "things", "food", "books", "listening"} }

// UnitsOf lists the units in which a need of a kind counts; nil for a kind that does not exist.
func UnitsOf(kind string) []money.Unit {
	switch kind {
	case KindMoney:
		return []money.Unit{money.CNY}
	case "time":
		return []money.Unit{money.Evening, money.Hour, money.Day, money.Trip}
	case "things":
		return []money.Unit{money.Coat, money.Pair, money.Kit, money.Seat}
	case "food":
		return []money.Unit{money.Meal, money.Loaf, money.Kit}
	case "books":
		return []money.Unit{money.Book, money.Kit}
	case "listening":
		return []money.Unit{money.Hour, money.Evening}
	}
	return nil
}

// Need is one concrete ask of a programme.
type Need struct {
	ID          int64
	Programme   int64
	Slug        string
	Kind        string // one of Kinds
	Unit        money.Unit
	Wanted      int64 // in the smallest part of Unit
	Account     int64 // in the ledger: what is promised and what has arrived
	Title       i18n.Text
	Body        i18n.Text
	Place       i18n.Text
	UntilAt     time.Time // zero: open end
	State       NeedState
	MadeBy      int64
	MadeAt      time.Time
	ChangedAt   time.Time
	PublishedAt time.Time
}

// OpenAt reports whether the need asks at t; its programme must be shown too.
func (n Need) OpenAt(t time.Time) bool {
	return n.State == NeedPublished && (n.UntilAt.IsZero() || t.Before(n.UntilAt))
}

// NeedView is a need as people see it: with whose it is and how far it has come.
type NeedView struct {
	Need
	ProgrammeSlug     string
	ProgrammeName     i18n.Text
	ProgrammeState    State
	Theme             string
	Organisation      int64
	OrganisationSlug  string
	OrganisationName  i18n.Text
	OrganisationState State
	Promised          int64 // held for it and not yet arrived
	Arrived           int64 // arrived; for money all that ever came in, refunds not deducted
}

// Shown reports whether everybody may see the need's page: published or closed, and of a shown
// programme.
func (v NeedView) Shown() bool {
	return v.State != NeedDraft && v.ProgrammeState == Published && v.OrganisationState == Published
}

// Asks reports whether the need is shown and still asks at t.
func (v NeedView) Asks(t time.Time) bool { return v.Shown() && v.OpenAt(t) }

// Percent is how much of what is wanted is promised or has arrived: 0 and up, rounded down.
func (v NeedView) Percent() int { return i18n.PercentOf(v.Promised+v.Arrived, v.Wanted) }

// Missing is what is neither promised nor arrived, never below zero.
func (v NeedView) Missing() int64 { return max(0, v.Wanted-v.Promised-v.Arrived) }

// Amount gives a count its unit: v.Amount(v.Wanted).
func (n Need) Amount(count int64) money.Amount { return money.Amount{Minor: count, Unit: n.Unit} }
