package web

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// info is what the chain knows about one request; handlers deeper in fill it while the chain still
// holds it.
type info struct {
	id        string
	began     time.Time
	route     string
	class     Class
	client    string
	body      io.ReadCloser // the request's body before any limit
	form      url.Values    // what a form held, once it was read
	timer     *time.Timer   // ends the request's context
	inside    bool          // it was let in
	need      Need          // of the route
	person    int64         // who acts, 0 for a guest and a program
	refusal   Refusal       // for the security log; the zero value: nothing was refused
	streaming func() bool   // changes the request's place into that of a stream; false: no room
}

type infoKey struct{}

func infoOf(ctx context.Context) *info {
	if i, ok := ctx.Value(infoKey{}).(*info); ok {
		return i
	}
	return &info{}
}

// RequestID returns the random id of the request in ctx, "" outside one.
func RequestID(ctx context.Context) string { return infoOf(ctx).id }

// ClientKey returns who is asking, for a rate limit: the IPv4 address, or the /64 of an IPv6 address
// since one household has a whole one.
func ClientKey(r *http.Request) string {
	if c := infoOf(r.Context()).client; c != "" {
		return c
	}
	return clientKey(r, false)
}

func clientKey(r *http.Request, trustProxy bool) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if xff := r.Header.Values("X-Forwarded-For"); trustProxy && len(xff) > 0 {
		last := xff[len(xff)-1]
		host = strings.TrimSpace(last[strings.LastIndex(last, ",")+1:])
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return "unknown"
	}
	addr = addr.Unmap().WithZone("")
	if addr.Is6() {
		p, _ := addr.Prefix(64)
		return p.String()
	}
	return addr.String()
}

var token32 = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// FormKey returns a new random token (128 bits) for the hidden field form_key. A service that takes
// it as its idempotency key counts a form that was sent twice once.
func FormKey() string { return token() }

func token() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return token32.EncodeToString(b[:])
}
