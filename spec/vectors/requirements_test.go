package vectors_test

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/spec/vectors"
)

// cannotShow are requirements that no vector can show, and what does.
var cannotShow = map[string]string{
	"P-6":  "shown by its refusals, P-7",
	"P-33": "pass: TestSealRefuses",
	"P-37": "pass: Verified has no other source than Verify",
	"P-46": "a duty of the issuer over time",
	"P-50": "vector empty, cited under P-1",
	"P-64": "a duty of the door",
	"P-70": "a duty of the issuer",
	"P-71": "pass: Sign takes no sealed reference",
	"P-72": "pass: TestJoinRefuses",
	"P-73": "a duty of the issuer",
	"P-94": "a duty of the door",
	"P-96": "a duty of the phone",
	"P-97": "a duty of the site",
	"B-5":  "bundle: TestWrongHands, TestPINsRefused",
	"B-30": "a duty of the door",
	"B-35": "bundle: TestObject; a duty of the door",
	"B-36": "a duty of the door over time",
	"B-37": "a duty of the door",
	"B-38": "a duty of the door",
	"B-39": "a duty of the door; the follows in ledger/ledger.json",
	"B-43": "bundle: TestNewPIN",
	"B-48": "a duty of the station",
	"B-49": "a duty of the door over time",
	"B-65": "the fingerprint in relay.json",
	"B-66": "a duty of the door over time",
}

// TestRequirements: each requirement has a vector or a reason why not, and no
// vector cites one that there is not.
func TestRequirements(t *testing.T) {
	text := spec(t) + read(t, bundleFile)
	defined := map[string]bool{}
	for _, m := range regexp.MustCompile(`\*\*\[([PB]-\d+)\]\*\*|(?m)^\| \[([PB]-\d+)\] \|`).FindAllStringSubmatch(text, -1) {
		defined[m[1]+m[2]] = true
	}
	cited := citations(t)
	for p := range cited {
		if !defined[p] {
			t.Errorf("%s is cited and not defined", p)
		}
	}
	for _, p := range slices.Sorted(maps.Keys(defined)) {
		if _, excused := cannotShow[p]; cited[p] == excused {
			t.Errorf("%s: vector %v, excused %v", p, cited[p], excused)
		}
	}
	for _, m := range regexp.MustCompile(`\[([PB]-\d+)\]`).FindAllStringSubmatch(text, -1) {
		if !defined[m[1]] {
			t.Errorf("%s is referred to and not defined", m[1])
		}
	}
}

// everyVector returns what all vectors have in common.
func everyVector(t *testing.T) []vectors.Vector {
	t.Helper()
	var all []vectors.Vector
	accept, err := vectors.Accepts()
	must(t, err)
	for _, v := range accept {
		all = append(all, v.Vector)
	}
	refuse, err := vectors.Refuses()
	must(t, err)
	for _, v := range refuse {
		all = append(all, v.Vector)
	}
	lists, err := vectors.RefuseLists()
	must(t, err)
	for _, v := range lists {
		all = append(all, v.Vector)
	}
	consents, err := vectors.Consents()
	must(t, err)
	for _, v := range consents {
		all = append(all, v.Vector)
	}
	return append(all, newVectors(t)...)
}

// newVectors are those that doors brought with them.
func newVectors(t *testing.T) []vectors.Vector {
	t.Helper()
	var all []vectors.Vector
	shown, err := vectors.ThePresentations()
	must(t, err)
	bundles, err := vectors.TheBundles()
	must(t, err)
	relays, err := vectors.TheRelays()
	must(t, err)
	for _, group := range [][]vectors.Vector{
		plain(shown.Presentations, func(v vectors.Presentation) vectors.Vector { return v.Vector }),
		plain(shown.Challenges, func(v vectors.Challenge) vectors.Vector { return v.Vector }),
		plain(bundles.Bundles, func(v vectors.Bundle) vectors.Vector { return v.Vector }),
		plain(bundles.Follows, func(v vectors.Follow) vectors.Vector { return v.Vector }),
		plain(bundles.PINs, func(v vectors.PINs) vectors.Vector { return v.Vector }),
		plain(bundles.Checks, func(v vectors.PINCheck) vectors.Vector { return v.Vector }),
		plain(relays.Relays, func(v vectors.Relay) vectors.Vector { return v.Vector }),
	} {
		seen := map[string]bool{}
		for _, v := range group {
			if seen[v.Name] || v.About == "" || len(v.Requirements) == 0 {
				t.Errorf("%q: a name used twice, or no description or requirement", v.Name)
			}
			seen[v.Name] = true
		}
		all = append(all, group...)
	}
	return all
}

func plain[T any](list []T, of func(T) vectors.Vector) []vectors.Vector {
	var out []vectors.Vector
	for _, v := range list {
		out = append(out, of(v))
	}
	return out
}

func citations(t *testing.T) map[string]bool {
	t.Helper()
	cited := map[string]bool{}
	for _, v := range everyVector(t) {
		for _, p := range v.Requirements {
			cited[p] = true
		}
	}
	return cited
}

// TestBundleConstants: the table in the specification is what the code has.
func TestBundleConstants(t *testing.T) {
	text := read(t, bundleFile)
	for name, want := range map[string]int{
		"largest bundle, bytes":                  bundle.MaxSize,
		"most zones":                             bundle.MaxZones,
		"most status lists":                      bundle.MaxLists,
		"most keys of a kind":                    bundle.MaxKeys,
		"most models":                            bundle.MaxModels,
		"most refused sealing keys":              bundle.MaxRefused,
		"most languages":                         bundle.MaxLanguages,
		"longest name or title, bytes":           bundle.MaxTitle,
		"longest notice, bytes":                  bundle.MaxNotice,
		"longest statement of the ledger, bytes": bundle.MaxCheckpoint,
		"longest life, seconds":                  int(bundle.MaxLife.Seconds()),
		"largest budget":                         bundle.MaxBudget,
		"most movements asked for":               bundle.MaxPrompts,
		"largest status list, bytes":             bundle.MaxListObject,
		"largest object of PINs, bytes":          bundle.MaxPINsObject,
		"most PINs of a zone":                    bundle.MaxPINs,
		"digits of a number, and of a code":      bundle.PINDigits,
		"most sealing keys in a relay text":      bundle.MaxEpochs,
		"longest relay text, bytes":              bundle.MaxRelay,
		"public key of a door, bytes":            bundle.RelayKeySize,
	} {
		row := "| " + name + " | " + strconv.Itoa(want) + " |"
		if want > 0 && !strings.Contains(text, row) {
			t.Errorf("the specification does not say %q", row)
		}
	}
	if sentence := strings.Join(strings.Fields(text), " "); !strings.Contains(sentence, bundle.ErrOnlyWay.Error()) {
		t.Error("the specification has not the sentence of promise 4")
	}
}
