package signin

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/people/signin/internal/signindb"
)

// How long a session holds (OWASP ASVS 3.3: staff reach other people's data).
const (
	Life      = 30 * 24 * time.Hour // from signing in, whatever happens
	StaffLife = 7 * 24 * time.Hour
	Idle      = 7 * 24 * time.Hour // without a request
	StaffIdle = 12 * time.Hour
	RecentFor = 15 * time.Minute // a proof counts as fresh for dangerous acts

	// ProviderLife is how long a session holds that rests on the provider's word, unless a setting says
	// otherwise: then the provider is asked again, and somebody who is barred there stays outside.
	ProviderLife = 12 * time.Hour
	// MostSessions is how many one person has at once; with one more the one that rested longest ends.
	MostSessions = 20

	seenStep = 10 * time.Minute // how exactly the last request is remembered; saves writes
)

// Session is one browser in which a person has signed in.
type Session struct {
	ID       int64
	PersonID int64
	Way      Way
	Device   Device
	Made     time.Time
	Seen     time.Time // the last request, to ten minutes
	Proven   time.Time // when the person last proved themselves in it
	Expires  time.Time
	// Short says that the person holds a passkey, code app or family code and has shown less: a mailbox, for instance,
	// which may have been stolen. Only Find sets it.
	Short bool
}

// Over reports whether the session has ended by the clock. staff is whether its person has an
// appointment: for them it ends earlier.
func (s Session) Over(staff bool, now time.Time) bool {
	life, idle := Life, Idle
	if staff {
		life, idle = StaffLife, StaffIdle
	}
	return now.Sub(s.Made) >= life || now.Sub(s.Seen) >= idle || !now.Before(s.Expires)
}

// Browser is what is known of the browser from which somebody signs in.
type Browser struct {
	Client  string // the network it comes from, as web.ClientKey says
	Device  Device
	Token   string // the value of its device cookie, "" for none
	Session int64  // the session that it held until now, 0 for none
}

// Begun is a session that has begun, with the values of the two cookies.
type Begun struct {
	Session     Session
	Token       string
	DeviceToken string
}

// Begin starts a session for a person who has proved themselves in a way, and ends the one that the
// browser held: a token planted before signing in is worth nothing. A person who was only ever seen in
// other browsers is told by mail. Faults: NotFound "people.unknown".
func (s *Service) Begin(ctx context.Context, tx *db.Tx, person int64, way Way, b Browser) (Begun, error) {
	person, err := s.cfg.People.Current(ctx, tx, person) // a passkey of a record that was merged opens what it became
	if err != nil {
		return Begun{}, err
	}
	if err := s.cfg.People.SetSeen(ctx, tx, person); err != nil {
		return Begun{}, err
	}
	now := tx.Now()
	n := Session{ID: tx.NewID(), PersonID: person, Way: way, Device: b.Device, Made: now, Seen: now, Proven: now, Expires: now.Add(Life)}
	if way.provided() {
		n.Expires = now.Add(s.cfg.ProviderLife)
	}
	if err := s.endReplaced(ctx, tx, b.Session, &n); err != nil {
		return Begun{}, err
	}
	token, hash := newToken()
	err = s.q.InsertSession(ctx, tx, signindb.InsertSessionParams{ID: n.ID, TokenHash: hash, PersonID: person, Way: string(way),
		Device: n.Device.String(), MadeAt: clock.Micros(now), SeenAt: clock.Micros(now), ProvenAt: clock.Micros(now), ExpiresAt: clock.Micros(n.Expires)})
	if err != nil {
		return Begun{}, fmt.Errorf("signin: begin a session: %w", err)
	}
	if err := s.endOldest(ctx, tx, n); err != nil {
		return Begun{}, err
	}
	device, err := s.knowDevice(ctx, tx, n, b.Token)
	if err != nil {
		return Begun{}, err
	}
	err = event.Add(ctx, tx, "person.signed_in", person, person, struct {
		Way Way `json:"way"`
	}{way})
	return Begun{Session: n, Token: token, DeviceToken: device}, err
}

// endReplaced ends the session that n takes the place of. What rests on the provider's word, and adds a code
// to it, ends when that word does.
func (s *Service) endReplaced(ctx context.Context, tx *db.Tx, id int64, n *Session) error {
	if id == 0 {
		return nil
	}
	old, err := s.q.DeleteSessionByID(ctx, tx, id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("signin: end the session before: %w", err)
	}
	adds := n.Way == ByLinkCode || n.Way == ByRecovery || n.Way == ByFamily
	ends, made := clock.Time(old.ExpiresAt), clock.Time(old.MadeAt)
	if adds && old.PersonID == n.PersonID && ends.Sub(made) < Life && ends.Before(n.Expires) {
		n.Expires = ends
	}
	return nil
}

// endOldest ends what a person has beyond MostSessions, and tells them of those that were in use.
func (s *Service) endOldest(ctx context.Context, tx *db.Tx, n Session) error {
	rows, err := s.q.OldestSessions(ctx, tx, signindb.OldestSessionsParams{PersonID: n.PersonID, Now: clock.Micros(n.Made), Most: MostSessions})
	if err != nil {
		return fmt.Errorf("signin: many sessions: %w", err)
	}
	for _, r := range rows {
		if err := s.End(ctx, tx, n.PersonID, r.ID); err != nil {
			return err
		}
		if n.Made.Sub(clock.Time(r.SeenAt)) >= Idle {
			continue
		}
		if err := s.tell(ctx, tx, n.PersonID, "session_oldest", deviceOf(r.Device)); err != nil {
			return err
		}
	}
	return nil
}

