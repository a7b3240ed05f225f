// Package fault names the ways in which a request can fail and carries them, with a message key,
// from the place that noticed to the one place that answers.
//
// A fault holds no sentence: the edge (package web, the API, the command line) looks its key up in
// the reader's language. Any error that is not a fault is internal: its text is logged and never
// shown. This package imports nothing of the house.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says what went wrong in terms that the edge maps to a status.
type Kind int

// The kinds, and the HTTP status that package web gives each.
const (
	Internal        Kind = iota // 500: not the caller's doing
	Invalid                     // 422: what was sent cannot be right
	NotFound                    // 404
	Forbidden                   // 403: known, and not allowed
	Unauthenticated             // 401: sign in first
	Conflict                    // 409: true a moment ago, not now
	Gone                        // 410: existed, has ended (a link, a hold)
	TooLarge                    // 413: over a stated limit
	TooMany                     // 429: over a stated rate
	Busy                        // 503: try again in a moment
)

var kindNames = [...]string{"internal", "invalid", "not_found", "forbidden", "unauthenticated",
	"conflict", "gone", "too_large", "too_many", "busy"}

// String returns the kind's name as the API and the logs write it.
func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return "internal"
	}
	return kindNames[k]
}

// Error is a fault: a kind, a message key and the arguments of its sentence.
type Error struct {
	Kind Kind
	Key  string         // such as "giving.campaign_closed"; texts live in the catalogues
	Args map[string]any // by name, as the catalogue's sentence uses them
	Err  error          // what lies beneath, for the log; may be nil

	// Of a refusal, for the log and the trail, never shown: the rule by which it was, and the id of what
	// was asked for. See By.
	Rule    string
	Subject int64
}

// By returns the same fault with the rule by which somebody was refused, a word of the program, and the id
// of what they asked for, 0 for nothing in particular. To whoever is refused nothing changes: a record that
// they may not know of is answered as one that is not there, and the operator still learns of it.
func (e *Error) By(rule string, subject int64) *Error {
	with := *e
	with.Rule, with.Subject = rule, subject
	return &with
}

// Refusal returns the rule and the subject of a refusal; "" and 0 where err says none.
func Refusal(err error) (rule string, subject int64) {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Rule, e.Subject
	}
	return "", 0
}

// KeyOf returns the message key of err, or of the first of its fields; "" for what is no fault.
func KeyOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Key
	}
	if f, ok := errors.AsType[Fields](err); ok && len(f) > 0 {
		return f[0].Key
	}
	return ""
}

// New makes a fault. args are name, value pairs: New(Conflict, "giving.pool_dry", "Pool", name).
func New(kind Kind, key string, args ...any) *Error {
	return &Error{Kind: kind, Key: key, Args: pairs(args)}
}

// Wrap makes a fault over another error, which is logged and never shown.
func Wrap(err error, kind Kind, key string, args ...any) *Error {
	return &Error{Kind: kind, Key: key, Args: pairs(args), Err: err}
}

func pairs(args []any) map[string]any {
	if len(args) == 0 {
		return nil
	}
	m := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		m[fmt.Sprint(args[i])] = args[i+1]
	}
	return m
}

// Error is for logs.
func (e *Error) Error() string {
	s := e.Kind.String() + ": " + e.Key
	if len(e.Args) > 0 {
		s += fmt.Sprintf(" %v", e.Args)
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the error beneath.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is a fault of the same kind and key, so that a fault kept in a package
// variable works with errors.Is even when it was made again with arguments.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Kind == e.Kind && t.Key == e.Key
}

// Field is one thing wrong with one field of what was sent.
type Field struct {
	Name string         // the field's name in the form or JSON
	Key  string         // message key
	Args map[string]any // of the sentence
}

// Fields is a fault of kind Invalid that names the fields; it is collected with Add and returned
// with Err.
type Fields []Field

// Add notes one thing wrong; args are name, value pairs.
func (f *Fields) Add(name, key string, args ...any) {
	*f = append(*f, Field{Name: name, Key: key, Args: pairs(args)})
}

// Err returns the collection as an error, or nil when nothing was noted.
func (f Fields) Err() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

// Error is for logs: field names and keys, never values.
func (f Fields) Error() string {
	s := make([]string, len(f))
	for i, x := range f {
		s[i] = x.Name + ": " + x.Key
	}
	return "invalid: " + strings.Join(s, ", ")
}

// Get returns the first thing wrong with the named field.
func (f Fields) Get(name string) (Field, bool) {
	for _, x := range f {
		if x.Name == name {
			return x, true
		}
	}
	return Field{}, false
}

// ForOperator reports whether err belongs in the log: it is a mistake of ours, or somebody was asked to
// wait because of something beneath (the disk, the database, a gateway).
func ForOperator(err error) bool {
	if KindOf(err) == Internal {
		return true
	}
	e, ok := errors.AsType[*Error](err)
	return ok && e.Kind == Busy && e.Err != nil
}

// KindOf returns the kind of err: that of the fault within, Invalid for Fields, else Internal.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	if _, ok := errors.AsType[Fields](err); ok {
		return Invalid
	}
	return Internal
}
