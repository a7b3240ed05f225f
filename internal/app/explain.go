package app

import (
	"context"
	"errors"
	"slices"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/command"
	"manyhands/internal/config"
	"manyhands/internal/db"
	"manyhands/internal/programme"
)

// Explain answers the operator's question who may do what, by the policies that the pages ask. It changes
// nothing. Faults: NotFound "people.unknown", "programme.no_organisation", "child.no_record".
func Explain(ctx context.Context, base config.Base, q command.Question) (a command.Answer, err error) {
	d, err := db.Open(ctx, base.Data, db.Options{Node: clock.CommandNode})
	if err != nil {
		return a, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if err := d.CheckVersion(ctx); err != nil {
		return a, err
	}
	texts, err := Texts()
	if err != nil {
		return a, err
	}
	set, err := settingOf(config.Config{Base: base}, texts)
	if err != nil {
		return a, err
	}
	set.BaseURL = func() string { return "http://localhost" } // no mail leaves, so nobody is led there
	s, err := NewServices(d, set)
	if err != nil {
		return a, err
	}
	err = d.Write(ctx, func(tx *db.Tx) (err error) { // records are looked up within a write; nothing is written
		a, err = s.explain(ctx, tx, q)
		return err
	})
	return a, err
}

func (s *Services) explain(ctx context.Context, tx *db.Tx, q command.Question) (a command.Answer, err error) {
	p, err := s.People.PersonByEmail(ctx, tx, q.Email)
	if err != nil {
		return a, err
	}
	actor, err := s.People.Actor(ctx, tx, p.ID, tx.Now())
	if err != nil {
		return a, err
	}
	ctx = access.With(ctx, actor)
	a.Roles, a.Lapsed = actor.Roles, actor.Lapsed
	if q.Record != "" {
		a.Decision, err = s.explainRecord(ctx, tx, q)
		return a, err
	}
	places := []int64{access.Network}
	if q.Organisation != "" {
		o, err := programme.OrganisationBySlug(ctx, tx, q.Organisation)
		if err != nil {
			return a, err
		}
		places = []int64{o.ID}
	} else {
		for _, g := range slices.Concat(actor.Roles, actor.Lapsed) {
			places = append(places, g.Organisation)
		}
	}
	for _, at := range places {
		if d := access.DecidePlace(ctx, q.May, at); d.Allowed || len(d.By) > len(a.By) {
			a.Decision = d
		}
		if a.Allowed {
			break
		}
	}
	return a, nil
}

func (s *Services) explainRecord(ctx context.Context, tx *db.Tx, q command.Question) (access.Decision, error) {
	id, err := s.Children.IDOf(ctx, tx, q.Record)
	if err != nil {
		return access.Decision{}, err
	}
	_, r, err := s.Children.Resource(ctx, tx, id)
	if err != nil {
		return access.Decision{}, err
	}
	return access.DecideRecord(ctx, q.May, r, access.Question{At: tx.Now(), Purpose: q.Purpose, Group: q.Group, Reason: q.Reason}), nil
}
