package childdesk_test

import (
	"testing"

	"manyhands/internal/child/childdesk"
	"manyhands/internal/i18n/i18ntest"
)

func TestCatalogues(t *testing.T) {
	t.Parallel()
	i18ntest.CheckCatalogues(t, childdesk.Texts(), "record.")
}
