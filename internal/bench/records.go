package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"regexp"
	"strings"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/app"
	"manyhands/internal/bench/load"
	"manyhands/internal/child"
	"manyhands/internal/consent"
	"manyhands/internal/db"
	"manyhands/internal/i18n"
)

// What opening children's records may take.
const (
	limitDecision = "limit: what a decision may take"
	limitPage     = "limit: what a page of 50 children may take"
	aPageOf       = 50
)

// records measures decisions about children's records, and a page of them: opened, decided group by
// group, noted in the trail durably before it is shown.
func (b *bench) records(ctx context.Context) (err error) {
	b.say("making the sample network ...")
	if err := b.sample(ctx); err != nil {
		return err
	}
	if err := b.enrol(ctx); err != nil {
		return fmt.Errorf("enrol children: %w", err)
	}
	if err := b.decisions(ctx); err != nil {
		return err
	}
	h, err := b.openHouse(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	c, err := signedIn(ctx, h, workerEmail)
	if err != nil {
		return err
	}
	bare, done, err := hello(helloOne, 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	bare.waiting = true
	tasks := []task{bare}
	for _, p := range []page{{"50 children: who comes and who collects", "/desk/children/list/care"}, {"50 children: who may eat what", "/desk/children/list/meals"}} {
		tasks = append(tasks, task{name: p.name, limit: helloOne, workers: 1, waiting: true, do: func(ctx context.Context, _ int) (int, error) {
			return 1, fetch(ctx, c, h.base+p.path, aPageOf)
		}})
	}
	if err := b.measure(ctx, tasks...); err != nil {
		return err
	}
	b.report.add(Figure{Name: limitPage, Unit: "ms", Value: 20}, "")
	return nil
}

// workerEmail is that of the sample network's worker.
const workerEmail = "worker@example.org"

// enrol gives the sample's worker a page full of children.
func (b *bench) enrol(ctx context.Context) (err error) {
	s, done, err := b.services(ctx, db.Options{Unsafe: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		worker, err := s.People.PersonByEmail(ctx, tx, workerEmail)
		if err != nil {
			return err
		}
		a, err := s.People.Actor(ctx, tx, worker.ID, tx.Now())
		if err != nil {
			return err
		}
		ctx := access.With(ctx, a)
		for i := range aPageOf {
			if err := enrolOne(ctx, tx, s, a.Roles[0].Organisation, i); err != nil {
				return err
			}
		}
		return nil
	})
}

func enrolOne(ctx context.Context, tx *db.Tx, s *app.Services, organisation int64, i int) error {
	g := child.NewGuardian{Who: child.Relative{Name: "样本", Phone: fmt.Sprintf("1380000%04d", i), Relation: "grandmother"}, Authority: true, Proof: "household_register"}
	r, err := s.Children.Enrol(ctx, tx, child.Enrolment{Organisation: organisation, Name: child.Name{Name: "样本" + string(rune('一'+i))},
		Identity: child.Identity{Birth: "2016-03-09"}, Alerts: child.Alerts{Allergies: child.Listed, Allergy: "花生"}, Guardians: []child.NewGuardian{g}})
	if err != nil {
		return err
	}
	standings, err := s.Children.Consents(ctx, tx, r.ID, access.Casework)
	if err != nil {
		return err
	}
	for _, p := range []consent.Purpose{consent.Enrol, consent.Meals, consent.Collection} {
		m := consent.For(p)
		form, err := s.Consents.Form(ctx, tx, r.ID, m, i18n.ZH, tx.Now())
		if err != nil {
			return err
		}
		said := consent.Said{Record: r.ID, Guardian: standings[0].Each[0].Guardian, Matter: m, Given: true, Route: consent.Paper, Lang: i18n.ZH, Hash: form.Hash()}
		if _, err := s.Children.Answer(ctx, tx, said); err != nil {
			return err
		}
	}
	_, err = s.Children.AddCollector(ctx, tx, r.ID, access.Care, child.NewCollector{Who: g.Who, Until: tx.Now().Add(90 * 24 * time.Hour)})
	return errors.Join(err, s.Children.Accept(ctx, tx, r.ID))
}

// decisions measures one decision of the policies: whether a worker reads one group of a record.
func (b *bench) decisions(ctx context.Context) error {
	const person, organisation = 7, 3
	ctx = access.With(ctx, access.Actor{PersonID: person, Roles: []access.Grant{{Role: access.Worker, Organisation: organisation}}})
	r := &access.Record{ID: 1, Organisation: organisation, Workers: []int64{person, 8}, Guardians: []int64{9}, Consents: []string{"enrol", "meals"}}
	question := access.Question{At: time.Now(), Purpose: access.Care, Group: access.Alerts}
	all, err := round(ctx, 1, b.length, func(ctx context.Context, _ int) (int, error) {
		if !access.DecideRecord(ctx, access.RecordRead, r, question).Allowed {
			return 0, errors.New("a worker may not read their own child's alerts")
		}
		return 1, nil
	})
	if err != nil {
		return err
	}
	p50, p99 := percentiles(all.took)
	b.report.add(Figure{Name: limitDecision, Unit: "µs", Value: 20}, "")
	b.report.add(Figure{Name: "a decision", Unit: "µs", Value: p50 * 1000, N: all.n, P50: p50, P99: p99}, limitDecision)
	return nil
}

// signedIn returns a browser in which the holder of an address has signed in.
func signedIn(ctx context.Context, h *house, email string) (*http.Client, error) {
	var token string
	err := h.DB.Write(ctx, func(tx *db.Tx) (err error) {
		token, err = h.People.MakeLink(ctx, tx, email)
		return err
	})
	if err != nil {
		return nil, err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	c := &http.Client{Jar: jar, Timeout: time.Minute}
	at := h.base + "/sign-in/" + token
	if err := fetch(ctx, c, at, 0); err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, at, strings.NewReader(""))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c, answered(c, r, 0)
}

// fetch opens a page.
func fetch(ctx context.Context, c *http.Client, address string, cards int) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	return answered(c, r, cards)
}

var code = regexp.MustCompile(`K-[0-9]+</span>`)

// answered sends a request and wants a page with so many children on it.
func answered(c *http.Client, r *http.Request, cards int) error {
	res, err := c.Do(r)
	if err != nil {
		return fmt.Errorf("%s: %w", r.URL.Path, load.ErrNoAnswer)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return fmt.Errorf("%s: %w", r.URL.Path, load.ErrNoAnswer)
	}
	if n := len(code.FindAll(body, -1)); res.StatusCode != http.StatusOK || cards > 0 && n != cards {
		return fmt.Errorf("%s was answered %d with %d children", r.URL.Path, res.StatusCode, n)
	}
	return nil
}
