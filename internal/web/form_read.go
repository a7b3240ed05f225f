package web

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/mail"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"manyhands/internal/clock"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
)

// Has reports whether something stands in a field.
func (f *Form) Has(name string) bool { return f.Values.Get(name) != "" }

// Required notes form.required for each named field that is empty.
func (f *Form) Required(names ...string) {
	for _, n := range names {
		if !f.Has(n) {
			f.Bad(n, "form.required")
		}
	}
}

func (f *Form) required(name string) (string, bool) {
	v := f.Values.Get(name)
	if v == "" {
		f.Bad(name, "form.required")
	}
	return v, v != ""
}

// Text returns one line of at most maxRunes characters; line breaks become spaces.
func (f *Form) Text(name string, maxRunes int) string {
	return f.limit(name, strings.Join(strings.Fields(f.Values.Get(name)), " "), maxRunes)
}

// Lines returns text of several lines, of at most maxRunes characters, with \n between lines.
func (f *Form) Lines(name string, maxRunes int) string {
	return f.limit(name, f.Values.Get(name), maxRunes)
}

func (f *Form) limit(name, v string, maxRunes int) string {
	if utf8.RuneCountInString(v) > maxRunes {
		f.Bad(name, "form.too_long", "Max", maxRunes)
		return ""
	}
	return v
}

// Email returns an address of at most 254 bytes (RFC 5321, 4.5.3.1) with its domain in lower case.
func (f *Form) Email(name string) string {
	v, ok := f.required(name)
	if !ok {
		return ""
	}
	a, err := mail.ParseAddress(v)
	if err != nil || a.Address != v || len(v) > 254 {
		f.Bad(name, "form.email")
		return ""
	}
	at := strings.LastIndexByte(v, '@')
	local, domain := v[:at], strings.ToLower(v[at+1:])
	if !strings.Contains(domain, ".") || strings.ContainsAny(domain, "[]") || len(local) > 64 || strings.ContainsAny(local, "\" \t") {
		f.Bad(name, "form.email")
		return ""
	}
	return local + "@" + domain
}

// Money returns a positive quantity of unit, as [money.Parse] reads it, with its message keys.
func (f *Form) Money(name string, unit money.Unit) money.Amount {
	a, err := money.Parse(f.Values.Get(name), unit)
	if e, ok := errors.AsType[*fault.Error](err); ok {
		if _, already := f.Errs.Get(name); !already {
			f.Errs = append(f.Errs, fault.Field{Name: name, Key: e.Key, Args: e.Args})
		}
		return money.Amount{}
	}
	return a
}

// Int returns a whole number from lo to hi.
func (f *Form) Int(name string, lo, hi int64) int64 {
	v, ok := f.required(name)
	if !ok {
		return 0
	}
	n, err := strconv.ParseInt(v, 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange) || (err == nil && n > hi) || (err == nil && n < lo):
		if strings.HasPrefix(v, "-") || (err == nil && n < lo) {
			f.Bad(name, "form.too_small", "Min", lo)
		} else {
			f.Bad(name, "form.too_big", "Max", hi)
		}
		return 0
	case err != nil:
		f.Bad(name, "form.number")
		return 0
	}
	return n
}

// Date returns the start of the day ("2026-11-23") in the network's zone.
func (f *Form) Date(name string) time.Time {
	return f.moment(name, "form.date", "2006-01-02")
}

// DateTimeLocal returns the moment that <input type=datetime-local> sends ("2026-11-23T16:30"), also
// with a space and with seconds, in the network's zone.
func (f *Form) DateTimeLocal(name string) time.Time {
	return f.moment(name, "form.date_time", "2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02 15:04:05")
}

func (f *Form) moment(name, key string, layouts ...string) time.Time {
	v, ok := f.required(name)
	if !ok {
		return time.Time{}
	}
	for _, l := range layouts {
		t, err := time.ParseInLocation(l, v, i18n.ZoneOf(f.ctx))
		if err == nil && t.Year() >= 1900 && t.Year() < 2200 {
			return t
		}
	}
	f.Bad(name, key)
	return time.Time{}
}

// ID returns an id as [clock.FormatID] writes it.
func (f *Form) ID(name string) int64 {
	v, ok := f.required(name)
	if !ok {
		return 0
	}
	id, err := clock.ParseID(v)
	if err != nil || id == 0 {
		f.Bad(name, "form.id")
		return 0
	}
	return id
}

// Choice returns one of the allowed values. Allow "" to make it optional.
func (f *Form) Choice(name string, allowed ...string) string {
	v := f.Values.Get(name)
	switch {
	case slices.Contains(allowed, v):
		return v
	case v == "":
		f.Bad(name, "form.required")
	default:
		f.Bad(name, "form.choice")
	}
	return ""
}

// Bool reports whether a checkbox was ticked.
func (f *Form) Bool(name string) bool {
	v := f.Values.Get(name)
	return v != "" && v != "false" && v != "0"
}

// File returns an uploaded file of at most maxBytes; it notes form.file when there is none and
// form.file_too_large. Read the form with [ReadUpload].
func (f *Form) File(name string, maxBytes int64) (File, bool) {
	file, ok := f.files[name]
	switch {
	case !ok || len(file.Data) == 0:
		f.Bad(name, "form.file")
	case int64(len(file.Data)) > maxBytes:
		f.Bad(name, "form.file_too_large")
	default:
		return file, true
	}
	return File{}, false
}

// HasFile reports whether a file was sent, for an optional one.
func (f *Form) HasFile(name string) bool { return len(f.files[name].Data) > 0 }

// maxParts bounds how many fields and files one multipart form may have.
const maxParts = 200

func readMultipart(ctx context.Context, body io.Reader, boundary string) (*Form, error) {
	if boundary == "" {
		return nil, fault.New(fault.Invalid, "form.unreadable")
	}
	values, files := url.Values{}, map[string]File{}
	parts := multipart.NewReader(body, boundary)
	for range maxParts {
		part, err := parts.NextPart()
		if err == io.EOF {
			f, err := newForm(ctx, values)
			if err != nil {
				return nil, err
			}
			f.files = files
			return f, nil
		}
		if err != nil {
			return nil, readFault(err)
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return nil, readFault(err)
		}
		if part.FileName() == "" {
			values.Add(part.FormName(), string(data))
			continue
		}
		if !readable(part.FileName()) {
			return nil, fault.New(fault.Invalid, "form.encoding")
		}
		files[part.FormName()] = File{Name: filepath.Base(part.FileName()), Type: http.DetectContentType(data), Data: data}
	}
	return nil, fault.New(fault.TooLarge, "form.too_large")
}
