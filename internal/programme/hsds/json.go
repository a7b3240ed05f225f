package hsds

import (
	"encoding/json"
	"io"

	"manyhands/internal/fault"
	"manyhands/internal/programme/creditcode"
)

// ReadJSON reads HSDS 3.0 JSON of any of the forms that the package names. Records that cannot be used
// are in the file's Problems. Faults, for a file that cannot be read on: Invalid "hsds.json" (Pointer,
// Offset), "hsds.type.object", ".array", ".text" (Pointer), "hsds.too_deep", "hsds.nothing";
// TooLarge "hsds.too_large", "hsds.too_many". Other errors are those of r.
func ReadJSON(r io.Reader) (File, error) { return readJSON(r, MaxBytes) }

func readJSON(r io.Reader, most int64) (File, error) {
	dec := json.NewDecoder(&limited{from: r, left: most})
	dec.UseNumber()
	d := &document{walker: walker{dec: dec}, gather: newGather()}
	if err := d.read(); err != nil {
		return File{}, err
	}
	if len(d.file.Records) == 0 && len(d.file.Problems) == 0 {
		return File{}, fault.New(fault.Invalid, "hsds.nothing")
	}
	return d.file, nil
}

type document struct {
	walker
	*gather
}

func (d *document) read() error {
	t, err := d.token()
	if err != nil {
		return err
	}
	switch t {
	case json.Delim('['):
		err = d.items(d.item)
	case json.Delim('{'):
		err = d.top()
	default:
		return d.wrongType("object")
	}
	if err != nil {
		return err
	}
	if _, err := d.dec.Token(); err != io.EOF { //nolint:errorlint // the decoder's own sentinel, unwrapped
		return fault.New(fault.Invalid, "hsds.json", "Pointer", "", "Offset", d.dec.InputOffset())
	}
	return nil
}

// top reads an object that may be a page, tables, or one item.
func (d *document) top() error {
	var it item
	var tab tables
	err := d.names(func(name string) error {
		switch name {
		case "contents":
			return d.in(name, func() error { return d.array(d.item) })
		}
		if tableNames(&tab)[name] != nil {
			return d.in(name, func() error { return tab.read(d, name) })
		}
		return d.itemField(&it, name)
	})
	if err != nil {
		return err
	}
	tab.addTo(d.gather)
	if it.id != "" || it.name != "" {
		d.add(&it)
	}
	return nil
}

// item is an organisation or a service: the fields of both that are read.
type item struct {
	where                          Where
	id, name, alternate, about     string
	website, url, taxID            string
	organisationID, locationID     string
	identifier, city, region, area string
	place                          string
	organisation                   *item
	services                       []*item
	more
}

func (d *document) item() error {
	if err := d.counts(); err != nil {
		return err
	}
	it, err := d.itemObject()
	if err == nil {
		d.add(it)
	}
	return err
}

func (d *document) itemObject() (*item, error) {
	it := &item{where: d.where()}
	err := d.object(func(name string) error { return d.itemField(it, name) })
	return it, err
}

// itemField reads one field of an organisation or a service.
func (d *document) itemField(it *item, name string) error {
	it.foreign = it.foreign || other(name)
	if to := it.text(name); to != nil {
		return d.in(name, func() error { return d.text(to) })
	}
	if to := it.list(name); to != nil {
		return d.nested(name, func(x *item) { *to = append(*to, x) })
	}
	switch name {
	case "organization":
		return d.in(name, func() (err error) {
			it.organisation, err = d.itemObject()
			return err
		})
	case "services":
		return d.in(name, func() error { return d.array(func() error { return d.service(it) }) })
	case "organization_identifiers":
		return d.nested(name, func(x *item) {
			if creditcode.Valid(x.identifier) {
				it.identifier = x.identifier
			}
		})
	case "locations", "service_at_locations", "addresses":
		return d.nested(name, func(x *item) { it.at(name, x) })
	case "location":
		return d.in(name, func() error {
			x, err := d.itemObject()
			it.at(name, x)
			return err
		})
	case "taxonomy_term":
		return d.in(name, func() (err error) {
			it.term, err = d.itemObject()
			return err
		})
	}
	return d.skip()
}

// at takes in an address, a location, or a service at a location, which holds one.
func (it *item) at(name string, x *item) {
	it.place = first(it.place, x.somewhere())
	switch name {
	case "addresses":
		it.addresses = append(it.addresses, x)
	case "service_at_locations":
		it.places = append(it.places, x.places...)
	default:
		it.places = append(it.places, x)
	}
}

// text returns where a field of text is kept, nil for all other fields.
func (it *item) text(name string) *string {
	switch name {
	case "id":
		return &it.id
	case "name":
		return &it.name
	case "alternate_name":
		return &it.alternate
	case "description":
		return &it.about
	case "website":
		return &it.website
	case "url":
		return &it.url
	case "tax_id":
		return &it.taxID
	case "organization_id":
		return &it.organisationID
	case "location_id":
		return &it.locationID
	case "identifier":
		return &it.identifier
	case "city":
		return &it.city
	case "region":
		return &it.region
	case "state_province":
		return &it.area
	}
	return it.more.text(name)
}

func (d *document) service(of *item) error {
	if err := d.counts(); err != nil {
		return err
	}
	s, err := d.itemObject()
	of.services = append(of.services, s)
	return err
}

// nested reads an array of objects that say something of the item around them.
func (d *document) nested(name string, take func(*item)) error {
	return d.in(name, func() error {
		return d.array(func() error {
			x, err := d.itemObject()
			take(x)
			return err
		})
	})
}

// somewhere is the town, else the region, of an address or of what holds one.
func (it *item) somewhere() string { return first(it.place, it.city, it.region, it.area) }

// add turns an item into records.
func (d *document) add(it *item) {
	if it.foreign && it.organisation == nil && it.services == nil {
		d.file.problem(it.where, "hsds.other_kind")
		return
	}
	if it.organisation == nil && it.organisationID == "" {
		if it.id == "" {
			d.file.problem(it.where, "hsds.no_id")
			return
		}
		if d.gather.organisation(it.where, it.asOrganisation()) {
			for _, s := range it.services {
				d.programme(it.id, s.asProgramme())
			}
		}
		return
	}
	organisation := it.organisationID
	if o := it.organisation; o != nil && o.id != "" {
		organisation = o.id
		if !d.gather.organisation(o.where, o.asOrganisation()) {
			return
		}
	}
	d.programme(organisation, it.asProgramme())
}

func (it *item) asOrganisation() Organisation {
	o := Organisation{ID: it.id, Name: bilingual(it.name, it.alternate), About: SplitParagraphs(it.about),
		Place: SplitLine(it.somewhere()), Website: first(it.website, it.url)}
	for _, code := range []string{it.identifier, it.taxID} {
		if c, err := creditcode.Parse(code); err == nil {
			o.CreditCode = creditcode.Normalise(code)
			o.Kind = map[string]string{"company": "company", "government": "government"}[c.Kind()]
			break
		}
	}
	o.Kind = first(it.termOf(Organisations), o.Kind)
	return o
}

func (it *item) asProgramme() Programme {
	place := it.somewhere()
	for _, a := range it.areas {
		place = a.name
	}
	return Programme{Where: it.where, ID: it.id, Theme: it.termOf(Themes), Name: bilingual(it.name, it.alternate),
		Summary: SplitParagraphs(it.about), Place: SplitLine(place), Detail: it.detail()}
}
