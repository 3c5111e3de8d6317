package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/facelatch/facelatch/bench/peers"
	"github.com/facelatch/facelatch/internal/home"
)

// peersOptions say how much is compared with others.
type peersOptions struct {
	// Pairs is how many genuine and how many impostor pairs of LFW, and Starts how
	// often each process is started for each number of people enrolled.
	Pairs, Starts int
	Enrolled      []int
	// Looking is for how long photographs are looked at.
	Looking time.Duration
}

// comparison compares Facelatch with what somebody would pick instead, and prints
// a table or one JSON object.
func comparison(o peersOptions, asJSON bool) error {
	work, err := os.MkdirTemp("", "facelatch-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	options, err := comparisonOptions(o, work)
	if err != nil {
		return err
	}
	p := newProgress()
	options.Say = p.say
	before := load()
	r, err := peers.Run(options)
	p.say("")
	if err != nil {
		return err
	}
	r.Machine, r.Load, r.Command = processor(), [2]string{before, load()}, "make bench-peers"
	if args := strings.Join(os.Args[1:], " "); args != "peers" {
		r.Command = "go run ./bench " + args
	}
	if asJSON {
		out := json.NewEncoder(os.Stdout)
		out.SetIndent("", "  ")
		return out.Encode(r)
	}
	r.Print(os.Stdout)
	return nil
}

// comparisonOptions are pairs of LFW's list for tests, which no peer's settings were
// chosen by, and all of FRLL. The site's folders are made when they are asked for.
func comparisonOptions(o peersOptions, work string) (peers.Options, error) {
	faces, err := filepath.Abs(facesFolder())
	if err != nil {
		return peers.Options{}, err
	}
	options := peers.Options{Folder: filepath.Join("bench", "peers"), Faces: faces, Work: work, Enrolled: o.Enrolled, Starts: o.Starts}
	lfw, err := peers.ReadSet(faces, "lfw-view1-devtest", o.Pairs)
	if err != nil {
		return options, err
	}
	most := 0
	options.WarmUp, options.Checks, options.Looking = 12, 16, o.Looking
	if o.Pairs > 0 && o.Pairs < 50 { // a trial, which is short everywhere
		most, options.WarmUp, options.Checks = o.Pairs, 1, 2
	}
	frll, err := peers.ReadSet(faces, "frll-neutral-smiling", most)
	if err != nil {
		return options, err
	}
	lfw.Name, lfw.Folds, lfw.FMR = "LFW View 1, test", 10, 0.01
	frll.Name, frll.FMR = "FRLL, neutral against smiling", 0.001
	options.Sets = []peers.Set{lfw, frll}
	if err := options.Check(); err != nil {
		return options, err
	}
	s, err := newScene(faces, work)
	if err != nil {
		return options, err
	}
	dir, err := filepath.Abs("bin")
	if err != nil {
		return options, err
	}
	if _, err := os.Stat(filepath.Join(dir, "facelatch")); err != nil {
		return options, fmt.Errorf("%w: bin/facelatch; run make setup build", peers.ErrMissing)
	}
	p, err := newPlaces(filepath.Join(dir, "facelatch"), work, s)
	if err != nil {
		return options, err
	}
	sites := crowds{work: work, places: p}
	options.Frame = peers.Frame{Reference: s.Reference, Probe: s.Probe}
	options.Own, options.Kept = sites.command, sites.kept
	return options, nil
}

// facesFolder is the folder of photographs.
func facesFolder() string {
	if faces := os.Getenv("FACES"); faces != "" {
		return faces
	}
	return "../shared/faces"
}

// crowds are sites with so many passes, each made once.
type crowds struct {
	work   string
	places places
}

func (c crowds) folder(people int) string {
	return filepath.Join(c.work, fmt.Sprintf("site-%d", people))
}

// command is that of Facelatch's process in the comparison.
func (c crowds) command(people int) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	site := c.places.Site
	if people > 0 {
		site = c.folder(people)
	}
	return exec.Command(self, "peer", site, c.places.FaceText), nil
}

// kept makes the site with so many passes, and says how large it is.
func (c crowds) kept(people int) (bytes int64, err error) {
	dir := c.folder(people)
	if out, err := exec.Command("cp", "-a", c.places.Site, dir).CombinedOutput(); err != nil {
		return 0, fmt.Errorf("cp: %w: %s", err, out)
	}
	if err := populate(dir, people); err != nil {
		return 0, err
	}
	lists, err := filepath.Glob(filepath.Join(dir, "controller", "status", "*"))
	if err != nil {
		return 0, err
	}
	for _, list := range lists {
		info, err := os.Stat(list)
		if err != nil {
			return 0, err
		}
		bytes += info.Size()
	}
	return bytes, nil
}

// peerProcess is Facelatch's process in the comparison, with a site and a pass of it.
func peerProcess(args []string) error {
	runtime.GOMAXPROCS(1)
	if len(args) != 2 {
		return errors.New("peer takes a site and a pass")
	}
	dir, err := filepath.Abs("bin")
	if err != nil {
		return err
	}
	s := &contender{dir: home.Dir(dir), site: args[0], pass: args[1]}
	return s.serve()
}

// peersFlags are what the comparison can be told.
func peersFlags() *peersOptions {
	var o peersOptions
	flag.IntVar(&o.Pairs, "pairs", 250, "how many genuine and how many impostor pairs of LFW are compared with others; 0 is all")
	flag.IntVar(&o.Starts, "starts", 5, "how often each process is started for each number of people, beside others")
	flag.DurationVar(&o.Looking, "looking", 0, "for how long photographs are looked at, beside others; 0 is as long as it takes")
	flag.Func("enrolled", "how many people are enrolled, separated by commas (default 1,1000,100000)", func(text string) (err error) {
		o.Enrolled, err = numbers(text)
		return err
	})
	return &o
}

// many people are what the comparison grows to.
func (o peersOptions) defaults() peersOptions {
	if o.Enrolled == nil {
		o.Enrolled = []int{1, 1000, 100_000}
	}
	return o
}
