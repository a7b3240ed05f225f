package command

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// progress shows how far long work has come, on one line of a terminal, and nothing elsewhere.
type progress struct {
	w     io.Writer // nil when not a terminal
	width int       // of what stands there now
}

func (h *house) progress() *progress {
	p := &progress{}
	if f, ok := h.err.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			p.w = f
		}
	}
	return p
}

// show replaces the line.
func (p *progress) show(format string, args ...any) {
	if p.w == nil {
		return
	}
	text := fmt.Sprintf(format, args...)
	n := columns(text)
	fmt.Fprint(p.w, "\r"+text+strings.Repeat(" ", max(0, p.width-n)))
	p.width = n
}

// done clears the line.
func (p *progress) done() {
	if p.w != nil && p.width > 0 {
		fmt.Fprint(p.w, "\r"+strings.Repeat(" ", p.width)+"\r")
		p.width = 0
	}
}
