package consent

import (
	"time"

	"manyhands/internal/i18n"
)

// Route is how an answer came.
type Route string

// The routes.
const (
	Website  Route = "website"   // the guardian, signed in
	Phone    Route = "phone"     // told to a worker over the telephone
	Paper    Route = "paper"     // a signed sheet
	InPerson Route = "in_person" // said to a worker, who read the words aloud
	Worker   Route = "worker"    // entered on the guardian's own telephone with a worker's help
)

// Routes returns all routes in the order in which pages list them.
func Routes() []Route { return []Route{Website, Phone, Paper, InPerson, Worker} }

// Answer is one guardian's yes or no to one matter, as it was given. It is never changed.
type Answer struct {
	ID           int64 // grows in the order of answering, whatever a clock does
	Record       int64
	Guardian     int64 // the guardianship, not the person
	Organisation int64 // who asked; the answer holds for this organisation alone
	Matter       Matter
	Kinds        []string // of data
	TextHash     string   // of the exact words; see Service.Words
	Lang         i18n.Lang
	Version      int64
	Route        Route
	Recorder     int64 // the person who entered it
	Given        bool
	From         time.Time
	Expires      time.Time // zero for a refusal
	Made         time.Time
	Withdrawn    *TakenBack // nil while it stands
	SupersededBy int64      // the next answer of the same guardian to the same matter, 0 for none
}

// TakenBack says when a yes was taken back and who entered that.
type TakenBack struct {
	At       time.Time
	Route    Route
	Recorder int64
}

// State is where a matter stands, for one guardian or for all of them together.
type State string

// The states. Only Given allows anything.
const (
	Given      State = "given"
	Refused    State = "refused"
	Conflict   State = "conflict" // one says yes, another no
	Withdrawn  State = "withdrawn"
	Expired    State = "expired"
	NoResponse State = "no_response" // asked, and somebody whose answer is needed has not said anything
	NotAsked   State = "not_asked"
)

// States returns all states.
func States() []State {
	return []State{Given, Refused, Conflict, Withdrawn, Expired, NoResponse, NotAsked}
}

// Standing is where a matter stands now.
type Standing struct {
	Matter   Matter
	State    State
	Until    time.Time // when Given ends by itself; zero in other states
	Each     []Position
	Override *Override // in force now, whatever the state; nil for none
}

// Allows reports whether what the matter names may be done now: because it was agreed to, or because a
// safeguarding lead has recorded why it is done all the same.
func (s Standing) Allows() bool { return s.State == Given || s.Override != nil }

// Position is where one guardian stands.
type Position struct {
	Guardian int64
	State    State   // never Conflict
	Answer   *Answer // the latest in effect; nil for none
}

// Ground is what lets somebody act without consent. Reasons of convenience are none.
type Ground string

// The grounds.
const (
	Life  Ground = "life"  // life or health is in danger and there is no time to ask (Personal Information Protection Law, Art. 13 (4))
	Duty  Ground = "duty"  // a law obliges to tell: harm is reported at once (Minors Protection Law, Art. 11; Personal Information Protection Law, Art. 13 (3))
	Court Ground = "court" // a court, the police or civil affairs has ordered it in writing
)

// Grounds returns all grounds in the order in which pages list them.
func Grounds() []Ground { return []Ground{Life, Duty, Court} }

// Override is a recorded decision to do something without consent, for a limited time.
type Override struct {
	ID     int64
	Record int64
	Matter Matter
	Ground Ground
	By     int64 // the safeguarding lead
	Made   time.Time
	Until  time.Time
}

// RemarkKind says what a remark is about.
type RemarkKind string

// The kinds of remarks. Neither changes what any guardian has said.
const (
	Competence  RemarkKind = "competence"   // a worker judges that the child understands the matter, or does not
	TellParents RemarkKind = "tell_parents" // the child wishes that the parents be told, or not
)

// RemarkKinds returns all kinds of remarks.
func RemarkKinds() []RemarkKind { return []RemarkKind{Competence, TellParents} }

// Remark is something noted about the child's own part in a matter. It stands until somebody ends it or
// writes the next one of its kind about the same matter.
type Remark struct {
	ID      int64
	Record  int64
	Kind    RemarkKind
	Matter  Matter
	Yes     bool
	Words   string // what the worker saw or the child said; kept sealed under the child's key; "" for nothing
	By      int64
	Made    time.Time
	EndedBy int64
	Ended   time.Time // zero while it stands
}

// Stands reports whether the remark has not been ended.
func (r Remark) Stands() bool { return r.Ended.IsZero() }
