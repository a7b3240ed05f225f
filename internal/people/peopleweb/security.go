package peopleweb

import (
	"context"
	"image/color"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/boombuler/barcode/qr"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/i18n"
	"manyhands/internal/people"
	"manyhands/internal/people/oidc"
	"manyhands/internal/people/signin"
	"manyhands/internal/web"
)

const securityPath = "/me/security"

// securityDone are what the page can say was done: securityPath?done=...
var securityDone = [...]string{"passkey_added", "passkey_removed", "app_added", "app_removed", "password_set", "password_removed",
	"session_ended", "sessions_ended", "reset_called_off", "provider_removed"}

// securityView is the page of one's ways to sign in and of one's devices.
type securityView struct {
	signin.Standing
	sessions []signin.Session
	links    []oidc.Link // identities at the network's provider
	provider string      // what people call it, "" for none
	passkeys bool        // can be made at this address
	locked   bool        // the vault is: no code can be checked
	done     string
	problem  string
	now      time.Time
}

// security shows the ways by which who asks can sign in, and where they have.
func (p *Pages) security(w http.ResponseWriter, r *http.Request) error {
	v, err := p.securityView(r.Context())
	if err != nil {
		return err
	}
	if done := r.URL.Query().Get("done"); slices.Contains(securityDone[:], done) {
		v.done = done
	}
	return web.Render(w, r, http.StatusOK, securityPage(v))
}

func (p *Pages) securityView(ctx context.Context) (securityView, error) {
	v := securityView{now: p.cfg.DB.Now(), passkeys: p.cfg.SignIn.Passkeys(), locked: p.cfg.SignIn.Locked() != nil}
	v.provider, _ = p.providerLabel(ctx)
	n, err := own(ctx)
	if err != nil {
		return v, err
	}
	err = p.cfg.DB.Read(ctx, func(q *db.Reader) (err error) {
		if v.Standing, err = p.cfg.SignIn.Standing(ctx, q, n, v.now); err != nil {
			return err
		}
		if v.links, err = oidc.LinksOf(ctx, q, n.PersonID); err != nil {
			return err
		}
		v.sessions, err = p.cfg.SignIn.Sessions(ctx, q, n.PersonID, v.now)
		return err
	})
	v.sessions = slices.DeleteFunc(v.sessions, func(s signin.Session) bool { return s.Over(v.Staff, v.now) })
	return v, err
}

// change runs a change of one's own ways to sign in and comes back to the page, which says what was done
// or why it could not be. What the person should have shown first leads there.
func (p *Pages) change(done string, act func(ctx context.Context, tx *db.Tx, n signin.Session, r *http.Request) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		n, err := own(ctx)
		if err != nil {
			return err
		}
		err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error { return act(ctx, tx, n, r) })
		if fault.KindOf(err) == fault.Conflict {
			v, viewErr := p.securityView(ctx)
			if viewErr != nil {
				return viewErr
			}
			v.problem = i18n.Fault(ctx, err)
			return web.Render(w, r, http.StatusUnprocessableEntity, securityPage(v))
		}
		if err != nil {
			return proveFirst(w, r, err, securityPath)
		}
		return web.Redirect(w, r, securityPath+"?done="+done)
	}
}

// proveFirst leads somebody who was asked for a fresher or better proof to give it, and then to to.
func proveFirst(w http.ResponseWriter, r *http.Request, err error, to string) error {
	if _, ok := signin.Of(r.Context()); ok && fault.KindOf(err) == fault.Unauthenticated {
		return web.Redirect(w, r, provePath(to))
	}
	return err
}

func pathID(r *http.Request, key string) (int64, error) {
	id, err := clock.ParseID(r.PathValue("id"))
	if err != nil {
		return 0, fault.New(fault.NotFound, key)
	}
	return id, nil
}

func (p *Pages) removePasskey(ctx context.Context, tx *db.Tx, n signin.Session, r *http.Request) error {
	id, err := pathID(r, "signin.passkey_unknown")
	if err != nil {
		return err
	}
	return p.cfg.SignIn.RemovePasskey(ctx, tx, n, id)
}

func (p *Pages) removeApp(ctx context.Context, tx *db.Tx, n signin.Session, _ *http.Request) error {
	return p.cfg.SignIn.RemoveApp(ctx, tx, n)
}

func (p *Pages) removePassword(ctx context.Context, tx *db.Tx, n signin.Session, _ *http.Request) error {
	return p.cfg.SignIn.RemovePassword(ctx, tx, n)
}

// unlink takes an identity at the network's provider out of one's account.
func (p *Pages) unlink(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	return p.change("provider_removed", func(ctx context.Context, tx *db.Tx, n signin.Session, _ *http.Request) error {
		if err := oidc.Unlink(ctx, tx, n.PersonID, f.Values.Get("issuer"), f.Values.Get("subject")); err != nil {
			return err
		}
		return p.cfg.SignIn.ProviderRemoved(ctx, tx, n)
	})(w, r)
}

func (p *Pages) endSession(ctx context.Context, tx *db.Tx, n signin.Session, r *http.Request) error {
	id, err := pathID(r, "signin.session_unknown")
	if err != nil {
		return err
	}
	return p.cfg.SignIn.End(ctx, tx, n.PersonID, id)
}

func (p *Pages) endSessions(ctx context.Context, tx *db.Tx, n signin.Session, _ *http.Request) error {
	return p.cfg.SignIn.EndOthers(ctx, tx, n.PersonID, n.ID)
}

// callOffOwnReset is one's own word against what two colleagues have begun.
func (p *Pages) callOffOwnReset(ctx context.Context, tx *db.Tx, _ signin.Session, r *http.Request) error {
	id, err := pathID(r, "signin.reset_unknown")
	if err != nil {
		return err
	}
	return p.cfg.SignIn.CallOffReset(ctx, tx, id)
}

