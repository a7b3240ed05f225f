package child

import (
	"context"
	"fmt"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/child/internal/childdb"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/vault"
)

// NewCollector is somebody who may collect the child, or must never do so.
type NewCollector struct {
	Who       Relative
	Forbidden bool
	From      time.Time // zero: now
	Until     time.Time // zero: open
}

// longestCollector is how long a collector may be named for at once: a school year and a holiday.
const longestCollector = 400 * 24 * time.Hour

// AddCollector names somebody who may collect the child, or who must never do so. Guardians do it, or a
// worker for them. The same entry again is the first one: its id is returned. Faults: NotFound "child.no_record" and those of access.Decision; Fields naming
// "guardian_name", "phone", "relation", "remark", "from" or "until"; those of package vault.
func (s *Service) AddCollector(ctx context.Context, tx *db.Tx, record int64, purpose access.Purpose, in NewCollector) (int64, error) {
	d, err := s.mayCollection(ctx, tx, record, purpose)
	if err != nil {
		return 0, err
	}
	var c checker
	in.Who = in.Who.checked(&c)
	if in.From.Before(tx.Now()) {
		in.From = tx.Now()
	}
	switch {
	case in.Until.IsZero() && in.Forbidden:
	case in.Until.IsZero():
		c.bad.Add("until", "form.required")
	case !in.Until.After(in.From):
		c.bad.Add("until", "child.until_past")
	case !in.Forbidden && in.Until.After(in.From.Add(longestCollector)):
		c.bad.Add("until", "child.until_far")
	}
	if err := c.bad.Err(); err != nil {
		return 0, err
	}
	box, err := s.o.Vault.Box(ctx, tx, record)
	if err != nil {
		return 0, fmt.Errorf("child: box: %w", err)
	}
	if id, err := sameCollector(ctx, tx, box, record, in); err != nil || id != 0 {
		return id, err
	}
	p := childdb.InsertCollectorParams{ID: tx.NewID(), RecordID: record, Forbidden: in.Forbidden,
		FromAt: clock.Micros(in.From), UntilAt: endOf(in.Until), MadeBy: access.PersonID(ctx), MadeAt: tx.NowMicros()}
	if p.Sealed, err = sealJSON(box, rowField("collector", p.ID), in.Who); err != nil {
		return 0, err
	}
	if err := q.InsertCollector(ctx, tx, p); err != nil {
		return 0, fmt.Errorf("child: add a collector: %w", err)
	}
	return p.ID, actCollector(ctx, tx, "collector.added", d, purpose, p.ID, in.Forbidden)
}

// sameCollector returns the entry that says the same already, 0 for none: a form sent twice.
func sameCollector(ctx context.Context, tx *db.Tx, box *vault.Box, record int64, in NewCollector) (int64, error) {
	list, err := q.CollectorsOf(ctx, tx, childdb.CollectorsOfParams{Ids: []int64{record}, Now: tx.NowMicros()})
	if err != nil {
		return 0, fmt.Errorf("child: collectors: %w", err)
	}
	for _, x := range list {
		var who Relative
		if err := openJSON(box, rowField("collector", x.ID), x.Sealed, &who); err != nil {
			return 0, err
		}
		if who == in.Who && x.Forbidden == in.Forbidden && x.UntilAt == endOf(in.Until) {
			return x.ID, nil
		}
	}
	return 0, nil
}

func (s *Service) mayCollection(ctx context.Context, tx *db.Tx, record int64, purpose access.Purpose) (*dossier, error) {
	return s.may(ctx, tx, record, access.RecordWrite, access.Question{Purpose: purpose, Group: access.Collection})
}

func actCollector(ctx context.Context, tx *db.Tx, kind string, d *dossier, purpose access.Purpose, id int64, forbidden bool) error {
	return act(ctx, tx, kind, d, purpose, struct {
		Collector string `json:"collector"`
		Forbidden bool   `json:"forbidden,omitempty"`
	}{clock.FormatID(id), forbidden})
}

// EndCollector ends it now, or before it begins, and deletes the photo. That somebody must never collect the child is ended by
// workers alone: a guardian may have asked for it because of another. Faults: NotFound "child.no_record",
// "child.no_collector" and those of access.Decision.
func (s *Service) EndCollector(ctx context.Context, tx *db.Tx, record int64, purpose access.Purpose, collector int64) error {
	d, err := s.mayCollection(ctx, tx, record, purpose)
	if err != nil {
		return err
	}
	if err := s.dropPhoto(ctx, tx, d, collector, purpose); err != nil {
		return err
	}
	n, err := q.EndCollector(ctx, tx, childdb.EndCollectorParams{Now: tx.NowMicros(), ID: collector, RecordID: record,
		Forbidden: purpose != access.Guardian})
	if err != nil {
		return fmt.Errorf("child: end a collector: %w", err)
	}
	if n == 0 {
		return fault.New(fault.NotFound, "child.no_collector")
	}
	return actCollector(ctx, tx, "collector.ended", d, purpose, collector, false)
}
