package command

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"manyhands/internal/clock"
)

// textfile is a file of figures for the node exporter's textfile collector of Prometheus, "" for none:
// how a command that ends lets itself be watched. Its name ends with .prom.
type textfile string

// gauge is one figure.
type gauge struct {
	name, help string
	value      float64
}

// write replaces the file with these figures, all at once.
func (t textfile) write(figures ...gauge) error {
	if t == "" {
		return nil
	}
	var text strings.Builder
	for _, g := range figures {
		fmt.Fprintf(&text, "# HELP manyhands_%s %s\n# TYPE manyhands_%s gauge\nmanyhands_%s %v\n", g.name, g.help, g.name, g.name, g.value)
	}
	f, err := os.CreateTemp(filepath.Dir(string(t)), ".manyhands-")
	if err != nil {
		return fmt.Errorf("figures: %w", err)
	}
	_, err = f.WriteString(text.String())
	err = errors.Join(err, f.Chmod(0o644), f.Close()) // the exporter is another user; figures are no secret
	if err == nil {
		err = os.Rename(f.Name(), string(t))
	}
	if err != nil {
		return fmt.Errorf("figures: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}

// running is the file beside it that is there only while the command works.
func (t textfile) running() textfile {
	if t == "" {
		return ""
	}
	return textfile(strings.TrimSuffix(string(t), ".prom") + "-running.prom")
}

// remove takes the file away.
func (t textfile) remove() {
	if t != "" {
		_ = os.Remove(string(t)) // it may never have been written
	}
}

// now is the present moment as Prometheus writes it.
func now() float64 { return float64(clock.Micros(clock.System{}.Now())) / 1e6 }
