package child

import (
	"context"
	"fmt"
	"slices"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/child/internal/childdb"
	"manyhands/internal/clock"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/fault"
)

// ReferralKind says whether another organisation helps beside this one, or takes the child over.
type ReferralKind string

// The kinds.
const (
	ReferralOut ReferralKind = "referral" // the record stays where it is; the receiver may read along
	TransferOut ReferralKind = "transfer" // the record moves to the receiver
)

// ReferralState is where a referral stands.
type ReferralState string

// The states: in progress, then accepted or rejected; accepted, then done. Until it is done whoever made
// it can revoke it.
const (
	InProgress ReferralState = "in_progress"
	Accepted   ReferralState = "accepted"
	Done       ReferralState = "done"
	Rejected   ReferralState = "rejected"
	Revoked    ReferralState = "revoked"
)

// Referral is a child handed on to another organisation.
type Referral struct {
	ID        int64
	Record    int64
	Code      string // of the record
	Kind      ReferralKind
	From, To  int64 // organisations
	Reason    string
	Answer    string // what the receiver said; "" for nothing
	State     ReferralState
	Override  *consent.Override // the recorded decision by which it was made without consent; nil for none
	MadeBy    int64
	Made      time.Time
	DecidedBy int64
	Decided   time.Time // of the last step; zero before
}

// referralWords is what is sealed of a referral.
type referralWords struct {
	Reason string `json:"reason"`
	Answer string `json:"answer,omitempty"`
}

// NewReferral is a child to be handed on.
type NewReferral struct {
	Record int64
	Kind   ReferralKind
	To     int64
	Reason string // for the receiver: what they are asked to do
}

// Refer hands a child on. It is not kept unless the guardians have agreed that this receiver be told, or
// a safeguarding lead has recorded why it is done all the same. Faults: NotFound "child.no_record" and
// those of access.Decision; Fields naming "kind", "to" or "reason"; those of consent.Service.Needed;
// Conflict "child.referred" when the same receiver has one in hand; those of package vault.
func (s *Service) Refer(ctx context.Context, tx *db.Tx, in NewReferral) (int64, error) {
	d, err := s.may(ctx, tx, in.Record, access.RecordRefer, access.Question{Purpose: access.Referral})
	if err != nil {
		return 0, err
	}
	if in, err = s.checkedReferral(ctx, tx, d, in); err != nil {
		return 0, err
	}
	matter := consent.Matter{Purpose: consent.SharePartner, About: in.To}
	if err := d.agreed.Needed(d.ID, matter); err != nil {
		return 0, err
	}
	n, err := q.CountOpenReferral(ctx, tx, childdb.CountOpenReferralParams{RecordID: d.ID, ToID: in.To})
	if err != nil {
		return 0, fmt.Errorf("child: look for the same referral: %w", err)
	}
	if n > 0 {
		return 0, fault.New(fault.Conflict, "child.referred")
	}
	box, err := s.o.Vault.Box(ctx, tx, d.ID)
	if err != nil {
		return 0, fmt.Errorf("child: box: %w", err)
	}
	p := childdb.InsertReferralParams{ID: tx.NewID(), RecordID: d.ID, Kind: string(in.Kind), FromID: d.Organisation, ToID: in.To,
		MadeBy: access.PersonID(ctx), MadeAt: tx.NowMicros()}
	if st := d.agreed.Standing(d.ID, matter); st.State != consent.Given && st.Override != nil {
		p.OverrideID = st.Override.ID
	}
	if p.Sealed, err = sealJSON(box, rowField("referral", p.ID), referralWords{Reason: in.Reason}); err != nil {
		return 0, err
	}
	if err := q.InsertReferral(ctx, tx, p); err != nil {
		return 0, fmt.Errorf("child: refer: %w", err)
	}
	return p.ID, actReferral(ctx, tx, "referral.made", d, childdb.ChildReferral{ID: p.ID, ToID: p.ToID, OverrideID: p.OverrideID})
}

