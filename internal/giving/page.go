package giving

import (
	"errors"
	"math"

	"manyhands/internal/fault"
	"manyhands/internal/ledger"
)

// maxRows is the most rows that one call lists.
const maxRows = 500

// from turns a cursor of 0 into 'from the newest'.
func from(before int64) int64 {
	if before <= 0 {
		return math.MaxInt64
	}
	return before
}

func limit(most int) int32 { return int32(min(max(most, 1), maxRows)) }

// floorAs names a broken floor in the words of whoever asked.
func floorAs(err error, key string) error {
	if errors.Is(err, ledger.ErrFloor) {
		return fault.Wrap(err, fault.Conflict, key)
	}
	return err
}

// spentAs names money that has been paid on already in giving's words.
func spentAs(err error) error {
	if errors.Is(err, ledger.ErrSpent) || errors.Is(err, ledger.ErrFloor) {
		return fault.Wrap(err, fault.Conflict, "giving.already_spent")
	}
	return err
}
