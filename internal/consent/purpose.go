package consent

import (
	"slices"
	"time"

	"manyhands/internal/fault"
)

// Purpose is one thing that a guardian can allow or refuse. A yes to one is never a yes to another.
type Purpose string

// The purposes, in the order in which a guardian is asked.
const (
	Enrol          Purpose = "enrol"           // come to the organisation and have a record there
	Meals          Purpose = "meals"           // eat there, allergies being known at the hatch
	FirstAid       Purpose = "first_aid"       // first aid and emergency treatment
	Medical        Purpose = "medical"         // what doctors know: conditions, medicines
	Collection     Purpose = "collection"      // others than the guardian collect the child
	WalkingHome    Purpose = "walking_home"    // the child goes home alone
	Outings        Purpose = "outings"         // leave the premises together
	TutoringOnline Purpose = "tutoring_online" // lessons over the internet
	PhotosInternal Purpose = "photos_internal" // pictures that stay inside
	PhotosPublic   Purpose = "photos_public"   // pictures that anyone may see
	ShareSchool    Purpose = "share_school"    // tell one school
	SharePartner   Purpose = "share_partner"   // tell one partner organisation
	Statistics     Purpose = "statistics"      // be counted
	DonorStory     Purpose = "donor_story"     // one text for givers
)

// Purposes returns all purposes in the order in which a guardian is asked.
func Purposes() []Purpose {
	return []Purpose{Enrol, Meals, FirstAid, Medical, Collection, WalkingHome, Outings, TutoringOnline,
		PhotosInternal, PhotosPublic, ShareSchool, SharePartner, Statistics, DonorStory}
}

// About says what beside the child a purpose concerns.
type About int

// What a purpose can concern.
const (
	AboutNothing   About = iota
	AboutReceiver        // one organisation that is told
	AboutStoryText       // one unchangeable text
)

// About returns what beside the child the purpose concerns.
func (p Purpose) About() About {
	switch p {
	case ShareSchool, SharePartner:
		return AboutReceiver
	case DonorStory:
		return AboutStoryText
	}
	return AboutNothing
}

// Everyone reports whether each guardian has to say yes: for what cannot be called back once it is out.
// For all other purposes one yes is enough as long as nobody says no.
func (p Purpose) Everyone() bool { return p == PhotosPublic || p == DonorStory }

// Matter is what an answer is about: a purpose and, where the purpose has one, the organisation that
// receives or the story's text. A yes for one receiver is not a yes for the next.
type Matter struct {
	Purpose Purpose
	About   int64
}

// For returns the matter of a purpose that concerns nothing beside the child.
func For(p Purpose) Matter { return Matter{Purpose: p} }

// Check returns a fault of kind Invalid naming "purpose" or "about" when m cannot be asked.
func (m Matter) Check() error {
	var bad fault.Fields
	if !slices.Contains(Purposes(), m.Purpose) {
		bad.Add("purpose", "form.choice")
	} else if (m.Purpose.About() != AboutNothing) != (m.About > 0) {
		bad.Add("about", "form.choice")
	}
	return bad.Err()
}

// Expires returns the moment at which a yes that holds from the given one ends by itself, in the zone
// whose days the network counts: pictures and stories at the beginning of the same day twelve months
// later (of 1 March for one given on 29 February), everything else at the end of the school year,
// 31 August.
func (p Purpose) Expires(from time.Time, zone *time.Location) time.Time {
	local := from.In(zone)
	switch p {
	case PhotosInternal, PhotosPublic, DonorStory:
		return time.Date(local.Year()+1, local.Month(), local.Day(), 0, 0, 0, 0, zone).UTC()
	}
	end := time.Date(local.Year(), time.September, 1, 0, 0, 0, 0, zone)
	if !local.Before(end) {
		end = end.AddDate(1, 0, 0)
	}
	return end.UTC()
}