// Find returns the session that a cookie's value opens; false when there is none.
func (s *Service) Find(ctx context.Context, q db.Queryer, token string, now time.Time) (Session, bool, error) {
	hash, ok := tokenHash(token)
	if !ok {
		return Session{}, false, nil
	}
	r, err := s.q.SessionByToken(ctx, q, signindb.SessionByTokenParams{TokenHash: hash, Now: clock.Micros(now)})
	if errors.Is(err, sql.ErrNoRows) {
		return Session{}, false, nil
	}
	if err != nil {
		return Session{}, false, fmt.Errorf("signin: find a session: %w", err)
	}
	n := sessionOf(signindb.SessionsOfRow(r))
	if !n.Way.Family() {
		if n.Short, err = s.q.HasFactor(ctx, q, n.PersonID); err != nil {
			return Session{}, false, fmt.Errorf("signin: what a person holds: %w", err)
		}
	}
	return n, true, nil
}

func sessionOf(r signindb.SessionsOfRow) Session {
	return Session{ID: r.ID, PersonID: r.PersonID, Way: Way(r.Way), Device: deviceOf(r.Device), Made: clock.Time(r.MadeAt),
		Seen: clock.Time(r.SeenAt), Proven: clock.Time(r.ProvenAt), Expires: clock.Time(r.ExpiresAt)}
}

// See remembers that a session was used, when that is worth a write.
func (s *Service) See(ctx context.Context, n Session) error {
	if s.d.Now().Sub(n.Seen) < seenStep {
		return nil
	}
	return s.d.Write(ctx, func(tx *db.Tx) error {
		if err := s.q.SeeSession(ctx, tx, signindb.SeeSessionParams{Now: tx.NowMicros(), ID: n.ID}); err != nil {
			return fmt.Errorf("signin: see a session: %w", err)
		}
		return nil
	})
}

// Sessions returns a person's sessions, the last used first, at most 100. Some may be Over.
func (s *Service) Sessions(ctx context.Context, q db.Queryer, person int64, now time.Time) ([]Session, error) {
	rows, err := s.q.SessionsOf(ctx, q, signindb.SessionsOfParams{PersonID: person, Now: clock.Micros(now)})
	if err != nil {
		return nil, fmt.Errorf("signin: sessions: %w", err)
	}
	out := make([]Session, len(rows))
	for i, r := range rows {
		out[i] = sessionOf(r)
	}
	return out, nil
}

// End ends one session of a person. Faults: NotFound "signin.session_unknown", for another's too.
func (s *Service) End(ctx context.Context, tx *db.Tx, person, id int64) error {
	n, err := s.q.DeleteSession(ctx, tx, signindb.DeleteSessionParams{ID: id, PersonID: person})
	if err != nil {
		return fmt.Errorf("signin: end a session: %w", err)
	}
	if n == 0 {
		return fault.New(fault.NotFound, "signin.session_unknown")
	}
	return event.Add(ctx, tx, "person.session_ended", person, person, nil)
}

// EndOthers ends all sessions of a person but one.
func (s *Service) EndOthers(ctx context.Context, tx *db.Tx, person, keep int64) error {
	n, err := s.q.DeleteOtherSessions(ctx, tx, signindb.DeleteOtherSessionsParams{PersonID: person, ID: keep})
	if err != nil {
		return fmt.Errorf("signin: end sessions: %w", err)
	}
	if n == 0 {
		return nil
	}
	return event.Add(ctx, tx, "person.sessions_ended", person, person, nil)
}

// EndAll ends all sessions of a person.
func (s *Service) EndAll(ctx context.Context, tx *db.Tx, person int64) error {
	return s.EndOthers(ctx, tx, person, 0)
}

type visitKey struct{}

type visit struct {
	session Session
	recent  bool
}

// With returns a context in which somebody acts by a session, asked at a moment.
func With(ctx context.Context, n Session, now time.Time) context.Context {
	return context.WithValue(ctx, visitKey{}, visit{n, now.Sub(n.Proven) < RecentFor})
}

// Of returns the session by which somebody acts; false for guests, programs and the system.
func Of(ctx context.Context) (Session, bool) {
	v, ok := ctx.Value(visitKey{}).(visit)
	return v.session, ok
}

// Recent reports whether who acts has proved themselves within RecentFor, and as well as they can.
func Recent(ctx context.Context) bool { return CheckRecent(ctx) == nil }

// CheckRecent is for acts that a browser left open, or a stolen mailbox, must not be enough for: looking
// at a record in an emergency, erasing, handing out keys, changing how one is reached. Asked before a
// page is shown, it leads to a new proof and back. Faults: Unauthenticated "signin.prove_again", or
// "signin.prove" for those who hold more than they have shown.
func CheckRecent(ctx context.Context) error {
	v, _ := ctx.Value(visitKey{}).(visit)
	switch {
	case !v.recent:
		return fault.New(fault.Unauthenticated, "signin.prove_again")
	case v.session.Short:
		return fault.New(fault.Unauthenticated, "signin.prove")
	}
	return nil
}
