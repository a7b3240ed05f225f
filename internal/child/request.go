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
)

// RequestKind is what a guardian asks for.
type RequestKind string

// The kinds (Personal Information Protection Law, Arts. 45 to 47).
const (
	Correction RequestKind = "correction"
	Erasure    RequestKind = "erasure"
	Copy       RequestKind = "copy"
)

// RequestKinds returns all kinds in the order in which pages list them.
func RequestKinds() []RequestKind { return []RequestKind{Correction, Copy, Erasure} }

// RequestState is where a request stands.
type RequestState string

// The states.
const (
	RequestOpen     RequestState = "open"
	RequestAccepted RequestState = "accepted"
	RequestRefused  RequestState = "refused"
)

// Request is something that a guardian asks for about their child's record.
type Request struct {
	ID        int64
	Record    int64
	Code      string
	Guardian  int64
	Kind      RequestKind
	Words     string // of the guardian
	State     RequestState
	Answer    string
	MadeBy    int64
	Made      time.Time
	DecidedBy int64
	Decided   time.Time // zero while open
}

// mostRequests is how many open requests one record has room for.
const mostRequests = 20

// Ask keeps what a guardian asks for. The same again, while it is open, is the first one. Faults: NotFound "child.no_record" and those of access.Decision;
// Fields naming "kind" or "words"; TooMany "child.requests_many"; those of package vault.
func (s *Service) Ask(ctx context.Context, tx *db.Tx, record int64, kind RequestKind, words string) (int64, error) {
	d, err := s.may(ctx, tx, record, access.RecordRequest, access.Question{Purpose: access.Guardian})
	if err != nil {
		return 0, err
	}
	var c checker
	if !slices.Contains(RequestKinds(), kind) {
		c.bad.Add("kind", "form.choice")
	}
	words = c.text("words", words)
	if kind == Correction {
		c.required("words", words)
	}
	if err := c.bad.Err(); err != nil {
		return 0, err
	}
	if id, err := s.askedBefore(ctx, tx, record, kind, words); err != nil || id != 0 {
		return id, err
	}
	n, err := q.CountOpenRequests(ctx, tx, record)
	if err != nil {
		return 0, fmt.Errorf("child: count requests: %w", err)
	}
	if n >= mostRequests {
		return 0, fault.New(fault.TooMany, "child.requests_many")
	}
	p := childdb.InsertRequestParams{ID: tx.NewID(), RecordID: record, GuardianID: d.guardianOf(access.PersonID(ctx), tx.Now()), Kind: string(kind),
		Answer: []byte{}, MadeBy: access.PersonID(ctx), MadeAt: tx.NowMicros()}
	if p.Sealed, err = s.sealText(ctx, tx, record, rowField("request", p.ID), words); err != nil {
		return 0, err
	}
	if err := q.InsertRequest(ctx, tx, p); err != nil {
		return 0, fmt.Errorf("child: keep a request: %w", err)
	}
	if err := s.teller.Asked(ctx, tx, d.Organisation, p.MadeBy); err != nil {
		return 0, err
	}
	return p.ID, actRequest(ctx, tx, "request.made", d, access.Guardian, p.ID, kind)
}

// askedBefore returns the open request of who acts that says the same, 0 for none: a form sent twice.
func (s *Service) askedBefore(ctx context.Context, tx *db.Tx, record int64, kind RequestKind, words string) (int64, error) {
	rows, err := q.RequestsOf(ctx, tx, record)
	if err != nil {
		return 0, fmt.Errorf("child: requests: %w", err)
	}
	for _, x := range rows {
		if x.State != string(RequestOpen) || x.Kind != string(kind) || x.MadeBy != access.PersonID(ctx) {
			continue
		}
		before, err := s.openText(ctx, tx, record, rowField("request", x.ID), x.Sealed)
		if err != nil {
			return 0, err
		}
		if before == words {
			return x.ID, nil
		}
	}
	return 0, nil
}

// guardianOf returns under which guardianship a person acts, 0 for none.
func (d *dossier) guardianOf(person int64, now time.Time) int64 {
	for _, g := range d.guardians {
		if g.PersonID == person && person != 0 && d.counts(g, now) {
			return g.ID
		}
	}
	return 0
}

