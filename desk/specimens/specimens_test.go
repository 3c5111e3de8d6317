package specimens_test

import (
	"context"
	"errors"
	"image"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/desk/specimens"
	"github.com/facelatch/facelatch/face/facetest"
	"github.com/facelatch/facelatch/idcheck"
	"github.com/facelatch/facelatch/internal/mrzread"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/picture"
)

var now = time.Date(2012, 4, 10, 12, 0, 0, 0, time.UTC)

// reader reads the specimen of ICAO Doc 9303-4, appendix B, from pictures of one width.
type reader struct{}

func (reader) Read(p *picture.Picture) (*mrzread.Reading, error) {
	switch p.W {
	case 300:
		return &mrzread.Reading{Lines: []string{"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"}}, nil
	case 301:
		return nil, mrzread.ErrDoubt
	}
	return nil, mrzread.ErrNone
}

func survey(t *testing.T, root fstest.MapFS) specimens.Survey {
	t.Helper()
	return specimens.Survey{
		Root: root, Engine: facetest.New(t, func() time.Time { return now }), Lines: reader{}, Threshold: facetest.Threshold,
		Now: func() time.Time { return now },
		Grant: func() (consent.Grant, error) {
			return consent.ForDesk(consent.Choice{Agreed: true, Notice: [32]byte{1}, At: now}, now)
		},
	}
}

func drawn(width, who int) *fstest.MapFile {
	return &fstest.MapFile{Data: facetest.JPEG(facetest.Draw(width, 280, facetest.Person{Who: who, At: image.Rect(40, 30, 200, 260)}))}
}

// TestLook: each file is reported by what it is, and nothing of what it says is told.
func TestLook(t *testing.T) {
	s := survey(t, fstest.MapFS{
		"read.jpg": drawn(300, 3), "doubt.jpg": drawn(301, 3), "live.jpg": drawn(260, 3), "other.jpg": drawn(260, 4),
		"text.png": {Data: []byte("no picture")}, "chip.bin": {Data: []byte("no record")},
	})
	photo := specimens.Box{X: 30, Y: 20, W: 200, H: 260}
	for name, tt := range map[string]struct {
		entry specimens.Entry
		want  func(specimens.Report) bool
	}{
		"read": {specimens.Entry{Document: "read.jpg", Live: "live.jpg", Photo: photo}, func(r specimens.Report) bool {
			return r.Lines == "read" && r.Size == "TD3" && r.Right && *r.Overlap > 0.9 && r.Holder == idcheck.SamePerson && r.Outcome == idcheck.SamePerson
		}},
		"a stranger": {specimens.Entry{Document: "read.jpg", Live: "other.jpg"}, func(r specimens.Report) bool {
			return r.Overlap == nil && r.Holder == idcheck.NotSamePerson && r.Outcome == idcheck.NotSamePerson
		}},
		"another's portrait": {specimens.Entry{Document: "doubt.jpg", Photo: specimens.Box{X: 1, Y: 1, W: 60, H: 60}}, func(r specimens.Report) bool {
			return r.Lines == "not read for sure" && !r.Right && r.Portrait == "found" && r.Reason == idcheck.LinesNotRead
		}},
		"no lines":   {specimens.Entry{Document: "live.jpg"}, func(r specimens.Report) bool { return r.Lines == "none found" && r.Holder == "" }},
		"no picture": {specimens.Entry{Document: "text.png"}, func(r specimens.Report) bool { return r.Unreadable != "" && r.Outcome == "" }},
		"no record":  {specimens.Entry{Document: "chip.bin"}, func(r specimens.Report) bool { return r.Unreadable != "" && r.Kind == "chip" }},
		"no file":    {specimens.Entry{Document: "../secret.jpg"}, func(r specimens.Report) bool { return r.Unreadable != "" }},
		"no holder":  {specimens.Entry{Document: "read.jpg", Live: "gone.jpg"}, func(r specimens.Report) bool { return r.Unreadable != "" && r.Holder == "" }},
	} {
		r, err := s.Look(t.Context(), tt.entry)
		if err != nil || !tt.want(r) {
			t.Errorf("%s: %v %+v", name, err, r)
		}
	}
	all, err := specimens.Find(s.Root)
	if err != nil || len(all) != 6 {
		t.Errorf("%v %v", all, err)
	}
}

// TestEngineFails: what the engine cannot do is no property of a document.
func TestEngineFails(t *testing.T) {
	s := survey(t, fstest.MapFS{"read.jpg": drawn(300, 3)})
	s.Grant = func() (consent.Grant, error) { return consent.Grant{}, nil }
	if _, err := s.Look(context.Background(), specimens.Entry{Document: "read.jpg"}); err == nil {
		t.Error("a document was looked at without a grant")
	}
}

func TestSum(t *testing.T) {
	s := survey(t, fstest.MapFS{"read.jpg": drawn(300, 3), "live.jpg": drawn(260, 3), "text.png": {Data: []byte("no picture")}})
	var all []specimens.Report
	for _, e := range []specimens.Entry{{Document: "read.jpg", Live: "live.jpg", Photo: specimens.Box{X: 30, Y: 20, W: 200, H: 260}}, {Document: "text.png"}} {
		r, err := s.Look(t.Context(), e)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	want := specimens.Summary{Files: 2, Unreadable: 1, Lines: 1, Marked: 1, Right: 1, Portraits: 1, Held: 1, Same: 1}
	if got := specimens.Sum(all); got != want || !strings.Contains(got.String(), "the right one in 1 of 1") {
		t.Errorf("%+v, %s", got, got)
	}
}

func TestReadIndex(t *testing.T) {
	got, err := specimens.ReadIndex(strings.NewReader("id,template,captured,live,photo_x,photo_y,photo_w,photo_h\n1,card,doc/1.jpg,../faces/1.jpg,16,137,294,378\n2,card,doc/2.jpg,,,,,\n"), "all/made")
	want := []specimens.Entry{
		{Document: "all/made/doc/1.jpg", Live: "all/faces/1.jpg", Kind: "card", Photo: specimens.Box{X: 16, Y: 137, W: 294, H: 378}},
		{Document: "all/made/doc/2.jpg", Kind: "card"},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v %+v", err, got)
	}
	for name, text := range map[string]string{
		"nothing": "", "no column": "a,b\n1,2\n", "a short row": "captured,live\nx\n", "no number": "captured,photo_x\nx,wide\n", "below zero": "captured,photo_x\nx,-1\n",
	} {
		if all, err := specimens.ReadIndex(strings.NewReader(text), "."); !errors.Is(err, specimens.ErrIndex) || all != nil {
			t.Errorf("%s: %v %v", name, all, err)
		}
	}
}

// FuzzReadIndex: what is refused gives nothing, and a box is one.
func FuzzReadIndex(f *testing.F) {
	f.Fuzz(func(t *testing.T, text string) {
		all, err := specimens.ReadIndex(strings.NewReader(text), "made")
		if err != nil && (!errors.Is(err, specimens.ErrIndex) || all != nil) {
			t.Fatalf("%v beside %v", all, err)
		}
		for _, e := range all {
			if !(e.Photo.X >= 0 && e.Photo.Y >= 0 && e.Photo.W >= 0 && e.Photo.H >= 0) || e.Document == "" {
				t.Fatalf("%+v", e)
			}
		}
	})
}

func TestCorpus(t *testing.T) { testenv.Corpus(t, "FuzzReadIndex") }
