package apply

import (
	"time"

	"manyhands/internal/checklist"
	"manyhands/internal/i18n"
	"manyhands/internal/programme"
)

// State says where an application stands.
type State string

// The states.
const (
	Draft    State = "draft"     // the organisation writes it
	HandedIn State = "handed_in" // verifiers look at it
	Returned State = "returned"  // refused with reasons; it may be corrected and handed in again
	Second   State = "second"    // one verifier has said yes, another has to
	Accepted State = "accepted"  // the organisation is in the network
)

// Posts lists what somebody can answer for in an organisation, in the order in which a form offers it.
func Posts() []string { return []string{"head", "finance", "safeguarding", "contact"} }

// ConflictReasons lists what a verifier can declare, in the order in which a form offers it.
func ConflictReasons() []string { return []string{"family", "money", "work", "friendship", "other"} }

// Limits.
const (
	MaxOpen    = 5  // applications that one person has under way
	MaxPeople  = 20 // who answer for one organisation
	MaxPurpose = 2000
)

// Application is what an organisation asks.
type Application struct {
	ID           int64
	Organisation int64
	State        State
	Purpose      i18n.Text
	AccountTail  string // last four digits of the bank account; "" when none was given
	Appeal       string // what the organisation answered to the last refusal; "" for none
	By           int64  // who began it
	At           time.Time
	HandedInAt   time.Time // first; zero: never
	ChangedAt    time.Time
}

// Open reports whether the organisation may change what it wrote.
func (a Application) Open() bool { return a.State == Draft || a.State == Returned }

// UnderReview reports whether verifiers are looking at it.
func (a Application) UnderReview() bool { return a.State == HandedIn || a.State == Second }

// Word is one thing that was said about an application as a whole.
type Word struct {
	Word string // "handed_in", "returned", "first", "accepted", "appealed"
	Note string
	By   int64
	At   time.Time
}

// Responsible is somebody who answers for an organisation.
type Responsible struct {
	Person    int64
	Name      string // as they want to be called; until they confirmed, their address
	Email     string
	Post      string // one of Posts
	Confirmed bool   // by themselves
}

// View is everything about one organisation's way into the network.
type View struct {
	programme.Organisation
	Application Application
	Items       []checklist.Item
	People      []Responsible
	Words       []Word
	Gaps        []Gap
}

// Gap is something that an application lacks.
type Gap struct {
	Key  string // of the sentence
	What string // for "apply.gap.item": the key of the requirement's name
	Code string // of the requirement, or the part of the page: "details", "purpose", "account", "people"
}
