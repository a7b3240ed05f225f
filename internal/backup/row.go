package backup

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// cells returns pointers for sql.Rows.Scan, one per column, that appendRow understands.
func cells(cols []Column) []any {
	out := make([]any, len(cols))
	for i, c := range cols {
		switch c.Kind {
		case Int:
			out[i] = new(int64)
		case Bool:
			out[i] = new(bool)
		case Bytes:
			out[i] = new([]byte)
		default:
			out[i] = new(string)
		}
	}
	return out
}

// appendRow appends the scanned cells as a JSON array and a line feed.
func appendRow(line []byte, cells []any) ([]byte, error) {
	line = append(line, '[')
	for i, c := range cells {
		if i > 0 {
			line = append(line, ',')
		}
		switch v := c.(type) {
		case *int64:
			line = strconv.AppendInt(line, *v, 10)
		case *bool:
			line = strconv.AppendBool(line, *v)
		case *[]byte:
			line = append(line, '"')
			line = base64.StdEncoding.AppendEncode(line, *v)
			line = append(line, '"')
		case *string:
			if !utf8.ValidString(*v) {
				return nil, fmt.Errorf("column %d is not UTF-8 text", i+1)
			}
			text, err := json.Marshal(*v)
			if err != nil {
				return nil, err
			}
			line = append(line, text...)
		}
	}
	return append(line, ']', '\n'), nil
}

// readRow takes one line apart and appends its values, as a statement takes them, to args.
func readRow(line []byte, cols []Column, args []any) ([]any, error) {
	var raw []json.RawMessage
	if err := json.Unmarshal(line, &raw); err != nil {
		return nil, err
	}
	if len(raw) != len(cols) {
		return nil, fmt.Errorf("%d values for %d columns", len(raw), len(cols))
	}
	for i, c := range cols {
		v, err := readCell(raw[i], c.Kind)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", c.Name, err)
		}
		args = append(args, v)
	}
	return args, nil
}

func readCell(raw json.RawMessage, k Kind) (any, error) {
	if bytes.Equal(raw, []byte("null")) {
		return nil, fmt.Errorf("empty")
	}
	switch k {
	case Int:
		return strconv.ParseInt(string(raw), 10, 64)
	case Bool:
		return as[bool](raw)
	case Bytes:
		return as[[]byte](raw)
	case Text:
		return as[string](raw)
	}
	return nil, fmt.Errorf("unknown kind")
}

func as[T any](raw json.RawMessage) (v T, err error) {
	err = json.Unmarshal(raw, &v)
	return v, err
}
