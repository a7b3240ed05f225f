package programmeapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"manyhands/internal/fault"
	"manyhands/internal/programme"
)

// Limits of a list.
const (
	perPage     = 50
	maxPerPage  = 100
	maxMinimal  = 5000 // of a list of ids alone
	maxSearch   = 200  // bytes
	maxPageName = 9    // digits of a page's number
)

// list is what was asked of any list.
type list struct {
	search        string
	number, size  int
	full, minimal bool
	lines         bool // format=ndjson: every item on a line, without pages
	since         time.Time
}

// readList reads the query that all lists share. Faults: Invalid fields.
func readList(r *http.Request) (list, error) {
	q := r.URL.Query()
	l := list{search: q.Get("search"), number: 1, size: perPage}
	var f fault.Fields
	if len(l.search) > maxSearch || !utf8.ValidString(l.search) {
		f.Add("search", "form.too_long", "Max", int64(maxSearch))
	}
	l.full, l.minimal = yes(&f, q.Get("full"), "full"), yes(&f, q.Get("minimal"), "minimal")
	most := maxPerPage
	if l.minimal {
		most, l.size = maxMinimal, maxMinimal
	}
	if s := q.Get("per_page"); s != "" {
		l.size = min(positive(&f, s, "per_page"), most)
	}
	if s := q.Get("page"); s != "" {
		l.number = positive(&f, s, "page")
	}
	switch q.Get("format") {
	case "", "json":
	case "ndjson":
		l.lines = true
	default:
		f.Add("format", "form.choice")
	}
	if s := q.Get("modified_after"); s != "" {
		var err error
		if l.since, err = time.Parse(time.RFC3339, s); err != nil {
			if l.since, err = time.Parse(time.DateOnly, s); err != nil {
				f.Add("modified_after", "form.date")
			}
		}
	}
	return l, f.Err()
}

func positive(f *fault.Fields, s, name string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || len(s) > maxPageName {
		f.Add(name, "form.number")
		return 1
	}
	return n
}

func yes(f *fault.Fields, s, name string) bool {
	b, err := strconv.ParseBool(s)
	if err != nil && s != "" {
		f.Add(name, "form.choice")
	}
	return b
}

// names reports whether every word of the search begins a word of the texts.
func (l list) names(texts ...string) bool {
	have := " " + strings.Join(programme.Bigrams(programme.Fold(strings.Join(texts, " ")), true), " ")
	for _, w := range programme.Bigrams(programme.Fold(l.search), false) {
		if !strings.Contains(have, " "+w) {
			return false
		}
	}
	return true
}

// part is the page's share of n items.
func (l list) part(n int) (from, to int) {
	if l.lines {
		return 0, n
	}
	from = n
	if l.number-1 <= n/l.size {
		from = min((l.number-1)*l.size, n)
	}
	return from, min(from+l.size, n)
}

// paged wraps a page's items, of n in all.
func paged[T any](l list, n int, items []T) page[T] {
	if items == nil {
		items = []T{}
	}
	pages := (n + l.size - 1) / l.size
	return page[T]{Items: n, Pages: pages, Number: l.number, Size: len(items), First: l.number == 1, Last: l.number >= pages,
		Empty: len(items) == 0, Contents: items}
}

// listed answers with a page of all items, or with each of them on a line.
func listed[T any](w http.ResponseWriter, r *http.Request, l list, all []T) error {
	from, to := l.part(len(all))
	if l.lines {
		return inLines(w, all)
	}
	return answer(w, r, paged(l, len(all), all[from:to]))
}

// inLines writes items one a line (application/x-ndjson).
func inLines[T any](w http.ResponseWriter, items []T) error {
	beginLines(w)
	for _, x := range items {
		if err := line(w, x); err != nil {
			return err
		}
	}
	return nil
}

func beginLines(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "application/x-ndjson; charset=utf-8")
	h.Set("Cache-Control", "public, max-age=300")
	h.Set("Access-Control-Allow-Origin", "*")
}

func line(w http.ResponseWriter, x any) error {
	body, err := json.Marshal(x)
	if err != nil {
		return fmt.Errorf("programmeapi: %w", err)
	}
	_, _ = w.Write(append(body, '\n')) // the reader may have gone
	return nil
}
