package oidc

import (
	"context"
	"fmt"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
)

// Link is one identity at a provider that opens a person's account.
type Link struct {
	Issuer, Subject string
	Made, Seen      time.Time
}

// LinksOf returns the identities that open a person's account.
func LinksOf(ctx context.Context, r db.Queryer, person int64) ([]Link, error) {
	rows, err := q.LinksOf(ctx, r, person)
	if err != nil {
		return nil, fmt.Errorf("oidc: links: %w", err)
	}
	out := make([]Link, len(rows))
	for i, l := range rows {
		out[i] = Link{Issuer: l.Issuer, Subject: l.Subject, Made: clock.Time(l.MadeAt), Seen: clock.Time(l.SeenAt)}
	}
	return out, nil
}

// Forget removes a person's identities: nobody gets in by them any more.
func Forget(ctx context.Context, tx *db.Tx, person int64) error {
	if err := q.DeleteLinks(ctx, tx, person); err != nil {
		return fmt.Errorf("oidc: forget: %w", err)
	}
	return nil
}
