package giving

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"net/mail"
	"strings"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/csvfile"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/giving/internal/givingdb"
	"manyhands/internal/money"
)

// OfflineColumns are the columns of a file of gifts that came as cash or by bank transfer.
// docs/import.md describes the file for the people who write it.
var OfflineColumns = []csvfile.Column{
	{Name: "reference", Headings: []string{"凭证号", "流水号", "编号"}, Required: true},
	{Name: "date", Headings: []string{"日期", "到账日期"}, Required: true},
	{Name: "amount", Headings: []string{"金额", "金额（元）", "金额(元)"}, Required: true},
	{Name: "campaign", Headings: []string{"项目", "募捐", "筹款"}, Required: true},
	{Name: "method", Headings: []string{"方式", "捐赠方式"}, Required: true},
	{Name: "name", Headings: []string{"姓名", "捐赠人"}},
	{Name: "email", Headings: []string{"邮箱", "电子邮箱"}},
	{Name: "visibility", Headings: []string{"公开方式", "是否匿名"}},
	{Name: "message", Headings: []string{"留言"}},
}

// RowProblem is what is wrong with one row.
type RowProblem struct {
	Line   int
	Column string
	Fault  *fault.Error
}

// OfflineReport says what an import did, or with a dry run would do.
type OfflineReport struct {
	DryRun   bool
	Rows     int
	New      int
	Known    int // imported before, under the same reference
	Total    money.Amount
	Problems []RowProblem // at most MaxProblems
}

// MaxProblems is how many problems a report lists before reading stops.
const MaxProblems = 200

// offlineBatch is how many gifts one write posts.
const offlineBatch = 500

type offlineGift struct {
	line                             int
	reference, method                string
	at                               time.Time
	amount                           money.Amount
	campaign                         Campaign
	name, email, visibility, message string
}

// ImportOffline reads gifts from a CSV file and posts them. Nothing is posted unless every row is
// right; a file may be imported again, since each row's reference makes it known. progress is called
// now and then with the number of rows done.
func (s *Service) ImportOffline(ctx context.Context, in io.Reader, dryRun bool, by int64, progress func(done int)) (OfflineReport, error) {
	rep := OfflineReport{DryRun: dryRun, Total: money.Yuan(0)}
	gifts, err := s.readOffline(ctx, in, &rep)
	if err != nil || len(rep.Problems) > 0 || dryRun {
		return rep, err
	}
	for start := 0; start < len(gifts); start += offlineBatch {
		part := gifts[start:min(start+offlineBatch, len(gifts))]
		err := s.db.Write(ctx, func(tx *db.Tx) error { return s.postOffline(ctx, tx, part) })
		if err != nil {
			return rep, err
		}
		progress(start + len(part))
	}
	return rep, nil
}

func (s *Service) readOffline(ctx context.Context, in io.Reader, rep *OfflineReport) ([]offlineGift, error) {
	r, err := csvfile.NewReader(in, OfflineColumns)
	if err != nil {
		return nil, err
	}
	var gifts []offlineGift
	seen := map[string]int{}
	err = s.db.Read(ctx, func(snap *db.Reader) error {
		campaigns := map[string]Campaign{}
		for len(rep.Problems) < MaxProblems {
			row, err := r.Next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if f, ok := errors.AsType[*fault.Error](err); ok && csvfile.Passable(err) {
				rep.Problems = append(rep.Problems, RowProblem{Line: row.Line, Fault: f})
				continue
			}
			if err != nil {
				return err
			}
			rep.Rows++
			g, err := s.offlineRow(ctx, snap, row, campaigns, seen, rep)
			if err != nil {
				return err
			}
			gifts = append(gifts, g...)
		}
		return nil
	})
	return gifts, err
}

// offlineRow turns a row into at most one gift; what is wrong with it goes to the report.
func (s *Service) offlineRow(ctx context.Context, r db.Queryer, row csvfile.Row, campaigns map[string]Campaign, seen map[string]int, rep *OfflineReport) ([]offlineGift, error) {
	before := len(rep.Problems)
	bad := func(column, key string, args ...any) {
		rep.Problems = append(rep.Problems, RowProblem{Line: row.Line, Column: column, Fault: fault.New(fault.Invalid, key, args...)})
	}
	g := offlineGift{line: row.Line, reference: row.Get("reference"), name: row.Get("name"), message: row.Get("message")}
	if g.reference == "" || len(g.reference) > 100 {
		bad("reference", "form.required")
	}
	if line, twice := seen[g.reference]; twice {
		bad("reference", "giving.import_twice", "Line", line)
	}
	seen[g.reference] = row.Line
	var err error
	if g.at, err = s.offlineDate(row.Get("date")); err != nil {
		bad("date", "giving.import_date")
	}
	if g.amount, err = money.Parse(row.Get("amount"), money.CNY); err != nil {
		rep.Problems = append(rep.Problems, RowProblem{Line: row.Line, Column: "amount", Fault: err.(*fault.Error)})
	}
	if g.method = offlineMethod(row.Get("method")); g.method == "" {
		bad("method", "giving.import_method")
	}
	if g.visibility = offlineVisibility(row.Get("visibility")); g.visibility == "" {
		bad("visibility", "giving.choose_visibility")
	}
	if g.email = row.Get("email"); g.email != "" {
		if a, err := mail.ParseAddress(g.email); err != nil || a.Address != g.email {
			bad("email", "form.email")
		}
	}
	if g.campaign, err = campaignOfRow(ctx, r, row.Get("campaign"), campaigns); err != nil {
		return nil, err
	}
	if g.campaign.ID == 0 {
		bad("campaign", "giving.no_campaign")
	}
	if len(rep.Problems) > before {
		return nil, nil
	}
	return s.offlineKnown(ctx, r, g, rep)
}

