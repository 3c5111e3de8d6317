package bundle

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/facelatch/facelatch/pass"
)

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

// duplicate returns the place of the first entry that compares equal to an
// earlier one, and false if there is none.
func duplicate[T any](list []T, compare func(a, b T) int) (T, bool) {
	sorted := slices.SortedFunc(slices.Values(list), compare)
	for i := 1; i < len(sorted); i++ {
		if compare(sorted[i-1], sorted[i]) == 0 {
			return sorted[i], true
		}
	}
	var none T
	return none, false
}

func compareZones(a, b Zone) int   { return cmp.Compare(a.Name, b.Name) }
func compareLists(a, b List) int   { return cmp.Compare(a.Number, b.Number) }
func compareModels(a, b Model) int { return bytes.Compare(a.ID[:], b.ID[:]) }

func (b *Bundle) checkZones() error {
	if len(b.Zones) == 0 || len(b.Zones) > MaxZones {
		return fieldf("zones", "%d zones instead of 1 to %d", len(b.Zones), MaxZones)
	}
	for i, z := range b.Zones {
		if err := z.check(fmt.Sprintf("zones[%d]", i)); err != nil {
			return err
		}
	}
	if z, twice := duplicate(b.Zones, compareZones); twice {
		return fieldf("zones", "%q stands twice", z.Name)
	}
	return nil
}

func (z Zone) check(at string) error {
	return cmp.Or(
		field(at+".name", pass.CheckZone(z.Name)),
		field(at+".title", checkTexts(z.Title, MaxTitle, false)),
		field(at+".methods", z.Methods.Check()),
		field(at+".hours", z.Hours.Check()),
		z.checkFace(at),
		z.checkPrompts(at+"."),
		z.checkPINs(at),
	)
}

// checkFace holds what is about faces to zones that accept them.
func (z Zone) checkFace(at string) error {
	if !z.Methods.Has(Face) {
		switch {
		case z.RequireLive:
			return fieldf(at+".require_live", "the zone accepts no faces")
		case z.Threshold != "":
			return fieldf(at+".threshold", "the zone accepts no faces")
		case z.Budget != 0:
			return fieldf(at+".budget", "the zone accepts no faces")
		}
		return nil
	}
	if !thresholdName.MatchString(z.Threshold) {
		return fieldf(at+".threshold", "%q is not the name of a threshold, such as fmr-1e-4", z.Threshold)
	}
	if z.Budget < 1 || z.Budget > MaxBudget {
		return fieldf(at+".budget", "%d instead of 1 to %d", z.Budget, MaxBudget)
	}
	return nil
}

// CheckPrompts returns what is wrong with what the zone asks people to do, as a
// [FieldError] about prompts or light, or nil.
func (z Zone) CheckPrompts() error { return z.checkPrompts("") }

func (z Zone) checkPrompts(at string) error {
	switch {
	case z.Prompts < 0 || z.Prompts > MaxPrompts:
		return fieldf(at+"prompts", "it is 0 to %d, not %d", MaxPrompts, z.Prompts)
	case z.Light && z.Prompts == 0:
		return fieldf(at+"light", "it goes with prompts, of which there are none")
	case z.Prompts > 0 && !z.Methods.Has(Face):
		return fieldf(at+"prompts", "the zone accepts no faces")
	}
	return nil
}

func (z Zone) checkPINs(at string) error {
	if z.Methods.Has(PIN) {
		return field(at+".pins", z.PINs.check(MaxPINsObject))
	}
	if !z.PINs.IsZero() {
		return fieldf(at+".pins", "the zone accepts no PINs")
	}
	return nil
}

func (b *Bundle) checkLists() error {
	if len(b.Lists) > MaxLists {
		return fieldf("lists", "%d lists, more than %d", len(b.Lists), MaxLists)
	}
	for i, l := range b.Lists {
		if err := l.check(MaxListObject); err != nil {
			return field(fmt.Sprintf("lists[%d]", i), err)
		}
	}
	if l, twice := duplicate(b.Lists, compareLists); twice {
		return fieldf("lists", "%d stands twice", l.Number)
	}
	return nil
}

func (b *Bundle) checkModels() error {
	if len(b.Models) > MaxModels {
		return fieldf("models", "%d models, more than %d", len(b.Models), MaxModels)
	}
	if len(b.Models) == 0 && b.faces() {
		return fieldf("models", "a zone accepts faces, and there is no model")
	}
	for i, m := range b.Models {
		if m.ID == (pass.ModelID{}) {
			return fieldf(fmt.Sprintf("models[%d].id", i), "it is zero")
		}
		if err := checkTime(m.Until); err != nil {
			return field(fmt.Sprintf("models[%d].until", i), err)
		}
	}
	if m, twice := duplicate(b.Models, compareModels); twice {
		return fieldf("models", "%s stands twice", m.ID)
	}
	return nil
}

func (b *Bundle) checkRefused() error {
	if len(b.Refused) > MaxRefused {
		return fieldf("refused", "%d keys, more than %d", len(b.Refused), MaxRefused)
	}
	if id, twice := duplicate(b.Refused, compareKeyIDs); twice {
		return fieldf("refused", "%s stands twice", id)
	}
	return nil
}

func (n Notice) isZero() bool { return n.SHA256 == [32]byte{} && len(n.Text) == 0 }

func (n Notice) check(needed bool) error {
	switch {
	case n.isZero() && !needed:
		return nil
	case n.SHA256 == [32]byte{}:
		return fieldf("notice.sha256", "it is zero")
	case len(n.Text) == 0:
		return fieldf("notice.text", "there is no text for the screen")
	}
	return field("notice.text", checkTexts(n.Text, MaxNotice, true))
}

func (b *Bundle) checkCheckpoint() error {
	if len(b.Checkpoint) > MaxCheckpoint {
		return fieldf("checkpoint", "%d bytes, more than %d", len(b.Checkpoint), MaxCheckpoint)
	}
	return nil
}
