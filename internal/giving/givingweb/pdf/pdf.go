// Package pdf sets an acknowledgement as a one-page PDF with Chinese text that can be searched and
// copied. It is a pure function of its input: it decides nothing and knows no gift.
package pdf

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/signintech/gopdf"
)

// packed is the font, compressed: it is needed seldom and would weigh twice as much in the program.
//
//go:embed font/receipt.ttf.gz
var packed []byte

var font = sync.OnceValues(func() ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("pdf: font: %w", err)
	}
	return io.ReadAll(r)
})

// Letter is what stands on the page. Texts are in the reader's language; the font has Latin and the
// Chinese characters of the basic planes' main blocks, and shows □ for others.
type Letter struct {
	Issuer string // who thanks
	Title  string
	Text   string      // a paragraph
	Facts  [][2]string // label, value
	Notes  []string    // in small type at the end
	MadeAt time.Time
}

// The page is A4; measures are in points.
const (
	margin     = 64.0
	labelWidth = 130.0
	lineGap    = 7.0
)

const family = "receipt"

// Render returns the PDF.
func (l Letter) Render() ([]byte, error) {
	p := &gopdf.GoPdf{}
	p.Start(gopdf.Config{PageSize: *gopdf.PageSizeA4})
	p.SetInfo(gopdf.PdfInfo{Title: l.Title, Author: l.Issuer, CreationDate: l.MadeAt})
	ttf, err := font()
	if err != nil {
		return nil, err
	}
	err = p.AddTTFFontDataWithOption(family, ttf, gopdf.TtfOption{OnGlyphNotFoundSubstitute: func(rune) rune { return '□' }})
	if err != nil {
		return nil, fmt.Errorf("pdf: font: %w", err)
	}
	p.SetMargins(margin, margin, margin, margin)
	p.AddPage()
	s := setter{p: p, y: margin, width: gopdf.PageSizeA4.W - 2*margin}
	s.line(11, 90, l.Issuer)
	s.rule()
	s.line(21, 20, l.Title)
	s.y += 10
	s.paragraph(12, margin, s.width, 30, l.Text)
	s.y += 12
	for _, f := range l.Facts {
		s.fact(f[0], f[1])
	}
	s.y += 12
	for _, n := range l.Notes {
		s.paragraph(9, margin, s.width, 90, n)
		s.y += 4
	}
	if s.err != nil {
		return nil, fmt.Errorf("pdf: set the page: %w", s.err)
	}
	var b bytes.Buffer
	if _, err := p.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("pdf: write: %w", err)
	}
	return b.Bytes(), nil
}

// setter sets text down the page and keeps the first error.
type setter struct {
	p     *gopdf.GoPdf
	y     float64
	width float64
	err   error
}

func (s *setter) do(f func() error) {
	if s.err == nil {
		s.err = f()
	}
}

func (s *setter) line(size float64, grey uint8, text string) {
	s.paragraph(size, margin, s.width, grey, text)
}

func (s *setter) rule() {
	s.p.SetLineWidth(0.8)
	s.p.SetStrokeColor(226, 134, 12)
	s.p.Line(margin, s.y+6, margin+s.width, s.y+6)
	s.y += 34
}

// paragraph sets text into a column that begins at x and moves below it.
func (s *setter) paragraph(size, x, width float64, grey uint8, text string) {
	if text == "" {
		return
	}
	s.do(func() error { return s.p.SetFont(family, "", size) })
	var set []string
	s.do(func() (err error) {
		set, err = lines(text, width, s.p.MeasureTextWidth)
		return err
	})
	s.p.SetTextColor(grey, grey, grey)
	for _, l := range set {
		s.p.SetXY(x, s.y)
		s.do(func() error { return s.p.Cell(nil, l) })
		s.y += size + lineGap
	}
}

func (s *setter) fact(label, value string) {
	top := s.y
	s.paragraph(11, margin, labelWidth-10, 90, label)
	below := s.y
	s.y = top
	s.paragraph(12, margin+labelWidth, s.width-labelWidth, 20, value)
	s.y = max(s.y, below) + 2
}
