package main

import (
	"slices"
	"time"

	"github.com/facelatch/facelatch/card"
	"github.com/facelatch/facelatch/device/qr"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
)

// perSheet is how often a card is on a sheet.
const perSheet = 4

// printCard makes a PDF with the card of a pass, or a sheet with four of them:
// one to carry, one at home, and two for when those are lost in the wash. It also
// returns the characters that the card shows a substitute for.
func printCard(c site.Config, layout card.Layout, text string, code *qr.Code) (pdf []byte, missing string, err error) {
	p, err := pass.Parse(text)
	if err != nil {
		return nil, "", err
	}
	fonts, err := readFonts()
	if err != nil {
		return nil, "", err
	}
	now := time.Now().In(c.Location())
	one := card.Of(c.Name, p.Claims().Zones, p.Claims(), now)
	one.Code = code
	cards := []card.Card{one}
	if missing, err = card.Unprintable(fonts, cards...); err != nil {
		return nil, "", err
	}
	if layout == card.Sheet {
		cards = slices.Repeat(cards, perSheet)
	}
	pdf, err = card.PDF(layout, fonts, now, cards...)
	return pdf, missing, err
}

func readFonts() (fonts card.Fonts, err error) {
	dir, err := home.Find()
	if err != nil {
		return fonts, err
	}
	if fonts.Regular, err = dir.Read(home.FontRegular()); err != nil {
		return fonts, err
	}
	fonts.Bold, err = dir.Read(home.FontBold())
	return fonts, err
}
