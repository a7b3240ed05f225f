package givingdesk

import (
	"fmt"
	"math/big"
	"net/http"
	"time"

	"github.com/xuri/excelize/v2"
)

// asXLSX is an Excel workbook of one sheet with figures and dates as such. Rows wait in a temporary
// file of the writer's once they are many.
var asXLSX = format{ext: "xlsx", mime: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", open: openXLSX}

type xlsxSheet struct {
	w                         http.ResponseWriter
	book                      *excelize.File
	rows                      *excelize.StreamWriter
	zone                      *time.Location
	n                         int
	bold, money, count, stamp int
}

// maxRows is how many rows a sheet of Excel holds.
const maxRows = excelize.TotalRows

func openXLSX(w http.ResponseWriter, zone *time.Location) (sheet, error) {
	s := &xlsxSheet{w: w, book: excelize.NewFile(), zone: zone}
	var err error
	if s.rows, err = s.book.NewStreamWriter("Sheet1"); err != nil {
		return nil, fmt.Errorf("begin a sheet: %w", err)
	}
	for style, look := range map[*int]excelize.Style{
		&s.bold:  {Font: &excelize.Font{Bold: true}},
		&s.money: {NumFmt: 4},  // #,##0.00
		&s.count: {NumFmt: 3},  // #,##0
		&s.stamp: {NumFmt: 22}, // date and time as the reader's Excel writes them
	} {
		if *style, err = s.book.NewStyle(&look); err != nil {
			return nil, fmt.Errorf("make a style: %w", err)
		}
	}
	if err := s.rows.SetColWidth(1, 12, 18); err != nil {
		return nil, fmt.Errorf("set widths: %w", err)
	}
	return s, nil
}

func (s *xlsxSheet) row(cells []cell) error {
	s.n++
	if s.n > maxRows {
		return fmt.Errorf("a sheet holds no more than %d rows", maxRows)
	}
	out := make([]any, len(cells))
	for i, c := range cells {
		out[i] = s.cell(c)
	}
	return s.rows.SetRow("A"+fmt.Sprint(s.n), out)
}

func (s *xlsxSheet) cell(c cell) excelize.Cell {
	switch {
	case c.number && c.amount.Unit.IsMoney():
		f, _ := big.NewRat(c.amount.Minor, 100).Float64() // what Excel itself would make of the decimal
		return excelize.Cell{StyleID: s.money, Value: f}
	case c.number:
		return excelize.Cell{StyleID: s.count, Value: c.amount.Minor}
	case !c.at.IsZero():
		return excelize.Cell{StyleID: s.stamp, Value: c.at.In(s.zone)}
	case s.n == 1:
		return excelize.Cell{StyleID: s.bold, Value: c.text}
	}
	return excelize.Cell{Value: c.text}
}

func (s *xlsxSheet) close() error {
	if err := s.rows.Flush(); err != nil {
		return fmt.Errorf("end a sheet: %w", err)
	}
	if err := s.book.Write(s.w); err != nil {
		return fmt.Errorf("send a workbook: %w", err)
	}
	return s.book.Close()
}

// drop deletes the temporary file.
func (s *xlsxSheet) drop() { _ = s.book.Close() }
