package reach

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"manyhands/internal/fault"
	"manyhands/internal/people"
	"manyhands/internal/people/account"
)

// check puts the value into its one form, in which it is compared, and looks at the rest.
func (p *Point) check() error {
	var bad fault.Fields
	if !slices.Contains(Kinds(), p.Kind) {
		bad.Add("kind", "form.choice")
		return bad
	}
	value, err := Value(p.Kind, p.Value)
	if err != nil {
		return err
	}
	p.Value = value
	if p.SafeFrom < 0 || p.SafeFrom >= Day || p.SafeUntil <= 0 || p.SafeUntil > Day || p.SafeFrom == p.SafeUntil {
		bad.Add("safe_until", "people.hours_order")
	}
	return bad.Err()
}

// Value puts a number or an address into the form in which it is kept. Faults: Fields naming "value".
func Value(kind Kind, typed string) (value string, err error) {
	switch kind {
	case Phone:
		value, err = account.Number(typed)
	case Email:
		value, err = people.Email(typed)
	default:
		return weChat(typed)
	}
	if bad, ok := err.(fault.Fields); ok && len(bad) > 0 {
		return "", fault.Fields{{Name: "value", Key: bad[0].Key, Args: bad[0].Args}}
	}
	return value, err
}

// The lengths of a WeChat ID. A mobile number or a QQ number can be one too.
const (
	shortestWeChat = 5
	longestWeChat  = 20
)

// weChat folds a WeChat ID: letters, digits, - and _; case does not count.
func weChat(typed string) (string, error) {
	s := strings.ToLower(strings.TrimSpace(norm.NFKC.String(typed)))
	odd := func(r rune) bool {
		return r >= utf8.RuneSelf || !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '_'
	}
	switch {
	case s == "":
		return "", fault.Fields{{Name: "value", Key: "form.required"}}
	case len(s) < shortestWeChat || len(s) > longestWeChat || strings.ContainsFunc(s, odd):
		return "", fault.Fields{{Name: "value", Key: "people.reach_wechat"}}
	}
	return s, nil
}

// Mailbox folds an address further than people.Email does, to find two spellings of one mailbox: what
// stands after a plus sign is left out.
func Mailbox(email string) string {
	local, host, _ := strings.Cut(email, "@")
	local, _, _ = strings.Cut(local, "+")
	return local + "@" + host
}
