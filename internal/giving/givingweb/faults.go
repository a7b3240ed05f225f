package givingweb

import (
	"errors"

	"manyhands/internal/fault"
)

// conflictKey is the message key of a fault, to show its sentence beside a field.
func conflictKey(err error) string {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f.Key
	}
	return "fault.conflict.sentence"
}
