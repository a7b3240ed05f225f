package child

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/child/idnumber"
	"manyhands/internal/fault"
	"manyhands/internal/vault"
)

// Content is one group of fields that is sealed as a whole: Name, Identity, Number, Contact, Alerts,
// Health, Education, Situation or Plan.
type Content interface {
	// Group returns the group, as package access names it.
	Group() access.Group
	// checked returns the content as it is kept. Faults: Fields.
	checked(now time.Time) (Content, error)
}

// Group implements Content.
func (Name) Group() access.Group { return access.Name }

// Group implements Content.
func (Identity) Group() access.Group { return access.Identity }

// Group implements Content.
func (Number) Group() access.Group { return access.Number }

// Group implements Content.
func (Contact) Group() access.Group { return access.Contact }

// Group implements Content.
func (Alerts) Group() access.Group { return access.Alerts }

// Group implements Content.
func (Health) Group() access.Group { return access.HealthNotes }

// Group implements Content.
func (Education) Group() access.Group { return access.Education }

// Group implements Content.
func (Situation) Group() access.Group { return access.Situation }

// Group implements Content.
func (Plan) Group() access.Group { return access.Plan }

func (x Name) checked(time.Time) (Content, error) {
	var c checker
	x = Name{Name: c.name("name", x.Name), Other: c.name("other", x.Other)}
	if len(c.bad) == 0 {
		c.required("name", x.Name)
	}
	return x, c.bad.Err()
}

// oldest is the age in years at which nobody is a child any more, with room for a mistake that a worker
// should look at rather than be kept from.
const oldest = 25

func (x Identity) checked(now time.Time) (Content, error) {
	var c checker
	day, birth := c.day("birth", x.Birth)
	if day != "" && (birth.After(now) || birth.Before(now.AddDate(-oldest, 0, 0))) {
		c.bad.Add("birth", "child.birth_far")
	}
	if x.Sex != Girl && x.Sex != Boy && x.Sex != Unknown {
		c.bad.Add("sex", "form.choice")
	}
	return Identity{Birth: day, Sex: x.Sex, Ethnicity: c.line("ethnicity", x.Ethnicity)}, c.bad.Err()
}

func (x Number) checked(now time.Time) (Content, error) {
	var c checker
	switch {
	case x.Kind == NoNumber:
		return Number{}, nil
	case !slices.Contains(NumberKinds(), x.Kind):
		c.bad.Add("number_kind", "form.choice")
	case x.Kind == ResidentID:
		n, err := idnumber.Parse(x.Number, now)
		if e, ok := err.(*fault.Error); ok {
			c.bad = append(c.bad, fault.Field{Name: "number", Key: e.Key, Args: e.Args})
		}
		x.Number = n.Text
	default:
		x.Number = idnumber.Normalise(c.line("number", x.Number))
		c.required("number", x.Number)
		if len(x.Number) > 30 {
			c.bad.Add("number", "form.too_long", "Max", 30)
		}
	}
	return x, c.bad.Err()
}

func (x Contact) checked(time.Time) (Content, error) {
	var c checker
	return Contact{Area: c.line("area", x.Area), Address: c.line("address", x.Address)}, c.bad.Err()
}

func (x Alerts) checked(time.Time) (Content, error) {
	var c checker
	x = Alerts{Allergies: x.Allergies, Allergy: c.text("allergy", x.Allergy), Medicine: c.text("medicine", x.Medicine),
		Watch: c.text("watch", x.Watch), Emergency: c.text("emergency", x.Emergency)}
	switch {
	case !slices.Contains([]Known{NotKnown, None, Listed}, x.Allergies):
		c.bad.Add("allergies", "form.choice")
	case x.Allergies == Listed:
		c.required("allergy", x.Allergy)
	case x.Allergy != "":
		c.bad.Add("allergies", "child.allergy_listed")
	}
	return x, c.bad.Err()
}

func (x Health) checked(time.Time) (Content, error) {
	var c checker
	return Health{Conditions: c.text("conditions", x.Conditions), Medicines: c.text("medicines", x.Medicines),
		Doctor: c.line("doctor", x.Doctor)}, c.bad.Err()
}

func (x Education) checked(time.Time) (Content, error) {
	var c checker
	return Education{School: c.line("school", x.School), Class: c.line("class", x.Class), Help: c.text("help", x.Help)}, c.bad.Err()
}

func (x Situation) checked(time.Time) (Content, error) {
	var c checker
	return Situation{Words: c.text("words", x.Words)}, c.bad.Err()
}

func (x Plan) checked(time.Time) (Content, error) {
	var c checker
	p := Plan{Goal: c.text("goal", x.Goal)}
	for _, s := range x.Steps {
		if s = c.line("steps", s); s != "" {
			p.Steps = append(p.Steps, s)
		}
	}
	if len(p.Steps) > mostSteps {
		c.bad.Add("steps", "child.steps_many", "Most", mostSteps)
	}
	p.Review, _ = c.day("review", x.Review)
	return p, c.bad.Err()
}

// fits compares a resident identity number with what else is known of the child. Faults: Fields naming
// "number".
func fits(id Identity, n Number, now time.Time) error {
	if n.Kind != ResidentID {
		return nil
	}
	x, err := idnumber.Parse(n.Number, now)
	if err != nil {
		return nil // checked before
	}
	var bad fault.Fields
	if id.Birth != "" && id.Birth != x.Birth.Format(time.DateOnly) {
		bad.Add("number", "child.number_birth")
	}
	if id.Sex != Unknown && (id.Sex == Girl) != x.Female {
		bad.Add("number", "child.number_sex")
	}
	return bad.Err()
}

// Age returns how many years old the child is at a moment in a zone; false when the birth date is not
// known. Who was born on 29 February is a year older on 1 March.
func (x Identity) Age(at time.Time, zone *time.Location) (int, bool) {
	birth, err := time.Parse(time.DateOnly, x.Birth)
	if err != nil {
		return 0, false
	}
	local := at.In(zone)
	years := local.Year() - birth.Year()
	if local.Month() < birth.Month() || local.Month() == birth.Month() && local.Day() < birth.Day() {
		years--
	}
	return years, true
}

// groupField binds what is sealed to its group.
func groupField(g access.Group) string { return "group." + string(g) }

func sealJSON(box *vault.Box, field string, x any) ([]byte, error) {
	plain, err := json.Marshal(x)
	if err != nil {
		return nil, fmt.Errorf("child: encode: %w", err)
	}
	sealed, err := box.Seal(field, plain)
	if err != nil {
		return nil, fmt.Errorf("child: seal: %w", err)
	}
	return sealed, nil
}

// openJSON reads what sealJSON wrote; nothing leaves x as it is.
func openJSON(box *vault.Box, field string, sealed []byte, x any) error {
	if len(sealed) == 0 {
		return nil
	}
	plain, err := box.Open(field, sealed)
	if err != nil {
		return fmt.Errorf("child: open: %w", err)
	}
	if err := json.Unmarshal(plain, x); err != nil {
		return fmt.Errorf("child: decode %s", field) // and not err, which may quote what was sealed
	}
	return nil
}
