package givingdesk_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/ledger"
	"manyhands/internal/web/webtest"
)

// lived is a network in which something has happened: ¥1,000 came, ¥200 went out, ¥300 are held.
func lived(t *testing.T, h *house) network {
	t.Helper()
	n := h.network()
	h.give(n, "A1,400,=HYPERLINK(x),public", "A2,350,＋1,public", "A3,250,Zhao,sealed")
	mei := h.as(h.person("Mei", access.Network, access.Treasurer), i18n.EN)
	li := h.as(h.person("Li", access.Network, access.Approver), i18n.EN)
	path := payout(mei, n, "INV-1", "600", "200")
	li.Post(path+"/approve", nil).RedirectsTo(path)
	mei.Post(path+"/pay", url.Values{"bank_reference": {"@SUM(A1)"}, "paid_on": {"2026-11-23"}}).RedirectsTo(path)
	payout(mei, n, "INV-2", "300", "300")
	return n
}

func csvOf(t *testing.T, c *webtest.Client, path string) [][]string {
	t.Helper()
	c.Get(path).Status(200)
	body, ok := strings.CutPrefix(c.Body, "\xEF\xBB\xBF")
	if !ok || c.Response.Header.Get("Content-Type") != "text/csv; charset=utf-8" || !strings.Contains(c.Response.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("%s: headers %v, byte order mark %v", path, c.Response.Header, ok)
	}
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return rows
}

func sheetOf(t *testing.T, c *webtest.Client, path string) [][]string {
	t.Helper()
	c.Get(path).Status(200)
	f, err := excelize.OpenReader(bytes.NewReader([]byte(c.Body)))
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	rows, err := f.GetRows("Sheet1", excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// The page, both files and the ledger say the same, and the sums are sums.
func TestBooksAgree(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := lived(t, h)
	c := h.as(h.person("Aud", access.Network, access.Auditor), i18n.EN)
	page := c.Get("/desk/books").Status(200).Text("tfoot")
	if want := "total¥1,000¥200¥800¥300¥500"; page != want {
		t.Errorf("page sums up to %q, want %q", page, want)
	}
	h.read(func(ctx context.Context, r *db.Reader) error {
		books, err := giving.Books(ctx, r)
		var free int64
		for _, b := range books {
			free += b.Free
			if b.In-b.Out != b.Held+b.Free {
				t.Errorf("%+v does not add up", b)
			}
		}
		if free != 500_00 {
			t.Errorf("ledger has %d free", free)
		}
		return err
	})
	rows := csvOf(t, c, "/desk/books.csv")
	last := rows[len(rows)-1]
	if got := strings.Join(last, "|"); got != "total||1000.00|200.00|800.00|300.00|500.00" {
		t.Errorf("CSV ends with %q", got)
	}
	cells := sheetOf(t, c, "/desk/books.xlsx")
	if got := strings.Join(cells[len(cells)-1], "|"); got != "total||1000|200|800|300|500" {
		t.Errorf("XLSX ends with %q", got)
	}
	if len(cells) != len(rows) || strings.Join(cells[0], "|") != strings.Join(rows[0], "|") {
		t.Errorf("the files differ: %v and %v", cells, rows)
	}
	zh := csvOf(t, c.Lang(i18n.ZH), "/desk/books.csv")
	if zh[0][0] != "基金" {
		t.Errorf("head in Chinese: %v", zh[0])
	}
	var in int64
	for _, row := range csvOf(t, c.Lang(i18n.EN), "/desk/books/"+n.fund.Slug+"/in.csv")[1:] {
		in += fen(t, row[4])
	}
	if in != 1000_00 {
		t.Errorf("the statement's arrivals sum up to %d", in)
	}
	if out := csvOf(t, c, "/desk/books/"+n.fund.Slug+"/out.csv"); len(out) != 2 || out[1][4] != "200.00" || out[1][6] != "200.00" {
		t.Errorf("the statement's uses: %v", out)
	}
	if x := sheetOf(t, c, "/desk/books/"+n.fund.Slug+"/out.xlsx"); x[1][4] != "200" {
		t.Errorf("XLSX of the uses: %v", x)
	}
}

func fen(t *testing.T, decimal string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(strings.ReplaceAll(decimal, ".", ""), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Nothing that a person typed becomes a formula in a spreadsheet.
func TestExportsAreHarmless(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	lived(t, h)
	c := h.as(h.person("Aud", access.Network, access.Auditor), i18n.EN)
	for path, want := range map[string]string{"/desk/gifts.csv": "'=HYPERLINK(x)", "/desk/gifts.csv?state=received": "'＋1", "/desk/payouts.csv": "'@SUM(A1)"} {
		found := false
		for _, row := range csvOf(t, c, path) {
			for _, f := range row {
				found = found || f == want
				if f != "" && strings.ContainsAny(f[:1], "=+-@") {
					t.Errorf("%s: %q is a formula", path, f)
				}
			}
		}
		if !found {
			t.Errorf("%s lacks %q", path, want)
		}
	}
	c.Get("/desk/gifts.xlsx").Status(200)
	f, err := excelize.OpenReader(strings.NewReader(c.Body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 2; i <= 4; i++ {
		if formula, _ := f.GetCellFormula("Sheet1", "L"+strconv.Itoa(i)); formula != "" {
			t.Errorf("row %d holds the formula %q", i, formula)
		}
	}
	empty := newHouse(t)
	c = empty.as(empty.person("Aud", access.Network, access.Auditor), i18n.EN)
	if rows := csvOf(t, c, "/desk/gifts.csv"); len(rows) != 1 {
		t.Errorf("an empty table: %v", rows)
	}
	if rows := sheetOf(t, c, "/desk/payouts.xlsx"); len(rows) != 1 {
		t.Errorf("an empty table: %v", rows)
	}
}

// A statement longer than a page is read on without a gap, in pages and in the file.
func TestLongStatement(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.network()
	lines := make([]string, 620)
	for i := range lines {
		lines[i] = "R" + strconv.Itoa(i) + ",1.01,A,public"
	}
	h.give(n, lines...)
	c := h.as(h.person("Aud", access.Network, access.Auditor), i18n.EN)
	seen := 0
	for c.Get("/desk/books/" + n.fund.Slug); ; c.Click("a[rel=next]") {
		seen += c.Must("tbody tr").Length()
		if c.Find("a[rel=next]").Length() == 0 {
			break
		}
	}
	rows := csvOf(t, c, "/desk/books/"+n.fund.Slug+"/in.csv")
	if seen != 620 || len(rows) != 621 || rows[620][6] != "626.20" {
		t.Errorf("%d lines on pages, %d in the file, the last %v", seen, len(rows)-1, rows[len(rows)-1])
	}
	gifts := 0
	for c.Get("/desk/gifts"); ; c.Click("a[rel=next]") {
		gifts += c.Must("tbody tr").Length()
		if c.Find("a[rel=next]").Length() == 0 {
			break
		}
	}
	if rows := csvOf(t, c, "/desk/gifts.csv"); gifts != 620 || len(rows) != 621 {
		t.Errorf("%d gifts on pages, %d in the file", gifts, len(rows)-1)
	}
	h.read(func(ctx context.Context, r *db.Reader) error { return ledger.Check(ctx, r, func(int64, int64) {}) })
}
