package front

import (
	"context"
	"time"

	"github.com/facelatch/facelatch/card"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/public/words"
	"github.com/facelatch/facelatch/device/qr"
	"github.com/facelatch/facelatch/pass"
)

// shortID is how much of a pass's id stands on a card, in characters.
const shortID = 8

// card lays a pass out that a holder just made on their own page, in the language
// of that page.
func (f *Front) card(issued acts.Issued, tag words.Tag) ([]byte, error) {
	config, err := f.acts.SiteConfig(context.Background())
	if err != nil {
		return nil, err
	}
	location, err := time.LoadLocation(config.Site.Timezone)
	if err != nil {
		return nil, err
	}
	code, err := qr.Encode(issued.Text, qr.LevelL)
	if err != nil {
		return nil, err
	}
	c := card.Card{
		Site: config.Site.Name, Kind: card.PlainPass, Until: issued.Expires.In(location), ID: issued.ID.String()[:shortID], Code: code,
	}
	if issued.Kind == pass.Face {
		c.Kind = card.FacePass
	}
	for _, zone := range issued.Zones {
		title := zone
		if said := words.Text(config.Site.Rules[zone].Title).In(tag); said.Text != "" {
			title = said.Text
		}
		c.Zones = append(c.Zones, title)
	}
	if issued.Hours != "" {
		c.Hours = []string{issued.Hours}
	}
	if issued.NotBefore.After(f.c.Now()) {
		c.From = issued.NotBefore.In(location)
	}
	return card.PDF(card.Single, f.c.Fonts, f.c.Now().In(location), c)
}
