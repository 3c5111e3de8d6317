package papers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/controller/public"
	"github.com/facelatch/facelatch/controller/public/publictest"
	"github.com/facelatch/facelatch/controller/public/words"
	"github.com/facelatch/facelatch/device/qr"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/internal/typeset"
	"github.com/facelatch/facelatch/picture"
)

func fonts(t testing.TB) typeset.Fonts {
	t.Helper()
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(testenv.Home(t), "fonts", name))
		if err != nil {
			testenv.Missing(t, "the fonts are not installed: run make setup")
		}
		return data
	}
	return typeset.Fonts{Regular: read("NotoSansSC_400Regular.ttf"), Bold: read("NotoSansSC_700Bold.ttf")}
}

func signs(t testing.TB, f public.Facts, size typeset.Size, zones ...string) []byte {
	t.Helper()
	data, err := Signs(f, zones, size, fonts(t))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// kept writes a paper where FACELATCH_SCREENSHOTS says, to be looked at.
func kept(t testing.TB, name string, data []byte) string {
	t.Helper()
	dir := os.Getenv("FACELATCH_SCREENSHOTS")
	if dir == "" {
		dir = t.TempDir()
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// rendered is a page as a printer of 150 dots an inch prints it.
func rendered(t *testing.T, path string, page int) *picture.Picture {
	t.Helper()
	if _, err := exec.LookPath("pdftoppm"); err != nil {
		testenv.Missing(t, "pdftoppm is missing: install poppler-utils")
	}
	n := fmt.Sprint(page)
	out := filepath.Join(t.TempDir(), "page")
	if said, err := exec.CommandContext(t.Context(), "pdftoppm", "-png", "-r", "150", "-f", n, "-l", n, "-singlefile", path, out).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	data, err := os.ReadFile(out + ".png")
	if err != nil {
		t.Fatal(err)
	}
	p, err := picture.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// said is what a screen reader reads of a paper.
func said(t *testing.T, data []byte) string {
	t.Helper()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		testenv.Missing(t, "pdftotext is missing: install poppler-utils")
	}
	command := exec.CommandContext(t.Context(), "pdftotext", "-raw", "-", "-")
	command.Stdin = bytes.NewReader(data)
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(string(out)), " ")
}

// TestSignSays looks for all that a sign has to say, at both sizes, and follows
// its code.
func TestSignSays(t *testing.T) {
	f := publictest.Facts()
	for name, size := range map[string]typeset.Size{"a4": typeset.A4(), "a5": typeset.A5()} {
		data := signs(t, f, size, "front", "garage")
		path := kept(t, "sign-"+name+".pdf", data)
		text := said(t, data)
		for _, want := range []string{
			"前门", "Front door", "出示人脸通行证之后，这里的镜头会看脸", "最多看 8 秒", "您可以不刷脸", "You need not use your face", "普通通行证", "手机通行证", "编号和密码",
			"花园小区物业服务中心", "Garden Court Property Services", "021-5555 0100", "https://doors.garden-court.example/", "Notice 2027-1", "2027-03-10",
			"车库", "不看人脸", "Ways in",
		} {
			if !strings.Contains(strings.ReplaceAll(text, " ", ""), strings.ReplaceAll(want, " ", "")) {
				t.Errorf("%s: nothing of %q in %q", name, want, text)
			}
		}
		for page := 1; page <= 2; page++ {
			p := rendered(t, path, page)
			got, err := qr.NewReader(nil).Read(context.Background(), p, nil)
			if err != nil || !slices.Equal(got, []string{f.Address}) {
				t.Errorf("%s, page %d: the code reads %q, %v", name, page, got, err)
			}
			edges(t, p, name)
		}
		if !bytes.Equal(data, signs(t, f, size, "front", "garage")) || len(data) > 200_000 {
			t.Errorf("%s: two signs differ, or hold whole fonts: %d bytes", name, len(data))
		}
	}
}

// edges looks for ink within 4 mm of the left, right and lower edges, where
// printers do not print.
func edges(t *testing.T, p *picture.Picture, name string) {
	t.Helper()
	const edge, head = 24, 46.0 / 297
	for i := range p.W * p.H {
		x, y := i%p.W, i/p.W
		if (x < edge || x >= p.W-edge || y >= p.H-edge) && float64(y) > head*float64(p.H) && p.Pix[3*i] < 200 {
			t.Fatalf("%s: ink at %d, %d of %d, %d", name, x, y, p.W, p.H)
		}
	}
}

// TestFullestSign has the longest texts that there may be, and each number of ways.
func TestFullestSign(t *testing.T) {
	f := publictest.Facts()
	f.Demo, f.Name = true, strings.Repeat("花园小区 Garden ", 5)
	f.Operator.Name = words.Both(strings.Repeat("花园小区物业服务中心", 2), strings.Repeat("Garden Court Services ", 2))
	f.Operator.Contact = words.Both(strings.Repeat("电话 021-5555 0100，", 2), strings.Repeat("telephone 021-5555 0100, ", 2))
	f.Zones[0].Title = words.Both("东侧地下一层自行车库与电动车充电间入口", "East basement, bicycles and charging, entrance")
	f.Zones[0].Prompts = bundle.MaxPrompts
	for i, methods := range []bundle.Methods{bundle.Plain | bundle.Face, bundle.Plain | bundle.PIN | bundle.Face, bundle.Plain | bundle.PIN | bundle.Phone | bundle.Face} {
		f.Zones[0].Methods = methods
		for name, size := range map[string]typeset.Size{"a4": typeset.A4(), "a5": typeset.A5()} {
			path := kept(t, fmt.Sprintf("sign-full-%d-%s.pdf", i+1, name), signs(t, f, size, "front"))
			edges(t, rendered(t, path, 1), name)
		}
	}
	f.Operator.Contact = words.Both(strings.Repeat("电话 021-5555 0100，", 30), "x")
	if data, err := Signs(f, []string{"front"}, typeset.A5(), fonts(t)); !errors.Is(err, ErrPaper) || data != nil {
		t.Errorf("a contact that does not fit: %v", err)
	}
}

// TestNoSign: a sign that lacked something is not made.
func TestNoSign(t *testing.T) {
	for name, test := range map[string]struct {
		spoil func(*public.Facts)
		zones []string
		want  error
	}{
		"face only":  {func(f *public.Facts) { f.Zones[0].Methods = bundle.Face }, []string{"front"}, bundle.ErrOnlyWay},
		"operator":   {func(f *public.Facts) { f.Operator.Name = nil }, []string{"front"}, public.ErrFacts},
		"contact":    {func(f *public.Facts) { f.Operator.Contact = nil }, []string{"front"}, ErrPaper},
		"address":    {func(f *public.Facts) { f.Address = "" }, []string{"front"}, ErrPaper},
		"zone":       {func(*public.Facts) {}, []string{"roof"}, ErrPaper},
		"no zone":    {func(*public.Facts) {}, nil, ErrPaper},
		"an address": {func(f *public.Facts) { f.Address = "https://" + strings.Repeat("x", 5000) }, []string{"front"}, ErrPaper},
	} {
		f := publictest.Facts()
		test.spoil(&f)
		if data, err := Signs(f, test.zones, typeset.A4(), fonts(t)); !errors.Is(err, test.want) || data != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Signs(publictest.Facts(), []string{"front"}, typeset.A4(), typeset.Fonts{}); !errors.Is(err, typeset.ErrFont) {
		t.Error(err)
	}
}
