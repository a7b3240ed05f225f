package ui

import (
	"strings"

	"github.com/a-h/templ"
)

func ringTone(t Tone) Tone {
	if t == Plain {
		return Warm
	}
	return t
}

func ringLabel(v RingView) string {
	if v.Label != "" {
		return v.Label
	}
	return percentText(v.Percent)
}

func meterLabel(v MeterView) string {
	if v.Label != "" {
		return v.Label
	}
	return percentText(v.Percent)
}

func langAttr(lang string) templ.Attributes {
	if lang == "" {
		return nil
	}
	return templ.Attributes{"lang": lang}
}

func noticeRole(t Tone) string {
	if t == Hot {
		return "alert"
	}
	return "status"
}

func noticeIcon(t Tone) string {
	switch t {
	case OK:
		return "check"
	case Hot:
		return "alert"
	}
	return "info"
}

func paragraphs(s string) []string {
	var out []string
	for p := range strings.SplitSeq(s, "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// current marks the link of the page that is open; an empty aria-current would mean "no".
func current(yes bool) templ.Attributes {
	if !yes {
		return nil
	}
	return templ.Attributes{"aria-current": "page"}
}
