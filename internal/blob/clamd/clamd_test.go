package clamd_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"manyhands/internal/blob/clamd"
)

// daemon speaks the protocol on a real socket: it finds the word "EICAR", and hands what it was sent to got.
type daemon struct {
	answer func(file []byte) string // nil: as clamd does
	got    chan []byte
}

func (d *daemon) serve(t *testing.T, network, address string) string {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	d.got = make(chan []byte, 10)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go d.talk(conn)
		}
	}()
	return l.Addr().String()
}

func (d *daemon) talk(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	command := make([]byte, len("zINSTREAM\x00"))
	if _, err := io.ReadFull(conn, command); err != nil || string(command) != "zINSTREAM\x00" {
		_, _ = io.WriteString(conn, "UNKNOWN COMMAND\x00")
		return
	}
	var file []byte
	for {
		var n uint32
		if err := binary.Read(conn, binary.BigEndian, &n); err != nil {
			return
		}
		if n == 0 {
			break
		}
		part := make([]byte, n)
		if _, err := io.ReadFull(conn, part); err != nil {
			return
		}
		file = append(file, part...)
	}
	d.got <- file
	said := "stream: OK\x00"
	if d.answer != nil {
		said = d.answer(file)
	} else if bytes.Contains(file, []byte("EICAR")) {
		said = "stream: Eicar-Test-Signature FOUND\x00"
	}
	_, _ = io.WriteString(conn, said)
}

func scanner(t *testing.T, address string) *clamd.Scanner {
	t.Helper()
	s, err := clamd.New(address, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFilesArriveWholeAndAreJudged(t *testing.T) {
	t.Parallel()
	tcp, unix := &daemon{}, &daemon{}
	file := filepath.Join(t.TempDir(), "s")
	for _, x := range []struct {
		d       *daemon
		address string
	}{{tcp, tcp.serve(t, "tcp", "127.0.0.1:0")}, {unix, "unix:" + unix.serve(t, "unix", file)}} {
		s := scanner(t, x.address)
		for _, size := range []int{1, 64 << 10, 64<<10 + 1, 1 << 20} {
			sent := bytes.Repeat([]byte("m"), size)
			found, err := s.Scan(t.Context(), sent)
			if found != "" || err != nil {
				t.Errorf("%d bytes: %q, %v", size, found, err)
			}
			if !bytes.Equal(<-x.d.got, sent) {
				t.Errorf("%d bytes did not arrive whole", size)
			}
		}
		found, err := s.Scan(t.Context(), []byte("EICAR"))
		if found != "Eicar-Test-Signature" || err != nil {
			t.Errorf("%q, %v", found, err)
		}
	}
}

func TestWhatIsNoAnswerIsAnError(t *testing.T) {
	t.Parallel()
	for name, said := range map[string]string{"nothing": "", "half": "stream: OK", "too large": "INSTREAM size limit exceeded. ERROR\x00",
		"an error": "stream: Can't allocate memory ERROR\x00", "another language": "HTTP/1.1 200 OK\r\n\r\n", "not ended": "stream: X FOUND"} {
		d := &daemon{answer: func([]byte) string { return said }}
		if found, err := scanner(t, d.serve(t, "tcp", "127.0.0.1:0")).Scan(t.Context(), []byte("x")); err == nil {
			t.Errorf("%s: taken as %q", name, found)
		}
	}
	odd := &daemon{answer: func([]byte) string { return "stream: \n" + strings.Repeat("名", 200) + " FOUND\x00" }}
	found, err := scanner(t, odd.serve(t, "tcp", "127.0.0.1:0")).Scan(t.Context(), []byte("x"))
	if err != nil || len(found) != 100 || strings.ContainsAny(found, "\n名") {
		t.Errorf("an odd name: %q, %v", found, err)
	}
}

// TestNobodyThere: a daemon that is down or silent is an error, and no wait without end.
func TestNobodyThere(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	silent := l.Addr().String() // accepted by the system, answered by nobody
	t.Cleanup(func() { _ = l.Close() })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := scanner(t, silent).Scan(ctx, []byte("x")); err == nil {
		t.Error("a reader who has gone still got an answer")
	}
	s, err := clamd.New(silent, time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Scan(t.Context(), []byte("x")); err == nil {
		t.Error("silence was taken for an answer")
	}
	if _, err := scanner(t, "unix:"+filepath.Join(t.TempDir(), "none")).Scan(t.Context(), []byte("x")); err == nil {
		t.Error("a socket that is not there")
	}
	for _, address := range []string{"", "nowhere", ":3310", "unix:relative", "127.0.0.1"} {
		if _, err := clamd.New(address, 0); err == nil {
			t.Errorf("%q was taken for an address", address)
		}
	}
}

func FuzzAnswer(f *testing.F) {
	for _, s := range []string{"stream: OK\x00", "stream: A FOUND\x00", "", "\x00", "stream: FOUND\x00"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		found, err := clamd.Parse(b)
		clean := bytes.HasPrefix(b, []byte("stream: OK\x00"))
		if (err == nil && found == "") != clean {
			t.Errorf("%q: %q, %v", b, found, err)
		}
		if len(found) > 100 {
			t.Errorf("a long name: %q", found)
		}
	})
}