// offerApp draws a secret for a code app.
func (p *Pages) offerApp(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	n, err := own(ctx)
	if err != nil {
		return err
	}
	if err := p.cfg.DB.Write(ctx, func(tx *db.Tx) error { return p.cfg.SignIn.OfferApp(ctx, tx, n) }); err != nil {
		return proveFirst(w, r, err, securityPath)
	}
	return web.Redirect(w, r, securityPath+"/app")
}

// appView is the page on which a code app is set up.
type appView struct {
	offer signin.Offer
	code  picture
	form  web.FormView
	note  string // what went wrong, or ""
}

// showApp shows the secret that was offered, until its first code comes.
func (p *Pages) showApp(w http.ResponseWriter, r *http.Request) error {
	v, err := p.appView(r.Context())
	if err != nil {
		if fault.KindOf(err) == fault.Gone || fault.KindOf(err) == fault.NotFound {
			return web.Redirect(w, r, securityPath)
		}
		return err
	}
	return web.Render(w, r, http.StatusOK, appPage(v))
}

func (p *Pages) appView(ctx context.Context) (v appView, err error) {
	n, err := own(ctx)
	if err != nil {
		return v, err
	}
	err = p.cfg.DB.Read(ctx, func(q *db.Reader) (err error) {
		var person people.Person
		if person, err = p.cfg.People.PersonByID(ctx, q, n.PersonID); err != nil {
			return err
		}
		v.offer, err = p.cfg.SignIn.OfferedApp(ctx, q, person, p.cfg.DB.Now())
		return err
	})
	if err != nil {
		return v, err
	}
	v.code, err = qrPicture(v.offer.URI)
	return v, err
}

// confirmApp takes the first code. A weak session becomes a strong one by it.
func (p *Pages) confirmApp(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	n, err := own(ctx)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	err = p.cfg.SignIn.ConfirmApp(ctx, n, f.Values.Get("code"), visitOf(ctx).browser)
	switch kind := fault.KindOf(err); {
	case err == nil:
		if !n.Way.Strong() {
			if err := p.begin(ctx, n.PersonID, signin.ByLinkCode); err != nil {
				return err
			}
		}
		return web.Redirect(w, r, securityPath+"?done=app_added")
	case kind == fault.Gone:
		return web.Redirect(w, r, securityPath)
	case kind != fault.Invalid && kind != fault.TooMany:
		return proveFirst(w, r, err, securityPath)
	}
	v, viewErr := p.appView(ctx)
	if viewErr != nil {
		return viewErr
	}
	if f.Merge(err) != nil {
		v.note = i18n.Fault(ctx, err)
	}
	v.form = f.View()
	return web.Render(w, r, http.StatusUnprocessableEntity, appPage(v))
}

// showPassword shows the form for a new password.
func (p *Pages) showPassword(w http.ResponseWriter, r *http.Request) error {
	has, err := p.hasPassword(r.Context())
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, newPasswordPage(web.FormView{}, has))
}

// hasPassword reports whether who acts has a password, which is asked for before it is changed.
func (p *Pages) hasPassword(ctx context.Context) (has bool, err error) {
	n, err := own(ctx)
	if err != nil {
		return false, err
	}
	err = p.cfg.DB.Read(ctx, func(q *db.Reader) error {
		st, err := p.cfg.SignIn.Standing(ctx, q, n, p.cfg.DB.Now())
		has = !st.Password.IsZero()
		return err
	})
	return has, err
}

func (p *Pages) setPassword(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	n, err := own(ctx)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	err = p.cfg.SignIn.SetPassword(ctx, n, f.Values.Get("current"), f.Values.Get("password"), visitOf(ctx).browser)
	if err := f.Merge(err); err != nil {
		return proveFirst(w, r, err, securityPath+"/password")
	}
	if f.Err() != nil {
		has, err := p.hasPassword(ctx)
		if err != nil {
			return err
		}
		return web.Render(w, r, http.StatusUnprocessableEntity, newPasswordPage(f.View(), has))
	}
	return web.Redirect(w, r, securityPath+"?done=password_set")
}

// makeCodes makes recovery codes and shows them, this once.
func (p *Pages) makeCodes(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	n, err := own(ctx)
	if err != nil {
		return err
	}
	codes, err := p.cfg.SignIn.MakeRecoveryCodes(ctx, n)
	if err != nil {
		return proveFirst(w, r, err, securityPath)
	}
	return web.Render(w, r, http.StatusCreated, codesPage(codes))
}

// picture is a QR code as the path of an SVG, one unit a module, with a margin of four (ISO/IEC 18004).
type picture struct {
	side int
	path string
}

func qrPicture(text string) (picture, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return picture{}, fault.Wrap(err, fault.Internal, "fault.internal.sentence")
	}
	const margin = 4
	var b strings.Builder
	size := code.Bounds().Size()
	for y := range size.Y {
		for x := 0; x < size.X; x++ {
			from := x
			for x < size.X && color.GrayModel.Convert(code.At(x, y)).(color.Gray).Y < 128 {
				x++
			}
			if x > from {
				b.WriteString("M" + strconv.Itoa(from+margin) + " " + strconv.Itoa(y+margin) + "h" + strconv.Itoa(x-from) + "v1h-" + strconv.Itoa(x-from) + "z")
			}
		}
	}
	return picture{size.X + 2*margin, b.String()}, nil
}

// box is the viewBox.
func (c picture) box() string {
	return "0 0 " + strconv.Itoa(c.side) + " " + strconv.Itoa(c.side)
}

// colleague reports whether who acts may help others to begin anew.
func colleague(ctx context.Context) bool { return access.Allowed(ctx, access.PeopleAppoint) }
