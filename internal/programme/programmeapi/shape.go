package programmeapi

import "time"

// The shapes of HSDS 3.0, with the fields that this directory fills. What is empty is left out.

type meta struct {
	Version string `json:"version"`
	Profile string `json:"profile"`
	OpenAPI string `json:"openapi_url"`
}

// page is the envelope of every list.
type page[T any] struct {
	Items    int  `json:"total_items"`
	Pages    int  `json:"total_pages"`
	Number   int  `json:"page_number"`
	Size     int  `json:"size"`
	First    bool `json:"first_page"`
	Last     bool `json:"last_page"`
	Empty    bool `json:"empty"`
	Contents []T  `json:"contents"`
}

// least is what a minimal list says of a service.
type least struct {
	ID       string    `json:"id"`
	Modified time.Time `json:"last_modified"`
}

type organisation struct {
	ID          string       `json:"id"`
	Name        string       `json:"name"`
	Alternate   string       `json:"alternate_name,omitempty"`
	Description string       `json:"description"`
	Website     string       `json:"website,omitempty"`
	TaxID       string       `json:"tax_id,omitempty"`
	LegalStatus string       `json:"legal_status,omitempty"`
	URI         string       `json:"uri,omitempty"`
	Locations   []location   `json:"locations,omitempty"`
	Identifiers []identifier `json:"organization_identifiers,omitempty"`
	Attributes  []attribute  `json:"attributes,omitempty"`
	Services    []*service   `json:"services,omitempty"`
}

type identifier struct {
	ID             string `json:"id"`
	OrganisationID string `json:"organization_id"`
	Scheme         string `json:"identifier_scheme"`
	Type           string `json:"identifier_type"`
	Identifier     string `json:"identifier"`
}

type service struct {
	ID             string        `json:"id"`
	OrganisationID string        `json:"organization_id,omitempty"`
	Name           string        `json:"name"`
	Alternate      string        `json:"alternate_name,omitempty"`
	Description    string        `json:"description,omitempty"`
	URL            string        `json:"url,omitempty"`
	Status         string        `json:"status"`
	Application    string        `json:"application_process,omitempty"`
	Fees           string        `json:"fees_description,omitempty"`
	Wait           string        `json:"wait_time,omitempty"`
	Eligibility    string        `json:"eligibility_description,omitempty"`
	MinimumAge     int64         `json:"minimum_age,omitempty"`
	MaximumAge     int64         `json:"maximum_age,omitempty"`
	Modified       time.Time     `json:"last_modified"`
	Phones         []phone       `json:"phones,omitempty"`
	Schedules      []schedule    `json:"schedules,omitempty"`
	Areas          []area        `json:"service_areas,omitempty"`
	Sites          []site        `json:"service_at_locations,omitempty"`
	Languages      []language    `json:"languages,omitempty"`
	Organisation   *organisation `json:"organization,omitempty"`
	Costs          []costOption  `json:"cost_options,omitempty"`
	Attributes     []attribute   `json:"attributes,omitempty"`
}

type phone struct {
	ID        string `json:"id"`
	ServiceID string `json:"service_id"`
	Number    string `json:"number"`
	Type      string `json:"type"`
}

type schedule struct {
	ID        string  `json:"id"`
	ServiceID string  `json:"service_id"`
	From      string  `json:"valid_from,omitempty"`
	To        string  `json:"valid_to,omitempty"`
	Start     string  `json:"dtstart,omitempty"`
	Timezone  float64 `json:"timezone"` // hours ahead of UTC
	WeekStart string  `json:"wkst"`
	Freq      string  `json:"freq"`
	Interval  int64   `json:"interval"`
	ByDay     string  `json:"byday"`
	Opens     string  `json:"opens_at"`
	Closes    string  `json:"closes_at"`
}

type area struct {
	ID        string `json:"id"`
	ServiceID string `json:"service_id"`
	Name      string `json:"name"`
}

// site is a service_at_location.
type site struct {
	ID         string    `json:"id"`
	ServiceID  string    `json:"service_id"`
	LocationID string    `json:"location_id"`
	Location   *location `json:"location,omitempty"`
	Service    *service  `json:"service,omitempty"`
}

type location struct {
	ID             string    `json:"id"`
	Type           string    `json:"location_type"`
	URL            string    `json:"url,omitempty"`
	OrganisationID string    `json:"organization_id,omitempty"`
	Name           string    `json:"name,omitempty"`
	Alternate      string    `json:"alternate_name,omitempty"`
	Latitude       *float64  `json:"latitude,omitempty"`
	Longitude      *float64  `json:"longitude,omitempty"`
	Addresses      []address `json:"addresses,omitempty"`
}

type address struct {
	ID         string `json:"id"`
	LocationID string `json:"location_id"`
	Line       string `json:"address_1"`
	City       string `json:"city"`
	Province   string `json:"state_province"`
	Postcode   string `json:"postal_code"`
	Country    string `json:"country"`
	Type       string `json:"address_type"`
}

type language struct {
	ID        string `json:"id"`
	ServiceID string `json:"service_id"`
	Code      string `json:"code"`
	Name      string `json:"name,omitempty"`
}

type costOption struct {
	ID        string   `json:"id"`
	ServiceID string   `json:"service_id"`
	Option    string   `json:"option"`
	Currency  string   `json:"currency,omitempty"`
	Amount    *float64 `json:"amount,omitempty"`
	About     string   `json:"amount_description,omitempty"`
}

type taxonomy struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Version     string `json:"version"`
}

type term struct {
	ID          string    `json:"id"`
	Code        string    `json:"code"`
	Name        string    `json:"name"`
	Description string    `json:"description"`
	Taxonomy    string    `json:"taxonomy"`
	Detail      *taxonomy `json:"taxonomy_detail,omitempty"`
	Language    string    `json:"language,omitempty"`
	TaxonomyID  string    `json:"taxonomy_id"`
}

type attribute struct {
	ID     string `json:"id"`
	LinkID string `json:"link_id"`
	TermID string `json:"taxonomy_term_id"`
	Type   string `json:"link_type"`
	Entity string `json:"link_entity"`
	Value  string `json:"value"`
	Term   *term  `json:"taxonomy_term"`
}
