package demo_test

import (
	"slices"
	"testing"

	"manyhands/internal/access"
	"manyhands/internal/demo"
	"manyhands/internal/i18n/i18ntest"
)

func TestCatalogues(t *testing.T) {
	t.Parallel()
	i18ntest.CheckCatalogues(t, demo.Texts, "demo.")
}

// TestEverybodyCanBeMet compares what the console offers with the roles that there are.
func TestEverybodyCanBeMet(t *testing.T) {
	t.Parallel()
	offered := []string{}
	for _, g := range demo.Groups() {
		for _, r := range g.Roles {
			if r.Email == "" {
				t.Errorf("%s has no address", r.Role)
			}
			offered = append(offered, r.Role)
		}
	}
	want := []string{"giver", "guardian"}
	for _, r := range access.Roles() {
		want = append(want, string(r))
	}
	slices.Sort(offered)
	slices.Sort(want)
	if !slices.Equal(offered, want) {
		t.Errorf("the console offers %s, want %s", offered, want)
	}
}
