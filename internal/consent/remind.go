package consent

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/consent/internal/consentdb"
	"manyhands/internal/db"
)

// RemindDays returns how many days before its end a yes is told of, the first first.
func RemindDays() []int { return []int{28, 7} }

// Mark is how far a walk over what ends has come; the zero Mark is its beginning.
type Mark struct{ at, id int64 }

const aDay = 24 * time.Hour

// Remind returns at most most yeses that end within so many days, one of RemindDays, and of which nobody
// was told since that day came; each is returned once and for ever. What was taken back, answered anew,
// or given less than so many days before its end is left out; so is what a later day has told of already,
// where nothing ran for weeks. next is where the walk goes on, the zero Mark at its end. Whoever calls
// asks whether the answer still counts, and tells, in the same write.
func (s *Service) Remind(ctx context.Context, tx *db.Tx, days int, from Mark, most int) (due []Ending, next Mark, err error) {
	within := time.Duration(days) * aDay
	if from == (Mark{}) {
		from.at = tx.NowMicros() + 1
	}
	rows, err := q.Ending(ctx, tx, consentdb.EndingParams{AfterAt: from.at, AfterID: from.id, Until: clock.Micros(tx.Now().Add(within)),
		Notice: within.Microseconds(), Days: int64(days), Most: int32(min(max(most, 1), math.MaxInt32))})
	if err != nil {
		return nil, next, fmt.Errorf("consent: what ends: %w", err)
	}
	for _, x := range rows {
		for _, d := range slices.DeleteFunc(RemindDays(), func(d int) bool { return d < days }) {
			if err := q.InsertReminder(ctx, tx, consentdb.InsertReminderParams{ConsentID: x.ID, Days: int64(d), MadeAt: tx.NowMicros()}); err != nil {
				return nil, next, fmt.Errorf("consent: remind: %w", err)
			}
		}
		due = append(due, Ending{Consent: x.ID, Record: x.RecordID, Guardian: x.GuardianID, Organisation: x.OrganisationID,
			Matter: Matter{Purpose(x.Purpose), x.AboutID}, Expires: clock.Time(x.ExpiresAt)})
	}
	if len(rows) == most {
		next = Mark{rows[most-1].ExpiresAt, rows[most-1].ID}
	}
	return due, next, nil
}
