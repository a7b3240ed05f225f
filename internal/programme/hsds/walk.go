package hsds

import (
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"

	"manyhands/internal/fault"
)

// walker reads JSON token by token and knows where it is. Nothing is built but what is asked for, so
// a large file costs no more memory than what is kept of it.
type walker struct {
	dec  *json.Decoder
	path []string
}

func (w *walker) pointer() string {
	var b strings.Builder
	for _, p := range w.path {
		b.WriteString("/" + p) // only names that this package knows are pushed: none needs escaping
	}
	return b.String()
}

func (w *walker) where() Where { return Where{Pointer: w.pointer()} }

// token returns the next token. Faults: Invalid "hsds.json" at a place that is no JSON.
func (w *walker) token() (json.Token, error) {
	t, err := w.dec.Token()
	if errors.Is(err, errTooLarge) {
		return nil, errTooLarge
	}
	if _, ok := errors.AsType[*json.SyntaxError](err); ok || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fault.Wrap(err, fault.Invalid, "hsds.json", "Pointer", w.pointer(), "Offset", w.dec.InputOffset())
	}
	return t, err
}

func (w *walker) wrongType(want string) error {
	return fault.New(fault.Invalid, "hsds.type."+want, "Pointer", w.pointer())
}

// open reads the delimiter that begins an object or array; false for null.
func (w *walker) open(want json.Delim, name string) (bool, error) {
	t, err := w.token()
	switch {
	case err != nil:
		return false, err
	case t == nil:
		return false, nil
	case t != want:
		return false, w.wrongType(name)
	}
	return true, nil
}

// object calls f for every name in an object; f reads the value. Null is an object without names.
func (w *walker) object(f func(name string) error) error {
	ok, err := w.open('{', "object")
	if err != nil || !ok {
		return err
	}
	return w.names(f)
}

// names is object after its opening brace.
func (w *walker) names(f func(name string) error) error {
	for w.dec.More() {
		t, err := w.token()
		if err != nil {
			return err
		}
		name, _ := t.(string)
		if err := f(name); err != nil {
			return err
		}
	}
	_, err := w.token()
	return err
}

// in reads the value of a name with f, knowing where it is. Faults: Invalid "hsds.too_deep".
func (w *walker) in(name string, f func() error) error {
	if len(w.path) >= MaxDepth {
		return fault.New(fault.Invalid, "hsds.too_deep", "Max", MaxDepth)
	}
	w.path = append(w.path, name)
	err := f()
	w.path = w.path[:len(w.path)-1]
	return err
}

// array calls f for every value of an array; f reads it. Null is an empty array.
func (w *walker) array(f func() error) error {
	ok, err := w.open('[', "array")
	if err != nil || !ok {
		return err
	}
	return w.items(f)
}

// items is array after its opening bracket.
func (w *walker) items(f func() error) error {
	for i := 0; w.dec.More(); i++ {
		if err := w.in(strconv.Itoa(i), f); err != nil {
			return err
		}
	}
	_, err := w.token()
	return err
}

// text reads a string into to. A number is taken as written; null leaves to as it is.
func (w *walker) text(to *string) error {
	t, err := w.token()
	switch v := t.(type) {
	case string:
		*to = strings.TrimSpace(v)
	case json.Number:
		*to = v.String()
	case nil:
	default:
		return w.wrongType("text")
	}
	return err
}

// skip passes over one value of any kind. Faults: Invalid "hsds.too_deep".
func (w *walker) skip() error {
	for depth := 0; ; {
		t, err := w.token()
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth > MaxDepth {
			return fault.New(fault.Invalid, "hsds.too_deep", "Max", MaxDepth)
		}
		if depth == 0 {
			return nil
		}
	}
}
