package givingapi

import (
	"context"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/giving"
)

type poolOutput struct{ Body Pool }

func (a *api) pool(ctx context.Context, in *slugInput) (*poolOutput, error) {
	out := &poolOutput{}
	err := a.DB.Read(ctx, func(r *db.Reader) error {
		p, err := giving.PoolBySlug(ctx, r, in.Slug)
		if err != nil {
			return err
		}
		if p.State == giving.PoolDraft {
			return fault.New(fault.NotFound, "giving.no_pool")
		}
		b, err := giving.BookOfPool(ctx, r, p)
		out.Body = Pool{ID: clock.FormatID(p.ID), Slug: p.Slug, State: string(p.State), Name: textOf(p.Name), RuleText: p.RuleText, RuleHash: p.RuleHash,
			StartsAt: p.StartsAt, EndsAt: p.EndsAt, Funded: yuan(b.Funded), Held: yuan(b.Held), Matched: yuan(b.Matched), Left: yuan(b.Left)}
		return err
	})
	return out, err
}

type booksOutput struct {
	Body struct {
		Books []Book `json:"books" nullable:"false"`
	}
}

func (a *api) books(ctx context.Context, _ *struct{}) (*booksOutput, error) {
	out := &booksOutput{}
	out.Body.Books = []Book{}
	err := a.DB.Read(ctx, func(r *db.Reader) error {
		lines, err := giving.Books(ctx, r)
		for _, l := range lines {
			out.Body.Books = append(out.Body.Books, Book{Slug: l.Fund.Slug, Name: textOf(l.Fund.Name), Restricted: l.Fund.Restricted,
				In: yuan(l.In), Out: yuan(l.Out), Held: yuan(l.Held), Left: yuan(l.Free)})
		}
		return err
	})
	return out, err
}
