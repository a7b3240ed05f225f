//go:build unix

package backup

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// hold takes the folder's lock, which the system gives back when the process ends, however it ends.
// Faults: Conflict "backup.busy".
func (d disk) hold() (release func(), err error) {
	f, err := os.OpenFile(d.path("lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("backup: lock: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close() // nothing was written to it
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errBusy
		}
		return nil, fmt.Errorf("backup: lock: %w", err)
	}
	return func() { _ = f.Close() }, nil
}
