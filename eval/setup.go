package eval

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/eval/score"
	"github.com/facelatch/facelatch/face"
)

// ErrAbsent means that not one of the photographs was there, as when the root is
// another folder than the paths were made for.
var ErrAbsent = errors.New("no such file or folder: not one of the photographs could be opened below the root")

// absent is whether none of some photographs was there.
func absent(read []score.Photograph) bool {
	return !slices.ContainsFunc(read, func(p score.Photograph) bool { return !p.State.Absent() && p.State != score.Unread })
}

// Setup is what every measurement needs.
type Setup struct {
	Engine *face.Engine
	// Models tells one set of models from another: what scores depend on.
	Models string
	// Grant is one to measure, from a declaration of the data set.
	Grant consent.Grant
	// Root is the folder that the photographs' paths start from.
	Root fs.FS
	// Quality also judges the quality of every photograph.
	Quality bool
	// Hold is how many photographs' features are in memory at once, about two
	// kilobytes each; 0 is [DefaultHold].
	Hold int
	// Work is the folder that keeps the scores of an interrupted run; empty for
	// a temporary one, with which nothing is resumed. What was extracted from a
	// photograph is never written to it.
	Work string
	// Finished, if set, is called with each file of scores when a report was made
	// of it; the caller removes it when the report is safe. Otherwise it is removed
	// right away.
	Finished func(path string)
	// Progress, if set, is called by one goroutine at a time with how many of
	// the photographs are done.
	Progress func(done, of int)
}

// DefaultHold is how many photographs are held in memory at once: together less
// than 200 MB.
const DefaultHold = 100_000

func (s Setup) hold() int {
	if s.Hold <= 0 {
		return DefaultHold
	}
	return s.Hold
}

// compare carries out a plan, and hands its results to use. The file of scores
// stays for the next time where the run was interrupted.
func (s Setup) compare(ctx context.Context, names []string, plan score.Plan, use func(score.Results) error) error {
	return s.compareWith(ctx, reader(s), names, plan, use)
}

// compareWith does so with what extracts and compares.
func (s Setup) compareWith(ctx context.Context, engine score.Engine, names []string, plan score.Plan, use func(score.Results) error) error {
	folder := s.Work
	if folder == "" {
		temporary, err := os.MkdirTemp("", "facelatch-eval-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(temporary)
		folder = temporary
	}
	id := s.id(names, plan)
	file := filepath.Join(folder, "scores-"+hex.EncodeToString(id[:8])+".part")
	journal, err := score.Open(file, id)
	if err != nil {
		return err
	}
	run := score.Run{Names: names, Plan: plan, Engine: engine, Progress: s.Progress}
	err = run.Do(ctx, journal)
	var results score.Results
	if err == nil {
		results, err = run.Results(journal)
	}
	if err == nil && absent(results.Read) {
		return errors.Join(ErrAbsent, journal.Remove())
	}
	if err == nil {
		err = use(results)
	}
	if err != nil {
		return errors.Join(err, journal.Close())
	}
	if s.Finished != nil && s.Work != "" {
		s.Finished(file)
		return journal.Close()
	}
	return journal.Remove()
}

// id is a hash of what the scores depend on, but for what is in the
// photographs: they may not change while a run is interrupted.
func (s Setup) id(names []string, plan score.Plan) [32]byte {
	h := sha256.New()
	fmt.Fprintf(h, "%q %v %t %d\n", s.Models, s.Engine.ModelID(), s.Quality, plan.Chunks())
	for _, n := range names {
		fmt.Fprintf(h, "%q\n", n)
	}
	plan.Mark(h)
	return [32]byte(h.Sum(nil))
}

// Walk lists the photographs below a root by their endings, in order.
func Walk(root fs.FS) (names []string, err error) {
	endings := []string{".jpg", ".jpeg", ".png", ".webp"}
	err = fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && slices.Contains(endings, strings.ToLower(filepath.Ext(path))) {
			names = append(names, path)
		}
		return err
	})
	return names, err
}
