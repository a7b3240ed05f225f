package command

import (
	"cmp"
	"context"
	"embed"
	"io/fs"
	"os"
	"strings"

	"manyhands/internal/i18n"
)

// Texts holds the catalogues of what commands say.
//
//go:embed text/*.toml
var Texts embed.FS

// withLanguage puts the texts into the context, in the language of whoever called, as the terminal's
// locale (POSIX: LC_ALL, LC_MESSAGES, LANG) tells it; English otherwise.
func withLanguage(ctx context.Context, catalogues []fs.FS) (context.Context, error) {
	b, err := i18n.NewBundle(append([]fs.FS{Texts}, catalogues...)...)
	if err != nil {
		return ctx, err
	}
	lang := i18n.EN
	locale := cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG"))
	if strings.HasPrefix(locale, "zh") {
		lang = i18n.ZH
	}
	return i18n.With(ctx, b, lang, i18n.DefaultZone()), nil
}
