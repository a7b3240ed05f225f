package child

import (
	"time"

	"manyhands/internal/access"
	"manyhands/internal/blob"
)

// State is where a record stands.
type State string

// The states.
const (
	Enrolling State = "enrolling" // being filled in; no programme works with the child yet
	Active    State = "active"
	Ended     State = "ended"  // the child has left
	Erased    State = "erased" // only the code and dates are left, so that the code is never used again
)

// States returns all states in their order.
func States() []State { return []State{Enrolling, Active, Ended, Erased} }

// Record is what is known of a record without opening it.
type Record struct {
	ID           int64
	Code         string // "K-4711"
	Organisation int64
	Household    int64 // siblings share one; 0 for none known
	State        State
	Made         time.Time
	MadeBy       int64
	Ended        time.Time // zero while the child is here
	Held         bool      // a legal hold: must not be erased
	Erased       time.Time
}

// Name is what the child is called: the group that a list shows.
type Name struct {
	Name  string `json:"name"`            // full name as in the household register
	Other string `json:"other,omitempty"` // what the child is called here; "" for nothing else
}

// Identity says more exactly who the child is.
type Identity struct {
	Birth     string `json:"birth"`               // "2017-03-09"; "" for not known
	Sex       Sex    `json:"sex"`                 // as in the household register
	Ethnicity string `json:"ethnicity,omitempty"` // in the guardian's words, if they wish
}

// Sex is as the household register has it.
type Sex string

// What a register can say.
const (
	Girl    Sex = "f"
	Boy     Sex = "m"
	Unknown Sex = ""
)

// Number is the number of an identity document.
type Number struct {
	Kind   NumberKind `json:"kind"`
	Number string     `json:"number"`
}

// NumberKind is a kind of identity document.
type NumberKind string

// The kinds.
const (
	NoNumber         NumberKind = ""
	ResidentID       NumberKind = "resident_id"       // GB 11643, also residence permits of people from Hong Kong, Macao, Taiwan
	BirthCertificate NumberKind = "birth_certificate" // for a child who is not registered yet
	Permit           NumberKind = "permit"            // home return or mainland travel permit, foreigner's residence permit
	Passport         NumberKind = "passport"
)

// NumberKinds returns all kinds but NoNumber.
func NumberKinds() []NumberKind {
	return []NumberKind{ResidentID, BirthCertificate, Permit, Passport}
}

// Contact is where the child lives.
type Contact struct {
	Area    string `json:"area"`    // coarse: street or village
	Address string `json:"address"` // fine: house and door
}

// Alerts is what must be known at the hatch and in an emergency.
type Alerts struct {
	Allergies Known  `json:"allergies"`           // whether anyone has asked
	Allergy   string `json:"allergy,omitempty"`   // which, when Listed
	Medicine  string `json:"medicine,omitempty"`  // that saves a life and where it is kept
	Watch     string `json:"watch,omitempty"`     // fits, fainting, what to do
	Emergency string `json:"emergency,omitempty"` // hospital, blood group, whom to ring first
}

// Known says whether a question has been asked: no answer is not the same as none.
type Known string

// What is known.
const (
	NotKnown Known = ""       // nobody has asked: such a child gets nothing that may hold an allergen
	None     Known = "none"   // asked: none
	Listed   Known = "listed" // asked: written beside it
)

// Health is what doctors know.
type Health struct {
	Conditions string `json:"conditions,omitempty"`
	Medicines  string `json:"medicines,omitempty"`
	Doctor     string `json:"doctor,omitempty"`
}

// Education is where the child goes to school.
type Education struct {
	School string `json:"school,omitempty"`
	Class  string `json:"class,omitempty"`
	Help   string `json:"help,omitempty"` // where help is needed
}

// Situation is how the family lives, in a worker's words.
type Situation struct {
	Words string `json:"words"`
}

// Plan is what was agreed to do for the child.
type Plan struct {
	Goal   string   `json:"goal"`
	Steps  []string `json:"steps,omitempty"`
	Review string   `json:"review,omitempty"` // day of the next look at it: "2027-01-15"
}