func actRequest(ctx context.Context, tx *db.Tx, what string, d *dossier, purpose access.Purpose, id int64, kind RequestKind) error {
	return act(ctx, tx, what, d, purpose, struct {
		Request string      `json:"request"`
		Kind    RequestKind `json:"kind"`
	}{clock.FormatID(id), kind})
}

// Requests lists what guardians asked for about a record, newest first: to a guardian (purpose guardian)
// what they asked for themselves, and all to those who decide about it. The look is in the trail. Faults: NotFound
// "child.no_record" and those of access.Decision; those of package vault.
func (s *Service) Requests(ctx context.Context, tx *db.Tx, record int64, purpose access.Purpose) ([]Request, error) {
	need := access.RecordHistory
	if purpose == access.Guardian {
		need = access.RecordRequest
	}
	d, err := s.may(ctx, tx, record, need, access.Question{Purpose: purpose})
	if err != nil {
		return nil, err
	}
	rows, err := q.RequestsOf(ctx, tx, record)
	if err != nil {
		return nil, fmt.Errorf("child: requests: %w", err)
	}
	if purpose == access.Guardian {
		rows = slices.DeleteFunc(rows, func(x childdb.ChildRequest) bool { return x.MadeBy != access.PersonID(ctx) })
	}
	if len(rows) == 0 {
		return nil, nil
	}
	if err := act(ctx, tx, "request.read", d, purpose, nil); err != nil {
		return nil, err
	}
	out := make([]Request, 0, len(rows))
	for _, x := range rows {
		r := Request{ID: x.ID, Record: record, Code: d.Code, Guardian: x.GuardianID, Kind: RequestKind(x.Kind), State: RequestState(x.State),
			MadeBy: x.MadeBy, Made: clock.Time(x.MadeAt), DecidedBy: x.DecidedBy, Decided: clock.Time(x.DecidedAt)}
		if r.Words, err = s.openText(ctx, tx, record, rowField("request", x.ID), x.Sealed); err != nil {
			return nil, err
		}
		if r.Answer, err = s.openText(ctx, tx, record, rowField("answer", x.ID), x.Answer); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// Decide answers a request: a supervisor or a safeguarding lead, never the guardian who made it. To
// accept an erasure does not erase: that is Erase, by a lead. Faults: NotFound "child.no_request",
// "child.no_record" and those of access.Decision; Forbidden "child.decide_own"; Fields naming "answer"
// when a refusal gives no reason; Conflict "child.request_decided"; those of package vault.
func (s *Service) Decide(ctx context.Context, tx *db.Tx, request int64, purpose access.Purpose, accept bool, answer string) error {
	x, err := q.RequestByID(ctx, tx, request)
	if err != nil {
		return fmt.Errorf("child: request: %w", db.NotFound(err, "child.no_request"))
	}
	d, err := s.may(ctx, tx, x.RecordID, access.RecordHistory, access.Question{Purpose: purpose})
	if err != nil {
		return err
	}
	if purpose == access.Guardian || x.MadeBy == access.PersonID(ctx) {
		return fault.New(fault.Forbidden, "child.decide_own")
	}
	var c checker
	answer = c.text("answer", answer)
	to, what := RequestAccepted, "request.accepted"
	if !accept {
		to, what = RequestRefused, "request.refused"
		c.required("answer", answer)
	}
	if err := c.bad.Err(); err != nil {
		return err
	}
	sealed, err := s.sealText(ctx, tx, d.ID, rowField("answer", request), answer)
	if err != nil {
		return err
	}
	n, err := q.DecideRequest(ctx, tx, childdb.DecideRequestParams{ToState: string(to), Answer: sealed, DecidedBy: access.PersonID(ctx),
		DecidedAt: tx.NowMicros(), ID: request})
	if err != nil {
		return fmt.Errorf("child: decide a request: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "child.request_decided")
	}
	if slices.Contains(d.persons(tx.Now()), x.MadeBy) {
		if err := s.teller.Answered(ctx, tx, x.MadeBy); err != nil {
			return err
		}
	}
	return actRequest(ctx, tx, what, d, purpose, request, RequestKind(x.Kind))
}
