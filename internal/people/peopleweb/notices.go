package peopleweb

import (
	"context"
	"fmt"
	"net/http"

	"manyhands/internal/access"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/notify"
	"manyhands/internal/people/account"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// noticesView is the page on which people say what they wish to be told.
type noticesView struct {
	wishes account.Wishes
	form   web.FormView
	saved  bool
}

// quietStep is how finely quiet hours can be chosen, in minutes.
const quietStep = 30

// notices shows what a person wishes to be told, and when not.
func (p *Pages) notices(w http.ResponseWriter, r *http.Request) error {
	v := noticesView{saved: r.URL.Query().Get("saved") != ""}
	ctx := r.Context()
	err := p.cfg.DB.Read(ctx, func(q *db.Reader) (err error) {
		v.wishes, err = p.cfg.Account.WishesOf(ctx, q, access.PersonID(ctx))
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, noticesPage(v))
}

// saveNotices keeps the wishes.
func (p *Pages) saveNotices(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	wishes := account.Wishes{Topics: map[notify.Topic]bool{}}
	for _, t := range notify.Topics() {
		wishes.Topics[t] = f.Bool(string(t))
	}
	wishes.QuietFrom, wishes.QuietUntil = minuteOf(f, "quiet_from"), minuteOf(f, "quiet_until")
	if f.Err() != nil {
		return web.Render(w, r, http.StatusUnprocessableEntity, noticesPage(noticesView{wishes: wishes, form: f.View()}))
	}
	err = p.cfg.DB.Write(ctx, func(tx *db.Tx) error { return p.cfg.Account.SetWishes(ctx, tx, access.PersonID(ctx), wishes) })
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/me/notices?saved=1")
}

// minuteOf reads a time of the day from a drop-down.
func minuteOf(f *web.Form, name string) int {
	for _, o := range quietOptions() {
		if o.Value == f.Values.Get(name) {
			var h, m int
			_, _ = fmt.Sscanf(o.Value, "%d:%d", &h, &m) // one of our own
			return h*60 + m
		}
	}
	f.Bad(name, "form.choice")
	return 0
}

func quietOptions() []ui.Option {
	var out []ui.Option
	for m := 0; m < 24*60; m += quietStep {
		out = append(out, ui.Option{Value: clockText(m), Label: clockText(m)})
	}
	return out
}

func clockText(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// refusal shows what a link in a mail would turn off, and does nothing: programs that check mails open
// every link in them.
func (p *Pages) refusal(w http.ResponseWriter, r *http.Request) error {
	t, err := p.cfg.Account.RefusalTopic(r.PathValue("token"))
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return web.Render(w, r, http.StatusOK, refusalPage(r.URL.Path, topicName(r.Context(), t), false))
}

// refuse turns it off: for the page's button, and for mail programs that post by themselves (RFC 8058).
func (p *Pages) refuse(w http.ResponseWriter, r *http.Request) error {
	ctx, token := r.Context(), r.PathValue("token")
	t, err := p.cfg.Account.RefusalTopic(token)
	if err != nil {
		return err
	}
	if err := p.cfg.DB.Write(ctx, func(tx *db.Tx) error { return p.cfg.Account.Refuse(ctx, tx, token) }); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return web.Render(w, r, http.StatusOK, refusalPage(r.URL.Path, topicName(ctx, t), true))
}

func topicName(ctx context.Context, t notify.Topic) string {
	return i18n.T(ctx, "account.topic."+string(t))
}
