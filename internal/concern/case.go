package concern

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"manyhands/internal/access"
	"manyhands/internal/audit"
	"manyhands/internal/clock"
	"manyhands/internal/concern/internal/concerndb"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
)

// Authorities returns whom a report is made to: Law on the Protection of Minors, art. 11 names the police,
// civil affairs and education; the procuratorate oversees them.
func Authorities() []string { return []string{"police", "civil_affairs", "education", "procuratorate"} }

// Step is one thing that was done about a report.
type Step struct {
	Kind      string // note, reported, proposed, closed, reopened, held, lift_asked, let_go
	Person    int64
	At        time.Time
	Authority string    // of a reported step: one of Authorities
	Told      time.Time // and when they were told
	Reference string    // and the number they gave
	Words     string
}

// stepWords is what is sealed of a step.
type stepWords struct {
	Reference, Words string `json:",omitempty"`
}

// Case is a report with what was said and done.
type Case struct {
	Concern
	What, Child, Where, Staff, Contact string
	By                                 int64   // who reported; 0 when they did not want it known
	About                              []int64 // persons of the staff whom it is about
	Steps                              []Step
}

// hear loads a report for somebody who may do p with it. To everybody else it does not exist. Faults:
// NotFound "concern.unknown".
func (s *Service) hear(ctx context.Context, r db.Queryer, id int64, p access.Permission) (Concern, error) {
	c, err := s.load(ctx, r, id)
	if err != nil {
		return c, err
	}
	if !access.DecideConcern(ctx, p, c.gate()).Allowed {
		return c, fault.New(fault.NotFound, "concern.unknown").By(string(p), id)
	}
	return c, nil
}

// Hear returns a report with all that was written, and notes in the audit trail who read it. Faults:
// NotFound "concern.unknown", Busy "vault.locked", Gone "vault.destroyed".
func (s *Service) Hear(ctx context.Context, id int64) (Case, error) {
	var c Case
	err := s.d.Write(ctx, func(tx *db.Tx) (err error) {
		if c.Concern, err = s.hear(ctx, tx, id, access.ConcernHear); err != nil {
			return err
		}
		if err := s.open(ctx, tx, &c); err != nil {
			return err
		}
		return audit.Add(ctx, tx, s.act("concern.read", c.Concern, access.PersonID(ctx)))
	})
	return c, err
}

func (s *Service) act(kind string, c Concern, person int64) audit.Act {
	return audit.Act{Kind: kind, Subject: c.ID, Organisation: c.Organisation, Person: person, Purpose: string(access.Safeguarding)}
}

// open reads what was written.
func (s *Service) open(ctx context.Context, tx *db.Tx, c *Case) error {
	box, err := s.vault.Box(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	var w words
	if err := unseal(box, field, c.words, &w); err != nil {
		return err
	}
	c.What, c.Child, c.Where, c.Staff, c.Contact = w.What, w.Child, w.Where, w.Staff, w.Contact
	c.By, c.About = c.by, c.about
	rows, err := q.Steps(ctx, tx, c.ID)
	if err != nil {
		return fmt.Errorf("concern: steps: %w", err)
	}
	for _, r := range rows {
		var w stepWords
		if err := unseal(box, stepField(r.ID), r.Words, &w); err != nil {
			return err
		}
		c.Steps = append(c.Steps, Step{Kind: r.Kind, Person: r.PersonID, At: clock.Time(r.At), Authority: r.Authority,
			Told: clock.Time(r.ToldAt), Reference: w.Reference, Words: w.Words})
	}
	return nil
}

func stepField(id int64) string { return "step:" + clock.FormatID(id) }

func unseal(box interface {
	Open(field string, sealed []byte) ([]byte, error)
}, at string, sealed []byte, into any) error {
	text, err := box.Open(at, sealed)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("concern: decode: %w", err)
	}
	return nil
}

// Note adds what was thought or done. Faults: Fields naming "words", as Hear, Conflict "concern.closed".
func (s *Service) Note(ctx context.Context, tx *db.Tx, id int64, text string) error {
	c, err := s.openFor(ctx, tx, id, access.ConcernAct)
	if err != nil {
		return err
	}
	return s.step(ctx, tx, c, Step{Kind: "note", Words: text}, true)
}

// Tell notes that an authority was told: to whom, when, under which reference. Faults: Fields naming
// "authority", "told", "reference" or "words", as Hear, Conflict "concern.closed".
func (s *Service) Tell(ctx context.Context, tx *db.Tx, id int64, in Step) error {
	c, err := s.openFor(ctx, tx, id, access.ConcernAct)
	if err != nil {
		return err
	}
	var f fault.Fields
	if !slices.Contains(Authorities(), in.Authority) {
		f.Add("authority", "form.choice")
	}
	if in.Told.IsZero() || in.Told.After(tx.Now()) {
		f.Add("told", "concern.told_when")
	}
	if in.Reference == "" {
		f.Add("reference", "form.required")
	}
	if err := f.Err(); err != nil {
		return err
	}
	in.Kind = "reported"
	if err := q.SetReported(ctx, tx, concerndb.SetReportedParams{ReportedAt: clock.Micros(in.Told), ID: id}); err != nil {
		return fmt.Errorf("concern: reported: %w", err)
	}
	return s.step(ctx, tx, c, in, false)
}

