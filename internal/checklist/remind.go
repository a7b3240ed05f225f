package checklist

import (
	"context"
	"fmt"
	"slices"
	"time"

	"manyhands/internal/checklist/internal/checklistdb"
	"manyhands/internal/clock"
	"manyhands/internal/db"
)

const (
	maxEnding  = 200                 // lines on a page
	lookBack   = 30 * 24 * time.Hour // how long after its end something is still told
	longestDay = 24 * time.Hour
)

// Ending is something in force that runs out, or has run out and nothing followed.
type Ending struct {
	Requirement
	Subject  int64
	Evidence int64
	EndsAt   time.Time
	Renewing bool // its successor was handed in
	Days     int  // of a reminder: which of RemindDays; 0: it has ended
}

// RunningOut returns what of a kind ends from a moment on and no later than to, the soonest first, at
// most 200.
func RunningOut(ctx context.Context, r db.Queryer, kind string, from, to time.Time) ([]Ending, error) {
	return running(ctx, r, checklistdb.EndingParams{Kind: kind, AfterAt: clock.Micros(from), Until: clock.Micros(to), Most: maxEnding})
}

func running(ctx context.Context, r db.Queryer, p checklistdb.EndingParams) ([]Ending, error) {
	rows, err := q.Ending(ctx, r, p)
	if err != nil {
		return nil, fmt.Errorf("checklist: running out: %w", err)
	}
	out := make([]Ending, len(rows))
	for i, row := range rows {
		out[i] = Ending{Subject: row.SubjectID, Evidence: row.HoldsID, EndsAt: clock.Time(row.EndsAt), Renewing: row.OpenID != 0}
		if out[i].Requirement, _ = Find(row.Kind, row.Requirement); out[i].Code == "" {
			out[i].Kind, out[i].Code = row.Kind, row.Requirement // of a list before this one
		}
	}
	return out, nil
}

// Remind returns what has to be told now, each once and for ever: that something of the kind ends
// within one of its RemindDays, or has ended. A day that passed while nobody looked is left out when a
// later one has come. Nothing is told while a successor waits for a word. Whoever calls tells, in the
// same write.
func Remind(ctx context.Context, tx *db.Tx, kind string) ([]Ending, error) {
	most := 0
	for _, r := range Requirements(kind, "") {
		for _, d := range r.RemindDays {
			most = max(most, d)
		}
	}
	p := checklistdb.EndingParams{Kind: kind, AfterAt: clock.Micros(tx.Now().Add(-lookBack)),
		Until: clock.Micros(tx.Now().Add(time.Duration(most) * longestDay)), Most: maxEnding}
	var out []Ending
	for {
		ending, err := running(ctx, tx, p)
		if err != nil || len(ending) == 0 {
			return out, err
		}
		for _, e := range ending {
			tell, err := remindOf(ctx, tx, &e)
			if err != nil {
				return nil, err
			}
			if tell {
				out = append(out, e)
			}
			p.AfterAt, p.AfterSubject, p.AfterCode = clock.Micros(e.EndsAt), e.Subject, e.Code
		}
	}
}

// remindOf notes every reminder of e whose day has come and reports whether the last of them is to be
// told: what passed before it needs no word any more.
func remindOf(ctx context.Context, tx *db.Tx, e *Ending) (fresh bool, err error) {
	if e.Renewing {
		return false, nil
	}
	for _, d := range dueDays(*e, tx.Now()) {
		n, err := q.InsertReminder(ctx, tx, checklistdb.InsertReminderParams{EvidenceID: e.Evidence, Days: int64(d), MadeAt: tx.NowMicros()})
		if err != nil {
			return false, fmt.Errorf("checklist: remind: %w", err)
		}
		fresh, e.Days = n == 1, d
	}
	return fresh, nil
}

// dueDays returns the reminders whose day has come, the soonest to the end last.
func dueDays(e Ending, now time.Time) []int {
	if len(e.RemindDays) == 0 {
		return nil
	}
	var out []int
	for _, d := range append(slices.Clone(e.RemindDays), 0) {
		if !now.Before(e.EndsAt.Add(-time.Duration(d) * longestDay)) {
			out = append(out, d)
		}
	}
	return out
}

// nextDue is the moment after the yearly day ("05-31") that follows a report handed in at from: a
// report of a spring counts until the end of May of the next year.
func nextDue(yearly string, from time.Time) time.Time {
	day, err := time.Parse("01-02", yearly)
	if err != nil {
		return time.Time{}
	}
	due := time.Date(from.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, from.Location())
	return due.AddDate(1, 0, 0)
}
