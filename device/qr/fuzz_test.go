package qr

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/picture"
)

// writeCorpus makes TestCorpus write the seeds below as the committed corpus.
var writeCorpus = flag.Bool("write-corpus", false, "write testdata/fuzz")

// textSeeds are texts that change between the modes of a QR code.
func textSeeds() map[string][]byte {
	return map[string][]byte{
		"pass":    []byte(passText(60, 1)),
		"long":    []byte(passText(664, 1)),
		"digits":  []byte("FL1:0000000000000000000000000000A0"),
		"one":     []byte("0"),
		"numeric": []byte("1234567890123456789012345678901234567890"),
	}
}

// FuzzText checks that a text, encoded, drawn and read, is the same text.
func FuzzText(f *testing.F) {
	for _, seed := range textSeeds() {
		f.Add(seed)
	}
	f.Fuzz(checkText)
}

func checkText(t *testing.T, data []byte) {
	text := make([]byte, 0, 700) // The largest pass, with a margin.
	for _, b := range data[:min(len(data), cap(text))] {
		text = append(text, alphanumeric[int(b)%len(alphanumeric)])
	}
	if len(text) == 0 {
		return
	}
	c := mustEncode(t, string(text), LevelL)
	if got := mustRead(t, NewReader(nil), pngOf(t, c, 3), nil); !slices.Equal(got, []string{string(text)}) {
		t.Errorf("%q reads %q", text, got)
	}
}

// modulesSeeds are codes as rows of eight modules a byte, whole and damaged.
func modulesSeeds() map[string][]byte {
	pack := func(c *Code) []byte {
		out := make([]byte, (len(c.dark)+7)/8)
		for i, d := range c.dark {
			if d {
				out[i/8] |= 1 << (i % 8)
			}
		}
		return out
	}
	c, _ := Encode(passText(60, 1), LevelL)
	small, _ := Encode("FL1:A", LevelM)
	whole := pack(c)
	scratched := slices.Clone(whole)
	for i := 20; i < 40; i++ {
		scratched[i] ^= 0x55
	}
	return map[string][]byte{
		"whole":     whole,
		"small":     pack(small),
		"scratched": scratched,
		"light":     make([]byte, 56),
		"dark":      slices.Repeat([]byte{255}, 56),
	}
}

// FuzzModules gives a square of modules to the decoder, which must neither panic
// nor return what it could not have read.
func FuzzModules(f *testing.F) {
	for _, seed := range modulesSeeds() {
		f.Add(seed)
	}
	f.Fuzz(checkModules)
}

func checkModules(t *testing.T, data []byte) {
	n := 21
	for (n+4)*(n+4) <= 8*len(data) && n < 177 {
		n += 4
	}
	s := newSamples(n)
	for i := range s.dark {
		s.dark[i] = i/8 < len(data) && data[i/8]>>(i%8)&1 == 1
	}
	text, ok := s.decode()
	if !ok && text != "" {
		t.Error("a text of what could not be read")
	}
	if len(text) > 4*7089 {
		t.Errorf("%d bytes of text", len(text))
	}
}

// FuzzRead gives a small picture to the reader, rows of 64 pixels: it must not
// panic, and must find the same each time.
func FuzzRead(f *testing.F) {
	for _, seed := range pictureSeeds() {
		f.Add(seed)
	}
	f.Fuzz(checkRead)
}

func pictureSeeds() map[string][]byte {
	c, _ := Encode("FL1:SMALL", LevelL)
	drawn := make([]byte, 0, 64*64)
	for i := range 64 * 64 {
		v := byte(255)
		if c.Dark(i%64/2-QuietZone, i/64/2-QuietZone) {
			v = 0
		}
		drawn = append(drawn, v)
	}
	cut := slices.Clone(drawn[:64*40])
	return map[string][]byte{"drawn": drawn, "cut": cut, "one": {0}, "empty": {}}
}

func checkRead(t *testing.T, data []byte) {
	const w = 64
	p := &picture.Picture{W: w, H: max(1, len(data)/w), Scale: 1}
	p.Pix = make([]byte, 3*w*p.H)
	for i, v := range data[:min(len(data), w*p.H)] {
		p.Pix[3*i], p.Pix[3*i+1], p.Pix[3*i+2] = v, v, v
	}
	first := mustRead(t, NewReader(nil), p, nil)
	if again := mustRead(t, NewReader(nil), p, nil); !slices.Equal(first, again) {
		t.Errorf("%q, then %q", first, again)
	}
	if len(first) > maxTexts {
		t.Errorf("%d texts", len(first))
	}
}

func TestCorpus(t *testing.T) {
	for target, seeds := range map[string]map[string][]byte{
		"FuzzText": textSeeds(), "FuzzModules": modulesSeeds(), "FuzzRead": pictureSeeds(),
	} {
		if *writeCorpus {
			writeSeeds(t, filepath.Join("testdata", "fuzz", target), seeds)
		}
		testenv.Corpus(t, target)
	}
}

func writeSeeds(t *testing.T, dir string, seeds map[string][]byte) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, seed := range seeds {
		text := fmt.Sprintf("go test fuzz v1\n[]byte(%s)\n", strconv.Quote(string(seed)))
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
