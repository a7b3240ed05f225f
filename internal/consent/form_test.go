package consent_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"manyhands/internal/access"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/i18n/i18ntest"
)

var update = flag.Bool("update", false, "write the list of published words anew")

func TestCatalogues(t *testing.T) {
	t.Parallel()
	i18ntest.CheckCatalogues(t, consent.Texts, "consent.")
	b := i18ntest.Bundle(t, consent.Texts)
	var keys []string
	for _, p := range consent.Purposes() {
		keys = append(keys, "consent.purpose."+string(p))
	}
	for _, s := range consent.States() {
		keys = append(keys, "consent.state."+string(s), "consent.state_about."+string(s))
	}
	for _, r := range consent.Routes() {
		keys = append(keys, "consent.route."+string(r))
	}
	for _, k := range consent.Kinds() {
		keys = append(keys, "consent.kind."+k)
	}
	for _, k := range []consent.RemarkKind{consent.Competence, consent.TellParents} {
		keys = append(keys, "consent.remark."+string(k))
	}
	for _, k := range keys {
		if !b.Has(k) {
			t.Errorf("%s has no text", k)
		}
	}
}

// TestWordsOfForms keeps the words plain, and what was published unchanged: whoever changes a word adds
// a version.
func TestWordsOfForms(t *testing.T) {
	t.Parallel()
	h := sqliteHouse(t)
	var published strings.Builder
	for _, p := range consent.Purposes() {
		m := consent.Matter{Purpose: p}
		if p.About() != consent.AboutNothing {
			m.About = partner
		}
		for _, lang := range i18n.Langs() {
			h.write(func(ctx context.Context, tx *db.Tx) error {
				f, err := h.s.Form(ctx, tx, record, m, lang, tx.Now())
				if err != nil {
					return err
				}
				checkForm(t, f)
				fmt.Fprintf(&published, "%s %d %s %s\n", p, f.Version, lang, f.Hash())
				return nil
			})
		}
	}
	const file = "testdata/published.txt"
	if *update {
		if err := os.WriteFile(file, []byte(published.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if published.String() != string(before) {
		t.Errorf("words that guardians may have agreed to have changed: add a version instead, then run with -update\n%s", published.String())
	}
}

func checkForm(t *testing.T, f consent.Form) {
	t.Helper()
	name := fmt.Sprintf("%s %s", f.Matter.Purpose, f.Lang)
	if f.Title == "" || f.Ask == "" || len(f.Body) < 4 || len(f.Body) > 6 {
		t.Errorf("%s: title %q, question %q, %d paragraphs", name, f.Title, f.Ask, len(f.Body))
	}
	words := f.Words()
	if strings.ContainsAny(words, "{}") {
		t.Errorf("%s: a name is not filled in: %s", name, words)
	}
	longest, yes, no, back := 60, "同意", "不同意", "收回"
	if f.Lang == i18n.EN {
		longest, yes, no, back = 200, "May ", "If you say no", "take your yes back"
		yes = strings.TrimSpace(yes)
	}
	for _, line := range f.Body {
		if len([]rune(line)) > longest {
			t.Errorf("%s: a long paragraph: %s", name, line)
		}
	}
	question := strings.HasSuffix(f.Ask, "？") || strings.HasSuffix(f.Ask, "?")
	for _, part := range []string{no, back} {
		if !strings.Contains(words, part) {
			t.Errorf("%s: does not say %q", name, part)
		}
	}
	if !question || !strings.Contains(strings.ToLower(f.Ask), strings.ToLower(yes)) {
		t.Errorf("%s: no question: %s", name, f.Ask)
	}
	for _, k := range f.Kinds {
		known := slices.Contains(consent.Kinds(), k)
		group := slices.Contains(access.Groups(), access.Group(k))
		if !known || !group && !slices.Contains([]string{"photo", "story", "counts"}, k) {
			t.Errorf("%s: unknown kind of data %s", name, k)
		}
	}
}
