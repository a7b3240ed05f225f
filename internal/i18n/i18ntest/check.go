// Package i18ntest checks catalogues in tests: both languages must say the same things.
package i18ntest

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"

	"manyhands/internal/i18n"
)

var (
	placeholder = regexp.MustCompile(`\{\{[^}]*\}\}`)
	han         = regexp.MustCompile(`\p{Han}`)
	halfWidth   = regexp.MustCompile(`\p{Han}[,;:!?]|[,;!?]\p{Han}|\p{Han}\.$`)
)

// Bundle returns the house's texts and those of fsys merged, or fails.
func Bundle(t testing.TB, fsys ...fs.FS) *i18n.Bundle {
	t.Helper()
	b, err := i18n.NewBundle(fsys...)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// CheckCatalogues fails t when a catalogue cannot be read, lacks a key in one language, has an empty
// text, uses other placeholders in one language than in the other, lacks a plural that English needs,
// holds Chinese text in English (or half-width punctuation after Chinese), or has a key that does
// not begin with one of prefixes (when there are any).
func CheckCatalogues(t *testing.T, fsys fs.FS, prefixes ...string) {
	t.Helper()
	en, zh := load(t, fsys, i18n.EN), load(t, fsys, i18n.ZH)
	for key, m := range en {
		if zh[key] == nil {
			t.Errorf("%s: in English only", key)
			continue
		}
		checkMessage(t, key, m, zh[key])
		if len(prefixes) > 0 && !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(key, p) }) {
			t.Errorf("%s: key does not begin with any of %v", key, prefixes)
		}
	}
	for key := range zh {
		if en[key] == nil {
			t.Errorf("%s: in Chinese only", key)
		}
	}
}

func checkMessage(t *testing.T, key string, en, zh *goi18n.Message) {
	t.Helper()
	if strings.TrimSpace(en.Other) == "" || strings.TrimSpace(zh.Other) == "" {
		t.Errorf("%s: empty", key)
	}
	if zh.One != "" {
		t.Errorf("%s: Chinese has no singular", key)
	}
	if a, b := marks(en.Other), marks(zh.Other); !slices.Equal(a, b) {
		t.Errorf("%s: placeholders differ: en %v, zh %v", key, a, b)
	}
	if han.MatchString(en.Other+en.One) && key != "lang.zh" {
		t.Errorf("%s: Chinese characters in English", key)
	}
	if halfWidth.MatchString(zh.Other) {
		t.Errorf("%s: half-width punctuation in Chinese: %s", key, zh.Other)
	}
}

func marks(s string) []string {
	m := placeholder.FindAllString(s, -1)
	for i := range m {
		m[i] = strings.ReplaceAll(m[i], " ", "")
	}
	slices.Sort(m)
	return slices.Compact(m)
}

func load(t *testing.T, fsys fs.FS, lang i18n.Lang) map[string]*goi18n.Message {
	t.Helper()
	messages, err := i18n.ReadCatalogue(fsys, lang)
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string]*goi18n.Message, len(messages))
	for _, m := range messages {
		out[m.ID] = m
	}
	return out
}