func (s *Service) checkedReferral(ctx context.Context, tx *db.Tx, d *dossier, in NewReferral) (NewReferral, error) {
	var c checker
	if in.Kind != ReferralOut && in.Kind != TransferOut {
		c.bad.Add("kind", "form.choice")
	}
	in.Reason = c.text("reason", in.Reason)
	c.required("reason", in.Reason)
	if in.To == d.Organisation || in.To <= 0 {
		c.bad.Add("to", "form.choice")
	} else if _, err := s.o.Names.Organisation(ctx, tx, in.To); fault.KindOf(err) == fault.NotFound {
		c.bad.Add("to", "form.choice")
	} else if err != nil {
		return in, fmt.Errorf("child: receiver: %w", err)
	}
	return in, c.bad.Err()
}

// referralMark is what the trail says of a referral.
type referralMark struct {
	Referral string `json:"referral"`
	To       string `json:"to"`
	Override string `json:"override,omitempty"` // the decision by which it was made without consent
}

func actReferral(ctx context.Context, tx *db.Tx, kind string, d *dossier, x childdb.ChildReferral) error {
	mark := referralMark{Referral: clock.FormatID(x.ID), To: clock.FormatID(x.ToID)}
	if x.OverrideID != 0 {
		mark.Override = clock.FormatID(x.OverrideID)
	}
	return act(ctx, tx, kind, d, access.Referral, mark)
}

// Take answers a referral for the organisation that receives it: accepted, rejected, or, after it was
// accepted, done. When a transfer is done, the record moves: assignments at the old organisation end,
// what guardians allowed it does not hold here, and the record is filled in and agreed to anew. Who acts
// enrols children there. Faults: NotFound "child.no_referral" also for one to another organisation;
// Fields naming "answer" when a rejection gives no reason; Conflict "child.referral_moved" when it stands
// elsewhere by now; those of consent.Service.Needed: what has been taken back meanwhile is not taken;
// those of package vault.
func (s *Service) Take(ctx context.Context, tx *db.Tx, referral int64, to ReferralState, answer string) error {
	x, err := s.received(ctx, tx, referral)
	if err != nil {
		return err
	}
	if !slices.Contains([]ReferralState{Accepted, Rejected, Done}, to) {
		return fault.Fields{{Name: "state", Key: "form.choice"}}
	}
	d, err := s.one(ctx, tx, x.RecordID)
	if err != nil {
		return err
	}
	if to != Rejected {
		matter := consent.Matter{Purpose: consent.SharePartner, About: x.ToID}
		if err := d.agreed.Needed(d.ID, matter); err != nil {
			return err
		}
	}
	from := InProgress
	if to == Done {
		from = Accepted
	}
	if err := s.step(ctx, tx, d, x, from, to, answer); err != nil {
		return err
	}
	if to == Done {
		if err := s.finish(ctx, tx, d, x); err != nil {
			return err
		}
	}
	return actReferral(ctx, tx, "referral."+string(to), d, x)
}

// received returns a referral to an organisation for which who acts enrols children.
func (s *Service) received(ctx context.Context, tx *db.Tx, referral int64) (childdb.ChildReferral, error) {
	x, err := q.ReferralByID(ctx, tx, referral)
	if err != nil {
		return x, fmt.Errorf("child: referral: %w", db.NotFound(err, "child.no_referral"))
	}
	if err := access.CheckFor(ctx, access.RecordEnrol, x.ToID); err != nil {
		if fault.KindOf(err) == fault.Unauthenticated {
			return x, err
		}
		return x, fault.New(fault.NotFound, "child.no_referral")
	}
	return x, nil
}

