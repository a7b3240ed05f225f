package programme

import (
	"strings"

	"manyhands/internal/fault"
	"manyhands/internal/i18n"
)

// The kinds of place, as HSDS names them.
const (
	Physical = "physical"
	Virtual  = "virtual"
	Postal   = "postal"
)

// PlaceKinds lists the kinds of place, in the order in which a form offers them.
func PlaceKinds() []string { return []string{Physical, Virtual, Postal} }

// Place is where a programme can be found. One that is sealed (a shelter, a home where children live)
// has a name for the desk and the town alone: its street, position and link are not kept, and it is
// in no list, on no map and in no export.
type Place struct {
	ID       int64 // 0: new
	Kind     string
	Sealed   bool
	Name     i18n.Text
	Line     i18n.Text // street and number
	Town     i18n.Text
	Postcode string
	Link     string // of a virtual place
	Placed   bool   // At is known
	At       Position
}

// SealedByDefault reports whether a new place of a programme with this theme begins sealed.
func SealedByDefault(theme string) bool { return theme == "family" || theme == "listening" }

// clean drops what a sealed place must not keep and what its kind has not.
func (p *Place) clean() {
	p.Postcode = strings.ToUpper(strings.TrimSpace(p.Postcode))
	if p.Kind != Virtual || p.Sealed {
		p.Link = ""
	}
	if p.Kind == Virtual || p.Sealed {
		p.Line, p.Postcode, p.Placed = i18n.Text{}, "", false
	}
	if !p.Placed {
		p.At = Position{}
	}
}

// empty reports whether nothing was said of the place.
func (p Place) empty() bool {
	return p.Name.Empty() && p.Line.Empty() && p.Town.Empty() && p.Postcode == "" && p.Link == "" && !p.Placed
}

func (p Place) check(f *fault.Fields, prefix string) {
	if p.Kind != Physical && p.Kind != Virtual && p.Kind != Postal {
		f.Add(prefix+"kind", "form.choice")
	}
	needText(f, prefix+"name", p.Name, MaxName, false)
	needText(f, prefix+"line", p.Line, MaxName, false)
	needText(f, prefix+"town", p.Town, MaxName, false)
	if p.Name.Empty() && p.Line.Empty() && p.Town.Empty() {
		f.Add(prefix+"name_zh", "programme.place_name")
	}
	if len(p.Postcode) > 12 || strings.Trim(p.Postcode, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ -") != "" {
		f.Add(prefix+"postcode", "programme.postcode")
	}
	if p.Link != "" && !isWebAddress(p.Link) {
		f.Add(prefix+"link", "programme.website")
	}
	if p.Placed && !p.At.valid() {
		f.Add(prefix+"at", "programme.position")
	}
}
