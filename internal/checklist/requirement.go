package checklist

import (
	"fmt"
	"slices"
	"sync"

	"github.com/BurntSushi/toml"
)

// The kinds of subject that have a list.
const (
	Organisation = "organisation" // of: its kind, such as "charity"
	Programme    = "programme"    // of: ""
	Person       = "person"       // of: a role, such as "worker"
)

// Kinds lists the kinds of subject.
func Kinds() []string { return []string{Organisation, Programme, Person} }

// Everything is what a requirement switches off without which a subject may do nothing at all.
const Everything = "act"

// Want says whether something must, may or must not be there.
type Want string

// The wants of a document, a reference or a last day.
const (
	Required Want = "required"
	Optional Want = "optional"
	Allowed  Want = "allowed" // as Optional, of a document
	Never    Want = "never"
)

// Requirement is one thing that is asked of a kind of subject.
type Requirement struct {
	Kind        string   `toml:"-"`            // one of Kinds
	Code        string   `toml:"code"`         // unique within the kind
	Of          []string `toml:"of"`           // sub-kinds that it is asked of; none: all
	By          string   `toml:"by"`           // "checker": found out by who checks (Record); else handed in and decided
	OwnWord     bool     `toml:"own_word"`     // holds as soon as the subject itself hands it in
	Optional    bool     `toml:"optional"`     // may stay missing
	Document    Want     `toml:"document"`     // a blob; "" is Never
	Reference   Want     `toml:"reference"`    // a number; "" is Optional
	Until       Want     `toml:"until"`        // a last day as the document states it; "" is Never
	ValidDays   int      `toml:"valid_days"`   // after which it has run out in any case; 0: no such limit
	Yearly      string   `toml:"yearly"`       // "05-31": shown once a year, due by that day; "" for others
	RemindDays  []int    `toml:"remind_days"`  // before the end, descending
	SwitchesOff []string `toml:"switches_off"` // what may not be done while it is not in force
	Two         bool     `toml:"two"`          // is accepted by two different people
}

// Name is the message key of what is asked, in a few words.
func (r Requirement) Name() string { return "checklist." + r.Kind + "." + r.Code }

// About is the message key of a sentence that explains it.
func (r Requirement) About() string { return "checklist.about." + r.Kind + "." + r.Code }

// Found reports whether who checks finds it out, so that nobody hands it in.
func (r Requirement) Found() bool { return r.By == "checker" }

type list struct {
	Version     int64         `toml:"version"`
	Requirement []Requirement `toml:"requirement"`
}

// all reads the lists once. They are part of the program: one that cannot be read is a fault of the
// build, which the package's tests find.
var all = sync.OnceValue(func() map[string]list {
	out := map[string]list{}
	for _, kind := range Kinds() {
		var l list
		meta, err := toml.DecodeFS(lists, "lists/"+kind+".toml", &l)
		if err == nil && len(meta.Undecoded()) > 0 {
			err = fmt.Errorf("unknown %v", meta.Undecoded())
		}
		if err != nil {
			panic(fmt.Sprintf("checklist: list of %s: %v", kind, err))
		}
		for i := range l.Requirement {
			l.Requirement[i].Kind = kind
		}
		out[kind] = l
	}
	return out
})

// Version is the version of the list of a kind.
func Version(kind string) int64 { return all()[kind].Version }

// Requirements returns what is asked of a kind of subject and a sub-kind, in the order of the list.
// of "" means everything that is asked of any.
func Requirements(kind, of string) []Requirement {
	var out []Requirement
	for _, r := range all()[kind].Requirement {
		if of == "" || len(r.Of) == 0 || slices.Contains(r.Of, of) {
			out = append(out, r)
		}
	}
	return out
}

// Find returns one requirement of a kind; false when the list has none by that code.
func Find(kind, code string) (Requirement, bool) {
	rs := all()[kind].Requirement
	i := slices.IndexFunc(rs, func(r Requirement) bool { return r.Code == code })
	if i < 0 {
		return Requirement{}, false
	}
	return rs[i], true
}
