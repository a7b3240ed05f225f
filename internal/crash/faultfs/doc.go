// Package faultfs is a disk that fails: a file system in memory, mounted through FUSE under an
// unchanged program, which on command is full, cannot write, cannot sync, writes half, or loses its
// power.
//
// It keeps apart what programs see and what a disk would hold: what was written and not yet synced
// (fsync of the file; for names fsync of the folder) may be gone after a power cut, whole or in
// sectors, in any order. A sync that fails behaves as on Linux: the program is told once, and what
// was not written then is not written by a later sync either, unless it is written again
// (https://wiki.postgresql.org/wiki/Fsync_Errors).
//
// Crash tests use it and nothing else does. It holds one folder of plain files and must not be used
// from the process that serves it: a page fault there could wait for itself. Look inside with Copy.
package faultfs