// Close ends a report. What an authority was told of, one person closes. What nobody was told of takes
// two: the first proposes, another closes. Faults: Fields naming "words", as Hear, Conflict
// "concern.closed", Conflict "concern.two_people" when the same person would do both.
func (s *Service) Close(ctx context.Context, tx *db.Tx, id int64, why string) error {
	c, err := s.openFor(ctx, tx, id, access.ConcernClose)
	if err != nil {
		return err
	}
	me, told := access.PersonID(ctx), !c.Reported.IsZero()
	switch {
	case told:
		return s.end(ctx, tx, c, "reported", why)
	case c.State == Open:
		err = q.SetState(ctx, tx, concerndb.SetStateParams{State: string(Proposed), ProposedBy: me, ID: id})
		if err != nil {
			return fmt.Errorf("concern: propose to close: %w", err)
		}
		return s.step(ctx, tx, c, Step{Kind: "proposed", Words: why}, true)
	case c.ProposedBy == me:
		return fault.New(fault.Conflict, "concern.two_people")
	}
	return s.end(ctx, tx, c, "not_reported", why)
}

func (s *Service) end(ctx context.Context, tx *db.Tx, c Concern, outcome, why string) error {
	err := q.SetState(ctx, tx, concerndb.SetStateParams{State: string(Closed), Outcome: outcome, ProposedBy: c.ProposedBy,
		ClosedAt: tx.NowMicros(), ID: c.ID})
	if err != nil {
		return fmt.Errorf("concern: close: %w", err)
	}
	if err := event.Add(ctx, tx, "concern.closed", c.ID, access.PersonID(ctx), nil); err != nil {
		return err
	}
	return s.step(ctx, tx, c, Step{Kind: "closed", Words: why}, true)
}

// Reopen takes a proposal to close back, or opens a closed report again. Faults: Fields naming "words", as
// Hear, Conflict "concern.open".
func (s *Service) Reopen(ctx context.Context, tx *db.Tx, id int64, why string) error {
	c, err := s.hear(ctx, tx, id, access.ConcernClose)
	if err != nil {
		return err
	}
	if c.State == Open {
		return fault.New(fault.Conflict, "concern.open")
	}
	if err := q.SetState(ctx, tx, concerndb.SetStateParams{State: string(Open), ID: id}); err != nil {
		return fmt.Errorf("concern: reopen: %w", err)
	}
	return s.step(ctx, tx, c, Step{Kind: "reopened", Words: why}, true)
}

// Accuse notes a person of the staff whom a report is about. From then on they never hear it, and it goes
// round their chain: whoever notes it may lose sight of it by that. Faults: as Hear, Conflict
// "concern.closed".
func (s *Service) Accuse(ctx context.Context, tx *db.Tx, id, person int64) error {
	c, err := s.openFor(ctx, tx, id, access.ConcernAct)
	if err != nil {
		return err
	}
	n, err := q.InsertAbout(ctx, tx, concerndb.InsertAboutParams{ConcernID: id, PersonID: person})
	if err != nil || n == 0 {
		return err
	}
	if err := q.SetAllegation(ctx, tx, id); err != nil {
		return fmt.Errorf("concern: allegation: %w", err)
	}
	if err := audit.Add(ctx, tx, s.act("concern.accused", c, access.PersonID(ctx))); err != nil {
		return err
	}
	return s.tell(ctx, tx, id)
}

// openFor is hear for what is not closed.
func (s *Service) openFor(ctx context.Context, tx *db.Tx, id int64, p access.Permission) (Concern, error) {
	c, err := s.hear(ctx, tx, id, p)
	if err == nil && c.State == Closed {
		err = fault.New(fault.Conflict, "concern.closed")
	}
	return c, err
}

// step writes down one thing that was done, and by whom.
func (s *Service) step(ctx context.Context, tx *db.Tx, c Concern, in Step, needWords bool) error {
	var f fault.Fields
	switch {
	case needWords && in.Words == "":
		f.Add("words", "form.required")
	case utf8.RuneCountInString(in.Words) > LongestWhat:
		f.Add("words", "form.too_long", "Max", LongestWhat)
	}
	if utf8.RuneCountInString(in.Reference) > LongestLine {
		f.Add("reference", "form.too_long", "Max", LongestLine)
	}
	if err := f.Err(); err != nil {
		return err
	}
	id, me := tx.NewID(), access.PersonID(ctx)
	sealed, err := s.seal(ctx, tx, c.ID, stepField(id), stepWords{in.Reference, in.Words})
	if err != nil {
		return err
	}
	told := int64(0)
	if !in.Told.IsZero() {
		told = clock.Micros(in.Told)
	}
	err = q.InsertStep(ctx, tx, concerndb.InsertStepParams{ID: id, ConcernID: c.ID, Kind: in.Kind, PersonID: me, At: tx.NowMicros(),
		Authority: in.Authority, ToldAt: told, Words: sealed})
	if err != nil {
		return fmt.Errorf("concern: step: %w", err)
	}
	return audit.Add(ctx, tx, s.act("concern."+in.Kind, c, me))
}
