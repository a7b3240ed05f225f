package safeguard

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/audit"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/safeguard/internal/safeguarddb"
)

// Heirs is what handing over asks of other packages. Package app wires it.
type Heirs interface {
	// Stopped returns nil when an organisation is suspended: only then it can be inherited from. Faults:
	// Conflict "safeguard.not_stopped".
	Stopped(ctx context.Context, r db.Queryer, organisation int64) error
	// Sound returns nil when an organisation may inherit. Faults: Conflict "safeguard.no_heir".
	Sound(ctx context.Context, r db.Queryer, organisation int64) error
	// Reports has what was reported at one organisation belong to another, and returns how many there were.
	Reports(ctx context.Context, tx *db.Tx, from, to int64) (int64, error)
	// ReportsAt counts the reports that are kept about an organisation.
	ReportsAt(ctx context.Context, r db.Queryer, organisation int64) (int64, error)
}

// Inherit sets what handing over asks of other packages.
func (s *Service) Inherit(h Heirs) { s.heirs = h }

// Handover says who keeps what an organisation that ends has kept.
type Handover struct {
	Organisation int64
	Heir         int64 // access.Network: the network's leads; the records stay where they are
	Records      int64
	Reports      int64
	By           int64
	At           time.Time
}

// HandOver gives the children's records, reports, emergencies and holds of a suspended organisation to an
// heir: another organisation, or with access.Network the leads of the whole network. Faults: those of
// access.CheckFor for whoever is no lead of the whole network; Conflict "safeguard.not_stopped",
// "safeguard.no_heir", also for itself, "safeguard.nothing_kept" for what was handed over already.
func (s *Service) HandOver(ctx context.Context, tx *db.Tx, from, heir int64) (Handover, error) {
	if err := access.CheckFor(ctx, access.GlassReview, access.Network); err != nil {
		return Handover{}, err
	}
	if err := s.mayInherit(ctx, tx, from, heir); err != nil {
		return Handover{}, err
	}
	kept, err := s.NeedsHeir(ctx, tx, from)
	if err != nil {
		return Handover{}, err
	}
	if !kept {
		return Handover{}, fault.New(fault.Conflict, "safeguard.nothing_kept")
	}
	ids, err := child.KeptAt(ctx, tx, from)
	if err != nil {
		return Handover{}, err
	}
	h := Handover{Organisation: from, Heir: heir, Records: int64(len(ids)), By: access.PersonID(ctx), At: tx.Now()}
	if heir != access.Network {
		for _, id := range ids {
			if err := s.children.HandOver(ctx, tx, id, from, heir); err != nil {
				return Handover{}, err
			}
		}
		if err := q.MoveGlass(ctx, tx, safeguarddb.MoveGlassParams{ToID: heir, FromID: from}); err != nil {
			return Handover{}, fmt.Errorf("safeguard: hand over emergencies: %w", err)
		}
	}
	if h.Reports, err = s.heirs.Reports(ctx, tx, from, heir); err != nil {
		return Handover{}, err
	}
	return h, s.note(ctx, tx, h)
}

func (s *Service) mayInherit(ctx context.Context, tx *db.Tx, from, heir int64) error {
	if from == heir || from == access.Network {
		return fault.New(fault.Conflict, "safeguard.no_heir")
	}
	if err := s.heirs.Stopped(ctx, tx, from); err != nil || heir == access.Network {
		return err
	}
	return s.heirs.Sound(ctx, tx, heir)
}

func (s *Service) note(ctx context.Context, tx *db.Tx, h Handover) error {
	err := q.InsertHandover(ctx, tx, safeguarddb.InsertHandoverParams{ID: tx.NewID(), OrganisationID: h.Organisation, HeirID: h.Heir, Records: h.Records,
		Reports: h.Reports, ByID: h.By, At: clock.Micros(h.At)})
	if err != nil {
		return fmt.Errorf("safeguard: handover: %w", err)
	}
	if err := event.Add(ctx, tx, "records.handed_over", h.Organisation, h.By, nil); err != nil {
		return err
	}
	// How many reports went is not said: the trail shows nothing about reports.
	return audit.Add(ctx, tx, audit.Act{Kind: "records.handed_over", Subject: h.Organisation, Organisation: h.Organisation, Person: h.By,
		Purpose: string(access.Safeguarding), Data: struct {
			Heir    string `json:"heir"`
			Records int64  `json:"records"`
		}{clock.FormatID(h.Heir), h.Records}})
}

// NeedsHeir reports whether an organisation keeps children's records or reports of which nobody has said yet
// who keeps them when it ends.
func (s *Service) NeedsHeir(ctx context.Context, r db.Queryer, organisation int64) (bool, error) {
	last, err := q.LastHandover(ctx, r, organisation)
	switch {
	case err == nil && last.HeirID == access.Network:
		return false, nil
	case err != nil && !errors.Is(err, sql.ErrNoRows):
		return false, fmt.Errorf("safeguard: handover: %w", err)
	}
	ids, err := child.KeptAt(ctx, r, organisation)
	if err != nil || len(ids) > 0 {
		return len(ids) > 0, err
	}
	n, err := s.heirs.ReportsAt(ctx, r, organisation)
	return n > 0, err
}

// Handovers returns the latest, to leads of the whole network.
func (s *Service) Handovers(ctx context.Context, r db.Queryer) ([]Handover, error) {
	if !lead(ctx, access.Network) {
		return nil, nil
	}
	rows, err := q.Handovers(ctx, r, MaxPage)
	if err != nil {
		return nil, fmt.Errorf("safeguard: handovers: %w", err)
	}
	out := make([]Handover, len(rows))
	for i, x := range rows {
		out[i] = Handover{Organisation: x.OrganisationID, Heir: x.HeirID, Records: x.Records, Reports: x.Reports, By: x.ByID, At: moment(x.At)}
	}
	return out, nil
}
