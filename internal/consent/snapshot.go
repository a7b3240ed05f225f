package consent

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/consent/internal/consentdb"
	"manyhands/internal/db"
	"manyhands/internal/fault"
)

// Snapshot is everything that still counts of what was said about some records, read at once, and where it
// stands at one moment. It is for pages of records; whoever acts asks Service.Needed.
type Snapshot struct {
	s         *Service
	now       time.Time
	families  map[int64]Family
	answers   map[int64][]Answer
	asked     map[int64]map[Matter]map[int64]bool
	overrides map[int64][]Override
}

// Look reads some records in four queries however many they are.
func (s *Service) Look(ctx context.Context, r db.Queryer, records []int64, now time.Time) (*Snapshot, error) {
	b := &Snapshot{s: s, now: now, asked: map[int64]map[Matter]map[int64]bool{}, overrides: map[int64][]Override{}}
	var err error
	if b.families, err = s.families.Families(ctx, r, records, now); err != nil {
		return nil, fmt.Errorf("consent: families: %w", err)
	}
	if b.answers, err = current(ctx, r, records, now); err != nil {
		return nil, err
	}
	asked, err := q.Asked(ctx, r, records)
	if err != nil {
		return nil, fmt.Errorf("consent: who was asked: %w", err)
	}
	for _, x := range asked {
		m := Matter{Purpose(x.Purpose), x.AboutID}
		if b.asked[x.RecordID] == nil {
			b.asked[x.RecordID] = map[Matter]map[int64]bool{}
		}
		if b.asked[x.RecordID][m] == nil {
			b.asked[x.RecordID][m] = map[int64]bool{}
		}
		b.asked[x.RecordID][m][x.GuardianID] = true
	}
	overrides, err := q.Overrides(ctx, r, consentdb.OverridesParams{Records: records, Now: clock.Micros(now)})
	if err != nil {
		return nil, fmt.Errorf("consent: overrides: %w", err)
	}
	for _, x := range overrides {
		if x.OrganisationID == b.families[x.RecordID].Organisation {
			b.overrides[x.RecordID] = append(b.overrides[x.RecordID], Override{ID: x.ID, Record: x.RecordID,
				Matter: Matter{Purpose(x.Purpose), x.AboutID}, Ground: Ground(x.Ground), By: x.ByID, Made: clock.Time(x.MadeAt),
				Until: clock.Time(x.UntilAt)})
		}
	}
	return b, nil
}

// Standing computes where one matter of a record stands. What was said to another organisation, before a
// transfer, does not count. Of a record that is not known nothing was asked.
func (b *Snapshot) Standing(record int64, m Matter) Standing {
	f := b.families[record]
	said := slices.DeleteFunc(slices.Clone(b.answers[record]), func(a Answer) bool {
		return a.Matter != m || a.Organisation != f.Organisation
	})
	s := Compute(m, f.Guardians, said, b.asked[record][m], b.now)
	for _, o := range b.overrides[record] {
		if o.Matter == m {
			s.Override = &o
		}
	}
	return s
}

// Needed returns nil when a matter is allowed, else the fault that Service.Needed gives.
func (b *Snapshot) Needed(record int64, m Matter) error {
	st := b.Standing(record, m)
	if st.Allows() {
		return nil
	}
	key := "consent.missing"
	if st.State != NoResponse && st.State != NotAsked {
		key = "consent." + string(st.State)
	}
	return fault.New(fault.Forbidden, key, "Purpose", b.s.called[m.Purpose])
}

// Allowed returns which purposes that concern nothing beside the child are allowed for a record.
func (b *Snapshot) Allowed(record int64) (out []Purpose) {
	for _, p := range Purposes() {
		if p.About() == AboutNothing && b.Standing(record, For(p)).Allows() {
			out = append(out, p)
		}
	}
	return out
}

// matters lists what a record's guardians are or were asked.
func (b *Snapshot) matters(record int64) []Matter {
	var out []Matter
	for _, p := range Purposes() {
		if p.About() == AboutNothing {
			out = append(out, For(p))
		}
	}
	var more []Matter
	for m := range b.asked[record] {
		more = append(more, m)
	}
	for _, a := range b.answers[record] {
		if a.Organisation == b.families[record].Organisation {
			more = append(more, a.Matter)
		}
	}
	slices.SortFunc(more, func(x, y Matter) int {
		return cmp.Or(slices.Index(Purposes(), x.Purpose)-slices.Index(Purposes(), y.Purpose), cmp.Compare(x.About, y.About))
	})
	for _, m := range slices.Compact(more) {
		if m.Purpose.About() != AboutNothing {
			out = append(out, m)
		}
	}
	return out
}
