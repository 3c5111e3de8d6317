package ground

import "github.com/facelatch/facelatch/bundle"

// accepted are the ways in here, of those that a zone has. Where the zone asks for
// movements that nothing here can see, faces are none of them: without asking they
// are not accepted, and asked in vain everybody would be refused.
func (g *Ground) accepted(z bundle.Zone) (bundle.Methods, error) {
	m, err := g.config.Accepted(z.Methods)
	if g.cannotAsk(z) != nil {
		m &^= bundle.Face
	}
	return m, err
}

// cannotAsk is why a zone's faces are not accepted here although they would be by
// door.yaml; nil if they are.
func (g *Ground) cannotAsk(z bundle.Zone) error {
	if m, err := g.config.Accepted(z.Methods); err != nil || !m.Has(bundle.Face) || z.Prompts == 0 {
		return nil
	}
	return g.options.CannotAsk
}

// sayBlind tells the operator when it begins and when it ends that faces are
// refused because of the models. The caller holds mu, or is alone.
func (g *Ground) sayBlind() {
	before := g.blind
	g.blind = g.cannotAsk(g.contents.Zone)
	switch {
	case g.blind != nil && before == nil:
		g.reports.add(CannotAsk)
		g.log.Error("faces are refused here: the zone asks for movements, and the models cannot see them", "error", g.blind)
	case g.blind == nil && before != nil:
		g.log.Info("faces are accepted here again")
	}
}
