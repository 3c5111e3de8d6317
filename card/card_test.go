package card

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/device/qr"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/internal/typeset"
	"github.com/facelatch/facelatch/picture"
)

var (
	made = time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)
	site = time.FixedZone("site", 8*3600)
)

func fonts(t testing.TB) Fonts {
	t.Helper()
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(testenv.Home(t), "fonts", name))
		if err != nil {
			testenv.Missing(t, "the fonts are not installed: run make setup")
		}
		return data
	}
	return Fonts{Regular: read("NotoSansSC_400Regular.ttf"), Bold: read("NotoSansSC_700Bold.ttf")}
}

// passText has the length of a face pass.
func passText() string { return strings.Repeat("FL1:%AZB8$7", 67)[:664] }

func facePass(t testing.TB) Card {
	t.Helper()
	code, err := qr.Encode(passText(), qr.LevelL)
	if err != nil {
		t.Fatal(err)
	}
	return Card{
		Site: "Garden Court", Kind: FacePass, Zones: []string{"front", "garage"}, Code: code,
		Until: time.Date(2027, 11, 22, 0, 0, 0, 0, site), ID: "No. 7F3A-91C2",
	}
}

// fullest has everything that a card can show, and too much of it.
func fullest(t testing.TB) Card {
	t.Helper()
	c := facePass(t)
	c.Kind = PlainPass
	c.Site = strings.Repeat("Garden Court 花园小区 ", 12)
	c.Zones = slices.Repeat([]string{"bicycle cellar", "自行车库"}, 20)
	c.Hours = slices.Repeat([]string{"Mon-Fri 07:00-19:00"}, 9)
	c.From = time.Date(2026, 11, 21, 9, 30, 0, 0, site)
	c.Until = time.Date(2027, 11, 21, 17, 45, 0, 0, site)
	c.Contact = strings.Repeat("the desk in the entrance hall ", 8)
	return c
}

