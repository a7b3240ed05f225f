// Package i18n turns message keys, quantities and moments into what a reader sees, in Chinese or
// English.
//
// The reader's language and zone travel in the context: [With] puts them there, [T], [Money],
// [Quantity], [Date] and the others take them out. Each package of the house embeds its own
// catalogue, `text/en.toml` and `text/zh.toml` with the same keys; [NewBundle] merges them and
// refuses a key that is given twice.
//
// The package knows no HTTP and no business rule. It must not grow sentences in Go: every sentence
// is in a catalogue.
package i18n

import (
	"context"
	"time"

	"golang.org/x/text/language"
)

// Lang is a language that the house is written in.
type Lang string

// The languages.
const (
	EN Lang = "en"
	ZH Lang = "zh"
)

// Langs lists the languages.
func Langs() []Lang { return []Lang{ZH, EN} }

// Tag is the BCP 47 tag for the lang attribute and for Content-Language: "zh-CN" or "en".
func (l Lang) Tag() string {
	if l == ZH {
		return "zh-CN"
	}
	return "en"
}

// Other is the language that a switch offers.
func (l Lang) Other() Lang {
	if l == ZH {
		return EN
	}
	return ZH
}

// ParseLang reads a language name such as "zh", "zh-TW" or "en-GB".
func ParseLang(s string) (Lang, bool) {
	tag, err := language.Parse(s)
	if err != nil {
		return "", false
	}
	return langOf(tag)
}

func langOf(tag language.Tag) (Lang, bool) {
	base, _ := tag.Base()
	switch base.String() {
	case "zh":
		return ZH, true
	case "en":
		return EN, true
	}
	return "", false
}

// Accept picks the language for an Accept-Language header (RFC 9110, 12.5.4): the one of ours that
// the reader prefers; EN when the reader names only others; fallback when the header says nothing.
func Accept(header string, fallback Lang) Lang {
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil || len(tags) == 0 {
		return fallback
	}
	for _, tag := range tags {
		if l, ok := langOf(tag); ok {
			return l
		}
	}
	return EN
}

type reader struct {
	bundle *Bundle
	lang   Lang
	zone   *time.Location
}

type ctxKey struct{}

// With returns a context for a reader of lang whose clock is in zone (nil is [DefaultZone]).
func With(ctx context.Context, b *Bundle, lang Lang, zone *time.Location) context.Context {
	if zone == nil {
		zone = DefaultZone()
	}
	return context.WithValue(ctx, ctxKey{}, &reader{bundle: b, lang: lang, zone: zone})
}

// WithLang returns ctx with another language, for a letter in the language of its receiver.
func WithLang(ctx context.Context, lang Lang) context.Context {
	r := *of(ctx)
	r.lang = lang
	return context.WithValue(ctx, ctxKey{}, &r)
}

// LangOf returns the reader's language; EN when the context holds none.
func LangOf(ctx context.Context) Lang { return of(ctx).lang }

// ZoneOf returns the reader's zone; [DefaultZone] when the context holds none.
func ZoneOf(ctx context.Context) *time.Location { return of(ctx).zone }

func of(ctx context.Context) *reader {
	if r, ok := ctx.Value(ctxKey{}).(*reader); ok {
		return r
	}
	return &reader{lang: EN, zone: DefaultZone()}
}

// shanghai is a fixed offset: China has had one zone and no summer time since 1991, and a fixed
// zone needs no zone database on the machine.
var shanghai = time.FixedZone("CST", 8*60*60)

// DefaultZone is China Standard Time.
func DefaultZone() *time.Location { return shanghai }
