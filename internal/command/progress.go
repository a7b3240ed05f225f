package command

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"manyhands/internal/clock"
)

// progress shows how far long work has come: on one line of a terminal as it goes, elsewhere as a
// line now and then. It is safe for use by several goroutines.
type progress struct {
	mu       sync.Mutex
	w        io.Writer
	terminal bool
	width    int       // of what stands there now
	next     time.Time // the earliest moment of the next line
}

// Between two lines pass everyLine where no terminal is, and everyChange on one.
const (
	everyLine   = 5 * time.Second
	everyChange = 100 * time.Millisecond
)

func (h *house) progress() *progress {
	p := &progress{w: h.err, next: clock.System{}.Now().Add(everyLine)}
	if f, ok := h.err.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			p.terminal, p.next = true, time.Time{}
		}
	}
	return p
}

// show replaces the line of a terminal, or writes one, unless the last is only a moment ago. It
// reports whether it did.
func (p *progress) show(format string, args ...any) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := clock.System{}.Now()
	if now.Before(p.next) {
		return false
	}
	text := fmt.Sprintf(format, args...)
	if !p.terminal {
		p.next = now.Add(everyLine)
		fmt.Fprintln(p.w, text)
		return true
	}
	p.next = now.Add(everyChange)
	n := columns(text)
	fmt.Fprint(p.w, "\r"+text+strings.Repeat(" ", max(0, p.width-n)))
	p.width = n
	return true
}

// done clears the line.
func (p *progress) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.width > 0 {
		fmt.Fprint(p.w, "\r"+strings.Repeat(" ", p.width)+"\r")
		p.width = 0
	}
}
