package pgserver

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"syscall"
)

// serverUser says as whom the server runs: as ourselves, or, because it refuses root, as postgres,
// to whom the socket's folder is given. The server ends when we do.
func serverUser(socket string) (*syscall.SysProcAttr, error) {
	attr := &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
	if os.Getuid() != 0 {
		return attr, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("pgserver: PostgreSQL refuses to run as root: %w", err)
	}
	uid, err1 := number(u.Uid)
	gid, err2 := number(u.Gid)
	attr.Credential = &syscall.Credential{Uid: uid, Gid: gid}
	if err := errors.Join(err1, err2, os.Chmod(socket, 0o755)); err != nil {
		return nil, fmt.Errorf("pgserver: user postgres: %w", err)
	}
	return attr, give(socket, attr)
}

// owner is whom the server's folders belong to; false for whoever runs this program.
func owner(attr *syscall.SysProcAttr) (uid, gid int, ok bool) {
	if attr.Credential == nil {
		return 0, 0, false
	}
	return int(attr.Credential.Uid), int(attr.Credential.Gid), true
}
