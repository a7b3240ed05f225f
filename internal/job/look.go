package job

import (
	"context"
	"fmt"
	"strings"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/job/internal/jobdb"
)

// Ready counts the open jobs of one kind, those that run later included.
func Ready(ctx context.Context, q db.Queryer, kind string) (int64, error) {
	n, err := jobdb.New().CountReadyOf(ctx, q, kind)
	if err != nil {
		return 0, fmt.Errorf("job: count %s: %w", kind, err)
	}
	return n, nil
}

// OpenJob is a job that has not been done.
type OpenJob struct {
	ID       int64
	Kind     string
	Dead     bool // failed too often
	Attempts int64
	At       time.Time // when it is due
}

// Mentioning returns the jobs that are ready or dead and whose arguments hold a text, such as an id: at
// most 100, the oldest first. It reads the arguments of all of them, so it is for an operator's
// question, not for a page.
func Mentioning(ctx context.Context, q db.Queryer, text string) ([]OpenJob, error) {
	pattern := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%"
	rows, err := jobdb.New().OpenWith(ctx, q, pattern)
	if err != nil {
		return nil, fmt.Errorf("job: mentioning: %w", err)
	}
	out := make([]OpenJob, len(rows))
	for i, r := range rows {
		out[i] = OpenJob{ID: r.ID, Kind: r.Kind, Dead: r.State == "dead", Attempts: r.Attempt, At: clock.Time(r.RunAt)}
	}
	return out, nil
}
