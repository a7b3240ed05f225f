package consent

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"manyhands/internal/audit"
	"manyhands/internal/clock"
	"manyhands/internal/consent/internal/consentdb"
	"manyhands/internal/db"
	"manyhands/internal/fault"
)

// longestRemark is counted in characters.
const longestRemark = 1000

// Remark notes something about the child's own part in a matter, in place of what was noted before of the
// same kind. It never changes what a guardian has said. Faults: Fields as Matter.Check or naming "kind" or
// "words"; NotFound "consent.no_record"; those of package vault when there are words.
func (s *Service) Remark(ctx context.Context, tx *db.Tx, in Remark) (Remark, error) {
	if err := in.Matter.Check(); err != nil {
		return Remark{}, err
	}
	in.Words = strings.TrimSpace(in.Words)
	var bad fault.Fields
	if in.Kind != Competence && in.Kind != TellParents {
		bad.Add("kind", "form.choice")
	}
	if utf8.RuneCountInString(in.Words) > longestRemark {
		bad.Add("words", "form.too_long", "Max", int64(longestRemark))
	}
	if err := bad.Err(); err != nil {
		return Remark{}, err
	}
	family, err := s.family(ctx, tx, in.Record, tx.Now())
	if err != nil {
		return Remark{}, err
	}
	in.ID, in.Made = tx.NewID(), tx.Now()
	sealed, err := s.sealRemark(ctx, tx, in)
	if err != nil {
		return Remark{}, err
	}
	err = q.EndRemarks(ctx, tx, consentdb.EndRemarksParams{ByID: in.By, Now: tx.NowMicros(), RecordID: in.Record, Kind: string(in.Kind),
		Purpose: string(in.Matter.Purpose), AboutID: in.Matter.About})
	if err != nil {
		return Remark{}, fmt.Errorf("consent: end the remark before: %w", err)
	}
	err = q.InsertRemark(ctx, tx, consentdb.InsertRemarkParams{ID: in.ID, RecordID: in.Record, Kind: string(in.Kind),
		Purpose: string(in.Matter.Purpose), AboutID: in.Matter.About, Yes: in.Yes, Words: sealed, ByID: in.By, MadeAt: tx.NowMicros()})
	if err != nil {
		return Remark{}, fmt.Errorf("consent: remark: %w", err)
	}
	return in, note(ctx, tx, "consent.remarked", in.Record, family.Organisation, in.By, in.Matter, 0)
}

// EndRemark ends a remark of a record: it stays in the history and counts no more. Faults: NotFound
// "consent.no_remark", also for one of another record and one that was ended before; NotFound
// "consent.no_record".
func (s *Service) EndRemark(ctx context.Context, tx *db.Tx, record, remark, by int64) error {
	family, err := s.family(ctx, tx, record, tx.Now())
	if err != nil {
		return err
	}
	n, err := q.EndRemark(ctx, tx, consentdb.EndRemarkParams{ByID: by, Now: tx.NowMicros(), ID: remark, RecordID: record})
	if err != nil {
		return fmt.Errorf("consent: end a remark: %w", err)
	}
	if n == 0 {
		return fault.New(fault.NotFound, "consent.no_remark")
	}
	err = audit.Add(ctx, tx, audit.Act{Kind: "remark.ended", Subject: record, Organisation: family.Organisation, Person: by})
	if err != nil {
		return fmt.Errorf("consent: trail: %w", err)
	}
	return nil
}

// mostRemarks is how many Remarks returns.
const mostRemarks = 100

// Remarks returns what was noted about the child's own part, newest first, the last hundred, also what was
// ended. The words are left out: see RemarkWords.
func (s *Service) Remarks(ctx context.Context, r db.Queryer, record int64) ([]Remark, error) {
	list, _, err := s.remarks(ctx, r, record)
	return list, err
}

// RemarkWords is Remarks with the words. Who reads them is noted in the trail. Faults: those of package
// vault.
func (s *Service) RemarkWords(ctx context.Context, tx *db.Tx, record, reader int64) ([]Remark, error) {
	list, sealed, err := s.remarks(ctx, tx, record)
	if err != nil || len(sealed) == 0 {
		return list, err
	}
	family, err := s.family(ctx, tx, record, tx.Now())
	if err != nil {
		return nil, err
	}
	err = audit.Add(ctx, tx, audit.Act{Kind: "remark.read", Subject: record, Organisation: family.Organisation, Person: reader})
	if err != nil {
		return nil, fmt.Errorf("consent: trail: %w", err)
	}
	box, err := s.vault.Box(ctx, tx, record)
	if err != nil {
		return nil, fmt.Errorf("consent: box: %w", err)
	}
	for i, x := range list {
		if sealed[x.ID] == nil {
			continue
		}
		words, err := box.Open(remarkField(x.ID), sealed[x.ID])
		if err != nil {
			return nil, fmt.Errorf("consent: open a remark: %w", err)
		}
		list[i].Words = string(words)
	}
	return list, nil
}

// remarks returns the remarks, and the sealed words of those that have any.
func (s *Service) remarks(ctx context.Context, r db.Queryer, record int64) ([]Remark, map[int64][]byte, error) {
	rows, err := q.Remarks(ctx, r, consentdb.RemarksParams{RecordID: record, Limit: mostRemarks})
	if err != nil {
		return nil, nil, fmt.Errorf("consent: remarks: %w", err)
	}
	out := make([]Remark, len(rows))
	sealed := map[int64][]byte{}
	for i, x := range rows {
		out[i] = Remark{ID: x.ID, Record: x.RecordID, Kind: RemarkKind(x.Kind), Matter: Matter{Purpose(x.Purpose), x.AboutID},
			Yes: x.Yes, By: x.ByID, Made: clock.Time(x.MadeAt), EndedBy: x.EndedBy, Ended: clock.Time(x.EndedAt)}
		if len(x.Words) > 0 {
			sealed[x.ID] = x.Words
		}
	}
	return out, sealed, nil
}

// sealRemark seals the words of a remark; nothing stays nothing.
func (s *Service) sealRemark(ctx context.Context, tx *db.Tx, in Remark) ([]byte, error) {
	if in.Words == "" {
		return []byte{}, nil
	}
	box, err := s.vault.Box(ctx, tx, in.Record)
	if err != nil {
		return nil, fmt.Errorf("consent: box: %w", err)
	}
	sealed, err := box.Seal(remarkField(in.ID), []byte(in.Words))
	if err != nil {
		return nil, fmt.Errorf("consent: seal a remark: %w", err)
	}
	return sealed, nil
}

// remarkField binds sealed words to their row.
func remarkField(remark int64) string { return "consent.remark." + clock.FormatID(remark) }
