package applyweb

import (
	"context"

	"manyhands/internal/i18n"
	"manyhands/internal/programme/creditcode"
)

// registeredAs says in words what a credit code stands for; "" when it does not say.
func registeredAs(ctx context.Context, code string) string {
	c, err := creditcode.Parse(code)
	if err != nil || c.Kind() == "" {
		return ""
	}
	return i18n.T(ctx, "applyweb.registry."+c.Kind())
}
