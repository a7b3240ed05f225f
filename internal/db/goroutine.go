package db

import (
	"bytes"
	"errors"
	"runtime"
)

// errExited answers a batch in which a body ended the writer's goroutine.
var errExited = errors.New("db: a body ended its goroutine instead of returning (runtime.Goexit, or Fatal of a test)")

// orphaned takes back what a batch had written whose body ended the goroutine, answers everybody in it,
// who would wait for ever, and has another goroutine go on.
func (w *writer) orphaned(batch []*work) {
	if w.c != nil {
		w.rollback()
	}
	for _, j := range batch {
		select {
		case j.done <- errExited:
		default: // it has been answered
		}
	}
	go w.loop()
}

// goroutineID reads the running goroutine's number from its own stack header, "goroutine 18 [...".
// It serves one purpose: to refuse a nested write instead of waiting for ever.
func goroutineID() int64 {
	var buf [40]byte
	b := bytes.TrimPrefix(buf[:runtime.Stack(buf[:], false)], []byte("goroutine "))
	var id int64
	for _, c := range b {
		if c < '0' || c > '9' {
			break
		}
		id = id*10 + int64(c-'0')
	}
	return id
}
