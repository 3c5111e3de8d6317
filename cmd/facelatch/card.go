package main

import (
	"errors"

	"github.com/facelatch/facelatch/internal/site"
)

// printCard makes a PDF with a card.
func printCard(site.Config, string) ([]byte, error) { return nil, errors.New("not yet") }
