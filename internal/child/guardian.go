package child

import (
	"context"
	"fmt"
	"slices"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/child/internal/childdb"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/vault"
)

// NewGuardian is a guardian to be added.
type NewGuardian struct {
	Person    int64 // of their account; 0 for none
	Who       Relative
	Authority bool      // parental authority
	Proof     Proof     // what a worker has seen; NotProven for not yet. Ignored unless a worker adds the guardian
	Until     time.Time // zero: open
}

// mostGuardians is how many guardians one record has room for.
const mostGuardians = 8

func (in Relative) checked(c *checker) Relative {
	out := Relative{Name: c.name("guardian_name", in.Name), Phone: c.phone("phone", in.Phone), Relation: in.Relation,
		Remark: c.text("remark", in.Remark)}
	c.required("guardian_name", out.Name)
	if !slices.Contains(Relations(), in.Relation) {
		c.bad.Add("relation", "form.choice")
	}
	return out
}

// checked returns what is kept. Only workers say that they have seen a proof, and not of themselves.
func (in NewGuardian) checked(now time.Time, staff bool, by int64) (NewGuardian, error) {
	var c checker
	in.Who = in.Who.checked(&c)
	if !staff || in.Person != 0 && in.Person == by {
		in.Proof = NotProven
	}
	if in.Proof != NotProven && !slices.Contains(Proofs(), in.Proof) {
		c.bad.Add("proof", "form.choice")
	}
	if !in.Until.IsZero() && !in.Until.After(now) {
		c.bad.Add("until", "child.until_past")
	}
	return in, c.bad.Err()
}

func (g NewGuardian) reachable() bool { return g.Person != 0 || g.Who.Phone != "" }

// firstGuardians checks those with whom a record begins. A person who enrols a child as its guardian is
// the first, and cannot speak for another account.
func (s *Service) firstGuardians(ctx context.Context, tx *db.Tx, in []NewGuardian, staff bool) ([]NewGuardian, error) {
	out := make([]NewGuardian, 0, len(in))
	reached := false
	for i, g := range in {
		if !staff {
			g.Person = 0
			if i == 0 {
				g.Person, g.Authority = access.PersonID(ctx), true
			}
		}
		g, err := g.checked(tx.Now(), staff, access.PersonID(ctx))
		if err != nil {
			return nil, err
		}
		if err := s.knownPerson(ctx, tx, g.Person); err != nil {
			return nil, err
		}
		reached = reached || g.Authority && g.reachable()
		out = append(out, g)
	}
	if !reached {
		return nil, fault.Fields{{Name: "guardians", Key: "child.no_guardian"}}
	}
	if len(out) > mostGuardians {
		return nil, fault.Fields{{Name: "guardians", Key: "child.guardians_many", Args: map[string]any{"Most": mostGuardians}}}
	}
	return out, nil
}

// knownPerson returns Fields naming "person" for an account that is not there.
func (s *Service) knownPerson(ctx context.Context, tx *db.Tx, person int64) error {
	if person == 0 {
		return nil
	}
	_, err := s.o.People.Actor(ctx, tx, person, tx.Now())
	if fault.KindOf(err) == fault.NotFound {
		return fault.Fields{{Name: "person", Key: "child.no_person"}}
	}
	return err
}

func (s *Service) insertGuardian(ctx context.Context, tx *db.Tx, box *vault.Box, d *dossier, g NewGuardian) (int64, error) {
	id := tx.NewID()
	p := childdb.InsertGuardianParams{ID: id, RecordID: d.ID, PersonID: g.Person, Authority: g.Authority, Reachable: g.reachable(),
		FromAt: tx.NowMicros(), UntilAt: endOf(g.Until), MadeBy: access.PersonID(ctx), MadeAt: tx.NowMicros()}
	if g.Proof != NotProven {
		p.Proof, p.ProofBy, p.ProofAt = string(g.Proof), access.PersonID(ctx), tx.NowMicros()
	}
	var err error
	if p.Sealed, err = sealJSON(box, rowField("guardian", id), g.Who); err != nil {
		return 0, err
	}
	if p.PhoneLookup, err = s.phoneLookup(g.Who.Phone); err != nil {
		return 0, err
	}
	if err := q.InsertGuardian(ctx, tx, p); err != nil {
		return 0, fmt.Errorf("child: add a guardian: %w", err)
	}
	return id, nil
}

func (s *Service) phoneLookup(phone string) (string, error) {
	if phone == "" {
		return "", nil
	}
	return s.o.Vault.Lookup("child_phone", phone)
}

