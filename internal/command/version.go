package command

import (
	"cmp"
	"fmt"
	"runtime"
)

type versionCmd struct{}

// Help implements kong.HelpProvider.
func (versionCmd) Help() string {
	return "Prints the version of the program, and the Go version, system and processor that it was built for."
}

// Run prints the version.
func (versionCmd) Run(h *house) error {
	_, err := fmt.Fprintf(h.out, "manyhands %s (%s %s/%s)\n", cmp.Or(h.doors.Version, "unreleased"), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
