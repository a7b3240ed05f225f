package journey_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"manyhands/internal/app/apptest"
	"manyhands/internal/people/signin/signintest"
)

// hasCodeApp sets up a code app for a member of staff and returns its secret.
func hasCodeApp(t *testing.T, r *apptest.Running, email string) string {
	t.Helper()
	b := signIn(t, r, email, "en")
	b.do(phone)
	b.open("/me/security")
	b.accessible()
	b.follow("form[action='/me/security/app'] button")
	b.accessible()
	b.press("main details summary")
	secret := b.text("main details code")
	b.fill("#f-code", signintest.Code(t, secret, time.Now()))
	b.follow("#confirm-app button")
	b.sees("#app", "on")
	return secret
}

// nextCode is the code that the app shows next: the present one may have been used.
func nextCode(t *testing.T, secret string) string {
	t.Helper()
	return signintest.Code(t, secret, time.Now().Add(30*time.Second))
}

// authenticator gives the tab a passkey provider of its own, as a phone has one: with a lock that its
// owner opens.
func (b *tab) authenticator() {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		if _, err := chromedp.Call(ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return err
		}
		_, err := chromedp.Call(ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal, HasResidentKey: true,
			HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}})
		return err
	}))
}

// TestPasskeyOpensTheDesk makes a passkey in a browser, signs out, and comes back with a touch.
func TestPasskeyOpensTheDesk(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"zh", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			r := apptest.ServeByName(t)
			b := signIn(t, r, coordinator, lang)
			b.do(phone)
			b.authenticator()
			b.open("/me/security")
			b.accessible()
			b.fill("#f-name", "old phone")
			b.press("#passkeys [data-passkey] button")
			b.becomes("location.search == '?done=passkey_added'")
			b.sees("#passkeys", "old phone")
			b.followTo("form[action='/me/security/codes'] button", http.StatusCreated)
			b.accessible()
			b.sees("#recovery-codes", "-")

			b.open("/me")
			b.follow("#sign-out button")
			b.open("/desk/needs/new") // leads to the sign-in page, where the browser offers the passkey by itself
			b.becomes("location.pathname == '/desk/needs/new'")
			b.open("/me/security")
			b.sees("#sessions", map[string]string{"zh": "通行密钥", "en": "with a passkey"}[lang])

			b.followTo("form[action*='/passkeys/'] button", http.StatusUnprocessableEntity) // the last one of a member of staff stays
			b.sees("#passkeys", "old phone")
			if log := r.Log.Text(); strings.Contains(log, "old phone") || strings.Contains(log, coordinator) {
				t.Error("the log holds what was typed")
			}
		})
	}
}
