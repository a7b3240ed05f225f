package givingdesk

import (
	"context"
	"net/http"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/programme"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// wordsLine is what a giver wrote for the public, shown to those alone who may judge it. ID 0: nothing.
type wordsLine struct {
	ID      int64
	State   giving.Words
	Name    string
	Message string
	Gift    giving.Gift // its amount and time; who gave is in Name alone
	Need    programme.NeedView
	To      string // the page that the buttons lead back to without script
}

const wordsHref = "/desk/words"

func (l wordsLine) href() string { return wordsHref + "/" + clock.FormatID(l.ID) }

// element is the id of the line in a page, by which the answer to a button takes its place.
func (l wordsLine) element() string { return "words-" + clock.FormatID(l.ID) }

// giftHref leads to the gift, for who may see gifts and does not stand on its page already.
func (l wordsLine) giftHref(ctx context.Context) string {
	href := giftLine{Gift: l.Gift}.href()
	if href == l.To || !access.Allowed(ctx, access.GiftSee) {
		return ""
	}
	return href
}

// wordsOf returns a received gift's words, none if there are none or whoever acts may not judge them.
func (l *lookup) wordsOf(ctx context.Context, g giving.Gift, to string) (line wordsLine, err error) {
	if g.Words == giving.NoWords || g.State != giving.Received {
		return line, nil
	}
	n, err := l.need(ctx, g.Need)
	if err != nil {
		return line, err
	}
	if ok, err := allowed(access.CheckFor(ctx, access.WordsJudge, n.Organisation)); !ok {
		return line, err
	}
	return wordsLine{ID: g.ID, State: g.Words, Name: g.GiverName, Message: g.Message, Gift: g, Need: n, To: to}, nil
}

// waitingWords lists at most most words that wait for whoever acts, oldest first, after the id after.
func (l *lookup) waitingWords(ctx context.Context, after int64, most int) (out []wordsLine, err error) {
	for {
		list, err := giving.WaitingWords(ctx, l.r, after, exportPage)
		if err != nil || len(list) == 0 {
			return out, err
		}
		for _, g := range list {
			line, err := l.wordsOf(ctx, g, wordsHref)
			if err != nil {
				return out, err
			}
			if line.ID == 0 {
				continue
			}
			if out = append(out, line); len(out) == most {
				return out, nil
			}
		}
		after = list[len(list)-1].ID
	}
}

func (h *Desk) wordsToRead(ctx context.Context, l *lookup) (task, error) {
	t := task{Key: "words", Tone: ui.Warm, Href: wordsHref}
	list, err := l.waitingWords(ctx, 0, maxTasks)
	if err != nil {
		return t, err
	}
	for _, w := range list {
		t.add(taskLine{Text: i18n.Quantity(ctx, w.Gift.Amount) + " · " + w.Need.Title.In(ctx), Note: i18n.Ago(ctx, w.Gift.ReceivedAt, h.db.Now()), Href: wordsHref})
	}
	if t.Count < maxTasks || access.CheckFor(ctx, access.WordsJudge, access.Network) != nil {
		return t, nil
	}
	n, err := giving.CountWaitingWords(ctx, l.r)
	t.Count = int(n)
	return t, err
}

type wordsView struct {
	Lines []wordsLine
	Next  string
}

func (h *Desk) listWords(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := read(ctx, h.db, func(snap *db.Reader) (v wordsView, err error) {
		list, err := h.lookup(snap).waitingWords(ctx, cursor(r), pageSize+1)
		v.Lines, v.Next = page(list, func(l wordsLine) int64 { return l.ID })
		return v, err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, wordsPage(v))
}

// What the buttons of a line send.
const (
	showWords = "show"
	hideWords = "hide"
)

// judgeWords shows or hides what a giver wrote and answers with the line as it then is.
func (h *Desk) judgeWords(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id, err := idOf(r)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(w, r)
	if err != nil {
		return err
	}
	do := f.Choice("do", showWords, hideWords)
	if err := f.Err(); err != nil {
		return err
	}
	to := web.LocalPath(f.Values.Get("to"), wordsHref)
	var line wordsLine
	err = within(ctx, h, gifts(), id, access.WordsJudge, func(ctx context.Context, tx *db.Tx, _ giving.Gift) error {
		if err := h.giving.JudgeWords(ctx, tx, id, do == showWords, me(ctx)); err != nil {
			return err
		}
		g, err := giving.GiftByID(ctx, tx, id)
		if err != nil {
			return err
		}
		line, err = h.lookup(tx).wordsOf(ctx, g, to)
		return err
	})
	if err != nil {
		return err
	}
	if web.IsFragment(r) {
		return web.Render(w, r, http.StatusOK, wordsCard(line))
	}
	return web.Redirect(w, r, to)
}

// giftTabs are the lists about gifts that the reader may see.
func giftTabs(ctx context.Context, current string) []ui.Tab {
	var out []ui.Tab
	for _, t := range []struct {
		key, href string
		need      access.Permission
	}{
		{"gifts", "/desk/gifts", access.GiftSee},
		{"words", wordsHref, access.WordsJudge},
		{"refunds", "/desk/gifts/refunds", access.GiftSee},
		{"quarantine", "/desk/gifts/quarantine", access.GiftSee},
	} {
		if access.Allowed(ctx, t.need) {
			out = append(out, ui.Tab{Label: i18n.T(ctx, "desk."+t.key), Href: t.href, Current: t.key == current})
		}
	}
	return out
}

func wordsTone(w giving.Words) ui.Tone {
	return map[giving.Words]ui.Tone{giving.WordsWaiting: ui.Warm, giving.WordsShown: ui.OK}[w]
}