// Guardian is one guardianship: who answers for the child, since when and on what evidence.
type Guardian struct {
	ID        int64
	Record    int64
	Person    int64 // of their account; 0 for a guardian on paper
	Who       Relative
	Authority bool // parental authority: their consent counts
	Reachable bool // has a telephone number or an account
	Proof     Proof
	ProofBy   int64
	ProofAt   time.Time
	Files     []int64 // blobs of the evidence
	From      time.Time
	Until     time.Time // zero: open
}

// Proven reports whether a worker has seen what shows the guardianship.
func (g Guardian) Proven() bool { return g.Proof != NotProven }

// InForce reports whether the guardianship holds at a moment.
func (g Guardian) InForce(at time.Time) bool { return inForce(g.From, g.Until, at) }

// Relative is who a guardian or collector is.
type Relative struct {
	Name     string   `json:"name"`
	Phone    string   `json:"phone,omitempty"`
	Relation Relation `json:"relation"`
	Remark   string   `json:"remark,omitempty"`
}

// Relation is what somebody is to the child.
type Relation string

// Relations returns what somebody can be to the child, in the order in which pages list them.
func Relations() []Relation {
	return []Relation{"mother", "father", "grandmother", "grandfather", "sister", "brother", "aunt", "uncle", "foster", "institution",
		"neighbour", "other"}
}

// Proof is what showed a guardianship to a worker. The paper is seen; copies of identity cards are never
// kept.
type Proof string

// NotProven is that of a guardianship that nobody has checked yet.
const NotProven Proof = ""

// Proofs returns what can show a guardianship.
func Proofs() []Proof {
	return []Proof{"household_register", "birth_certificate", "court", "committee", "civil_affairs"}
}

// Collector is somebody who may collect the child from one day to another, or who must never do so.
type Collector struct {
	ID        int64
	Record    int64
	Who       Relative
	Picture   int64 // blob of the photo; 0 for none
	Forbidden bool
	From      time.Time
	Until     time.Time // zero: open
}

// InForce reports whether it holds at a moment.
func (c Collector) InForce(at time.Time) bool { return inForce(c.From, c.Until, at) }

func inForce(from, until, at time.Time) bool {
	return !at.Before(from) && (until.IsZero() || at.Before(until))
}

// NoteKind says what a note is about.
type NoteKind string

// NoteKinds returns all kinds of notes.
func NoteKinds() []NoteKind { return []NoteKind{"observation", "talk", "health", "school", "family"} }

// Note is what a worker wrote. Its author may change it for 24 hours; workers see it for 28 days.
type Note struct {
	ID      int64
	Record  int64
	Kind    NoteKind
	Text    string
	Author  int64
	Made    time.Time
	Changed time.Time // zero when it was never changed
	Mine    bool      // who asked may still change it
}

// Attachment is a file in a record.
type Attachment struct {
	ID     int64
	Record int64
	Title  string
	File   blob.Blob
	MadeBy int64
	Made   time.Time
}

// Assignment says that a child is assigned to a worker.
type Assignment struct {
	ID           int64
	Record       int64
	Person       int64
	Organisation int64
	From         time.Time
	Until        time.Time // zero: open
	MadeBy       int64
}

// InForce reports whether the assignment holds at a moment.
func (a Assignment) InForce(at time.Time) bool { return inForce(a.From, a.Until, at) }

// Opened is what Open gives: the groups that were asked for and allowed. A nil group was not asked for or
// is among Closed; one that nobody has filled in yet is empty.
type Opened struct {
	Record
	Purpose     access.Purpose
	Name        *Name
	Identity    *Identity
	Number      *Number
	Contact     *Contact
	Alerts      *Alerts
	Health      *Health
	Education   *Education
	Situation   *Situation
	Plan        *Plan
	Guardians   []Guardian
	Collection  *Collection
	Notes       []Note
	NotesHidden int // older notes that only supervisors see
	Attachments []Attachment
	Versions    map[access.Group]int64 // of the sealed groups: hand it back with a change
	Closed      map[access.Group]error // why a group is not here: a fault that says it
}

// Collection is how the child gets home.
type Collection struct {
	Collectors []Collector // in force or to come, and those who must never
	Pickups    []Pickup    // once, by a code: a guardian's own, to come; for others those of today
	Others     error       // why nobody but a guardian collects now: the fault; nil: those named may
	Alone      Alone
}

// Alone says whether the child may go home alone now.
type Alone struct {
	May bool
	Age int   // below this age never, whatever guardians say
	Why error // the fault that says why not
}
