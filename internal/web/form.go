package web

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"manyhands/internal/fault"
	"manyhands/internal/i18n"
)

// Form is what a person sent: readers such as [Form.Text] and [Form.Money] take typed values out and
// note in Errs what is wrong, and Values keeps what was typed so that the page can show it again.
//
// Text and Lines may be empty unless named in Required; every other reader notes form.required when
// its field is empty, so guard an optional one with Has.
type Form struct {
	Values url.Values
	Errs   fault.Fields

	ctx   context.Context
	files map[string]File
}

// File is one uploaded file, held in memory. Type is sniffed from the content, never taken from the
// sender. Name is for display only.
type File struct {
	Name string
	Type string
	Data []byte
}

// ReadForm reads a posted form of at most 1 MiB. Values are put into Unicode NFC and trimmed. It
// returns faults of kind TooLarge ("form.too_large") and Invalid ("form.encoding" for bytes that are
// no UTF-8 and for NUL, "form.unreadable").
func ReadForm(w http.ResponseWriter, r *http.Request) (*Form, error) {
	return readForm(w, r, DefaultBodyLimit)
}

// ReadUpload is ReadForm for a form with files, of at most maxBytes in all.
func ReadUpload(w http.ResponseWriter, r *http.Request, maxBytes int64) (*Form, error) {
	return readForm(w, r, maxBytes)
}

// ReadQuery reads the query of a GET form, such as a filter bar, with the same care.
func ReadQuery(r *http.Request) (*Form, error) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "form.unreadable")
	}
	return newForm(r.Context(), q)
}

func readForm(w http.ResponseWriter, r *http.Request, limit int64) (*Form, error) {
	body := r.Body
	if raw := infoOf(r.Context()).body; raw != nil {
		body = raw
	}
	body = http.MaxBytesReader(w, body, limit)
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "form.unreadable")
	}
	switch kind {
	case "application/x-www-form-urlencoded":
		raw, err := io.ReadAll(body)
		if err != nil {
			return nil, readFault(err)
		}
		values, err := url.ParseQuery(string(raw))
		if err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "form.unreadable")
		}
		f, err := newForm(r.Context(), values)
		if err == nil {
			infoOf(r.Context()).form = f.Values
		}
		return f, err
	case "multipart/form-data":
		return readMultipart(r.Context(), body, params["boundary"])
	}
	return nil, fault.New(fault.Invalid, "form.unreadable")
}

func readFault(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fault.Wrap(err, fault.TooLarge, "form.too_large")
	}
	return fault.Wrap(err, fault.Invalid, "form.unreadable")
}

func newForm(ctx context.Context, values url.Values) (*Form, error) {
	for name, vs := range values {
		if !readable(name) {
			return nil, fault.New(fault.Invalid, "form.encoding")
		}
		for i, v := range vs {
			if !readable(v) {
				return nil, fault.New(fault.Invalid, "form.encoding")
			}
			v = strings.ReplaceAll(strings.ReplaceAll(v, "\r\n", "\n"), "\r", "\n")
			vs[i] = strings.TrimSpace(norm.NFC.String(v))
		}
	}
	return &Form{Values: values, ctx: ctx}, nil
}

func readable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// Err returns what was noted, or nil.
func (f *Form) Err() error { return f.Errs.Err() }

// Bad notes one more thing wrong with a field, once.
func (f *Form) Bad(name, key string, args ...any) {
	if _, already := f.Errs.Get(name); !already {
		f.Errs.Add(name, key, args...)
	}
}

// Merge notes the fields of a fault that a service returned and returns nil, or returns err when it
// is of another kind: one line in a handler between "show the form again" and "give up".
func (f *Form) Merge(err error) error {
	fields, ok := errors.AsType[fault.Fields](err)
	if !ok {
		return err
	}
	for _, x := range fields {
		if _, already := f.Errs.Get(x.Name); !already {
			f.Errs = append(f.Errs, x)
		}
	}
	return nil
}

// View returns what a template needs to show the form again.
func (f *Form) View() FormView { return FormView{Values: f.Values, Errs: f.Errs} }

// FormView is a form as a template sees it. The zero value is an empty form.
type FormView struct {
	Values url.Values
	Errs   fault.Fields
}

// NewFormView returns a form with values filled in: name, value pairs.
func NewFormView(pairs ...string) FormView {
	v := FormView{Values: url.Values{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Values.Add(pairs[i], pairs[i+1])
	}
	return v
}

// Value returns what stands in a field.
func (v FormView) Value(name string) string { return v.Values.Get(name) }

// Is reports whether value is among those chosen for name, for checkboxes and radio buttons.
func (v FormView) Is(name, value string) bool {
	for _, x := range v.Values[name] {
		if x == value {
			return true
		}
	}
	return false
}

// Bad returns the sentence about a field, "" when nothing is wrong with it.
func (v FormView) Bad(ctx context.Context, name string) string {
	f, ok := v.Errs.Get(name)
	if !ok {
		return ""
	}
	return i18n.Field(ctx, f)
}

// Failed reports whether anything is wrong, for the notice above the form.
func (v FormView) Failed() bool { return len(v.Errs) > 0 }
