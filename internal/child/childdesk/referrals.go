package childdesk

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"manyhands/internal/access"
	"manyhands/internal/child"
	"manyhands/internal/clock"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/web"
)

type handoverView struct {
	said
	target
	code   string
	list   []child.Referral
	others []Organisation
	leads  []Person // who may decide without consent
	names  map[int64]string
	places map[int64]i18n.Text
}

// handover is where a child is referred or transferred, and what became of earlier referrals.
func (p *Pages) handover(w http.ResponseWriter, r *http.Request) error {
	t, err := caseOf(r, access.Referral)
	if err != nil {
		return err
	}
	ctx := r.Context()
	v := handoverView{said: saidOf(ctx), target: t, places: map[int64]i18n.Text{}}
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		d, err := p.openDoors(ctx, tx, t)
		if err != nil {
			return err
		}
		v.code = d.Code
		if v.list, err = p.cfg.Children.Referrals(ctx, tx, t.id); err != nil {
			return err
		}
		if v.others, err = p.others(ctx, tx, d.Organisation); err != nil {
			return err
		}
		if v.leads, err = p.cfg.Leads(ctx, tx, d.Organisation); err != nil {
			return err
		}
		v.names, v.places, err = p.referralNames(ctx, tx, v.list)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, v.status, handoverPage(v))
}

// referralNames returns the persons and places that referrals name.
func (p *Pages) referralNames(ctx context.Context, r db.Queryer, list []child.Referral) (map[int64]string, map[int64]i18n.Text, error) {
	var ids []int64
	places := map[int64]i18n.Text{}
	for _, x := range list {
		ids = append(ids, x.MadeBy, x.DecidedBy)
		if x.Override != nil {
			ids = append(ids, x.Override.By)
		}
		for _, at := range []int64{x.From, x.To} {
			if _, ok := places[at]; ok {
				continue
			}
			name, err := p.cfg.Places.Organisation(ctx, r, at)
			if err != nil {
				return nil, nil, err
			}
			places[at] = name
		}
	}
	names, err := p.cfg.Names(ctx, r, ids)
	return names, places, err
}

func (p *Pages) refer(w http.ResponseWriter, r *http.Request) error {
	t, err := caseOf(r, access.Referral)
	if err != nil {
		return err
	}
	return p.sent(w, r, p.handover, t.path("handover"), func(ctx context.Context, tx *db.Tx, f *web.Form) error {
		in := child.NewReferral{Record: t.id, Kind: child.ReferralKind(f.Values.Get("kind")), To: f.ID("to"), Reason: f.Values.Get("reason")}
		if err := f.Err(); err != nil {
			return err
		}
		_, err := p.cfg.Children.Refer(ctx, tx, in)
		return err
	})
}

// missing reports whether a referral was refused for want of consent: then the page says how to ask.
func (v handoverView) missing() bool {
	return !v.done && strings.HasPrefix(v.key, "consent.") && v.form.Value("to") != ""
}

// askPath leads to where the guardians' answer about the receiver is noted.
func (v handoverView) askPath() string {
	at := forPurpose(v.id, access.Casework, "consents", string(consent.SharePartner))
	return at + "?about=" + v.form.Value("to")
}

func (p *Pages) revoke(w http.ResponseWriter, r *http.Request) error {
	t, err := caseOf(r, access.Referral)
	if err != nil {
		return err
	}
	id := partOf(r, "referral")
	return p.sent(w, r, p.handover, t.path("handover"), func(ctx context.Context, tx *db.Tx, _ *web.Form) error {
		return p.cfg.Children.Revoke(ctx, tx, id)
	})
}

// referralStates are the tabs of the inbox.
func referralStates() []child.ReferralState {
	return []child.ReferralState{child.InProgress, child.Accepted, child.Done, child.Rejected, child.Revoked}
}

type receivedView struct {
	said
	state  child.ReferralState
	list   []child.Referral
	names  map[int64]string
	places map[int64]i18n.Text
}

// received is the inbox of an organisation to which children are referred.
func (p *Pages) received(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := access.Check(ctx, access.RecordEnrol); err != nil {
		return err
	}
	v := receivedView{said: saidOf(ctx), state: child.ReferralState(r.URL.Query().Get("state"))}
	if !slices.Contains(referralStates(), v.state) {
		v.state = child.InProgress
	}
	err := p.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		v.list = nil
		inboxes, err := p.places(ctx, tx, access.RecordEnrol)
		if err != nil {
			return err
		}
		for _, at := range inboxes {
			list, err := p.cfg.Children.Received(ctx, tx, at.ID, v.state)
			if err != nil {
				return err
			}
			v.list = append(v.list, list...)
		}
		v.names, v.places, err = p.referralNames(ctx, tx, v.list)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, v.status, receivedPage(v))
}

// take answers a referral: accepted, not taken, done.
func (p *Pages) take(w http.ResponseWriter, r *http.Request) error {
	return p.sent(w, r, p.received, root+"/received", func(ctx context.Context, tx *db.Tx, f *web.Form) error {
		id, _ := clock.ParseID(f.Values.Get("referral")) // anything else is none
		return p.cfg.Children.Take(ctx, tx, id, child.ReferralState(f.Values.Get("state")), f.Values.Get("answer"))
	})
}

type requestsView struct {
	said
	target
	code  string
	list  []child.Request
	names map[int64]string
}

// requests is what guardians asked for about a record, and the answers.
func (p *Pages) requests(w http.ResponseWriter, r *http.Request) error {
	t, err := targetOf(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	v := requestsView{said: saidOf(ctx), target: t}
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		d, err := p.openDoors(ctx, tx, t)
		if err != nil {
			return err
		}
		v.code = d.Code
		if v.list, err = p.cfg.Children.Requests(ctx, tx, t.id, t.purpose); err != nil {
			return err
		}
		var ids []int64
		for _, x := range v.list {
			ids = append(ids, x.DecidedBy)
		}
		v.names, err = p.cfg.Names(ctx, tx, ids)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, v.status, requestsPage(v))
}

// decide answers a request.
func (p *Pages) decide(w http.ResponseWriter, r *http.Request) error {
	t, err := targetOf(r)
	if err != nil {
		return err
	}
	id := partOf(r, "request")
	return p.sent(w, r, p.requests, t.path("requests"), func(ctx context.Context, tx *db.Tx, f *web.Form) error {
		answer := f.Choice("decision", "accept", "refuse")
		if err := f.Err(); err != nil {
			return err
		}
		return p.cfg.Children.Decide(ctx, tx, id, t.purpose, answer == "accept", f.Values.Get("answer"))
	})
}
