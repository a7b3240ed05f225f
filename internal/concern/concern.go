// Package concern hears that a child may be harmed.
//
// Anybody reports, signed in or not, and gets no way back in: what was said is sealed, and only those
// whom package access lets hear it read it, each time with a row in the audit trail. An allegation against
// somebody of the staff goes round their chain. Those who hear it have a duty to tell the authorities at
// once (Law on the Protection of Minors, art. 11); that nobody needs to be told takes two people to say.
//
// The package must not keep who reported when they did not want it known, and puts no word of a report
// into events, mails, logs or the audit trail.
package concern

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"manyhands/internal/access"
	"manyhands/internal/audit"
	"manyhands/internal/clock"
	"manyhands/internal/concern/internal/concerndb"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/notify"
	"manyhands/internal/vault"
)

// Texts holds the package's catalogues.
//
//go:embed text/*.toml
var Texts embed.FS

// Limits of what is written, in characters.
const (
	LongestWhat    = 4000
	LongestLine    = 300
	LongestContact = 200
)

// Report is what somebody tells.
type Report struct {
	What         string // what they saw or heard; needed
	Child        string // which child, in their words or by code
	Where        string // where and when
	Staff        string // who of the staff did it, by name; makes it an allegation
	Contact      string // how to reach whoever reports; "" for anonymous
	Allegation   bool   // somebody of the staff did it, known by name or not
	Danger       bool   // a child is in danger now
	Organisation int64  // where it happened; 0 when not said
	Named        bool   // note who reports: only for somebody signed in who wants it
	FormKey      string // makes a form that is sent twice one report
}

func (r *Report) clean() error {
	var f fault.Fields
	if r.What == "" {
		f.Add("what", "form.required")
	}
	for _, x := range []struct {
		name, value string
		most        int
	}{{"what", r.What, LongestWhat}, {"child", r.Child, LongestLine}, {"where", r.Where, LongestLine}, {"staff", r.Staff, LongestLine}, {"contact", r.Contact, LongestContact}} {
		if utf8.RuneCountInString(x.value) > x.most {
			f.Add(x.name, "form.too_long", "Max", x.most)
		}
	}
	r.Allegation = r.Allegation || strings.TrimSpace(r.Staff) != ""
	return f.Err()
}

// words is what is sealed.
type words struct {
	What, Child, Where, Staff, Contact string `json:",omitempty"`
}

// field names what is sealed of a report.
const field = "concern"

// Lead is somebody who may have to hear reports: whoever is a safeguarding lead, and whoever
// administers the network, for the case that no lead may hear it.
type Lead struct {
	access.Actor
	Email string
	Lang  i18n.Lang
}

// Staff is what concerns asks of the people of the network. Package app wires it.
type Staff interface {
	// Named returns the persons with an appointment in force whose name is name.
	Named(ctx context.Context, r db.Queryer, name string) ([]int64, error)
	// Leads returns everybody in force as safeguarding lead, or as administrator of the network.
	Leads(ctx context.Context, r db.Queryer) ([]Lead, error)
}

// Service is the package's door.
type Service struct {
	d     *db.DB
	vault *vault.Vault
	staff Staff
	texts *i18n.Bundle
	base  string
}

// New returns the service. base is where the pages are reached, without a final slash.
func New(d *db.DB, v *vault.Vault, staff Staff, texts *i18n.Bundle, base string) *Service {
	return &Service{d: d, vault: v, staff: staff, texts: texts, base: base}
}

var q = concerndb.New()

// Report keeps a report and tells those who may hear it that there is one. Sent again with the same form
// key it changes nothing. Faults: Fields, Busy "vault.locked".
func (s *Service) Report(ctx context.Context, in Report) error {
	if err := in.clean(); err != nil {
		return err
	}
	return s.d.Write(ctx, func(tx *db.Tx) error { return s.report(ctx, tx, in) })
}

func (s *Service) report(ctx context.Context, tx *db.Tx, in Report) error {
	sum := sha256.Sum256([]byte(in.FormKey))
	key := hex.EncodeToString(sum[:])
	used, err := q.KeyUsed(ctx, tx, key)
	if err != nil || used > 0 {
		return err
	}
	id := tx.NewID()
	if err := s.vault.Make(ctx, tx, id); err != nil {
		return err
	}
	sealed, err := s.seal(ctx, tx, id, field, words{in.What, in.Child, in.Where, in.Staff, in.Contact})
	if err != nil {
		return err
	}
	by := int64(0)
	if in.Named {
		by = access.PersonID(ctx)
	}
	err = q.Insert(ctx, tx, concerndb.InsertParams{ID: id, FormKey: key, OrganisationID: in.Organisation,
		Allegation: in.Allegation, Danger: in.Danger, ByPerson: by, Words: sealed, MadeAt: tx.NowMicros()})
	if err != nil {
		return fmt.Errorf("concern: keep a report: %w", err)
	}
	if err := s.suspect(ctx, tx, id, in.Staff); err != nil {
		return err
	}
	if err := audit.Add(ctx, tx, audit.Act{Kind: "concern.made", Subject: id, Organisation: in.Organisation, Person: by}); err != nil {
		return err
	}
	if err := event.Add(ctx, tx, "concern.made", id, 0, nil); err != nil {
		return err
	}
	return s.tell(ctx, tx, id)
}

// suspect notes those of the staff who go by the name that the report gives, before anybody hears of it.
func (s *Service) suspect(ctx context.Context, tx *db.Tx, id int64, name string) error {
	if strings.TrimSpace(name) == "" {
		return nil
	}
	people, err := s.staff.Named(ctx, tx, name)
	if err != nil {
		return err
	}
	for _, p := range people {
		if _, err := q.InsertAbout(ctx, tx, concerndb.InsertAboutParams{ConcernID: id, PersonID: p}); err != nil {
			return fmt.Errorf("concern: about whom: %w", err)
		}
	}
	return nil
}

