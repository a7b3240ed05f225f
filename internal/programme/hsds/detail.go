package hsds

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"manyhands/internal/i18n"
)

// Detail is what a file says beyond a programme's name: where, when, for whom, at what cost.
type Detail struct {
	Kind        string // "programme" or "scheme"; "" when the file does not say
	Cost        string // "free", "amount", "varies" or ""
	CostMinor   int64  // fen
	CostNote    i18n.Text
	Languages   []string
	AgeFrom     int64 // years
	AgeTo       int64 // years; 0: no limit
	Eligibility i18n.Text
	Coming      i18n.Text
	Capacity    i18n.Text
	Phone       string
	Website     string
	Places      []Place
	Times       []Time
}

// Place is where a programme can be found.
type Place struct {
	Kind      string // physical, virtual or postal
	Sealed    bool   // the file wants its address kept secret
	Name      i18n.Text
	Line      i18n.Text
	Town      i18n.Text
	Postcode  string
	Link      string
	Placed    bool
	Latitude  int64 // millionths of a degree
	Longitude int64
}

// Time is a weekly rule.
type Time struct {
	Days       int64 // bits from Monday
	EveryWeeks int64
	Opens      int64 // minutes after midnight
	Closes     int64
	FromOn     string
	UntilOn    string
}

// more are the fields of an item that make a Detail.
type more struct {
	number, code, taxonomy, value, option, currency, amount, amountText string
	freq, interval, byday, opens, closes, from, to, start, until        string
	locationType, latitude, longitude, line, postcode                   string
	coming, fees, wait, eligibility, youngest, oldest                   string
	serviceID                                                           string
	term                                                                *item
	phones, languages, costs, schedules, areas, attributes, places      []*item
	addresses                                                           []*item
	foreign                                                             bool // it has a field of taxonomies, terms or locations
}

// text returns where a field of text is kept, nil for all other fields.
func (m *more) text(name string) *string {
	switch name {
	case "number":
		return &m.number
	case "code":
		return &m.code
	case "taxonomy":
		return &m.taxonomy
	case "value":
		return &m.value
	case "option":
		return &m.option
	case "currency":
		return &m.currency
	case "amount":
		return &m.amount
	case "amount_description":
		return &m.amountText
	case "freq":
		return &m.freq
	case "interval":
		return &m.interval
	case "byday":
		return &m.byday
	case "opens_at":
		return &m.opens
	case "closes_at":
		return &m.closes
	case "valid_from":
		return &m.from
	case "valid_to":
		return &m.to
	case "dtstart":
		return &m.start
	case "until":
		return &m.until
	case "location_type":
		return &m.locationType
	case "latitude":
		return &m.latitude
	case "longitude":
		return &m.longitude
	case "address_1":
		return &m.line
	case "postal_code":
		return &m.postcode
	case "application_process":
		return &m.coming
	case "fees_description":
		return &m.fees
	case "wait_time":
		return &m.wait
	case "eligibility_description":
		return &m.eligibility
	case "minimum_age":
		return &m.youngest
	case "maximum_age":
		return &m.oldest
	case "service_id":
		return &m.serviceID
	}
	return nil
}

// list returns where a field of objects is kept, nil for all other fields.
func (m *more) list(name string) *[]*item {
	switch name {
	case "phones":
		return &m.phones
	case "languages":
		return &m.languages
	case "cost_options":
		return &m.costs
	case "schedules":
		return &m.schedules
	case "service_areas":
		return &m.areas
	case "attributes":
		return &m.attributes
	}
	return nil
}

// other reports whether a name is a field that neither organisations nor services have.
func other(name string) bool {
	return slices.Contains([]string{"taxonomy", "taxonomy_id", "taxonomy_detail", "term_uri", "parent_id", "version", "location_type"}, name)
}

// termOf is the code that an item has in one of our taxonomies.
func (it *item) termOf(taxonomy string) string {
	for _, a := range it.attributes {
		if a.term != nil && a.term.taxonomy == taxonomy {
			return first(a.term.code, a.value)
		}
	}
	return ""
}

func (it *item) detail() Detail {
	d := Detail{Kind: it.termOf(Kinds), Eligibility: SplitParagraphs(it.eligibility), Coming: SplitParagraphs(it.coming), Capacity: SplitParagraphs(it.wait),
		CostNote: SplitParagraphs(it.fees), AgeFrom: years(it.youngest), AgeTo: years(it.oldest), Website: first(it.url, it.website)}
	for _, p := range it.phones {
		d.Phone = first(d.Phone, p.number)
	}
	for _, l := range it.languages {
		if code := strings.ToLower(l.code); code != "" && !slices.Contains(d.Languages, code) {
			d.Languages = append(d.Languages, code)
		}
	}
	for _, c := range it.costs {
		c.cost(&d)
	}
	for _, s := range it.schedules {
		if t, ok := s.time(); ok {
			d.Times = append(d.Times, t)
		}
	}
	for _, p := range it.places {
		d.Places = append(d.Places, p.asPlace())
	}
	return d
}

