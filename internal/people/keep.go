package people

import (
	"context"
	"fmt"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/people/internal/peopledb"
)

// Past says when somebody last held an appointment, and where they ever did.
type Past struct {
	Open   bool      // one has not ended, or not begun
	Ended  time.Time // the last to end; zero for nobody who was ever appointed
	Places []int64   // organisations, access.Network for the whole network; one may stand here twice
}

// PastOf returns what a person was appointed to, ever. It decides nothing about who may see it.
func (s *Service) PastOf(ctx context.Context, r db.Queryer, person int64) (Past, error) {
	rows, err := peopledb.New().AppointmentsEver(ctx, r, person)
	if err != nil {
		return Past{}, fmt.Errorf("people: appointments ever: %w", err)
	}
	var p Past
	for _, row := range rows {
		a := appointmentOf(row)
		p.Places = append(p.Places, a.Organisation)
		switch {
		case a.Ends.IsZero() || a.Ends.After(s.d.Now()):
			p.Open = true
		case a.Ends.After(p.Ended):
			p.Ended = a.Ends
		}
	}
	return p, nil
}
