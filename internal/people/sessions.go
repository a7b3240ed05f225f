package people

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/people/internal/peopledb"
)

// Sessions keeps browsers' sessions. Its methods are those that the session library (scs) asks of a
// store; tokens arrive hashed. The ends of sessions follow the house's clock.
type Sessions struct{ d *db.DB }

// Sessions returns the store of browsers' sessions.
func (s *Service) Sessions() Sessions { return Sessions{d: s.d} }

// FindCtx returns the data of a session that has not ended.
func (s Sessions) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	err = s.d.Read(ctx, func(q *db.Reader) (err error) {
		data, err = peopledb.New().Session(ctx, q, peopledb.SessionParams{Token: token, Now: s.d.NowMicros()})
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("people: find a session: %w", err)
	}
	return data, true, nil
}

// CommitCtx keeps the data of a session until expiry, a moment of the machine's clock.
func (s Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	left := time.Until(expiry)
	err := s.d.Write(ctx, func(tx *db.Tx) error {
		return peopledb.New().PutSession(ctx, tx, peopledb.PutSessionParams{
			Token: token, Data: data, ExpiresAt: clock.Micros(tx.Now().Add(left)),
		})
	})
	if err != nil {
		return fmt.Errorf("people: keep a session: %w", err)
	}
	return nil
}

// DeleteCtx forgets a session.
func (s Sessions) DeleteCtx(ctx context.Context, token string) error {
	err := s.d.Write(ctx, func(tx *db.Tx) error { return peopledb.New().DeleteSession(ctx, tx, token) })
	if err != nil {
		return fmt.Errorf("people: delete a session: %w", err)
	}
	return nil
}

// Find is FindCtx for callers without a context.
func (s Sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx for callers without a context.
func (s Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// Delete is DeleteCtx for callers without a context.
func (s Sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
