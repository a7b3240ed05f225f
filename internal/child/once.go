package child

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/child/internal/childdb"
	"manyhands/internal/clock"
	"manyhands/internal/db"
)

// onceFor is how long a form that was sent is remembered: longer than any page stays open.
const onceFor = 48 * time.Hour

// Once reports whether who acts sends a form for the first time: a double click and a page that is sent
// again must not keep the same note twice. key is the form's own; the empty one is always new. It
// belongs into the transaction of what the form does, and stands or falls with it.
func (s *Service) Once(ctx context.Context, tx *db.Tx, key string) (bool, error) {
	if key == "" {
		return true, nil
	}
	h := sha256.Sum256([]byte(clock.FormatID(access.PersonID(ctx)) + " " + key))
	n, err := q.InsertOnce(ctx, tx, childdb.InsertOnceParams{Key: hex.EncodeToString(h[:]), MadeAt: tx.NowMicros()})
	if err != nil {
		return false, fmt.Errorf("child: remember a form: %w", err)
	}
	if err := q.ForgetOnce(ctx, tx, clock.Micros(tx.Now().Add(-onceFor))); err != nil {
		return false, fmt.Errorf("child: forget forms: %w", err)
	}
	return n > 0, nil
}
