package check

import (
	"crypto/sha256"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/idcheck"
	"github.com/facelatch/facelatch/internal/engine"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/mrzread"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/models"
)

// TestVolunteerTurns: a volunteer who turns as asked is the holder of a document with
// their portrait, by the real engine; one who only looks is not believed, and neither is
// who holds the portrait's own photograph up.
func TestVolunteerTurns(t *testing.T) {
	if testing.Short() {
		t.Skip("the engine is not Go's to look at for races")
	}
	dir := filepath.Join(testenv.Faces(t), "sequences", "female", "0001")
	views := map[face.Prompt]string{"": "smiling/front.jpg", face.TurnRight: "smiling/left.jpg", face.TurnLeft: "smiling/right.jpg"}
	still := map[face.Prompt]string{"": "smiling/front.jpg", face.TurnRight: "surprised/front.jpg", face.TurnLeft: "surprised/front.jpg"}
	held := map[face.Prompt]string{"": "neutral/front.jpg"}
	for name, tt := range map[string]struct {
		views   map[face.Prompt]string
		outcome idcheck.Outcome
		reason  idcheck.Reason
	}{
		"turns":        {views, idcheck.SamePerson, idcheck.FaceMatches},
		"only looks":   {still, idcheck.Inconclusive, idcheck.TurnNotSeen},
		"the portrait": {held, idcheck.AttackSuspected, idcheck.SamePicture},
	} {
		t.Run(name, func(t *testing.T) {
			c := volunteer(t, filepath.Join(dir, "neutral", "front.jpg"))
			for n := range 60 {
				s := c.State()
				if s.Step != Face {
					break
				}
				view := tt.views[s.Prompt]
				if n%3 == 0 { // heads come back in between
					view = tt.views[""]
				}
				data, err := os.ReadFile(filepath.Join(dir, view))
				if err != nil {
					testenv.Missing(t, "no sequences of volunteers")
				}
				must(t, c.Frame(t.Context(), data))
			}
			s := at(t, c, Ended, tt.reason)
			if s.Result.Outcome != tt.outcome {
				t.Errorf("%+v", s.Result)
			}
		})
	}
}

// volunteer is a check of somebody alone, whose document was photographed. Each look at
// the clock is a second later than the last.
func volunteer(t *testing.T, document string) *Check {
	t.Helper()
	now := time.Now()
	clock := func() time.Time { now = now.Add(time.Second / 4); return now }
	e, manifest, err := engine.New(home.Dir(testenv.Home(t)), clock)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := mrzread.New()
	if err != nil {
		t.Fatal(err)
	}
	stated, _ := manifest.ForAttempts("fmr-1e-4", Frames)
	same := models.Default().SamePicture
	hash := sha256.Sum256([]byte("notice"))
	r := New(Options{
		Engine: e, Lines: lines, Turns: true, Now: clock, Done: func(Finished) error { return nil },
		Policy: func() idcheck.Policy {
			return idcheck.Policy{Threshold: stated.Score, SamePicture: same.Score, Doubt: same.Doubt, PortraitOnly: true}
		},
		Notice: func() (map[string]string, [32]byte) { return nil, hash },
	})
	t.Cleanup(r.Close)
	c, _, err := r.Begin(Order{Party: "bank", Unattended: true})
	must(t, err)
	must(t, c.Choose(idcheck.ByFace, hash, nil))
	page, err := os.ReadFile(document)
	if err != nil {
		testenv.Missing(t, "no sequences of volunteers")
	}
	must(t, c.Document(t.Context(), page))
	return c
}
