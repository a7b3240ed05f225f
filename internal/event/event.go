// Package event keeps the network's diary: one row for everything that happened, written in the same
// transaction as the thing itself.
//
// The diary is what live pages follow and what an auditor reads beside the ledger. It must not hold
// anything that identifies a child or a giver: no names, no addresses, no words typed by people. It
// decides nothing; whoever wants work done later adds a job.
package event

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event/internal/eventdb"
)

// Event is one thing that happened.
type Event struct {
	ID      int64           // grows with time
	Kind    string          // noun.verb, such as "gift.captured"
	Subject int64           // the gift, payout or need it is about
	Person  int64           // who did it; 0 for the system or a guest
	At      time.Time       // the transaction's moment
	Data    json.RawMessage // an object; "{}" when there is nothing to say
}

// New is an event to be written. Data is anything that encodes to a JSON object of ids, kinds and
// amounts; nil stands for the empty object.
type New struct {
	Kind    string
	Subject int64
	Person  int64
	Data    any
}

// Add writes one event.
func Add(ctx context.Context, tx *db.Tx, kind string, subject, person int64, data any) error {
	return AddAll(ctx, tx, New{Kind: kind, Subject: subject, Person: person, Data: data})
}

var insert = db.InsertRows("event", "id, kind, subject_id, person_id, at, data", "")

// AddAll writes events, in their order.
func AddAll(ctx context.Context, tx *db.Tx, events ...New) error {
	texts := make([]string, len(events))
	for i, e := range events {
		texts[i] = "{}"
		if e.Data == nil {
			continue
		}
		text, err := json.Marshal(e.Data)
		if err != nil {
			return fmt.Errorf("event %s: encode data: %w", e.Kind, err)
		}
		texts[i] = string(text)
	}
	_, err := insert.Exec(ctx, tx, len(events), func(i int, args []any) []any {
		e := events[i]
		return append(args, tx.NewID(), e.Kind, e.Subject, e.Person, tx.NowMicros(), texts[i])
	})
	if err != nil {
		return fmt.Errorf("event: add: %w", err)
	}
	return nil
}

// Since returns at most limit events with an id greater than after, oldest first. Events become visible
// in the order of their ids, over all nodes on one database: a reader that asks again from the last it
// saw misses none.
func Since(ctx context.Context, q db.Queryer, after int64, limit int) ([]Event, error) {
	rows, err := eventdb.New().Since(ctx, q, eventdb.SinceParams{After: after, Most: clamp(limit)})
	if err != nil {
		return nil, fmt.Errorf("event: since: %w", err)
	}
	return events(rows), nil
}

// About returns at most limit events about one subject, newest first.
func About(ctx context.Context, q db.Queryer, subject int64, limit int) ([]Event, error) {
	rows, err := eventdb.New().About(ctx, q, eventdb.AboutParams{SubjectID: subject, Most: clamp(limit)})
	if err != nil {
		return nil, fmt.Errorf("event: about: %w", err)
	}
	return events(rows), nil
}

// LastID returns the id of the newest event, 0 when there is none: where a live page starts to
// follow.
func LastID(ctx context.Context, q db.Queryer) (int64, error) {
	id, err := eventdb.New().LastID(ctx, q)
	if err != nil {
		return 0, fmt.Errorf("event: last id: %w", err)
	}
	return id, nil
}

func events(rows []eventdb.Event) []Event {
	out := make([]Event, len(rows))
	for i, r := range rows {
		out[i] = Event{ID: r.ID, Kind: r.Kind, Subject: r.SubjectID, Person: r.PersonID,
			At: clock.Time(r.At), Data: json.RawMessage(r.Data)}
	}
	return out
}

func clamp(limit int) int32 { return int32(min(max(limit, 0), math.MaxInt32)) }