// AddGuardian adds a guardianship to a record. One that a guardian adds, and one that a worker adds
// without having seen a proof, does not count before Prove. The same guardian again is the first one:
// their id is returned. Faults: NotFound "child.no_record" and those
// of access.Decision; Fields naming "guardian_name", "phone", "relation", "proof", "person", "until" or
// "guardians"; those of package vault.
func (s *Service) AddGuardian(ctx context.Context, tx *db.Tx, record int64, purpose access.Purpose, in NewGuardian) (int64, error) {
	d, err := s.mayGuardians(ctx, tx, record, purpose)
	if err != nil {
		return 0, err
	}
	staff := purpose != access.Guardian
	if !staff {
		in.Person = 0 // whose account it is a worker notes, who has seen them
	}
	if in, err = in.checked(tx.Now(), staff, access.PersonID(ctx)); err != nil {
		return 0, err
	}
	if err := s.knownPerson(ctx, tx, in.Person); err != nil {
		return 0, err
	}
	if len(d.guardians) >= mostGuardians {
		return 0, fault.Fields{{Name: "guardians", Key: "child.guardians_many", Args: map[string]any{"Most": mostGuardians}}}
	}
	box, err := s.o.Vault.Box(ctx, tx, record)
	if err != nil {
		return 0, fmt.Errorf("child: box: %w", err)
	}
	if id, err := d.sameGuardian(box, in, tx.Now()); err != nil || id != 0 {
		return id, err
	}
	id, err := s.insertGuardian(ctx, tx, box, d, in)
	if err != nil {
		return 0, err
	}
	return id, actGuardian(ctx, tx, "guardian.added", d, purpose, id)
}

// sameGuardian returns the guardianship that says the same already, 0 for none: a form sent twice.
func (d *dossier) sameGuardian(box *vault.Box, in NewGuardian, now time.Time) (int64, error) {
	for _, x := range d.guardians {
		g, err := guardianOf(box, x)
		if err != nil {
			return 0, err
		}
		if g.InForce(now) && g.Who == in.Who && g.Person == in.Person {
			return g.ID, nil
		}
	}
	return 0, nil
}

func (s *Service) mayGuardians(ctx context.Context, tx *db.Tx, record int64, purpose access.Purpose) (*dossier, error) {
	return s.may(ctx, tx, record, access.RecordWrite, access.Question{Purpose: purpose, Group: access.Guardians})
}

func actGuardian(ctx context.Context, tx *db.Tx, kind string, d *dossier, purpose access.Purpose, guardian int64) error {
	return act(ctx, tx, kind, d, purpose, struct {
		Guardian string `json:"guardian"`
	}{clock.FormatID(guardian)})
}

// guardianAt returns a guardianship of the record that is in force.
func (d *dossier) guardianAt(id int64, now time.Time) (childdb.ChildGuardian, error) {
	i := slices.IndexFunc(d.guardians, func(g childdb.ChildGuardian) bool { return g.ID == id })
	if i < 0 || !inForce(clock.Time(d.guardians[i].FromAt), clock.Time(d.guardians[i].UntilAt), now) {
		return childdb.ChildGuardian{}, fault.New(fault.NotFound, "child.no_guardianship")
	}
	return d.guardians[i], nil
}

// Prove notes that a worker has seen what shows a guardianship, with files of the evidence, if any. From
// then on the guardian's word counts and their account may look at the record. A worker cannot prove
// their own guardianship. Faults: NotFound "child.no_record", "child.no_guardianship" and those of
// access.Decision; Forbidden "child.prove_own"; Fields naming "proof" or "files".
func (s *Service) Prove(ctx context.Context, tx *db.Tx, record, guardian int64, proof Proof, files ...int64) error {
	d, err := s.mayGuardians(ctx, tx, record, access.Casework)
	if err != nil {
		return err
	}
	g, err := d.guardianAt(guardian, tx.Now())
	if err != nil {
		return err
	}
	if g.PersonID != 0 && g.PersonID == access.PersonID(ctx) {
		return fault.New(fault.Forbidden, "child.prove_own")
	}
	if !slices.Contains(Proofs(), proof) {
		return fault.Fields{{Name: "proof", Key: "form.choice"}}
	}
	for _, f := range files {
		if err := s.ownFile(ctx, tx, d.ID, f); err != nil {
			return err
		}
		_, err := q.InsertProof(ctx, tx, childdb.InsertProofParams{GuardianID: guardian, BlobID: f, MadeBy: access.PersonID(ctx), MadeAt: tx.NowMicros()})
		if err != nil {
			return fmt.Errorf("child: keep a proof: %w", err)
		}
	}
	_, err = q.Prove(ctx, tx, childdb.ProveParams{Proof: string(proof), ProofBy: access.PersonID(ctx), ProofAt: tx.NowMicros(), ID: guardian})
	if err != nil {
		return fmt.Errorf("child: prove: %w", err)
	}
	return actGuardian(ctx, tx, "guardian.proven", d, access.Casework, guardian)
}

