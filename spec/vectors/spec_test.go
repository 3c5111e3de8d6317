package vectors_test

import (
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"

	"github.com/facelatch/facelatch/internal/cose"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/spec/vectors"
	"github.com/facelatch/facelatch/statuslist"
)

const specFile, bundleFile = "../pass.md", "../bundle.md"

var update = flag.Bool("update", false, "write the worked example into the specification")

func spec(t testing.TB) string { return read(t, specFile) }

func read(t testing.TB, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	must(t, err)
	return string(data)
}

// example is a block of the worked example: a comment with its name, then a
// fenced block.
var example = regexp.MustCompile("(?s)(<!-- example: ([a-z-]+) -->\n```\n)(.*?)(```)")

// TestWorkedExample: what the specification shows is the vector, byte for byte.
func TestWorkedExample(t *testing.T) {
	text, want := spec(t), examples(t)
	seen := 0
	out := example.ReplaceAllStringFunc(text, func(block string) string {
		m := example.FindStringSubmatch(block)
		content, ok := want[m[2]]
		if !ok {
			t.Fatalf("no example is named %q", m[2])
		}
		seen++
		if m[3] != content && !*update {
			t.Errorf("the example %q is not the vector; run go test ./spec/vectors -run WorkedExample -update", m[2])
		}
		return m[1] + content + m[4]
	})
	if seen != len(want) {
		t.Errorf("%d examples in the specification, want %d", seen, len(want))
	}
	if *update {
		must(t, os.WriteFile(specFile, []byte(out), 0o644))
	}
}

// examples takes the face vector apart.
func examples(t testing.TB) map[string]string {
	t.Helper()
	site, err := vectors.TheSite()
	must(t, err)
	all, err := vectors.Accepts()
	must(t, err)
	v := all[slices.IndexFunc(all, func(v vectors.Accept) bool { return v.Name == "face" })]
	m, err := cose.ParseSign1(v.Bytes)
	must(t, err)
	var head struct {
		Sealed []byte `cbor:"-65537,keyasint"`
	}
	must(t, cose.Unmarshal(m.Unprotected, &head))
	hash := sha256.Sum256(head.Sealed)
	external := externalOf(t, v, site)
	refs, err := cose.Marshal(map[pass.ModelID][]byte{pass.ModelID(v.References[0].Model): v.References[0].Bytes})
	must(t, err)
	return map[string]string{
		"issuing-key":             lines(site.IssuingKeys[0].Private),
		"issuing-key-id":          lines(site.IssuingKeys[0].KeyID),
		"sealing-key":             lines(site.SealingKeys[0].Secret),
		"sealing-key-id":          lines(site.SealingKeys[0].KeyID),
		"references":              lines(refs),
		"external-aad-diagnostic": diagnostic(t, external),
		"external-aad":            lines(external),
		"sealed":                  lines(head.Sealed),
		"sealed-hash":             lines(hash[:]),
		"payload-diagnostic":      diagnostic(t, m.Payload),
		"payload":                 lines(m.Payload),
		"protected":               lines(m.Protected),
		"signature":               lines(m.Signature),
		"message":                 lines(v.Bytes),
		"text":                    textLines(v.Text),
	}
}

// externalOf builds the additional data from the vector's claims, apart from
// the code that is tested.
func externalOf(t testing.TB, v vectors.Accept, site vectors.Site) []byte {
	t.Helper()
	data, err := cose.Marshal([]any{
		v.Claims.Site, []byte(v.Claims.ID), v.Claims.Expires.Unix(), []byte(site.SealingKeys[0].KeyID),
		[]any{[]byte(v.Claims.Face.Models[0])},
		[]byte(v.Claims.Face.Consent),
	})
	must(t, err)
	return data
}

// lines breaks hexadecimal digits after 32 bytes.
func lines(data []byte) string {
	var b strings.Builder
	for chunk := range slices.Chunk(data, 32) {
		b.WriteString(hex.EncodeToString(chunk) + "\n")
	}
	return b.String()
}

// textLines breaks a text where no space is lost.
func textLines(text string) string {
	var b strings.Builder
	for len(text) > 64 {
		n := 64
		for text[n-1] == ' ' || text[n] == ' ' {
			n--
		}
		b.WriteString(text[:n] + "\n")
		text = text[n:]
	}
	return b.String() + text + "\n"
}