func (s *Service) offlineKnown(ctx context.Context, r db.Queryer, g offlineGift, rep *OfflineReport) ([]offlineGift, error) {
	old, err := q.GetGiftByImportRef(ctx, r, importRef(g))
	if err == nil {
		if old.Quantity != g.amount.Minor || old.CampaignID != g.campaign.ID {
			rep.Problems = append(rep.Problems, RowProblem{Line: g.line, Column: "reference", Fault: fault.New(fault.Conflict, "giving.import_changed")})
			return nil, nil
		}
		rep.Known++
		return nil, nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	rep.New++
	rep.Total.Minor += g.amount.Minor
	return []offlineGift{g}, nil
}

func importRef(g offlineGift) string { return g.method + ":" + g.reference }

func campaignOfRow(ctx context.Context, r db.Queryer, slug string, known map[string]Campaign) (Campaign, error) {
	if c, ok := known[slug]; ok {
		return c, nil
	}
	row, err := q.GetCampaignBySlug(ctx, r, slug)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return Campaign{}, err
	}
	if row.State == string(CampaignDraft) {
		row = givingdb.Campaign{}
	}
	known[slug] = campaignOf(row)
	return known[slug], nil
}

// offlineDate reads a day as people write it and takes it as noon in the network's zone. A day in
// the future, or before 2000, is a typing error.
func (s *Service) offlineDate(text string) (time.Time, error) {
	text = strings.NewReplacer("年", "-", "月", "-", "日", "", "/", "-", ".", "-").Replace(text)
	t, err := time.ParseInLocation("2006-1-2", text, s.opts.Zone)
	if err != nil {
		return t, err
	}
	t = t.Add(12 * time.Hour)
	if t.Year() < 2000 || t.After(s.db.Now().Add(24*time.Hour)) {
		return t, errors.New("giving: out of range")
	}
	return t.UTC(), nil
}

func offlineMethod(text string) string {
	switch strings.ToLower(text) {
	case "cash", "现金":
		return MethodCash
	case "bank", "transfer", "转账", "银行转账", "银行":
		return MethodBank
	}
	return ""
}

func offlineVisibility(text string) string {
	switch strings.ToLower(text) {
	case "", "public", "公开":
		return string(Public)
	case "organisation", "仅机构可见", "机构":
		return string(Organisation)
	case "sealed", "匿名", "保密":
		return string(Sealed)
	}
	return ""
}

func (s *Service) postOffline(ctx context.Context, tx *db.Tx, gifts []offlineGift) error {
	c, err := s.readCapture(ctx, tx, nil)
	if err != nil {
		return err
	}
	funds, err := q.FundsByIDs(ctx, tx, idsOf(gifts, func(g offlineGift) int64 { return g.campaign.Fund }))
	if err != nil {
		return err
	}
	for _, f := range funds {
		c.funds[f.ID] = f.AccountID
	}
	rows := make([]givingdb.Gift, len(gifts))
	for i, g := range gifts {
		rows[i] = s.offlineGiftRow(tx, g)
		if err := c.post(ctx, &rows[i]); err != nil {
			return err
		}
	}
	_, err = c.enter(ctx, newGifts(rows))
	return err
}

func (s *Service) offlineGiftRow(tx *db.Tx, g offlineGift) givingdb.Gift {
	if g.visibility == string(Sealed) {
		g.name = ""
	}
	id := tx.NewID()
	return givingdb.Gift{ID: id, Token: newToken(id), NeedID: g.campaign.Need, CampaignID: g.campaign.ID, FundID: g.campaign.Fund,
		Unit: string(g.amount.Unit), Quantity: g.amount.Minor, Method: g.method, State: string(Received), Visibility: g.visibility,
		GiverName: g.name, GiverEmail: folded(g.email), GiverKey: s.giverKey(g.email, g.reference), Message: g.message,
		Words: string(wordsOf(Visibility(g.visibility), g.name, g.message)), ImportRef: importRef(g), GivenOn: s.day(g.at),
		MadeAt: clock.Micros(g.at), ReceivedAt: clock.Micros(g.at)}
}