// ChangeGuardian changes how a guardian is called and reached; guardians change their own alone. Faults: as AddGuardian, and NotFound
// "child.no_guardianship"; Conflict "child.last_guardian" when nobody with authority could be reached any
// more.
func (s *Service) ChangeGuardian(ctx context.Context, tx *db.Tx, record int64, purpose access.Purpose, guardian int64, who Relative) error {
	d, err := s.mayGuardians(ctx, tx, record, purpose)
	if err != nil {
		return err
	}
	g, err := d.guardianAt(guardian, tx.Now())
	if err != nil {
		return err
	}
	if purpose == access.Guardian && g.PersonID != access.PersonID(ctx) {
		return fault.New(fault.NotFound, "child.no_guardianship")
	}
	var c checker
	who = who.checked(&c)
	if err := c.bad.Err(); err != nil {
		return err
	}
	reachable := g.PersonID != 0 || who.Phone != ""
	if !reachable && !d.othersReachable(guardian, tx.Now()) {
		return fault.New(fault.Conflict, "child.last_guardian")
	}
	box, err := s.o.Vault.Box(ctx, tx, record)
	if err != nil {
		return fmt.Errorf("child: box: %w", err)
	}
	p := childdb.SetGuardianParams{Reachable: reachable, ID: guardian}
	if p.Sealed, err = sealJSON(box, rowField("guardian", guardian), who); err != nil {
		return err
	}
	if p.PhoneLookup, err = s.phoneLookup(who.Phone); err != nil {
		return err
	}
	if _, err := q.SetGuardian(ctx, tx, p); err != nil {
		return fmt.Errorf("child: change a guardian: %w", err)
	}
	return actGuardian(ctx, tx, "guardian.changed", d, purpose, guardian)
}

func (d *dossier) othersReachable(but int64, now time.Time) bool {
	return slices.ContainsFunc(d.guardians, func(g childdb.ChildGuardian) bool {
		return g.ID != but && g.Reachable && d.counts(g, now)
	})
}

// LinkGuardian has a guardian who was taken down on paper use an account from now on. A worker does it
// who knows both. Faults: NotFound "child.no_record", "child.no_guardianship" and those of
// access.Decision; Fields naming "person"; Conflict "child.linked".
func (s *Service) LinkGuardian(ctx context.Context, tx *db.Tx, record, guardian, person int64) error {
	d, err := s.mayGuardians(ctx, tx, record, access.Casework)
	if err != nil {
		return err
	}
	if _, err := d.guardianAt(guardian, tx.Now()); err != nil {
		return err
	}
	if person == 0 || person == access.PersonID(ctx) {
		return fault.Fields{{Name: "person", Key: "child.no_person"}}
	}
	if err := s.knownPerson(ctx, tx, person); err != nil {
		return err
	}
	n, err := q.LinkGuardian(ctx, tx, childdb.LinkGuardianParams{PersonID: person, ID: guardian})
	if err != nil {
		return fmt.Errorf("child: link a guardian: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "child.linked")
	}
	return actGuardian(ctx, tx, "guardian.linked", d, access.Casework, guardian)
}

// EndGuardian ends a guardianship now: what they answered does not count any more, and their account
// does not open the record any more. Only workers do that. Faults: NotFound "child.no_record",
// "child.no_guardianship" and those of access.Decision; Conflict "child.last_guardian".
func (s *Service) EndGuardian(ctx context.Context, tx *db.Tx, record, guardian int64) error {
	d, err := s.mayGuardians(ctx, tx, record, access.Casework)
	if err != nil {
		return err
	}
	if _, err := d.guardianAt(guardian, tx.Now()); err != nil {
		return err
	}
	if !d.othersReachable(guardian, tx.Now()) {
		return fault.New(fault.Conflict, "child.last_guardian")
	}
	if _, err := q.EndGuardian(ctx, tx, childdb.EndGuardianParams{Now: tx.NowMicros(), ID: guardian}); err != nil {
		return fmt.Errorf("child: end a guardianship: %w", err)
	}
	return actGuardian(ctx, tx, "guardian.ended", d, access.Casework, guardian)
}

// SetAuthority says whether a guardian has parental authority, as a worker saw it shown. Faults: as
// EndGuardian.
func (s *Service) SetAuthority(ctx context.Context, tx *db.Tx, record, guardian int64, authority bool) error {
	d, err := s.mayGuardians(ctx, tx, record, access.Casework)
	if err != nil {
		return err
	}
	if _, err := d.guardianAt(guardian, tx.Now()); err != nil {
		return err
	}
	if !authority && !d.othersReachable(guardian, tx.Now()) {
		return fault.New(fault.Conflict, "child.last_guardian")
	}
	if _, err := q.SetAuthority(ctx, tx, childdb.SetAuthorityParams{Authority: authority, ID: guardian}); err != nil {
		return fmt.Errorf("child: set authority: %w", err)
	}
	return actGuardian(ctx, tx, "guardian.authority", d, access.Casework, guardian)
}
