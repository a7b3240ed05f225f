//go:build !linux

package bench

import "time"

// filesystem is not known on this system.
func filesystem(string) string { return "" }

// processor is not known on this system.
func processor() time.Duration { return 0 }

// forgetPeak does nothing here.
func forgetPeak() {}

// memoryPeak is not known on this system.
func memoryPeak(int) float64 { return 0 }
