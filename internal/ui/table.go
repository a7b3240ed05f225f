package ui

import (
	"context"
	"strings"

	"github.com/a-h/templ"
)

// Column is one column of a table's head.
type Column struct {
	Label string
	Sort  string // key in ?sort=, "-key" for downwards; "" when the column cannot be sorted by
	Num   bool   // figures: set to the end of the cell
}

// FilterView is a bar of fields that narrows a list by GET.
type FilterView struct {
	Action string
	Label  string           // what is filtered, for those who do not see it
	Attrs  templ.Attributes // hx-get and the like
}

// sortState says how a column is sorted now: "ascending", "descending" or "none".
func sortState(ctx context.Context, c Column) string {
	switch query(ctx, "sort") {
	case c.Sort:
		return "ascending"
	case "-" + c.Sort:
		return "descending"
	}
	return "none"
}

func sortHref(ctx context.Context, c Column) string {
	if query(ctx, "sort") == c.Sort {
		return Here(ctx, "sort", "-"+c.Sort)
	}
	return Here(ctx, "sort", c.Sort)
}

func sortAttr(ctx context.Context, c Column) templ.Attributes {
	if c.Sort == "" {
		return nil
	}
	return templ.Attributes{"aria-sort": sortState(ctx, c)}
}

func sortIcon(ctx context.Context, c Column) string {
	return map[string]string{"ascending": "up", "descending": "down"}[sortState(ctx, c)]
}

func columnClass(c Column) string {
	if c.Num {
		return "n"
	}
	return ""
}

// exportHref is the present address with .csv or .xlsx after its path: a list at /desk/gifts is
// taken away at /desk/gifts.csv with the same filter.
func exportHref(ctx context.Context, ext string) string {
	h := Here(ctx, "after", "")
	path, q, has := strings.Cut(h, "?")
	if has {
		q = "?" + q
	}
	return path + "." + ext + q
}
