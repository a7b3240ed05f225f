package people

import (
	"net/mail"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"manyhands/internal/fault"
)

const (
	longestEmail = 254 // RFC 5321, 4.5.3.1.3, less the angle brackets
	longestName  = 60  // characters
	longestPath  = 500 // bytes
)

// Email returns the address in the form in which it is kept and compared: trimmed and folded, so that
// one mailbox is one person. Only addresses that mail reaches anywhere pass: a local part and a host
// name with a dot, in ASCII. Faults: Fields naming "email".
func Email(typed string) (string, error) {
	s := strings.ToLower(strings.TrimSpace(norm.NFKC.String(typed)))
	bad := fault.Fields{{Name: "email", Key: "form.email"}}
	if s == "" {
		return "", fault.Fields{{Name: "email", Key: "form.required"}}
	}
	if len(s) > longestEmail || strings.ContainsFunc(s, notMail) {
		return "", bad
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || a.Name != "" {
		return "", bad
	}
	_, host, _ := strings.Cut(s, "@")
	if !isHost(host) {
		return "", bad
	}
	return s, nil
}

// notMail finds what an address may not hold here: anything outside printable ASCII and what would
// need quoting.
func notMail(r rune) bool {
	return r <= ' ' || r >= utf8.RuneSelf-1 || strings.ContainsRune(`"(),:;<>[\]`, r)
}

func isHost(s string) bool {
	labels := strings.Split(s, ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' || strings.ContainsFunc(l, notLabel) {
			return false
		}
	}
	return len(labels) > 1
}

func notLabel(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-'
}

// Name returns a person's name as it is kept: composed, trimmed, with single spaces. The empty name
// passes. Faults: Fields naming "name".
func Name(typed string) (string, error) {
	if !utf8.ValidString(typed) {
		return "", fault.Fields{{Name: "name", Key: "form.encoding"}}
	}
	s := strings.Join(strings.Fields(norm.NFC.String(typed)), " ")
	if strings.ContainsFunc(s, unseen) {
		return "", fault.Fields{{Name: "name", Key: "form.encoding"}}
	}
	if utf8.RuneCountInString(s) > longestName {
		return "", fault.Fields{{Name: "name", Key: "form.too_long", Args: map[string]any{"Max": longestName}}}
	}
	return s, nil
}

// unseen finds control characters and those that turn the direction of writing.
func unseen(r rune) bool { return unicode.Is(unicode.C, r) }

// LocalPath returns path if it leads to a page of this site, and "" for anything else: other hosts in
// any disguise, and the sign-in pages themselves.
func LocalPath(path string) string {
	if len(path) > longestPath || !strings.HasPrefix(path, "/") || strings.Contains(path, "//") ||
		strings.ContainsFunc(path, func(r rune) bool { return r == '\\' || r < ' ' || r >= utf8.RuneSelf-1 }) {
		return ""
	}
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || strings.Contains(u.Path, "//") {
		return ""
	}
	if u.Path == "/sign-out" || u.Path == "/sign-in" || strings.HasPrefix(u.Path, "/sign-in/") {
		return ""
	}
	return path
}
