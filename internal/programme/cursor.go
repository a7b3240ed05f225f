package programme

import (
	"math"
	"strings"

	"manyhands/internal/clock"
)

// Cursor is the place in a list after which the next page begins. The zero Cursor is the beginning.
type Cursor struct{ At, ID int64 }

// String writes the cursor for an address; "" for the beginning.
func (c Cursor) String() string {
	if c == (Cursor{}) {
		return ""
	}
	return clock.FormatID(c.At) + "-" + clock.FormatID(c.ID)
}

// ParseCursor reads what String wrote; anything else is the beginning.
func ParseCursor(s string) Cursor {
	at, id, ok := strings.Cut(s, "-")
	if !ok {
		return Cursor{}
	}
	a, err := clock.ParseID(at)
	if err != nil {
		return Cursor{}
	}
	i, err := clock.ParseID(id)
	if err != nil {
		return Cursor{}
	}
	return Cursor{At: a, ID: i}
}

// newest gives the cursor of a list that begins with the greatest.
func (c Cursor) newest() Cursor {
	if c == (Cursor{}) {
		return Cursor{At: math.MaxInt64, ID: math.MaxInt64}
	}
	return c
}

// MaxPage is the longest page of any list here.
const MaxPage = 50

// page clamps a limit; 0 is the longest page. One row more is asked for, to know whether there is a
// next page.
func page(limit int) int {
	if limit <= 0 || limit > MaxPage {
		return MaxPage
	}
	return limit
}
