package giving

import (
	"context"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/programme"
)

// FilingDays is how many days before it begins the plan of a public fundraising has to be filed (guideline
// of the Ministry of Civil Affairs, in force from 1 January 2026).
const FilingDays = 10

// mayFundraise asks what the law asks of a charity that raises funds in public: a certificate in force
// (Charity Law, art. 22) and a plan that was filed ten days ago. Organisations of other kinds raise none
// themselves; what is raised for their programmes is a charity's matter. Faults: Conflict
// "giving.no_certificate", "giving.not_filed", "giving.filed_lately" (Date: the first day).
func mayFundraise(ctx context.Context, tx *db.Tx, c Campaign) error {
	n, err := programme.NeedViewByID(ctx, tx, c.Need)
	if err != nil {
		return err
	}
	o, err := programme.OrganisationByID(ctx, tx, n.Organisation)
	if err != nil || o.Kind != "charity" {
		return err
	}
	opens := c.FiledAt.AddDate(0, 0, FilingDays)
	switch {
	case o.Certificate == "" || (!o.CertificateEndsAt.IsZero() && !tx.Now().Before(o.CertificateEndsAt)):
		return fault.New(fault.Conflict, "giving.no_certificate")
	case c.FilingNumber == "" || c.FiledAt.IsZero():
		return fault.New(fault.Conflict, "giving.not_filed", "Days", FilingDays)
	case tx.Now().Before(opens) || c.StartsAt.Before(opens):
		return fault.New(fault.Conflict, "giving.filed_lately", "Date", opens)
	}
	return nil
}

// checkFiled refuses a change of what was filed with the authority: goal, words, period, and where what is left
// over goes. What is changed is filed anew, under another number and on a later day. Faults: Fields naming
// "filing_number".
func checkFiled(ctx context.Context, r db.Queryer, c Campaign, in CampaignInput) error {
	if c.FilingNumber == "" || c.FiledAt.IsZero() {
		return nil
	}
	n, err := programme.NeedByID(ctx, r, c.Need)
	if err != nil {
		return err
	}
	minute := func(t time.Time) int64 { return t.Unix() / 60 } // as forms write it
	same := in.Goal.Minor == n.Wanted && in.Title == n.Title && in.Body == n.Body && minute(in.StartsAt) == minute(c.StartsAt) &&
		minute(in.EndsAt) == minute(c.EndsAt) && in.FallbackFund == c.FallbackFund
	anew := in.FilingNumber != c.FilingNumber && in.FilingNumber != "" && in.FiledAt.After(c.FiledAt)
	if same || anew {
		return nil
	}
	var f fault.Fields
	f.Add("filing_number", "giving.new_filing")
	return f.Err()
}

// filedAt stores a day that may be absent.
func filedAt(day time.Time) int64 {
	if day.IsZero() {
		return 0
	}
	return clock.Micros(day)
}