// diagnostic is CBOR diagnostic notation with one entry of a map on a line.
func diagnostic(t testing.TB, data []byte) string {
	t.Helper()
	flat, err := cbor.Diagnose(data)
	must(t, err)
	var b strings.Builder
	depth := 0
	newline := func() { b.WriteString("\n" + strings.Repeat("  ", depth)) }
	arrays := 0
	for i, c := range flat {
		switch {
		case c == '{':
			depth++
			b.WriteRune(c)
			newline()
		case c == '}':
			depth--
			newline()
			b.WriteRune(c)
		case c == '[':
			arrays++
			b.WriteRune(c)
		case c == ']':
			arrays--
			b.WriteRune(c)
		case c == ',' && arrays == 0:
			b.WriteRune(c)
			newline()
		case c == ' ' && i > 0 && flat[i-1] == ',' && arrays == 0:
		default:
			b.WriteRune(c)
		}
	}
	return b.String() + "\n"
}

// TestConstants: the specification's table is what the code has.
func TestConstants(t *testing.T) {
	text := spec(t)
	for name, want := range map[string]int{
		"largest message, bytes":        pass.MaxSize,
		"goal, bytes":                   pass.GoalSize,
		"longest life, seconds":         int(pass.MaxLifetime.Seconds()),
		"most zones":                    pass.MaxZones,
		"longest zone, characters":      pass.MaxZoneName,
		"most windows":                  pass.MaxWindows,
		"most models":                   pass.MaxModels,
		"longest reference, bytes":      pass.MaxReference,
		"entries of a status list":      statuslist.DefaultSize,
		"most entries of a status list": statuslist.MaxSize,
		"largest presentation, bytes":   pass.MaxPresentation,
		"clocks may differ at a door without a screen, seconds": int(pass.DoorWindow.Seconds()),
	} {
		if row := "| " + name + " | " + strconv.Itoa(want) + " |"; !strings.Contains(text, row) {
			t.Errorf("the specification does not say %q", row)
		}
	}
}

// TestReasonsNamed: the table of checks has the reasons in the code's order.
func TestReasonsNamed(t *testing.T) {
	rows := regexp.MustCompile("(?m)^\\| \\[P-.*\\| `([a-z-]+)` \\|$").FindAllStringSubmatch(spec(t), -1)
	var got []pass.Reason
	for _, r := range rows {
		if reason := pass.Reason(r[1]); !slices.Contains(got, reason) {
			got = append(got, reason)
		}
	}
	if want := append(passReasons(), pass.ReasonBadPresentation); !slices.Equal(got, want) {
		t.Errorf("the tables have %q, the code %q", got, want)
	}
}

// TestCDDLLabels: the claims in the grammar are those in the vectors.
func TestCDDLLabels(t *testing.T) {
	block := regexp.MustCompile(`(?s)claims = \{\n(.*?)\n\}`).FindStringSubmatch(spec(t))[1]
	want := map[int64]bool{}
	for _, m := range regexp.MustCompile(`(?m)^  (?:\? )?(-?\d+) +:`).FindAllStringSubmatch(block, -1) {
		n, err := strconv.ParseInt(m[1], 10, 64)
		must(t, err)
		want[n] = true
	}
	got := map[int64]bool{}
	all, err := vectors.Accepts()
	must(t, err)
	for _, v := range all {
		m, err := cose.ParseSign1(v.Bytes)
		must(t, err)
		var claims map[int64]cbor.RawMessage
		must(t, cbor.Unmarshal(m.Payload, &claims))
		for n := range claims {
			got[n] = true
		}
	}
	if len(got) != len(want) {
		t.Fatalf("the vectors have claims %v, the grammar %v", got, want)
	}
	for n := range want {
		if !got[n] {
			t.Errorf("no vector has claim %d", n)
		}
	}
}

// TestSizesNamed: the sizes in the specification are those of the vectors.
func TestSizesNamed(t *testing.T) {
	all, err := vectors.Accepts()
	must(t, err)
	text := spec(t)
	for _, v := range all {
		if v.Name == "plain" && !strings.Contains(text, "| "+strconv.Itoa(len(v.Bytes))+" | "+strconv.Itoa(len(v.Text))+" |") {
			t.Errorf("plain: %d bytes, %d characters", len(v.Bytes), len(v.Text))
		}
		if len(v.Bytes) > pass.MaxSize || v.Name == "face" && len(v.Bytes)+2 > pass.GoalSize {
			t.Errorf("%s: %d bytes", v.Name, len(v.Bytes))
		}
	}
	shown, err := vectors.ThePresentations()
	must(t, err)
	v := shown.Presentations[0]
	inside := (len(v.Steps.Pass) - len(pass.Prefix)) * 2 / 3
	for _, row := range []string{
		fmt.Sprintf("| %d | %d |", inside, len(v.Steps.Pass)), fmt.Sprintf("| %d | %d |", len(v.Bytes), len(v.Text)),
	} {
		if !strings.Contains(text, row) {
			t.Errorf("the specification does not say %q", row)
		}
	}
	if len(v.Bytes) > pass.GoalSize {
		t.Errorf("a presentation of %d bytes", len(v.Bytes))
	}
}
