//go:build !linux

package pgserver

import "syscall"

// serverUser runs the server as whoever runs this program, which must not be root.
func serverUser(string) (*syscall.SysProcAttr, error) { return &syscall.SysProcAttr{}, nil }

func owner(*syscall.SysProcAttr) (uid, gid int, ok bool) { return 0, 0, false }
