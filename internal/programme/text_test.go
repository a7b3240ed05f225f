package programme_test

import (
	"testing"

	"manyhands/internal/i18n/i18ntest"
	"manyhands/internal/programme"
)

func TestCatalogues(t *testing.T) {
	t.Parallel()
	i18ntest.CheckCatalogues(t, programme.Texts, "programme.", "creditcode.", "hsds.")
	b := i18ntest.Bundle(t, programme.Texts)
	var keys []string
	for _, s := range programme.Themes() {
		keys = append(keys, "programme.theme."+s)
	}
	for _, s := range programme.OrganisationKinds() {
		keys = append(keys, "programme.organisation."+s)
	}
	for prefix, codes := range map[string][]string{"listing.": {programme.Run, programme.Scheme}, "cost_kind.": {programme.Free, programme.Priced, programme.Varies},
		"place_kind.": programme.PlaceKinds(), "language.": programme.LanguageCodes(), "day.": programme.DayCodes()} {
		for _, s := range codes {
			keys = append(keys, "programme."+prefix+s)
		}
	}
	for _, s := range programme.Kinds() {
		keys = append(keys, "programme.kind."+s)
		for _, u := range programme.UnitsOf(s) {
			if !u.IsMoney() {
				keys = append(keys, "unit."+string(u))
			}
			keys = append(keys, "unit_name."+string(u))
		}
	}
	for _, k := range keys {
		if !b.Has(k) {
			t.Errorf("%s has no text", k)
		}
	}
}
