package i18n

import (
	"context"
	"errors"
	"fmt"
	"time"

	"manyhands/internal/fault"
	"manyhands/internal/money"
)

// T returns the text of key in the reader's language. args are name, value pairs for the sentence's
// placeholders: T(ctx, "giving.thanks", "Name", name, "Amount", gift.Amount). A value that is a
// money.Amount, an integer, a time.Time (as a date), a [Text] or a [Lang] is formatted for the
// reader; give a number that must not be grouped (a year, a code) as a string. "Count", an integer,
// drives plurals too. A key that has no text comes back in brackets and is noted in
// [Bundle.Missing].
func T(ctx context.Context, key string, args ...any) string {
	if len(args) == 0 {
		return of(ctx).bundle.text(of(ctx).lang, key, nil, nil)
	}
	m := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		m[fmt.Sprint(args[i])] = args[i+1]
	}
	return TArgs(ctx, key, m)
}

// TArgs is T with the arguments in a map, as faults carry them. It does not change args.
func TArgs(ctx context.Context, key string, args map[string]any) string {
	r := of(ctx)
	data := make(map[string]any, len(args))
	for k, v := range args {
		data[k] = show(ctx, v)
	}
	var count any
	if n, ok := integer(args["Count"]); ok {
		count = n
	}
	return r.bundle.text(r.lang, key, data, count)
}

func show(ctx context.Context, v any) any {
	switch v := v.(type) {
	case money.Amount:
		return Quantity(ctx, v)
	case time.Time:
		return Date(ctx, v)
	case Text:
		return v.In(ctx)
	case Lang:
		return T(ctx, "lang."+string(v))
	}
	if n, ok := integer(v); ok {
		return Number(ctx, n)
	}
	return v
}

func integer(v any) (int64, bool) {
	switch v := v.(type) {
	case int:
		return int64(v), true
	case int64:
		return v, true
	case int32:
		return int64(v), true
	}
	return 0, false
}

// Has reports whether key has a text, for keys made from data ("payment.method.wechat").
func Has(ctx context.Context, key string) bool {
	b := of(ctx).bundle
	return b != nil && b.Has(key)
}

// Fault returns the sentence that a person may read about err: that of the fault within; for
// fault.Fields, that fields below need another look; for any other error, that it is our doing.
func Fault(ctx context.Context, err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		if Has(ctx, e.Key) {
			return TArgs(ctx, e.Key, e.Args)
		}
		T(ctx, e.Key) // noted as missing; the reader gets the kind's own sentence
		return T(ctx, "fault."+e.Kind.String()+".sentence")
	}
	if fault.KindOf(err) == fault.Invalid {
		return T(ctx, "form.check")
	}
	return T(ctx, "fault.internal.sentence")
}

// FaultTitle returns the few words that head a page about a fault of kind: "Not found".
func FaultTitle(ctx context.Context, kind fault.Kind) string {
	return T(ctx, "fault."+kind.String()+".title")
}

// Field returns the sentence about one field, to stand beside it.
func Field(ctx context.Context, f fault.Field) string { return TArgs(ctx, f.Key, f.Args) }

// Text is what an author wrote in one or both languages: a name, a description.
type Text struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// In returns the text in the reader's language, or in the other when that one is empty.
func (t Text) In(ctx context.Context) string {
	s, _ := t.pick(LangOf(ctx))
	return s
}

// Lang returns the language that In really gives, for a lang attribute around it.
func (t Text) Lang(ctx context.Context) Lang {
	_, l := t.pick(LangOf(ctx))
	return l
}

// Empty reports whether nothing is written in either language.
func (t Text) Empty() bool { return t.ZH == "" && t.EN == "" }

func (t Text) pick(want Lang) (string, Lang) {
	switch {
	case want == ZH && (t.ZH != "" || t.EN == ""):
		return t.ZH, ZH
	case want != ZH && (t.EN != "" || t.ZH == ""):
		return t.EN, EN
	case t.ZH != "":
		return t.ZH, ZH
	}
	return t.EN, EN
}
