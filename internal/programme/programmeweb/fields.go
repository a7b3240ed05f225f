package programmeweb

import (
	"context"

	"manyhands/internal/i18n"
	"manyhands/internal/programme"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// field is one language of a bilingual text.
func field(ctx context.Context, v web.FormView, name, label string, lang i18n.Lang, most int, required bool) ui.FieldView {
	full := name + "_" + string(lang)
	return ui.FieldView{Label: i18n.T(ctx, "needs.in_language", "Label", label, "Lang", lang), Name: full, Value: v.Value(full),
		Error: v.Bad(ctx, full), Max: most, Required: required, Lang: lang.Tag(), Autocomplete: "off"}
}

// choose puts the question before the options, so that nothing is chosen by accident.
func choose(ctx context.Context, options []ui.Option) []ui.Option {
	return append([]ui.Option{{Label: i18n.T(ctx, "needs.choose")}}, options...)
}

func stepPicks(ctx context.Context) []ui.Pick {
	var out []ui.Pick
	for _, s := range programme.Steps() {
		out = append(out, ui.Pick{Value: s, Label: i18n.T(ctx, "checklist.programme."+s), Note: i18n.T(ctx, "checklist.about.programme."+s)})
	}
	return out
}
