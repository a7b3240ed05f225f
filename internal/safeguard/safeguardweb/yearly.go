package safeguardweb

import (
	"encoding/csv"
	"net/http"
	"strconv"

	"manyhands/internal/access"
	"manyhands/internal/audit"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/safeguard"
	"manyhands/internal/web"
)

type yearlyView struct {
	safeguard.Yearly
	places []Organisation
}

// load reads the year and the place of the address; without a year it is the one before the present, for
// which the audit is due.
func (p *Pages) load(r *http.Request) (v yearlyView, err error) {
	ctx, query := r.Context(), r.URL.Query()
	now := p.cfg.DB.Now().In(p.cfg.Zone)
	year := now.Year() - 1
	if s := query.Get("year"); s != "" {
		if year, err = strconv.Atoi(s); err != nil || year < 2000 || year > now.Year() {
			return v, fault.New(fault.NotFound, "fault.not_found.sentence")
		}
	}
	if v.places, err = p.cfg.Organisations(ctx); err != nil {
		return v, err
	}
	at := access.Network
	if s := query.Get("organisation"); s != "" {
		if at, err = clock.ParseID(s); err != nil {
			return v, fault.Wrap(err, fault.NotFound, "fault.not_found.sentence")
		}
	}
	err = p.cfg.DB.Read(ctx, func(q *db.Reader) (err error) {
		v.Yearly, err = p.cfg.Safeguard.Yearly(ctx, q, at, year, p.cfg.Zone)
		return err
	})
	return v, err
}

func (p *Pages) yearly(w http.ResponseWriter, r *http.Request) error {
	v, err := p.load(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, yearlyPage(v))
}

// exportYearly hands the figures out as CSV that spreadsheets open with the right characters.
func (p *Pages) exportYearly(w http.ResponseWriter, r *http.Request) error {
	v, err := p.load(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error {
		return audit.Add(ctx, tx, audit.Act{Kind: "minors.exported", Organisation: v.Organisation, Person: access.PersonID(ctx), Data: map[string]int{"year": v.Year}})
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="minors-`+strconv.Itoa(v.Year)+`.csv"`)
	if _, err := w.Write([]byte("\ufeff")); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	for _, part := range v.parts(ctx) {
		for _, l := range part.lines {
			if err := out.Write([]string{part.title, l.Label, l.Value}); err != nil {
				return err
			}
		}
	}
	if err := out.Write([]string{i18n.T(ctx, "safeguard.yearly.trail"), strconv.FormatInt(v.Trail.Rows, 10), v.Trail.Hash}); err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}
