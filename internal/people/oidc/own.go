package oidc

import (
	"context"
	"fmt"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/people/oidc/internal/oidcdb"
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

// Unlink removes one of a person's identities. Faults: NotFound "oidc.no_link".
func Unlink(ctx context.Context, tx *db.Tx, person int64, issuer, subject string) error {
	n, err := q.DeleteLink(ctx, tx, oidcdb.DeleteLinkParams{Issuer: issuer, Subject: subject, PersonID: person})
	if err != nil {
		return fmt.Errorf("oidc: unlink: %w", err)
	}
	if n == 0 {
		return fault.New(fault.NotFound, "oidc.no_link")
	}
	return nil
}

// Forget removes a person's identities: nobody gets in by them any more.
func Forget(ctx context.Context, tx *db.Tx, person int64) error {
	if err := q.DeleteLinks(ctx, tx, person); err != nil {
		return fmt.Errorf("oidc: forget: %w", err)
	}
	return nil
}
