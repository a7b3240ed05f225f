package child

import (
	"context"
	"fmt"
	"slices"

	"manyhands/internal/access"
	"manyhands/internal/child/internal/childdb"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
)

// AddNote keeps a note. Faults: NotFound "child.no_record" and those of access.Decision; Fields naming
// "kind" or "text"; those of package vault.
func (s *Service) AddNote(ctx context.Context, tx *db.Tx, record int64, purpose access.Purpose, kind NoteKind, text string) (int64, error) {
	d, err := s.may(ctx, tx, record, access.RecordNote, access.Question{Purpose: purpose})
	if err != nil {
		return 0, err
	}
	if text, err = checkedNote(kind, text); err != nil {
		return 0, err
	}
	p := childdb.InsertNoteParams{ID: tx.NewID(), RecordID: record, Kind: string(kind), AuthorID: access.PersonID(ctx), MadeAt: tx.NowMicros()}
	if p.Sealed, err = s.sealText(ctx, tx, record, rowField("note", p.ID), text); err != nil {
		return 0, err
	}
	if err := q.InsertNote(ctx, tx, p); err != nil {
		return 0, fmt.Errorf("child: add a note: %w", err)
	}
	return p.ID, actNote(ctx, tx, "note.made", d, purpose, p.ID)
}

// AmendNote changes a note: its author may, for 24 hours. Faults: as AddNote, and NotFound
// "child.no_note".
func (s *Service) AmendNote(ctx context.Context, tx *db.Tx, record, note int64, purpose access.Purpose, kind NoteKind, text string) error {
	n, err := q.NoteByID(ctx, tx, note)
	if err != nil {
		return fmt.Errorf("child: note: %w", db.NotFound(err, "child.no_note"))
	}
	if n.RecordID != record {
		return fault.New(fault.NotFound, "child.no_note")
	}
	d, err := s.may(ctx, tx, record, access.RecordAmend,
		access.Question{Purpose: purpose, NoteAt: clock.Time(n.MadeAt), Author: n.AuthorID})
	if err != nil {
		return err
	}
	if text, err = checkedNote(kind, text); err != nil {
		return err
	}
	sealed, err := s.sealText(ctx, tx, record, rowField("note", note), text)
	if err != nil {
		return err
	}
	if _, err := q.ChangeNote(ctx, tx, childdb.ChangeNoteParams{Sealed: sealed, Kind: string(kind), Now: tx.NowMicros(), ID: note}); err != nil {
		return fmt.Errorf("child: change a note: %w", err)
	}
	return actNote(ctx, tx, "note.changed", d, purpose, note)
}

func checkedNote(kind NoteKind, text string) (string, error) {
	var c checker
	if !slices.Contains(NoteKinds(), kind) {
		c.bad.Add("kind", "form.choice")
	}
	text = c.text("text", text)
	c.required("text", text)
	return text, c.bad.Err()
}

func (s *Service) sealText(ctx context.Context, tx *db.Tx, record int64, field, text string) ([]byte, error) {
	box, err := s.o.Vault.Box(ctx, tx, record)
	if err != nil {
		return nil, fmt.Errorf("child: box: %w", err)
	}
	sealed, err := box.SealText(field, text)
	if err != nil {
		return nil, fmt.Errorf("child: seal: %w", err)
	}
	return sealed, nil
}

func (s *Service) openText(ctx context.Context, tx *db.Tx, record int64, field string, sealed []byte) (string, error) {
	box, err := s.o.Vault.Box(ctx, tx, record)
	if err != nil {
		return "", fmt.Errorf("child: box: %w", err)
	}
	text, err := box.OpenText(field, sealed)
	if err != nil {
		return "", fmt.Errorf("child: open: %w", err)
	}
	return text, nil
}

func actNote(ctx context.Context, tx *db.Tx, kind string, d *dossier, purpose access.Purpose, note int64) error {
	return act(ctx, tx, kind, d, purpose, struct {
		Note string `json:"note"`
	}{clock.FormatID(note)})
}
