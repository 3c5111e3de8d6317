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
	p, err := pass.Parse(issued.Text)
	if err != nil {
		return nil, err
	}
	var zones []string
	for _, zone := range issued.Zones {
		title := zone
		if said := words.Text(config.Site.Rules[zone].Title).In(tag); said.Text != "" {
			title = said.Text
		}
		zones = append(zones, title)
	}
	now := f.c.Now().In(location)
	c := card.Of(config.Site.Name, zones, p.Claims(), now)
	c.Code = code
	return card.PDF(card.Single, f.c.Fonts, now, c)
}
