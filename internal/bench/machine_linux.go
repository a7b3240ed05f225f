package bench

import (
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// filesystem names the kind of file system that folder lies on; the numbers are those of statfs(2).
func filesystem(folder string) string {
	var s syscall.Statfs_t
	if err := syscall.Statfs(folder, &s); err != nil {
		return ""
	}
	kinds := map[int64]string{0xEF53: "ext4", 0x58465342: "xfs", 0x9123683E: "btrfs", 0x01021994: "tmpfs",
		0x794C7630: "overlay", 0x2FC12FC1: "zfs", 0x6969: "nfs"}
	kind := int64(s.Type) //nolint:unconvert // int32 on some machines
	if name, ok := kinds[kind]; ok {
		return name
	}
	return "file system 0x" + strconv.FormatInt(kind, 16)
}

// processor returns how much processor time this process has used.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// forgetPeak lets memoryPeak of this process begin anew, as proc(5) has it (clear_refs).
func forgetPeak() {
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // where that is not allowed, the peak is of the whole run
}

// memoryPeak returns the most main memory that a process has held at once, in MiB, as proc(5) has it
// (VmHWM); 0 where it cannot be known.
func memoryPeak(pid int) float64 {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0
	}
	for l := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(l, "VmHWM:"); ok {
			kib, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 64)
			if err != nil {
				return 0
			}
			return kib / 1024
		}
	}
	return 0
}
