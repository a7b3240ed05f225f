package child

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"manyhands/internal/child/internal/childdb"
	"manyhands/internal/db"
)

const (
	codeBegins  = "K-"
	leastCode   = 100 // three digits at least
	codeTries   = 40
	longestCode = 9 // digits
)

// ParseCode brings a code as somebody typed or read it aloud ("k 4711", "Ｋ－４７１１", "4711") to the form
// that is kept; "" when it cannot be one.
func ParseCode(typed string) string {
	s := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("-–—−", r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, width.Narrow.String(typed))
	s = strings.TrimPrefix(s, "K")
	if len(s) < 3 || len(s) > longestCode || strings.Trim(s, "0123456789") != "" || s[0] == '0' {
		return ""
	}
	return codeBegins + s
}

// insertRecord adds the row under a code that nobody has or had. Codes are drawn at random, from so many
// that at most a quarter is taken: a code says nothing of when a child came, and a mistyped one mostly
// leads nowhere.
func insertRecord(ctx context.Context, tx *db.Tx, p childdb.InsertRecordParams) (code string, err error) {
	n, err := q.CountAll(ctx, tx)
	if err != nil {
		return "", fmt.Errorf("child: count records: %w", err)
	}
	low := int64(leastCode)
	for 4*(n+1) > 9*low {
		low *= 10
	}
	for range codeTries {
		drawn, err := rand.Int(rand.Reader, big.NewInt(9*low))
		if err != nil {
			return "", fmt.Errorf("child: draw a code: %w", err)
		}
		p.Code = codeBegins + strconv.FormatInt(low+drawn.Int64(), 10)
		added, err := q.InsertRecord(ctx, tx, p)
		if err != nil {
			return "", fmt.Errorf("child: begin a record: %w", err)
		}
		if added > 0 {
			return p.Code, nil
		}
	}
	return "", fmt.Errorf("child: no free code among %d", 9*low)
}
