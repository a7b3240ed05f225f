package givingdesk

import (
	"context"
	"errors"
	"strings"
	"time"

	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/money"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// beside shows a refusal that concerns one field beside that field; at names the field by the
// refusal's key. Any other error is returned.
func beside(f *web.Form, err error, at map[string]string) error {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		if name, ok := at[e.Key]; ok {
			f.Errs = append(f.Errs, fault.Field{Name: name, Key: e.Key, Args: e.Args})
			return nil
		}
	}
	return f.Merge(err)
}

// field is a field of a form with its label "desk.field.NAME" and, if there is one, its hint
// "desk.hint.NAME".
func field(ctx context.Context, v web.FormView, name string, required bool) ui.FieldView {
	return ui.FieldView{Label: label(ctx, name), Name: name, Value: v.Value(name), Error: v.Bad(ctx, name),
		Hint: hint(ctx, name), Required: required, Autocomplete: "off"}
}

func typed(f ui.FieldView, kind string) ui.FieldView {
	f.Type = kind
	return f
}

// label names a field; one of several like rows is named by whoever shows it.
func label(ctx context.Context, name string) string {
	if key := "desk.field." + name; i18n.Has(ctx, key) {
		return i18n.T(ctx, key)
	}
	return name
}

func hint(ctx context.Context, name string) string {
	if key := "desk.hint." + name; i18n.Has(ctx, key) {
		return i18n.T(ctx, key)
	}
	return ""
}

func choice(ctx context.Context, v web.FormView, name string, required bool, options []ui.Option) ui.SelectView {
	return ui.SelectView{Label: label(ctx, name), Name: name, Options: options, Value: v.Value(name),
		Error: v.Bad(ctx, name), Hint: hint(ctx, name), Required: required}
}

// orDay gives a field for a day the day t unless something stands in it.
func orDay(ctx context.Context, f ui.FieldView, t time.Time) ui.FieldView {
	f.Type = "date"
	if f.Value == "" && f.Error == "" {
		f.Value = t.In(i18n.ZoneOf(ctx)).Format(time.DateOnly)
	}
	return f
}

// localTime writes a moment as <input type=datetime-local> reads it.
func localTime(ctx context.Context, t time.Time) string {
	return t.In(i18n.ZoneOf(ctx)).Format("2006-01-02T15:04")
}

// localDay is a day as a form writes it; "" for none.
func localDay(ctx context.Context, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(i18n.ZoneOf(ctx)).Format(time.DateOnly)
}

func unitOptions(ctx context.Context) []ui.Option {
	out := []ui.Option{{Label: i18n.T(ctx, "desk.choose")}}
	for _, u := range outcomeUnits() {
		out = append(out, ui.Option{Value: u, Label: i18n.Unit(ctx, money.Unit(u))})
	}
	return out
}

// compareText orders names as people look them up: without regard to capitals.
func compareText(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) }

func lang(f ui.FieldView, tag string) ui.FieldView {
	f.Lang = tag
	return f
}
