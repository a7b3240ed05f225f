package event_test

import (
	"testing"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/event"
)

func TestEventsAreReadFromACursorAndBySubject(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, c *clock.Sim) {
		ctx := t.Context()
		err := d.Write(ctx, func(tx *db.Tx) error {
			for i, kind := range []string{"need.opened", "gift.pledged", "gift.captured"} {
				if err := event.Add(ctx, tx, kind, 70+int64(i)/2, int64(i), nil); err != nil {
					return err
				}
			}
			return event.Add(ctx, tx, "gift.matched", 71, 0, map[string]int64{"minor": 2500})
		})
		if err != nil {
			t.Fatal(err)
		}
		err = d.Read(ctx, func(q *db.Reader) error {
			first, err := event.Since(ctx, q, 0, 2)
			if err != nil {
				return err
			}
			kinds(t, first, "need.opened", "gift.pledged")
			rest, err := event.Since(ctx, q, first[1].ID, 10)
			if err != nil {
				return err
			}
			kinds(t, rest, "gift.captured", "gift.matched")
			if string(rest[0].Data) != "{}" || string(rest[1].Data) != `{"minor":2500}` {
				t.Errorf("data %s and %s", rest[0].Data, rest[1].Data)
			}
			if e := rest[0]; e.Subject != 71 || e.Person != 2 || !e.At.Equal(c.Now()) {
				t.Errorf("event %+v", e)
			}
			about, err := event.About(ctx, q, 71, 1)
			if err != nil {
				return err
			}
			kinds(t, about, "gift.matched")
			last, err := event.LastID(ctx, q)
			if last != rest[1].ID {
				t.Errorf("last id %d, want %d", last, rest[1].ID)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestEmptyDiary(t *testing.T) {
	t.Parallel()
	d, _ := dbtest.SQLite(t)
	err := d.Read(t.Context(), func(q *db.Reader) error {
		id, err := event.LastID(t.Context(), q)
		if id != 0 {
			t.Errorf("last id %d", id)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDataThatIsNoJSONIsRefused(t *testing.T) {
	t.Parallel()
	d, _ := dbtest.SQLite(t)
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		return event.Add(t.Context(), tx, "need.opened", 1, 0, func() {})
	})
	if err == nil {
		t.Error("a function passed as data was taken")
	}
}

func kinds(t *testing.T, got []event.Event, want ...string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d events, want %d", len(got), len(want))
	}
	for i := range got {
		if got[i].Kind != want[i] {
			t.Errorf("event %d is %s, want %s", i, got[i].Kind, want[i])
		}
	}
}
