package peopleweb

import (
	"context"
	"slices"

	"manyhands/internal/access"
	"manyhands/internal/clock"
	"manyhands/internal/i18n"
	"manyhands/internal/ui"
	"manyhands/internal/web"
)

// wholeNetwork is the organisation field's value for access.Network.
const wholeNetwork = "network"

// places are where an appointment or a key can hold: the whole network, when it is among them, and
// organisations.
type places []Organisation

// places returns all places.
func (p *Pages) places(ctx context.Context) (places, error) {
	all := places{{ID: access.Network, Name: networkName(ctx)}}
	if p.cfg.Organisations == nil {
		return all, nil
	}
	organisations, err := p.cfg.Organisations(ctx)
	return append(all, organisations...), err
}

// within returns those places for which who acts in ctx holds a permission.
func (l places) within(ctx context.Context, p access.Permission) places {
	return slices.DeleteFunc(slices.Clone(l), func(o Organisation) bool { return access.CheckFor(ctx, p, o.ID) != nil })
}

func networkName(ctx context.Context) i18n.Text {
	name := i18n.T(ctx, "people.desk.network")
	return i18n.Text{ZH: name, EN: name}
}

// value is how the organisation field writes a place.
func (o Organisation) value() string {
	if o.ID == access.Network {
		return wholeNetwork
	}
	return clock.FormatID(o.ID)
}

// chosen reads the organisation field; access.Network stands for a wrong choice too, which is noted.
func (l places) chosen(f *web.Form) int64 {
	var allowed []string
	for _, o := range l {
		allowed = append(allowed, o.value())
	}
	id, err := clock.ParseID(f.Choice("organisation", allowed...))
	if err != nil {
		return access.Network
	}
	return id
}

func (l places) options(ctx context.Context) []ui.Option {
	var options []ui.Option
	for _, o := range l {
		options = append(options, ui.Option{Value: o.value(), Label: o.Name.In(ctx)})
	}
	return options
}

// first is the first place's value, "" where there is none.
func (l places) first() string {
	if len(l) == 0 {
		return ""
	}
	return l[0].value()
}

// name names a place; the empty text one that is no longer there.
func (l places) name(id int64) i18n.Text {
	i := slices.IndexFunc(l, func(o Organisation) bool { return o.ID == id })
	if i < 0 {
		return i18n.Text{}
	}
	return l[i].Name
}
