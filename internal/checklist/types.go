package checklist

import (
	"slices"
	"time"

	"manyhands/internal/i18n"
)

// Subject is whom or what a list is about.
type Subject struct {
	Kind string // one of Kinds
	Of   string // sub-kind; "" takes every requirement of the kind
	ID   int64
}

// Evidence is what is handed in for a requirement.
type Evidence struct {
	ID        int64
	Blob      int64     // the document in package blob; 0 for none
	Reference string    // the number on it, as written; at most MaxReference characters
	Note      i18n.Text // for those who check; at most MaxNote characters each
	From      time.Time // its first day, in the network's zone; zero: from now
	Until     time.Time // the moment after its last day; zero: none stated
	By        int64     // the person who handed it in
	At        time.Time
}

// Limits of what people write, in characters.
const (
	MaxReference = 120
	MaxNote      = 600
)

// Verdict is what somebody said of evidence.
type Verdict string

// The verdicts.
const (
	Accept Verdict = "accepted"
	Refuse Verdict = "refused"
	Revoke Verdict = "revoked" // was accepted before and turned out wrong
)

// Reasons lists why evidence can be refused or revoked, in the order in which a form offers them.
func Reasons() []string {
	return []string{"unreadable", "wrong_document", "incomplete", "does_not_match", "ran_out", "not_genuine", "other"}
}

// Decision is one person's word on evidence.
type Decision struct {
	Verdict Verdict
	Reason  string // one of Reasons; "" when accepted
	Note    string // what who handed it in is told; at most MaxNote characters
	By      int64
	At      time.Time
}

// State says where a requirement stands.
type State string

// The states.
const (
	Missing  State = "missing"   // nothing was handed in
	HandedIn State = "handed_in" // waits for a word
	Second   State = "second"    // accepted by one, waits for another
	Accepted State = "accepted"  // in force
	Refused  State = "refused"   // refused or revoked
	Expired  State = "expired"   // was accepted and has run out
)

// Item is a requirement and where it stands for one subject.
type Item struct {
	Requirement
	Subject int64
	State   State
	Holds   Evidence // accepted last, in force or not; zero: never
	EndsAt  time.Time
	Open    Evidence // waits for a word, also while Holds is in force (a renewal); zero: none
	FirstBy int64    // who accepted Open, when a second must
	Last    Evidence // refused or revoked last, when nothing was handed in since; zero: none
	Said    Decision // on Last; or, in force, the last word on Holds
}

// InForce reports whether the requirement is met now.
func (i Item) InForce() bool { return i.State == Accepted }

// DaysLeft is how many whole days remain until what holds ends; -1 when it does not run out or
// nothing is in force.
func (i Item) DaysLeft(now time.Time) int {
	if !i.InForce() || i.EndsAt.IsZero() {
		return -1
	}
	return int(i.EndsAt.Sub(now) / (24 * time.Hour))
}

// RunsOut reports whether what holds ends within the first of its reminders.
func (i Item) RunsOut(now time.Time) bool {
	left := i.DaysLeft(now)
	return left >= 0 && len(i.RemindDays) > 0 && left < slices.Max(i.RemindDays)
}

// Renewing reports whether something in force has a successor that waits for a word.
func (i Item) Renewing() bool { return i.InForce() && i.Open.ID != 0 }

// Unmet returns the codes of what is asked without fail and not in force.
func Unmet(items []Item) []string {
	var out []string
	for _, i := range items {
		if !i.Optional && !i.InForce() {
			out = append(out, i.Code)
		}
	}
	return out
}

// Off returns what is switched off because something that has been asked is not in force, each once and
// in the order of the list. An optional requirement switches off what it stands for too: it is optional
// to have it, not to do without.
func Off(items []Item) []string {
	var out []string
	for _, i := range items {
		if i.InForce() {
			continue
		}
		for _, what := range i.SwitchesOff {
			if !slices.Contains(out, what) {
				out = append(out, what)
			}
		}
	}
	return out
}

// Lapsed returns what is switched off because something that was in force once has run out or was taken
// back, each once and in the order of the list. What was never asked for before, because a list is new,
// switches nothing off here.
func Lapsed(items []Item) []string {
	return Off(slices.DeleteFunc(slices.Clone(items), func(i Item) bool { return i.Holds.ID == 0 }))
}