// cost takes the first option that can be understood.
func (it *item) cost(d *Detail) {
	if d.Cost != "" {
		return
	}
	amount, err := strconv.ParseFloat(it.amount, 64)
	switch {
	case err == nil && amount > 0 && amount < 1e7 && (it.currency == "CNY" || it.currency == "" || it.currency == "RMB"):
		d.Cost, d.CostMinor = "amount", int64(math.Round(amount*100))
	case it.option == "free" || err == nil && amount == 0:
		d.Cost = "free"
	case it.option != "" || it.amountText != "":
		d.Cost = "varies"
	}
	if d.CostNote.Empty() {
		d.CostNote = SplitParagraphs(it.amountText)
	}
}

// years reads an age in whole years; what is no age is none.
func years(s string) int64 {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || n < 0 || n > 150 {
		return 0
	}
	return int64(n)
}

// time reads a weekly rule; false for rules of other kinds.
func (it *item) time() (Time, bool) {
	t := Time{EveryWeeks: 1, FromOn: day(first(it.from, it.start)), UntilOn: day(first(it.to, it.until))}
	if n, err := strconv.ParseInt(it.interval, 10, 64); err == nil && n > 1 {
		t.EveryWeeks = n
		t.FromOn = day(first(it.start, it.from))
	}
	t.Days = Days(it.byday)
	var ok, ok2 bool
	t.Opens, ok = minute(it.opens)
	t.Closes, ok2 = minute(it.closes)
	return t, ok && ok2 && t.Days != 0 && (it.freq == "WEEKLY" || it.freq == "")
}

// Days reads the days of a weekly rule, "MO,TU", also as 周一、周二, as bits from Monday; 0 when a word
// is none.
func Days(s string) (bits int64) {
	codes := []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}
	chinese := []rune("一二三四五六日")
	for _, w := range strings.FieldsFunc(strings.ToUpper(s), func(r rune) bool { return strings.ContainsRune(",; 、，；/", r) }) {
		w = strings.TrimPrefix(strings.TrimPrefix(w, "周"), "星期")
		i := slices.Index(codes, w)
		if i < 0 {
			if r := []rune(w); len(r) == 1 {
				i = slices.Index(chinese, r[0])
				if r[0] == '天' {
					i = 6
				}
			}
		}
		if i < 0 {
			return 0
		}
		bits |= 1 << i
	}
	return bits
}

// minute reads "16:30", with or without seconds and offset, as minutes after midnight.
func minute(s string) (int64, bool) {
	h, rest, ok := strings.Cut(strings.ReplaceAll(strings.TrimSpace(s), "：", ":"), ":")
	if !ok || len(rest) < 2 || len(h) > 2 {
		return 0, false
	}
	hours, err := strconv.ParseUint(h, 10, 8)
	minutes, err2 := strconv.ParseUint(rest[:2], 10, 8)
	if err != nil || err2 != nil || minutes > 59 || hours > 24 || hours == 24 && minutes > 0 {
		return 0, false
	}
	return int64(hours*60 + minutes), true
}

// day reads the day that a date or moment begins with.
func day(s string) string {
	if len(s) >= len(time.DateOnly) {
		s = s[:len(time.DateOnly)]
	}
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return ""
	}
	return s
}

func (it *item) asPlace() Place {
	p := Place{Kind: it.locationType, Name: bilingual(it.name, it.alternate), Link: it.url}
	if !slices.Contains([]string{"physical", "virtual", "postal"}, p.Kind) {
		p.Kind = "physical"
	}
	for _, a := range it.addresses {
		if p.Line.Empty() && p.Town.Empty() {
			p.Line, p.Town, p.Postcode = SplitLine(a.line), SplitLine(a.somewhere()), a.postcode
		}
	}
	lat, ok := degrees(it.latitude, 90)
	lng, ok2 := degrees(it.longitude, 180)
	if ok && ok2 {
		p.Placed, p.Latitude, p.Longitude = true, lat, lng
	}
	return p
}

// degrees reads an angle as millionths of a degree.
func degrees(s string, most float64) (int64, bool) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) || math.Abs(f) > most {
		return 0, false
	}
	return int64(math.Round(f * 1e6)), true
}
