package programme

import (
	"fmt"
	"regexp"
	"slices"

	"manyhands/internal/fault"
	"manyhands/internal/i18n"
)

// The kinds of listing in the directory.
const (
	Run    = "programme" // an organisation runs it
	Scheme = "scheme"    // the government provides it; Website leads to its official page
)

// What is known of a programme's cost; "" means that nobody has said.
const (
	Free   = "free"
	Priced = "amount"
	Varies = "varies"
)

// Limits of a Detail.
const (
	MaxPlaces    = 12
	MaxTimes     = 14
	MaxLanguages = 12
	MaxAge       = 25 // years
	maxCostMinor = 100_000_00
)

// Detail is what a family needs to know of a programme beyond its name.
type Detail struct {
	Kind        string // Run or Scheme
	Cost        string // "", Free, Priced or Varies
	CostMinor   int64  // fen, when Priced
	CostNote    i18n.Text
	Languages   []string // BCP 47, such as "zh", "ii"
	AgeFrom     int64    // years
	AgeTo       int64    // years, that age included; 0: no upper limit
	Eligibility i18n.Text
	Coming      i18n.Text // how to come or apply
	Capacity    i18n.Text // places left, waiting list
	Phone       string    // of the place
	Website     string
	Places      []Place
	Times       []Schedule
}

// LanguageCodes lists the languages that a form offers; others may come from a file.
func LanguageCodes() []string {
	return []string{"zh", "en", "yue", "ii", "bo", "ug", "mn", "za", "ko", "kk", "csl"}
}

// Public is the detail without its sealed places, and whether there are any.
func (d Detail) Public() (open Detail, sealed bool) {
	open = d
	open.Places = nil
	for _, p := range d.Places {
		if p.Sealed {
			sealed = true
			continue
		}
		open.Places = append(open.Places, p)
	}
	return open, sealed
}

var (
	languageCode = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$`)
	phoneNumber  = regexp.MustCompile(`^[0-9+()#*, -]{3,40}$`)
)

// clean brings d to the form in which it is kept and says what is wrong with it. Fields are named as
// the desk's form names them: place1_town_zh, time2_closes.
func (d *Detail) clean() error {
	if d.Kind == "" {
		d.Kind = Run
	}
	if d.Cost != Priced {
		d.CostMinor = 0
	}
	d.Places = slices.DeleteFunc(slices.Clone(d.Places), func(p Place) bool { return p.ID == 0 && p.empty() })
	for i := range d.Places {
		d.Places[i].clean()
	}
	var languages []string
	for _, l := range d.Languages {
		if !slices.Contains(languages, l) {
			languages = append(languages, l)
		}
	}
	d.Languages = languages
	if err := d.check(); err != nil {
		return err
	}
	d.Times = nights(d.Times)
	return nil
}

func (d Detail) check() error {
	var f fault.Fields
	if d.Kind != Run && d.Kind != Scheme {
		f.Add("detail_kind", "form.choice")
	}
	if !slices.Contains([]string{"", Free, Priced, Varies}, d.Cost) {
		f.Add("cost", "form.choice")
	}
	if d.Cost == Priced && (d.CostMinor <= 0 || d.CostMinor > maxCostMinor) {
		f.Add("cost_amount", "programme.cost")
	}
	if len(d.Languages) > MaxLanguages || slices.ContainsFunc(d.Languages, func(l string) bool { return !languageCode.MatchString(l) }) {
		f.Add("languages", "form.choice")
	}
	if d.AgeFrom < 0 || d.AgeFrom > MaxAge {
		f.Add("age_from", "form.too_big", "Max", int64(MaxAge))
	}
	if d.AgeTo < 0 || d.AgeTo > MaxAge {
		f.Add("age_to", "form.too_big", "Max", int64(MaxAge))
	} else if d.AgeTo != 0 && d.AgeTo < d.AgeFrom {
		f.Add("age_to", "programme.ages")
	}
	if d.Phone != "" && !phoneNumber.MatchString(d.Phone) {
		f.Add("phone", "programme.phone")
	}
	if d.Website != "" && !isWebAddress(d.Website) {
		f.Add("website", "programme.website")
	} else if d.Kind == Scheme && d.Website == "" {
		f.Add("website", "programme.scheme_website")
	}
	needText(&f, "cost_note", d.CostNote, MaxName, false)
	needText(&f, "eligibility", d.Eligibility, MaxShort, false)
	needText(&f, "coming", d.Coming, MaxShort, false)
	needText(&f, "capacity", d.Capacity, MaxName, false)
	d.checkLists(&f)
	return f.Err()
}

func (d Detail) checkLists(f *fault.Fields) {
	if len(d.Places) > MaxPlaces {
		f.Add("place1_name_zh", "programme.too_many_places", "Max", int64(MaxPlaces))
	}
	if len(d.Times) > MaxTimes {
		f.Add("time1_days", "programme.too_many_times", "Max", int64(MaxTimes))
	}
	for i, p := range d.Places {
		p.check(f, fmt.Sprintf("place%d_", i+1))
	}
	for i, s := range d.Times {
		s.check(f, fmt.Sprintf("time%d_", i+1))
	}
}