func mustPDF(t testing.TB, l Layout, cards ...Card) []byte {
	t.Helper()
	out, err := PDF(l, fonts(t), made, cards...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSameInputSameBytes(t *testing.T) {
	for _, l := range []Layout{Single, Sheet} {
		a, b := mustPDF(t, l, facePass(t), fullest(t)), mustPDF(t, l, facePass(t), fullest(t))
		if !bytes.Equal(a, b) {
			t.Errorf("layout %d differs from one time to the next", l)
		}
		if len(a) > 150_000 {
			t.Errorf("layout %d takes %d bytes: are whole fonts in it?", l, len(a))
		}
	}
}

// TestPages checks the sizes of the pages, in points.
func TestPages(t *testing.T) {
	c := facePass(t)
	for _, tt := range []struct {
		layout Layout
		cards  int
		want   []string
	}{
		{Single, 1, []string{"242.65 153.07", "242.65 153.07"}},
		{Single, 3, slices.Repeat([]string{"242.65 153.07"}, 6)},
		{Sheet, 1, []string{"595.28 841.89"}},
		{Sheet, 4, []string{"595.28 841.89"}},
		{Sheet, 5, []string{"595.28 841.89", "595.28 841.89"}},
	} {
		out := mustPDF(t, tt.layout, slices.Repeat([]Card{c}, tt.cards)...)
		pages := bytes.Count(out, []byte("/Type /Page\n"))
		if pages != len(tt.want) {
			t.Errorf("layout %d of %d cards has %d pages, want %d", tt.layout, tt.cards, pages, len(tt.want))
		}
		box := regexp.MustCompile(`/MediaBox \[0 0 ([0-9. ]+)\]`).FindSubmatch(out)
		if box == nil || string(box[1]) != tt.want[0] {
			t.Errorf("layout %d: page of %s points, want %s", tt.layout, box, tt.want[0])
		}
	}
}

// rendered is a page as a printer of that resolution would print it.
func rendered(t *testing.T, pdf []byte, dpi, page int) *picture.Picture {
	t.Helper()
	if _, err := exec.LookPath("pdftoppm"); err != nil {
		testenv.Missing(t, "pdftoppm is missing: install poppler-utils")
	}
	in := filepath.Join(t.TempDir(), "card.pdf")
	if err := os.WriteFile(in, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	n := fmt.Sprint(page)
	out, err := exec.Command("pdftoppm", "-png", "-r", fmt.Sprint(dpi), "-f", n, "-l", n, "-singlefile", in, in).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	data, err := os.ReadFile(in + ".png")
	if err != nil {
		t.Fatal(err)
	}
	p, err := picture.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestPrintedCodeReads prints cards and reads their codes back.
func TestPrintedCodeReads(t *testing.T) {
	read := qr.NewReader(nil)
	single := mustPDF(t, Single, facePass(t))
	for _, dpi := range []int{100, 200, 300, 600} {
		got, err := read.Read(context.Background(), rendered(t, single, dpi, 1), nil)
		if err != nil || !slices.Equal(got, []string{passText()}) {
			t.Errorf("%d dpi: %d texts, error %v", dpi, len(got), err)
		}
	}
	var four []Card
	var want []string
	for i := range 4 {
		c := facePass(t)
		text := strings.Repeat(fmt.Sprintf("FL1:%%%dZ", i), 95)
		c.Code, _ = qr.Encode(text, qr.LevelL)
		four, want = append(four, c), append(want, text)
	}
	got, err := read.Read(context.Background(), rendered(t, mustPDF(t, Sheet, four...), 200, 1), func(string) bool { return false })
	slices.Sort(got)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("sheet: %d of 4 texts, error %v", len(got), err)
	}
}

// TestNothingLeavesTheCard looks for ink along the edges of the fullest card.
func TestNothingLeavesTheCard(t *testing.T) {
	out := mustPDF(t, Single, fullest(t))
	for page := 1; page <= 2; page++ {
		p := rendered(t, out, 200, page)
		const edge = 10 // Pixels: 1.3 mm.
		for i := range p.W * p.H {
			x, y := i%p.W, i/p.W
			inBand := float64(y) < band/25.4*200+2 && (page == 2 || float64(x) > bandX/25.4*200-2)
			if (x < edge || x >= p.W-edge || y >= p.H-edge || y < edge) && !inBand && p.Pix[3*i] < 200 {
				t.Fatalf("page %d: ink at %d, %d of %d, %d", page, x, y, p.W, p.H)
			}
		}
	}
}

func TestFullestFits(t *testing.T) {
	c := fullest(t)
	doc, err := typeset.New(fonts(t), "x", made)
	if err != nil {
		t.Fatal(err)
	}
	doc.AddPage(typeset.A5())
	col := &column{doc: doc, width: Width - columnX - margin}
	if height := col.heightOf(c.entries(), 0.5); height > room {
		t.Errorf("the fullest front takes %.1f mm, there are %.1f", height, room)
	}
}

// TestWords extracts the text, as a screen reader would.
func TestWords(t *testing.T) {
	if _, err := exec.LookPath("pdftotext"); err != nil {
		testenv.Missing(t, "pdftotext is missing: install poppler-utils")
	}
	words := func(c Card) string {
		cmd := exec.Command("pdftotext", "-raw", "-", "-")
		cmd.Stdin = bytes.NewReader(mustPDF(t, Single, c))
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(strings.Fields(string(out)), " ")
	}
	face := facePass(t)
	plain := face
	plain.Kind, plain.Contact = PlainPass, "the desk, 021-5555 0100"
	plain.Hours = []string{"Mon-Fri 07:00-19:00"}
	plain.From = time.Date(2026, 11, 21, 9, 30, 0, 0, site)
	for _, tt := range []struct {
		card        Card
		have, never []string
	}{
		{
			face,
			[]string{"Face pass", "人脸通行证", "Garden Court", "front, garage", "Until 有效至 2027-11-21", "No. 7F3A-91C2", "Nobody keeps a copy.", "任何人不留副本", "ask for a plain pass", "普通通行证", "Lost? Tell Garden Court"},
			[]string{"2027-11-22", "Hours", "Whoever holds"},
		},
		{
			plain,
			[]string{"Plain pass", "普通通行证", "Whoever holds this card can use it.", "任何人持此卡都能开门", "Lost? Tell the desk, 021-5555 0100", "Mon-Fri 07:00-19:00", "2026-11-21 09:30", "2027-11-21"},
			[]string{"Face pass", "look at the camera", "sealed"},
		},
	} {
		text := words(tt.card)
		for _, w := range tt.have {
			if !strings.Contains(text, w) {
				t.Errorf("no %q in %q", w, text)
			}
		}
		for _, w := range tt.never {
			if strings.Contains(text, w) {
				t.Errorf("%q in %q", w, text)
			}
		}
	}
}

// TestContrast computes WCAG 2.2's contrast ratio; 7:1 is its level AAA.
func TestContrast(t *testing.T) {
	luminance := func(c typeset.Colour) float64 {
		part := func(v int) float64 {
			s := float64(v) / 255
			if s <= 0.04045 {
				return s / 12.92
			}
			return math.Pow((s+0.055)/1.055, 2.4)
		}
		return 0.2126*part(c.R) + 0.7152*part(c.G) + 0.0722*part(c.B)
	}
	for _, c := range []typeset.Colour{ink, dim, FacePass.colour(), PlainPass.colour()} {
		if ratio := 1.05 / (luminance(c) + 0.05); ratio < 7 {
			t.Errorf("%v against white: %.1f", c, ratio)
		}
	}
}

func TestCodeIsLargeEnough(t *testing.T) {
	const modules = 73
	quiet := qr.QuietZone * CodeSide / modules
	if CodeSide < 40 || codeX < quiet || codeY < quiet || codeX+CodeSide+quiet > bandX {
		t.Errorf("a code of %v mm with a quiet zone of %.1f mm does not fit", CodeSide, quiet)
	}
}

func TestIncomplete(t *testing.T) {
	for name, spoil := range map[string]func(*Card){
		"site": func(c *Card) { c.Site = "" },
		"kind": func(c *Card) { c.Kind = 0 },
		"zone": func(c *Card) { c.Zones = nil },
		"end":  func(c *Card) { c.Until = time.Time{} },
		"code": func(c *Card) { c.Code = nil },
	} {
		c := facePass(t)
		spoil(&c)
		out, err := PDF(Single, Fonts{}, made, c)
		if out != nil || !errors.Is(err, ErrCard) || !strings.Contains(err.Error(), name) && name != "kind" {
			t.Errorf("without its %s: error %v", name, err)
		}
	}
	if _, err := PDF(Sheet, Fonts{}, made); !errors.Is(err, ErrCard) {
		t.Errorf("no cards: error %v", err)
	}
}

func TestBadFonts(t *testing.T) {
	good := fonts(t)
	for name, f := range map[string]Fonts{
		"none":      {},
		"no bold":   {Regular: good.Regular},
		"text":      {Regular: []byte("not a font"), Bold: good.Bold},
		"cut":       {Regular: good.Regular[:5000], Bold: good.Bold},
		"cut later": {Regular: good.Regular, Bold: good.Bold[:len(good.Bold)/2]},
	} {
		out, err := PDF(Single, f, made, facePass(t))
		if out != nil || !errors.Is(err, typeset.ErrFont) {
			t.Errorf("%s: %d bytes, error %v", name, len(out), err)
		}
	}
}

func TestDays(t *testing.T) {
	midnight := time.Date(2027, 3, 1, 0, 0, 0, 0, site)
	noon := midnight.Add(12 * time.Hour)
	for _, tt := range []struct{ got, want string }{
		{day(midnight), "2027-03-01"},
		{day(noon), "2027-03-01 12:00"},
		{lastDay(midnight), "2027-02-28"},
		{lastDay(noon), "2027-03-01 12:00"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s, want %s", tt.got, tt.want)
		}
	}
}

func BenchmarkPDF(b *testing.B) {
	f, c := fonts(b), facePass(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := PDF(Single, f, made, c); err != nil {
			b.Fatal(err)
		}
	}
}
