package givingdesk

import (
	"context"
	"net/http"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/giving"
	"manyhands/internal/i18n"
	"manyhands/internal/job"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// What counts as soon.
const (
	endsSoon        = 7 * 24 * time.Hour
	certificateSoon = 60 * 24 * time.Hour
)

// shown is how many lines a task shows; the rest is behind its link.
const shown = 5

// task is one kind of thing that waits for an answer.
type task struct {
	Key   string // "desk.task.KEY" names it, "desk.task_do.KEY" its one action
	Tone  ui.Tone
	Count int
	Lines []taskLine
	Href  string // where all of it is
}

// taskLine is one thing that waits.
type taskLine struct {
	Text, Note, Href string
	Retry            string // where to post to have it tried again, or ""
}

func (t *task) add(l taskLine) {
	t.Count++
	if len(t.Lines) < shown {
		t.Lines = append(t.Lines, l)
	}
}

type todayView struct {
	Name   string
	Now    time.Time
	First  []firstStep
	Tasks  []task
	Counts map[string]int
	Given  giving.Given
}

func (h *Desk) today(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	a, _ := access.From(ctx)
	v, err := read(ctx, h.db, func(snap *db.Reader) (todayView, error) {
		v := todayView{Name: a.Name, Now: h.db.Now(), Counts: map[string]int{}}
		l := h.lookup(snap)
		for _, find := range h.finders() {
			if !access.Allowed(ctx, find.need) {
				continue
			}
			t, err := find.look(ctx, l)
			if err != nil {
				return v, err
			}
			if t.Count > 0 {
				v.Tasks = append(v.Tasks, t)
				v.Counts[find.nav] += t.Count
			}
		}
		var err error
		if v.First, err = h.firstSteps(ctx, l); err != nil {
			return v, err
		}
		v.Given, err = giving.GivenSince(ctx, snap, startOfDay(ctx, v.Now))
		return v, err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, todayPage(v))
}

// giftsHref leads to the gifts that came, for who may see them.
func giftsHref(ctx context.Context) string {
	if access.Allowed(ctx, access.GiftSee) {
		return "/desk/gifts?state=received"
	}
	return ""
}

// bookHref leads to the books of a fund, for who may see them; way is "" or a query.
func bookHref(ctx context.Context, fund, way string) string {
	if access.Allowed(ctx, access.BooksSee) {
		return "/desk/books/" + fund + way
	}
	return ""
}

func startOfDay(ctx context.Context, t time.Time) time.Time {
	t = t.In(i18n.ZoneOf(ctx))
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// finder looks for one kind of task, for those who may do something about it.
type finder struct {
	need access.Permission
	nav  string // the entry of the navigation that it counts for
	look func(ctx context.Context, l *lookup) (task, error)
}

// finders are all kinds of tasks, most urgent first.
func (h *Desk) finders() []finder {
	return []finder{
		{access.PeopleArrange, "people", h.uncovered},
		{access.QuarantineResolve, "gifts", h.quarantined},
		{access.PayoutApprove, "payouts", h.toApprove},
		{access.GiftRefundApprove, "gifts", h.refundsToDecide},
		{access.PayoutPay, "payouts", h.toPay},
		{access.PoolFund, "pools", h.toFund},
		{access.PoolOpen, "pools", h.toOpen},
		{access.ProgrammeVerify, "organisations", h.toVerify},
		{access.WordsJudge, "gifts", h.wordsToRead},
		{access.OutcomeRecord, "payouts", h.withoutOutcome},
		{access.GiftReceive, "gifts", h.promised},
		{access.CampaignEdit, "campaigns", h.campaignsEnding},
		{access.PoolEdit, "pools", h.poolsEnding},
		{access.OrganisationEdit, "organisations", h.certificatesEnding},
		{access.JobRetry, "today", deadJobs},
	}
}

func deadJobs(ctx context.Context, l *lookup) (task, error) {
	t := task{Key: "jobs", Tone: ui.Hot}
	if ok, err := allowed(access.CheckFor(ctx, access.JobRetry, access.Network)); !ok {
		return t, err
	}
	_, dead, _, err := job.Stats(ctx, l.r)
	if err != nil || dead == 0 {
		return t, err
	}
	list, err := job.Dead(ctx, l.r, shown)
	for _, j := range list {
		t.add(taskLine{Text: j.Kind, Note: i18n.DateTime(ctx, j.Died), Retry: "/desk/jobs/" + clock.FormatID(j.ID) + "/retry"})
	}
	t.Count = int(dead)
	return t, err
}

// retryJob has dead work tried again. Work is the whole network's.
func (h *Desk) retryJob(w http.ResponseWriter, r *http.Request) error {
	if err := access.CheckFor(r.Context(), access.JobRetry, access.Network); err != nil {
		return err
	}
	id, err := idOf(r)
	if err != nil {
		return err
	}
	if err := h.db.Write(r.Context(), func(tx *db.Tx) error { return job.Retry(r.Context(), tx, id) }); err != nil {
		return err
	}
	return web.Redirect(w, r, "/desk")
}