// tell sends a mail that says nothing but that there is something to read.
func (s *Service) tell(ctx context.Context, tx *db.Tx, id int64) error {
	c, err := s.load(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, l := range c.hearers {
		ctx := i18n.With(ctx, s.texts, l.Lang, nil)
		err := notify.Send(ctx, tx, notify.Mail{To: l.Email, Lang: l.Lang.Tag(), Subject: i18n.T(ctx, "concern.mail_subject"),
			Text: i18n.T(ctx, "concern.mail_text", "Link", s.base+"/desk/concerns")})
		if err != nil {
			return err
		}
	}
	return nil
}

// seal encrypts what was written about a report under the name of where it stands.
func (s *Service) seal(ctx context.Context, r db.Queryer, id int64, at string, w any) ([]byte, error) {
	box, err := s.vault.Box(ctx, r, id)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(w)
	if err != nil {
		return nil, fmt.Errorf("concern: encode: %w", err)
	}
	return box.Seal(at, text)
}

// State is how far a report has come.
type State string

// The states.
const (
	Open     State = "open"
	Proposed State = "proposed" // one person would close it without telling an authority
	Closed   State = "closed"
)

// Concern is a report as lists show it: no word of it.
type Concern struct {
	ID           int64
	Organisation int64
	Allegation   bool
	Danger       bool
	State        State
	Outcome      string // of a closed one: "reported" or "not_reported"
	ProposedBy   int64
	Made         time.Time
	Reported     time.Time // when an authority was first told; zero for not yet
	Closed       time.Time
	Held         bool  // a legal hold lies on it
	LiftBy       int64 // who would lift the hold; 0 for nobody

	about   []int64
	hearers []Lead
	unheard bool // no safeguarding lead may hear it
	by      int64
	words   []byte
}

// gate is the report as the policies know it.
func (c Concern) gate() access.Concern {
	return access.Concern{ID: c.ID, Organisation: c.Organisation, Allegation: c.Allegation, About: c.about, Unheard: c.unheard}
}

func concernOf(r concerndb.Concern) Concern {
	return Concern{ID: r.ID, Organisation: r.OrganisationID, Allegation: r.Allegation, Danger: r.Danger, State: State(r.State), Outcome: r.Outcome,
		ProposedBy: r.ProposedBy, Made: clock.Time(r.MadeAt), Reported: clock.Time(r.ReportedAt), Closed: clock.Time(r.ClosedAt),
		Held: r.Held, LiftBy: r.LiftBy, by: r.ByPerson, words: r.Words}
}

// load reads one report with whom it is about and who may hear it.
func (s *Service) load(ctx context.Context, r db.Queryer, id int64) (Concern, error) {
	row, err := q.Get(ctx, r, id)
	if err != nil {
		return Concern{}, fmt.Errorf("concern: %w", db.NotFound(err, "concern.unknown"))
	}
	if row.DestroyedAt != 0 {
		return Concern{}, fault.New(fault.NotFound, "concern.unknown")
	}
	all, err := s.complete(ctx, r, []concerndb.Concern{row})
	if err != nil {
		return Concern{}, err
	}
	return all[0], nil
}

func (s *Service) complete(ctx context.Context, r db.Queryer, rows []concerndb.Concern) ([]Concern, error) {
	out, ids := make([]Concern, len(rows)), make([]int64, len(rows))
	for i, row := range rows {
		out[i], ids[i] = concernOf(row), row.ID
	}
	about, err := q.About(ctx, r, ids)
	if err != nil {
		return nil, fmt.Errorf("concern: about whom: %w", err)
	}
	leads, err := s.staff.Leads(ctx, r)
	if err != nil {
		return nil, err
	}
	for i := range out {
		for _, a := range about {
			if a.ConcernID == out[i].ID {
				out[i].about = append(out[i].about, a.PersonID)
			}
		}
		out[i].hearers, out[i].unheard = hearers(ctx, out[i], leads)
	}
	return out, nil
}

// hearers are those who may hear c; when no lead may, which is the second result, those who administer
// the network.
func hearers(ctx context.Context, c Concern, leads []Lead) (who []Lead, unheard bool) {
	for _, c.unheard = range []bool{false, true} {
		for _, l := range leads {
			if access.DecideConcern(access.With(ctx, l.Actor), access.ConcernHear, c.gate()).Allowed {
				who = append(who, l)
			}
		}
		if len(who) > 0 {
			break
		}
	}
	return who, c.unheard
}

// MaxPage is how many reports List reads at most.
const MaxPage = 100

// List returns the reports that who acts may hear, open or closed ones, newest first, with an id lower
// than before (0: the newest), and where the next page begins (0: there is none).
func (s *Service) List(ctx context.Context, r db.Queryer, closed bool, before int64) (list []Concern, next int64, err error) {
	if before <= 0 {
		before = math.MaxInt64
	}
	rows, err := q.List(ctx, r, concerndb.ListParams{Closed: closed, Before: before, Most: MaxPage})
	if err != nil {
		return nil, 0, fmt.Errorf("concern: list: %w", err)
	}
	all, err := s.complete(ctx, r, rows)
	if err != nil {
		return nil, 0, err
	}
	for _, c := range all {
		if access.DecideConcern(ctx, access.ConcernHear, c.gate()).Allowed {
			list = append(list, c)
		}
	}
	if len(rows) == MaxPage {
		next = rows[MaxPage-1].ID
	}
	return list, next, nil
}
