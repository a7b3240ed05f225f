//go:build linux

package faultfs

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"manyhands/internal/db"
	"manyhands/internal/event"
)

// A test binary that finds this in its environment is a program that writes to the folder named there
// and says what it has written.
const writerFolder, writerUnsafe = "FAULTFS_WRITER", "FAULTFS_UNSAFE"

func TestMain(m *testing.M) {
	if dir := os.Getenv(writerFolder); dir != "" {
		if err := writeForEver(dir, os.Getenv(writerUnsafe) != ""); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// subject is what the writer's events are about.
const subject = 77

func writeForEver(dir string, unsafe bool) error {
	ctx := context.Background()
	d, err := db.Open(ctx, dir, db.Options{Unsafe: unsafe})
	if err != nil {
		return err
	}
	if _, err := d.Migrate(ctx); err != nil {
		return err
	}
	for n := 1; ; n++ {
		if err := d.Write(ctx, func(tx *db.Tx) error { return event.Add(ctx, tx, "crash.written", subject, 0, nil) }); err != nil {
			return err
		}
		fmt.Println(n)
	}
}

// Mounted returns a disk that is mounted until the test ends.
func mounted(t *testing.T) (*Disk, string) {
	t.Helper()
	d := New(1, func(name string) bool { return strings.HasSuffix(name, "-shm") })
	dir, err := d.Mount()
	if err != nil {
		t.Skipf("no disk can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d, dir
}

// TestDatabaseOnADiskThatLosesPower is the proof of the proof: a database that waits for the disk
// keeps all that it said, and one that does not wait loses some.
func TestDatabaseOnADiskThatLosesPower(t *testing.T) {
	t.Parallel()
	for _, unsafe := range []bool{false, true} {
		t.Run(fmt.Sprintf("unsafe=%t", unsafe), func(t *testing.T) {
			t.Parallel()
			d, dir := mounted(t)
			said := writeUntilPowerFails(t, d, dir, unsafe)
			if err := d.RestorePower(false); err != nil {
				t.Fatal(err)
			}
			kept := count(t, d)
			if !unsafe && kept < said {
				t.Errorf("%d writes were said to be durable, %d are there", said, kept)
			}
			if unsafe && kept >= said {
				t.Errorf("nothing is lost without waiting for the disk (%d said, %d there): this disk loses nothing", said, kept)
			}
		})
	}
}

// writeUntilPowerFails runs the writer, cuts the power behind its hundredth write and returns how
// many it has spoken of.
func writeUntilPowerFails(t *testing.T, d *Disk, dir string, unsafe bool) (said int) {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), writerFolder+"="+dir)
	if unsafe {
		c.Env = append(c.Env, writerUnsafe+"=1")
	}
	c.Stderr = os.Stderr
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if n, err := strconv.Atoi(lines.Text()); err == nil {
			said = n
		}
		if said == 100 {
			d.CutPower()
			break
		}
	}
	if err := c.Process.Kill(); err != nil {
		t.Error(err)
	}
	d.EndPower()
	if _, err := io.Copy(io.Discard, out); err != nil && !errors.Is(err, os.ErrClosed) {
		t.Error(err)
	}
	_ = c.Wait() // killed
	if said != 100 {
		t.Fatalf("the writer ended by itself after %d writes", said)
	}
	return said
}

// count opens a copy of the disk. A database of which nothing is left counts as empty.
func count(t *testing.T, d *Disk) int {
	t.Helper()
	dir, ctx := t.TempDir(), t.Context()
	if err := d.Copy(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, db.FileName)); err != nil {
		return 0
	}
	base, err := db.Open(ctx, dir, db.Options{})
	if err != nil {
		return 0
	}
	defer func() { _ = base.Close() }() // only read
	n := 0
	err = base.Read(ctx, func(r *db.Reader) error {
		list, err := event.About(ctx, r, subject, 1000)
		n = len(list)
		return err
	})
	if err != nil {
		return 0
	}
	return n
}
