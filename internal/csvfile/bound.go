package csvfile

import (
	"bytes"
	"io"

	"manyhands/internal/fault"
)

// bounded fails once more than most bytes have been read.
type bounded struct {
	from       io.Reader
	left, most int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.from.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, fault.New(fault.TooLarge, "csv.too_large", "Max", b.most>>20)
	}
	return n, err
}

// lines fails at a line that is longer than MaxLine.
type lines struct {
	from io.Reader
	held int // bytes since the last line end
}

func (l *lines) Read(p []byte) (int, error) {
	n, err := l.from.Read(p)
	for rest := p[:n]; len(rest) > 0; {
		i := bytes.IndexByte(rest, '\n')
		if i < 0 {
			l.held += len(rest)
			break
		}
		if l.held+i > MaxLine {
			return 0, errLongLine
		}
		l.held, rest = 0, rest[i+1:]
	}
	if l.held > MaxLine {
		return 0, errLongLine
	}
	return n, err
}

var errLongLine = fault.New(fault.TooLarge, "csv.long_line", "KiB", MaxLine>>10)
