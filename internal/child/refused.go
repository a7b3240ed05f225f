package child

import (
	"context"
	"fmt"

	"manyhands/internal/audit"
	"manyhands/internal/db"
)

// refusedAct is the act of asking for a record in vain. Nothing was shown, so neither guardians nor those
// who work with the record see it: leads do, and auditors.
const refusedAct = "record.refused"

// NoteRefused notes in the trail that a person asked for a record and was refused by a rule, a word of the
// program. A record that is not there, or erased, has no trail any more: nothing is noted. It asks nobody's
// leave: what answers requests calls it, once for many of a kind.
func (s *Service) NoteRefused(ctx context.Context, tx *db.Tx, record, person int64, rule string) error {
	all, err := rows(ctx, tx, []int64{record})
	if err != nil || all[record] == nil {
		return err
	}
	err = audit.Add(ctx, tx, audit.Act{Kind: refusedAct, Subject: record, Organisation: all[record].Organisation, Person: person, Data: struct {
		Rule string `json:"rule"`
	}{rule}})
	if err != nil {
		return fmt.Errorf("child: trail: %w", err)
	}
	return nil
}
