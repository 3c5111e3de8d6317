package peers

import (
	"fmt"
	"slices"
	"time"
)

// InSet is what a contender did with the photographs of a set.
type InSet struct {
	Set         string `json:"set"`
	Photographs int    `json:"photographs"`
	// NotFound is in how many of them it found no face.
	NotFound int `json:"not_found"`
	// Threw is with how many of them something threw an error, whether a face was
	// found or not.
	Threw int `json:"threw"`
	// Unsure is in how many the face was found, but would not be at the detector's
	// default.
	Unsure   int      `json:"unsure"`
	Accuracy Accuracy `json:"accuracy"`
	Speed    Speed    `json:"speed"`
}

// Speed is the processor's milliseconds for one photograph, from its file to what
// is compared. Contenders take turns with a few photographs each; Ratio is theirs
// over Facelatch's with the same photographs, of which the median of all turns is
// given, and the least.
type Speed struct {
	Turns      int     `json:"turns"`
	MedianMS   float64 `json:"median_cpu_ms"`
	LeastMS    float64 `json:"least_cpu_ms"`
	DecodeMS   float64 `json:"decode_cpu_ms"`
	WallMS     float64 `json:"wall_ms"`
	Ratio      float64 `json:"ratio"`
	LeastRatio float64 `json:"least_ratio"`
	// PixelRatio is the same without decoding.
	PixelRatio float64 `json:"pixel_ratio"`
}

// perTurn is how many photographs a contender looks at before it is another's turn.
const perTurn = 6

// turn is what a few photographs cost a contender, each on average.
type turn struct{ all, decode, wall float64 }

// failures counts photographs.
type failures struct{ notFound, threw, unsure int }

func (f *failures) add(looks []Look) {
	for _, l := range looks {
		if !l.Found {
			f.notFound++
		}
		if l.Threw {
			f.threw++
		}
		if l.Unsure {
			f.unsure++
		}
	}
}

func turnOf(looks []Look) (t turn) {
	for _, l := range looks {
		t.all += l.CPUMS()
		t.decode += l.DecodeMS
		t.wall += l.WallMS
	}
	n := float64(max(len(looks), 1))
	return turn{t.all / n, t.decode / n, t.wall / n}
}

// look has all contenders look at all photographs of all sets, in turns.
func (r *Results) look(o Options) (err error) {
	var workers []*worker
	defer func() {
		for _, w := range workers {
			if closed := w.close(); err == nil {
				err = closed
			}
		}
	}()
	for _, c := range r.Contenders {
		o.Say("starting " + c.Name)
		run, err := o.command(c.Contender, 0, "")
		if err != nil {
			return err
		}
		w, err := start(c.Name, run)
		if err != nil {
			return err
		}
		workers = append(workers, w)
		c.Package, c.Runtime, r.Node = w.hello.Package, w.hello.Runtime, max(r.Node, w.hello.Node)
	}
	end := time.Time{}
	if o.Looking > 0 {
		end = time.Now().Add(o.Looking)
	}
	for i, s := range o.Sets {
		t := turns{workers: workers, options: o, set: s.Name}
		if o.Looking > 0 {
			t.end = time.Now().Add(share(time.Until(end), o.Sets[i:]))
		}
		if err := r.lookAt(s, t); err != nil {
			return err
		}
	}
	return r.enrol(o, workers)
}

// share is the first set's part of the time that is left, by how many photographs
// each set has.
func share(left time.Duration, sets []Set) time.Duration {
	all := 0
	for _, s := range sets {
		all += len(s.photographs())
	}
	return left * time.Duration(len(sets[0].photographs())) / time.Duration(max(all, 1))
}

func (r *Results) lookAt(s Set, t turns) error {
	names := s.photographs()
	seen, err := t.take(names)
	if err != nil {
		return err
	}
	s.Pairs = s.pairsOf(names[:seen])
	if len(s.Pairs) == 0 {
		return fmt.Errorf("%s: no pair was seen in the time that there was", s.Name)
	}
	for i, w := range t.workers {
		scores, err := compareAll(t.options, s, w)
		if err != nil {
			return err
		}
		r.Contenders[i].Sets = append(r.Contenders[i].Sets, InSet{
			Set: s.Name, Photographs: seen, NotFound: t.failed[i].notFound, Threw: t.failed[i].threw, Unsure: t.failed[i].unsure,
			Accuracy: s.accuracy(scores, w.hello.Threshold), Speed: speedOf(t.took[i], t.took[0]),
		})
	}
	return nil
}

// turns are those of all workers with one set of photographs.
type turns struct {
	workers []*worker
	options Options
	set     string
	end     time.Time // zero for none

	took   [][]turn // by worker
	failed []failures
}

// take has each worker look at each photograph, a few at a time, until there are no
// more or the time is over; who begins changes from turn to turn. It says how many
// photographs were looked at.
func (t *turns) take(names []string) (seen int, err error) {
	t.took, t.failed = make([][]turn, len(t.workers)), make([]failures, len(t.workers))
	var paths []string
	for _, name := range names {
		paths = append(paths, t.options.photograph(name))
	}
	for _, w := range t.workers {
		if _, err := w.ask(asked{Do: "look", Photos: paths[:min(t.options.WarmUp, len(paths))]}); err != nil {
			return 0, err
		}
	}
	for few := range slices.Chunk(paths, perTurn) {
		if !t.end.IsZero() && time.Now().After(t.end) {
			break
		}
		t.options.Say(fmt.Sprintf("%s: %d of %d photographs", t.set, seen, len(paths)))
		if err := t.once(few, seen/perTurn); err != nil {
			return 0, err
		}
		seen += len(few)
	}
	return seen, nil
}

func (t *turns) once(few []string, round int) error {
	for k := range t.workers {
		i := (k + round) % len(t.workers)
		answer, err := t.workers[i].ask(asked{Do: "look", Photos: few})
		if err != nil {
			return err
		}
		t.took[i] = append(t.took[i], turnOf(answer.Looks))
		t.failed[i].add(answer.Looks)
	}
	return nil
}

func compareAll(o Options, s Set, w *worker) ([]*float64, error) {
	what := asked{Do: "compare"}
	for _, p := range s.Pairs {
		what.Pairs = append(what.Pairs, [2]string{o.photograph(p.A), o.photograph(p.B)})
	}
	t, err := w.ask(what)
	return t.Scores, err
}

// speedOf puts turns together, beside those of Facelatch with the same photographs.
func speedOf(theirs, ours []turn) Speed {
	var all, decode, wall, ratios, pixels []float64
	for i, t := range theirs {
		all, decode, wall = append(all, t.all), append(decode, t.decode), append(wall, t.wall)
		ratios = append(ratios, t.all/ours[i].all)
		pixels = append(pixels, (t.all-t.decode)/(ours[i].all-ours[i].decode))
	}
	if len(all) == 0 {
		return Speed{}
	}
	return Speed{
		Turns: len(theirs), MedianMS: median(all), LeastMS: slices.Min(all), DecodeMS: median(decode), WallMS: median(wall),
		Ratio: median(ratios), LeastRatio: slices.Min(ratios), PixelRatio: median(pixels),
	}
}
