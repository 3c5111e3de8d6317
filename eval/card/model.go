package card

import (
	"fmt"
	"strings"
)

const cardHead = `# Model card

Made by ` + "`facelatch eval card`" + ` from the reports of measurements; do not edit it. The figures are in ` + "`accuracy.json`" + `, and ` + "`accuracy.md`" + ` says more about them.

## What it is

A set of published models that compares **one** face before a camera with **one** reference, sealed inside a pass or printed in an identity document that its holder shows. The outcome is a comparison score against a threshold: match, or no match. It finds a face, places points on it, judges the picture's quality and whether it may be a picture of a picture, and extracts features. Nothing is learnt from anybody while it runs: references are never updated from probes.

## What it is for

- Opening a door to somebody who holds a pass, agreed to a face pass in the place of a plain one, and can use another way at any time.
- At a counter, helping a member of staff to tell whether the person present is the holder of the document on the table. A person decides.

## What it is not for

- Finding out who somebody is, in a crowd, from a street camera, or in any collection of people: watch-lists, searches, following a person from camera to camera.
- Guessing emotion, age, origin or sex.
- Anything for which a face is the only way, and tying a face to property deeds, travel or speech.
- Deciding alone where much hangs on it. A stranger must first have the pass; without that barrier the rates below are not good enough for a door, and a picture held up may match.
- Children, unless measured on children: nothing here was.
`

const cardTail = `
## Ageing

References here are compared with photographs taken the same day (FRLL) or at unknown times (LFW: dates are not recorded). So these figures cannot say how FNMR grows with the years between reference and probe, and nothing on this page supports a longer life than a pass has (24 months at most). Whoever is missed more often than before should be enrolled again; ` + "`accuracy.md`" + ` has what can be said of it.

## Limits

- The photographs are of the press and of a studio. A camera at a door, at night, above eye height, does worse.
- Twins, relatives and look-alikes were not measured; strangers under one light look more alike than strangers in the press.
- Intervals by person allow for comparisons having people in common, not for the people at a door being others than those in a data set.
- The training photographs may hold people of the data sets; nobody outside can tell.
- Whether a file holds a backdoor is not known.
`

// ModelCard is the model card.
func (a Accuracy) ModelCard() string {
	var b strings.Builder
	b.WriteString(cardHead)
	b.WriteString("\n## The models\n")
	for _, s := range a.sets() {
		var rows [][]string
		for _, m := range s.Models {
			rows = append(rows, []string{m.Role, "`" + cell(m.ID) + "`", said(m.Licence), said(m.Training), "`" + m.SHA256 + "`"})
		}
		fmt.Fprintf(&b, "\n`%s`, references `%s`:\n\n%s", cell(s.Name), s.Reference, table([]string{"role", "model", "licence, as published", "training data", "SHA-256 as installed"}, rows))
	}
	for _, p := range []part{
		{"How often it is wrong", "Every photograph counts: one in which no face is found is a failure to acquire and a miss, and none is refused for its quality. FNMR is the rate at which one person does not match, FMR that at which two people do. Intervals are of 95 %, those of the first two tables Clopper and Pearson's.", a.accuracy() + "\n" + a.rates()},
		{"At the thresholds of the models", "Rates are means over people and over pairs of people, and intervals allow for comparisons having people in common.", a.thresholds()},
		{"Showings of a pass", "A door gives several attempts for one showing; it opens if any of them matches.", a.showings()},
		{"Groups of people", "Who is in which group was told by people themselves, or by those who published the photographs; nothing was inferred. A group is compared with others where it is large enough to say something.", a.groups()},
		{"What it cannot see any more", "Photographs were made worse step by step (rendered); the tables name the first level at which a stage fails, or objects, for half of them.", a.capture()},
		{"Presentation attacks", "", a.attacks()},
		{"How to measure this again", "", a.made()},
	} {
		fmt.Fprintf(&b, "\n## %s\n\n", p.name)
		if p.heading != "" {
			b.WriteString(p.heading + "\n\n")
		}
		b.WriteString(p.text)
		if p.name == "Presentation attacks" {
			b.WriteString(cardTail)
		}
	}
	return b.String()
}

func said(text string) string {
	if text == "" {
		return "not stated"
	}
	return cell(strings.TrimSuffix(text, "."))
}
