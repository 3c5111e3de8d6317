package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/facelatch/facelatch/e2e/controllertest"
	"github.com/facelatch/facelatch/internal/store/pgtest"
)

// controllerOptions say how much is measured.
type controllerOptions struct {
	// Seconds is for how long each way of issuing is.
	Seconds int
	// Places are sizes of lists, and Doors how many wait.
	Places []int
	Doors  int
	// Only is one part, or "" for all: issuing, lists, polling, pair.
	Only string
}

// controllerResults is everything that was measured of controllers.
type controllerResults struct {
	Machine string    `json:"machine"`
	Go      string    `json:"go"`
	At      time.Time `json:"at"`
	// Load is how many programs wanted a core, before and after.
	Load    [2]string                `json:"load"`
	Issuing []issuing                `json:"issuing,omitempty"`
	Lists   []controllertest.Lists   `json:"lists,omitempty"`
	Polling *controllertest.Polling  `json:"-"`
	News    *news                    `json:"polling,omitempty"`
	Pair    *controllertest.Pair     `json:"pair,omitempty"`
	With    *controllertest.PairSize `json:"pair_size,omitempty"`
}

// controllerParts are the parts, in the order in which they are measured.
func controllerParts() []string { return []string{"issuing", "lists", "polling", "pair"} }

// progress shows on a terminal how far it has come, and nothing elsewhere.
type progress struct{ on bool }

func newProgress() progress { return progress{term.IsTerminal(int(os.Stderr.Fd()))} }

func (p progress) say(text string) {
	if p.on {
		fmt.Fprintf(os.Stderr, "\r\x1b[K%s ", text)
	}
}

// in puts a word before what is said.
func (p progress) in(part string) func(string) {
	return func(text string) { p.say(part + ": " + text) }
}

// controllers measures controllers, and prints tables or one JSON object.
func controllers(o controllerOptions, asJSON bool) error {
	if o.Only != "" && !slices.Contains(controllerParts(), o.Only) {
		return fmt.Errorf("%q is no part of controller: there are %s", o.Only, strings.Join(controllerParts(), ", "))
	}
	ctx := context.Background()
	p := newProgress()
	r := controllerResults{Machine: fmt.Sprintf("%s, %d cores", processorName(), runtime.NumCPU()), Go: runtime.Version(), At: time.Now().UTC().Truncate(time.Second)}
	r.Load[0] = load()
	for i, measure := range []func(context.Context, controllerOptions, progress) error{r.issue, r.lists, r.poll, r.pair} {
		name := controllerParts()[i]
		if o.Only != "" && o.Only != name {
			continue
		}
		if err := measure(ctx, o, p); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	p.say("")
	r.Load[1] = load()
	if asJSON {
		return json.NewEncoder(os.Stdout).Encode(r)
	}
	r.print()
	return nil
}

// scratch is a folder for one measurement, and what removes it. Figures of what is
// durable need a disk: where temporary files are in memory, TMPDIR says where else.
func scratch() (dir string, remove func(), err error) {
	dir, err = os.MkdirTemp("", "facelatch-bench-")
	return dir, func() { _ = os.RemoveAll(dir) }, err
}

// onNewSite measures something on a new site, which is removed then.
func onNewSite(ctx context.Context, do func(*controllertest.Site) error) error {
	dir, remove, err := scratch()
	if err != nil {
		return err
	}
	defer remove()
	s, err := controllertest.NewSite(ctx, dir, "")
	if err != nil {
		return err
	}
	return do(s)
}

func (r *controllerResults) lists(ctx context.Context, o controllerOptions, p progress) error {
	for _, places := range o.Places {
		err := onNewSite(ctx, func(s *controllertest.Site) error {
			l, err := s.MeasureLists(ctx, places, p.in(strconv.Itoa(places)+" places"))
			if err == nil {
				r.Lists = append(r.Lists, l)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *controllerResults) poll(ctx context.Context, o controllerOptions, p progress) error {
	return onNewSite(ctx, func(s *controllertest.Site) error {
		found, err := s.Poll(ctx, controllertest.PollingOptions{Doors: o.Doors, Changes: 5, Idle: controllertest.PollTime, Say: p.in("polling")})
		if err == nil {
			r.Polling, r.News = &found, newsOf(found)
		}
		return err
	})
}

func (r *controllerResults) pair(ctx context.Context, _ controllerOptions, p progress) (err error) {
	server, err := pgtest.Launch()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	url, err := server.Database()
	if err != nil {
		return err
	}
	dir, remove, err := scratch()
	if err != nil {
		return err
	}
	defer remove()
	s, err := controllertest.NewSite(ctx, dir, url)
	if err != nil {
		return err
	}
	size := controllertest.PairSize{Stations: 20, Doors: 50, Before: 10 * time.Second, After: 10 * time.Second}
	found, err := s.TwoControllers(ctx, controllertest.PairOptions{PairSize: size, Say: p.in("two controllers")})
	if err == nil {
		r.Pair, r.With = &found, &size
	}
	return err
}

// controllerApart runs this part in a process of its own, on all cores; with args
// before its name.
func controllerApart(to io.Writer, args ...string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	c := exec.Command(self, append(args, "controller")...)
	c.Stdout, c.Stderr = to, os.Stderr
	return c.Run()
}
