package access_test

import (
	"testing"

	"manyhands/internal/access"
	"manyhands/internal/i18n/i18ntest"
)

func TestCatalogues(t *testing.T) {
	t.Parallel()
	i18ntest.CheckCatalogues(t, access.Texts, "access.")
	b := i18ntest.Bundle(t, access.Texts)
	var keys []string
	for _, r := range access.Roles() {
		keys = append(keys, "access.role."+string(r), "access.role_hint."+string(r))
	}
	for _, p := range access.Policies() {
		keys = append(keys, access.PolicyText+p)
	}
	for _, p := range access.Purposes() {
		keys = append(keys, "access.purpose."+string(p))
	}
	for _, g := range access.Groups() {
		keys = append(keys, "access.group."+string(g))
	}
	for _, k := range keys {
		if !b.Has(k) {
			t.Errorf("%s has no text", k)
		}
	}
}
