package bench

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// fetched lists the local addresses that a browser fetches to show a page, each once: stylesheets,
// icons, scripts and pictures.
func fetched(page io.Reader) ([]string, error) {
	var out []string
	for z := html.NewTokenizer(page); ; {
		switch z.Next() {
		case html.ErrorToken:
			if err := z.Err(); !errors.Is(err, io.EOF) {
				return nil, fmt.Errorf("read a page: %w", err)
			}
			return out, nil
		case html.StartTagToken, html.SelfClosingTagToken:
			at := address(z.Token())
			if strings.HasPrefix(at, "/") && !strings.HasPrefix(at, "//") && !slices.Contains(out, at) {
				out = append(out, at)
			}
		}
	}
}

// address returns what a tag makes a browser fetch, "" for nothing.
func address(t html.Token) string {
	attr := map[string]string{}
	for _, a := range t.Attr {
		attr[a.Key] = a.Val
	}
	switch t.Data {
	case "script", "img":
		return attr["src"]
	case "link":
		for rel := range strings.FieldsSeq(attr["rel"]) {
			if slices.Contains([]string{"stylesheet", "icon", "manifest", "preload", "modulepreload"}, rel) {
				return attr["href"]
			}
		}
	}
	return ""
}
