package givingweb

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
)

// deviceCookie tells browsers apart for a pool's caps per giver. It holds chance alone and is kept
// nowhere but as a keyed hash.
const deviceCookie = "mh_device"

const deviceBytes = 16

func device(r *http.Request) string {
	c, err := r.Cookie(deviceCookie)
	if err != nil {
		return ""
	}
	if b, err := base64.RawURLEncoding.DecodeString(c.Value); err != nil || len(b) != deviceBytes {
		return ""
	}
	return c.Value
}

// keepDevice returns the browser's id and gives it one for a year when it has none.
func (h *Handlers) keepDevice(w http.ResponseWriter, r *http.Request) string {
	if d := device(r); d != "" {
		return d
	}
	var b [deviceBytes]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	d := base64.RawURLEncoding.EncodeToString(b[:])
	http.SetCookie(w, &http.Cookie{Name: deviceCookie, Value: d, Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, Secure: h.secure(), SameSite: http.SameSiteLaxMode})
	return d
}
