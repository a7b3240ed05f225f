package programme_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/db/dbtest"
	"manyhands/internal/programme"
)

// city fills a database with n programmes that are shown, in and around one city.
func city(t testing.TB, d *db.DB, n int) {
	t.Helper()
	ctx := t.Context()
	err := d.Write(ctx, func(tx *db.Tx) error {
		o, err := programme.CreateOrganisation(ctx, tx, programme.OrganisationInput{Kind: "centre", Name: both("晨星", "Morning Star")}, 0)
		if err != nil {
			return err
		}
		run := func(sql string, args ...any) {
			if err == nil {
				_, err = tx.ExecContext(ctx, sql, args...)
			}
		}
		run("UPDATE organisation SET state = 'published' WHERE id = $1", o.ID)
		for i := range n {
			p, x, y := tx.NewID(), int64(i%100), int64(i/100%100)
			run("INSERT INTO programme (id, organisation_id, slug, theme, name_zh, name_en, state, search_text, made_at, changed_at, published_at) VALUES ($1, $2, $3, $4, $5, $6, 'published', $7, 1, 1, $8)",
				p, o.ID, fmt.Sprint("p", p), programme.Themes()[i%8], "放学后的灯", "After school", " after school 放学 学后 后的 的灯 灯 ", int64(i+1))
			run("INSERT INTO programme_detail (programme_id, cost, languages, age_from, age_to) VALUES ($1, 'free', ' zh ', $2, 14)", p, x%8)
			run("INSERT INTO place (id, programme_id, kind, sealed, town_zh, town_en, placed, latitude_e6, longitude_e6) VALUES ($1, $2, 'physical', false, '晨镇', 'Dawn', true, $3, $4)",
				tx.NewID(), p, 31_000_000+x*5000, 121_000_000+y*5000)
			run("INSERT INTO schedule (id, programme_id, days, opens_minute, closes_minute) VALUES ($1, $2, 31, 960, 1140)", tx.NewID(), p)
			for _, s := range programme.Steps() {
				run("INSERT INTO checklist_standing (kind, subject_id, requirement, holds_id, starts_at) VALUES ('programme', $1, $2, 1, 1)", p, s)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func BenchmarkDirectoryOfTenThousand(b *testing.B) {
	d, c := dbtest.SQLite(b)
	city(b, d, 10_000)
	read := func(b *testing.B, body func(ctx context.Context, r *db.Reader) error) {
		for b.Loop() {
			if err := d.Read(b.Context(), func(r *db.Reader) error { return body(b.Context(), r) }); err != nil {
				b.Fatal(err)
			}
		}
	}
	list := func(f programme.ProgrammeFilter) func(b *testing.B) {
		return func(b *testing.B) {
			read(b, func(ctx context.Context, r *db.Reader) error {
				f.Limit, f.CheckedAlone = 24, true
				lines, _, err := programme.Programmes(ctx, r, c.Now(), f)
				if len(lines) != 24 {
					b.Fatal(len(lines))
				}
				return err
			})
		}
	}
	near := func(f programme.ProgrammeFilter) func(b *testing.B) {
		return func(b *testing.B) {
			read(b, func(ctx context.Context, r *db.Reader) error {
				f.Limit = 24
				lines, _, err := programme.Near(ctx, r, c.Now(), f, at(31.25, 121.25))
				if len(lines) != 24 {
					b.Fatal(len(lines))
				}
				return err
			})
		}
	}
	open := programme.MomentOf(time.Date(2026, 11, 23, 17, 0, 0, 0, time.UTC))
	b.Run("newest", list(programme.ProgrammeFilter{}))
	b.Run("words", list(programme.ProgrammeFilter{Words: "放学后"}))
	b.Run("open", list(programme.ProgrammeFilter{Open: open, ForAge: true, Age: 7}))
	b.Run("near", near(programme.ProgrammeFilter{}))
	b.Run("near and open", near(programme.ProgrammeFilter{Open: open, ForAge: true, Age: 7, Words: "放学"}))
	b.Run("near and none", func(b *testing.B) {
		read(b, func(ctx context.Context, r *db.Reader) error {
			lines, _, err := programme.Near(ctx, r, c.Now(), programme.ProgrammeFilter{Language: "en"}, at(31.25, 121.25))
			if len(lines) != 0 {
				b.Fatal(len(lines))
			}
			return err
		})
	})
	b.Run("near and last page", func(b *testing.B) {
		read(b, func(ctx context.Context, r *db.Reader) error {
			lines, _, err := programme.Near(ctx, r, c.Now(), programme.ProgrammeFilter{After: programme.Cursor{At: 30_000}}, at(31.25, 121.25))
			if len(lines) != 50 {
				b.Fatal(len(lines))
			}
			return err
		})
	})
	b.Run("towns", func(b *testing.B) {
		read(b, func(ctx context.Context, r *db.Reader) error { _, err := programme.Towns(ctx, r); return err })
	})
	b.Run("everything listed", func(b *testing.B) {
		read(b, func(ctx context.Context, r *db.Reader) error {
			all, err := programme.Directory(ctx, r, c.Now(), programme.DirectoryFilter{})
			if len(all) != 10_000 {
				b.Fatal(len(all))
			}
			return err
		})
	})
}
