//go:build !linux

package bench

// filesystem is not known on this system.
func filesystem(string) string { return "" }
