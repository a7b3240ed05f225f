package guardianweb

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/web"
)

// copied is what a guardian takes away: all groups that are theirs to see, and their own answers with
// the words that they were answers to.
type copied struct {
	about
	answers []said
	made    time.Time
}

// said is one of the reader's own answers with its words.
type said struct {
	consent.Answer
	words consent.Form
}

func (p *Pages) taken(r *http.Request) (c copied, err error) {
	c.made = p.cfg.DB.Now()
	ctx := r.Context()
	c.about, err = p.open(r, access.Identity, access.Number, access.Contact, access.Guardians, access.Collection, access.Alerts,
		access.HealthNotes, access.Education, access.Plan)
	if err != nil {
		return c, err
	}
	err = p.inTx(ctx, func(tx *db.Tx) error {
		c.answers = nil
		s, err := p.mattersOf(ctx, tx, c.Opened)
		if err != nil {
			return err
		}
		for _, a := range s.history {
			words, err := p.cfg.Consents.Words(ctx, tx, a.TextHash)
			if err != nil {
				return err
			}
			c.answers = append(c.answers, said{a, words})
		}
		return nil
	})
	return c, err
}

// copy is the copy as a page, to be read, printed or, with save in the query, kept as a file.
func (p *Pages) copy(w http.ResponseWriter, r *http.Request) error {
	c, err := p.taken(r)
	if err != nil {
		return err
	}
	if r.URL.Query().Get("save") != "" {
		w.Header().Set("Content-Disposition", `attachment; filename="record.html"`)
	}
	return web.Render(w, r, http.StatusOK, copyPage(c))
}

// copyJSON is the copy for programs (Personal Information Protection Law, Art. 45).
func (p *Pages) copyJSON(w http.ResponseWriter, r *http.Request) error {
	c, err := p.taken(r)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(fileOf(c), "", "  ")
	if err != nil {
		return fmt.Errorf("guardianweb: encode a copy: %w", err)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="record.json"`)
	_, _ = w.Write(append(text, '\n')) // the reader may have gone
	return nil
}

// The file's form: what it is made of, with moments in RFC 3339.
type (
	file struct {
		Code       string           `json:"code"`
		State      child.State      `json:"state"`
		Made       time.Time        `json:"made_at"`
		Copied     time.Time        `json:"copied_at"`
		Name       *child.Name      `json:"name,omitempty"`
		Identity   *child.Identity  `json:"identity,omitempty"`
		Number     *child.Number    `json:"number,omitempty"`
		Contact    *child.Contact   `json:"contact,omitempty"`
		Alerts     *child.Alerts    `json:"alerts,omitempty"`
		Health     *child.Health    `json:"health,omitempty"`
		Education  *child.Education `json:"education,omitempty"`
		Plan       *child.Plan      `json:"plan,omitempty"`
		Guardians  []filePerson     `json:"guardians,omitempty"`
		Collectors []filePerson     `json:"collectors,omitempty"`
		Answers    []fileAnswer     `json:"answers,omitempty"`
	}
	filePerson struct {
		child.Relative
		Never bool       `json:"never,omitempty"` // must never collect the child
		From  time.Time  `json:"from"`
		Until *time.Time `json:"until,omitempty"`
	}
	fileAnswer struct {
		Purpose   consent.Purpose `json:"purpose"`
		About     string          `json:"about,omitempty"`
		Given     bool            `json:"given"`
		At        time.Time       `json:"at"`
		Expires   *time.Time      `json:"expires,omitempty"`
		Withdrawn *time.Time      `json:"withdrawn,omitempty"`
		Route     consent.Route   `json:"route"`
		Words     string          `json:"words"`
		SHA256    string          `json:"sha256"` // of Words
	}
)

func fileOf(c copied) file {
	o := c.Opened
	f := file{Code: o.Code, State: o.State, Made: o.Made, Copied: c.made, Name: o.Name, Identity: o.Identity, Number: o.Number, Contact: o.Contact,
		Alerts: o.Alerts, Health: o.Health, Education: o.Education, Plan: o.Plan}
	for _, g := range o.Guardians {
		f.Guardians = append(f.Guardians, filePerson{Relative: g.Who, From: g.From, Until: orNil(g.Until)})
	}
	if o.Collection != nil {
		for _, x := range o.Collection.Collectors {
			f.Collectors = append(f.Collectors, filePerson{Relative: x.Who, Never: x.Forbidden, From: x.From, Until: orNil(x.Until)})
		}
	}
	for _, a := range c.answers {
		x := fileAnswer{Purpose: a.Answer.Matter.Purpose, Given: a.Given, At: a.Made, Expires: orNil(a.Expires), Route: a.Route,
			Words: a.words.Words(), SHA256: a.TextHash}
		if a.Answer.Matter.About != 0 {
			x.About = clock.FormatID(a.Answer.Matter.About)
		}
		if a.Withdrawn != nil {
			x.Withdrawn = &a.Withdrawn.At
		}
		f.Answers = append(f.Answers, x)
	}
	return f
}

func orNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
