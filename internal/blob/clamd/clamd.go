// Package clamd asks a ClamAV daemon whether a file holds a harmful program, by the command INSTREAM of its
// protocol (man 8 clamd): the length of each piece as four bytes, the piece, and four zero bytes at the end.
//
// It keeps no connection open, and must not log or send anything of a file but its bytes.
package clamd

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// Limits of a question.
const (
	DefaultTimeout = 10 * time.Second
	piece          = 64 << 10
	longestAnswer  = 4 << 10
	longestName    = 100 // characters of what was found
)

// Scanner asks the daemon at one address.
type Scanner struct {
	network, address string
	timeout          time.Duration
}

// New returns a scanner for an address: "host:port", or "unix:/path" of a socket. timeout bounds a whole
// question; 0 is DefaultTimeout. It returns an error for what is no address.
func New(address string, timeout time.Duration) (*Scanner, error) {
	if timeout <= 0 {
		timeout = DefaultTimeout
	}
	if file, ok := strings.CutPrefix(address, "unix:"); ok {
		if !strings.HasPrefix(file, "/") {
			return nil, errors.New("clamd: the path of a socket begins with a slash")
		}
		return &Scanner{"unix", file, timeout}, nil
	}
	if host, port, err := net.SplitHostPort(address); err != nil || host == "" || port == "" {
		return nil, errors.New("clamd: an address is host:port or unix:/path")
	}
	return &Scanner{"tcp", address, timeout}, nil
}

// Scan sends a file and returns what the daemon calls what it found, "" for nothing. Whatever else it says,
// and no answer within the time, is an error.
func (s *Scanner) Scan(ctx context.Context, b []byte) (found string, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, s.network, s.address)
	if err != nil {
		return "", fmt.Errorf("clamd: connect: %w", err)
	}
	defer func() { _ = conn.Close() }() // the answer is known by then
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	sent := send(conn, b)
	answer, err := io.ReadAll(io.LimitReader(conn, longestAnswer))
	if len(answer) > 0 {
		return parse(answer) // what it says counts, also when it stopped listening
	}
	return "", fmt.Errorf("clamd: no answer: %w", errors.Join(sent, err, ctx.Err(), io.ErrUnexpectedEOF))
}

func send(w io.Writer, b []byte) error {
	if _, err := io.WriteString(w, "zINSTREAM\x00"); err != nil {
		return err
	}
	for len(b) > 0 {
		n := min(len(b), piece)
		if _, err := w.Write(binary.BigEndian.AppendUint32(nil, uint32(n))); err != nil { // at most 64 KB
			return err
		}
		if _, err := w.Write(b[:n]); err != nil {
			return err
		}
		b = b[n:]
	}
	_, err := w.Write(make([]byte, 4))
	return err
}

// parse reads "stream: OK" or "stream: Name FOUND", which ends with a zero byte.
func parse(answer []byte) (found string, err error) {
	line, _, ended := bytes.Cut(answer, []byte{0})
	said, ok := strings.CutPrefix(string(line), "stream: ")
	switch {
	case !ended || !ok:
	case said == "OK":
		return "", nil
	case strings.HasSuffix(said, " FOUND"):
		return name(strings.TrimSuffix(said, " FOUND")), nil
	}
	return "", errors.New("clamd: the answer is neither OK nor FOUND")
}

// name keeps of a signature's name what names are made of.
func name(s string) string {
	s = strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f {
			return r
		}
		return '_'
	}, s)
	if s == "" {
		return "unnamed"
	}
	return s[:min(len(s), longestName)]
}
