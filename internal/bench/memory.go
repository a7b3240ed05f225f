package bench

import (
	"context"
	"fmt"
	"strconv"

	"manyhands/internal/app"
	"manyhands/internal/money"
)

const memoryServer = "memory of the server at its peak, 256 clients"

// serverMemory has the program itself serve a crowd that makes gifts of every kind, and notes the most
// memory that it held, apart from its clients.
func (b *bench) serverMemory(ctx context.Context, svc *app.Services, n *network) (err error) {
	plenty, err := n.newStage(ctx, svc, money.MaxMinor, 0)
	if err != nil {
		return err
	}
	p, err := b.launch(ctx, "--trust-proxy", "--limit-requests", strconv.Itoa(2*crowd))
	if err != nil {
		return err
	}
	defer func() { err = p.end(err) }()
	givers := newGivers(svc, p.base, plenty, crowd, false)
	defer givers.server.Close()
	one, err := newPaid(ctx, svc, p.base, plenty, crowd, 1)
	if err != nil {
		return err
	}
	defer one.server.Close()
	many, err := newPaid(ctx, svc, p.base, plenty, crowd, hundred)
	if err != nil {
		return err
	}
	defer many.server.Close()
	for _, t := range []task{{name: "complete gifts", workers: crowd, do: givers.complete},
		{name: "paid gifts, 1 a request", workers: crowd, do: one.record}, {name: "paid gifts, 100 a request", workers: crowd, do: many.record}} {
		b.say("the program by itself: %s", t.name)
		if _, err := round(ctx, b.workers(t), b.length, t.do); err != nil {
			return fmt.Errorf("the program by itself: %s: %w", t.name, err)
		}
	}
	b.report.addMemory(memoryServer, p.pid())
	return nil
}