// step moves a referral on, once.
func (s *Service) step(ctx context.Context, tx *db.Tx, d *dossier, x childdb.ChildReferral, from, to ReferralState, answer string) error {
	var c checker
	answer = c.text("answer", answer)
	if to == Rejected {
		c.required("answer", answer)
	}
	if err := c.bad.Err(); err != nil {
		return err
	}
	box, err := s.o.Vault.Box(ctx, tx, d.ID)
	if err != nil {
		return fmt.Errorf("child: box: %w", err)
	}
	var words referralWords
	if err := openJSON(box, rowField("referral", x.ID), x.Sealed, &words); err != nil {
		return err
	}
	if answer != "" {
		words.Answer = answer
	}
	sealed, err := sealJSON(box, rowField("referral", x.ID), words)
	if err != nil {
		return err
	}
	n, err := q.StepReferral(ctx, tx, childdb.StepReferralParams{ToState: string(to), Sealed: sealed, DecidedBy: access.PersonID(ctx),
		DecidedAt: tx.NowMicros(), ID: x.ID, FromState: string(from)})
	if err != nil {
		return fmt.Errorf("child: step a referral: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "child.referral_moved")
	}
	return nil
}

// finish ends what a referral opened; a transfer moves the record.
func (s *Service) finish(ctx context.Context, tx *db.Tx, d *dossier, x childdb.ChildReferral) error {
	ends := x.ToID // a referral is over: the receiver's workers let go
	if ReferralKind(x.Kind) == TransferOut {
		ends = x.FromID
		n, err := q.MoveRecord(ctx, tx, childdb.MoveRecordParams{ToID: x.ToID, ID: d.ID, FromID: x.FromID})
		if err != nil {
			return fmt.Errorf("child: move a record: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Conflict, "child.referral_moved")
		}
		err = q.RevokeReferrals(ctx, tx, childdb.RevokeReferralsParams{DecidedBy: access.PersonID(ctx), DecidedAt: tx.NowMicros(),
			RecordID: d.ID, But: x.ID})
		if err != nil {
			return fmt.Errorf("child: revoke other referrals: %w", err)
		}
	}
	err := q.EndAssignmentsAt(ctx, tx, childdb.EndAssignmentsAtParams{Now: tx.NowMicros(), RecordID: d.ID, OrganisationID: ends})
	if err != nil {
		return fmt.Errorf("child: end assignments: %w", err)
	}
	return nil
}

// Revoke takes a referral back that is not done: the receiver sees nothing more. Faults: NotFound
// "child.no_referral", "child.no_record" and those of access.Decision; Conflict "child.referral_moved".
func (s *Service) Revoke(ctx context.Context, tx *db.Tx, referral int64) error {
	x, err := q.ReferralByID(ctx, tx, referral)
	if err != nil {
		return fmt.Errorf("child: referral: %w", db.NotFound(err, "child.no_referral"))
	}
	d, err := s.may(ctx, tx, x.RecordID, access.RecordRefer, access.Question{Purpose: access.Referral})
	if err != nil {
		return err
	}
	from := ReferralState(x.State)
	if from != InProgress && from != Accepted || x.FromID != d.Organisation {
		return fault.New(fault.Conflict, "child.referral_moved")
	}
	if err := s.step(ctx, tx, d, x, from, Revoked, ""); err != nil {
		return err
	}
	err = q.EndAssignmentsAt(ctx, tx, childdb.EndAssignmentsAtParams{Now: tx.NowMicros(), RecordID: d.ID, OrganisationID: x.ToID})
	if err != nil {
		return fmt.Errorf("child: end assignments: %w", err)
	}
	return actReferral(ctx, tx, "referral.revoked", d, x)
}

// Referrals lists the referrals of a record, newest first, for whoever may refer it. The look is in the
// trail. Faults: NotFound "child.no_record" and those of access.Decision; those of package vault.
func (s *Service) Referrals(ctx context.Context, tx *db.Tx, record int64) ([]Referral, error) {
	d, err := s.may(ctx, tx, record, access.RecordRefer, access.Question{Purpose: access.Referral})
	if err != nil {
		return nil, err
	}
	return s.openReferrals(ctx, tx, d, d.referrals)
}

// Received lists the referrals to an organisation in one state, newest first: their codes, and why the
// receiver is asked, as long as the guardians' consent holds. Who acts enrols children there. Faults:
// those of access.CheckFor; those of package vault.
func (s *Service) Received(ctx context.Context, tx *db.Tx, organisation int64, state ReferralState) ([]Referral, error) {
	list, err := s.tellable(ctx, tx, organisation, state)
	if err != nil {
		return nil, err
	}
	var out []Referral
	for _, x := range list {
		opened, err := s.openReferrals(ctx, tx, x.d, []childdb.ChildReferral{x.row})
		if err != nil {
			return nil, err
		}
		out = append(out, opened...)
	}
	return out, nil
}

// Waiting counts the referrals to an organisation that wait for an answer, without opening them. Faults:
// those of access.CheckFor.
func (s *Service) Waiting(ctx context.Context, tx *db.Tx, organisation int64) (int, error) {
	list, err := s.tellable(ctx, tx, organisation, InProgress)
	return len(list), err
}

// referred is a referral with the record that it is about.
type referred struct {
	row childdb.ChildReferral
	d   *dossier
}

// tellable returns the referrals of which an organisation may be told now.
func (s *Service) tellable(ctx context.Context, tx *db.Tx, organisation int64, state ReferralState) ([]referred, error) {
	if err := access.CheckFor(ctx, access.RecordEnrol, organisation); err != nil {
		return nil, err
	}
	list, err := q.ReferralsTo(ctx, tx, childdb.ReferralsToParams{ToID: organisation, State: string(state)})
	if err != nil {
		return nil, fmt.Errorf("child: received referrals: %w", err)
	}
	ids := make([]int64, len(list))
	for i, x := range list {
		ids[i] = x.RecordID
	}
	all, err := s.load(ctx, tx, ids, tx.Now())
	if err != nil {
		return nil, err
	}
	var out []referred
	for _, x := range list {
		d := all[x.RecordID]
		if d == nil {
			continue // erased
		}
		st := d.agreed.Standing(d.ID, consent.Matter{Purpose: consent.SharePartner, About: organisation})
		if st.Allows() || d.Organisation == organisation {
			out = append(out, referred{x, d})
		}
	}
	return out, nil
}

func (s *Service) openReferrals(ctx context.Context, tx *db.Tx, d *dossier, list []childdb.ChildReferral) ([]Referral, error) {
	if len(list) == 0 {
		return nil, nil
	}
	if err := act(ctx, tx, "referral.read", d, access.Referral, nil); err != nil {
		return nil, err
	}
	box, err := s.o.Vault.Box(ctx, tx, d.ID)
	if err != nil {
		return nil, fmt.Errorf("child: box: %w", err)
	}
	overrides, err := s.o.Consents.OverridesOf(ctx, tx, d.ID)
	if err != nil {
		return nil, err
	}
	out := make([]Referral, 0, len(list))
	for _, x := range list {
		var words referralWords
		if err := openJSON(box, rowField("referral", x.ID), x.Sealed, &words); err != nil {
			return nil, err
		}
		var without *consent.Override
		if i := slices.IndexFunc(overrides, func(o consent.Override) bool { return o.ID == x.OverrideID }); i >= 0 {
			without = &overrides[i]
		}
		out = append(out, Referral{ID: x.ID, Record: d.ID, Code: d.Code, Kind: ReferralKind(x.Kind), From: x.FromID, To: x.ToID,
			Reason: words.Reason, Answer: words.Answer, State: ReferralState(x.State), Override: without, MadeBy: x.MadeBy,
			Made: clock.Time(x.MadeAt), DecidedBy: x.DecidedBy, Decided: clock.Time(x.DecidedAt)})
	}
	return out, nil
}
