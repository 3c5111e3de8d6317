// Command bench measures what Facelatch costs on one core, beside the
// JavaScript pipeline that its models are published with, in one run: machines
// differ and are disturbed, so the ratios say more than the times. make bench
// runs it; docs/benchmarks.md keeps a table and says on which machine. With the
// argument qr it compares QR decoders instead; with the argument door it only
// times showings at a whole door, and with the argument controller only issuing,
// status lists, doors that wait and two controllers of which one is killed; both
// it does at the end otherwise. A word after controller is one of its parts. With
// the argument peers it compares Facelatch with what somebody would pick instead
// (package peers), which make bench-peers runs.
//
// It is not part of the product. Its frames, made from photographs in FACES,
// and its site lie in a temporary folder that it deletes.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/facelatch/facelatch/e2e/controllertest"
	"github.com/facelatch/facelatch/internal/home"
)

// results is everything that one run measured.
type results struct {
	Machine    string     `json:"machine"`
	Go         string     `json:"go"`
	Stages     []row      `json:"stages"`
	Processes  []process  `json:"processes"`
	JavaScript *peer      `json:"javascript,omitempty"`
	Population population `json:"population"`
	// Controller is what the argument controller prints.
	Controller json.RawMessage `json:"controller,omitempty"`
}

func main() {
	controllertest.BeApart()
	if err := obey(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// obey does what the command line asks for.
func obey() error {
	asJSON := flag.Bool("json", false, "print one JSON object instead of tables")
	only := flag.Bool("launch", false, "only run the command that follows, and print what it costs")
	runs := flag.Int("runs", 500, "how many showings at a door are timed")
	var o controllerOptions
	flag.IntVar(&o.Seconds, "seconds", 10, "for how long each way of issuing is measured")
	flag.IntVar(&o.Doors, "doors", 10_000, "how many doors wait at a controller")
	others := peersFlags()
	places := flag.String("places", "1000000,10000000", "how many places status lists have, separated by commas")
	flag.Parse()
	var err error
	if o.Places, err = numbers(*places); err != nil {
		return err
	}
	o.Only = flag.Arg(1)
	if rest := flag.Args(); !*only && len(rest) > 1 && strings.HasPrefix(rest[1], "-") {
		return fmt.Errorf("%s: flags come before %q (go run ./bench -h)", rest[1], rest[0])
	}
	switch {
	case *only:
		return launch(flag.Args())
	case flag.Arg(0) == "qr":
		return decoders()
	case flag.Arg(0) == "door":
		return doors(*runs)
	case flag.Arg(0) == "controller":
		return controllers(o, *asJSON)
	case flag.Arg(0) == "peers":
		return comparison(others.defaults(), *asJSON)
	case flag.Arg(0) == "peer":
		return peerProcess(flag.Args()[1:])
	}
	return everything(*runs, *asJSON)
}

// everything measures all parts: what is compared with others on one core, and then
// a door and a controller on all.
func everything(runs int, asJSON bool) error {
	runtime.GOMAXPROCS(1)
	r, err := run()
	if err != nil {
		return err
	}
	if asJSON {
		var of bytes.Buffer
		if err := controllerApart(&of, "-json"); err != nil {
			return err
		}
		r.Controller = of.Bytes()
		return json.NewEncoder(os.Stdout).Encode(r)
	}
	r.print()
	if err := doorApart(runs); err != nil {
		return err
	}
	fmt.Println("\nThe controller:")
	return controllerApart(os.Stdout)
}

func run() (r results, err error) {
	work, err := os.MkdirTemp("", "facelatch-bench-")
	if err != nil {
		return r, err
	}
	defer os.RemoveAll(work)
	dir, err := filepath.Abs("bin")
	if err != nil {
		return r, err
	}
	s, err := newScene(facesFolder(), work)
	if err != nil {
		return r, err
	}
	p, err := newPlaces(filepath.Join(dir, "facelatch"), work, s)
	if err != nil {
		return r, err
	}
	r.Machine, r.Go = processor(), runtime.Version()
	if r.Stages, err = stages(home.Dir(dir), p); err != nil {
		return r, err
	}
	whole, err := checks(home.Dir(dir), p)
	if err != nil {
		return r, err
	}
	r.Stages = append(r.Stages, whole...)
	if r.Processes, err = processes(filepath.Join(dir, "facelatch"), p); err != nil {
		return r, err
	}
	js, err := javascript(s)
	if err != nil {
		return r, err
	}
	r.JavaScript = &js
	r.Population, err = populations(home.Dir(dir), p, work)
	return r, err
}

// numbers reads numbers that commas separate.
func numbers(text string) (all []int, err error) {
	for word := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q is no number of places", word)
		}
		all = append(all, n)
	}
	return all, nil
}

// doorApart runs the part with the door in a process of its own, on all cores.
func doorApart(runs int) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	fmt.Println("\nThe door:")
	c := exec.Command(self, "-runs", strconv.Itoa(runs), "door")
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	return c.Run()
}

func processor() string {
	return fmt.Sprintf("%s, %d cores, of which one is used", processorName(), runtime.NumCPU())
}

func processorName() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return "unknown"
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if name, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

func (r results) print() {
	fmt.Printf("%s; %s\n\n", r.Machine, r.Go)
	fmt.Println("| one frame of 1280x720, one core, in a running process | CPU ms | wall ms | KB allocated | allocations |")
	fmt.Println("|---|---:|---:|---:|---:|")
	for _, s := range r.Stages {
		fmt.Printf("| %s | %.2f | %.2f | %.0f | %.0f |\n", s.Stage, s.CPUMS, s.WallMS, s.AllocKB, s.Allocations)
	}
	fmt.Println("\n| the command, from start to exit, one core | wall ms | CPU ms | peak MB |")
	fmt.Println("|---|---:|---:|---:|")
	for _, p := range r.Processes {
		fmt.Printf("| %s | %.0f | %.0f | %.0f |\n", p.Command, p.WallMS, p.CPUMS, p.PeakMB)
	}
	r.printPeer()
	fmt.Println("\n| entries at the site | CPU ms of a whole check | ratio, round by round |")
	fmt.Println("|---:|---:|---:|")
	fmt.Printf("| %d | %.2f | |\n| %d | %.2f | %.3f |\n", r.Population.Entries[0], r.Population.CPUMS[0], r.Population.Entries[1], r.Population.CPUMS[1], r.Population.Ratio)
}

// printPeer compares like with like: the pipeline's pose model is left out,
// which Facelatch runs only to explain a mismatch.
func (r results) printPeer() {
	js, pose := r.JavaScript, r.JavaScript.Stages["pose"]
	cpu := map[string]float64{}
	for _, s := range r.Stages {
		cpu[s.Stage] = s.CPUMS
	}
	var command process
	for _, p := range r.Processes {
		if p.Command == checkText {
			command = p
		}
	}
	fmt.Printf("\n| the same frames | Facelatch | %s | ratio |\n|---|---:|---:|---:|\n", js.Pipeline)
	line := func(what, unit string, ours, theirs float64) {
		fmt.Printf("| %s | %.1f %s | %.1f %s | %.1f |\n", what, ours, unit, theirs, unit, theirs/ours)
	}
	line(pixelsToDecision, "ms CPU", cpu[pixelsToDecision], js.FromPixels.CPUMS-pose.CPUMS)
	line(jpegToDecision, "ms CPU", cpu[jpegToDecision], js.FromFile.CPUMS-pose.CPUMS)
	line("from start to first result", "ms CPU", command.CPUMS, js.First.CPUMS)
	line("from start to first result", "ms", command.WallMS, js.First.WallMS)
	line("peak resident", "MB", command.PeakMB, js.PeakMB)
	fmt.Printf("\nThe pipeline ran on %s, one thread, without its pose model (%.1f ms CPU).\n", js.Runtime, pose.CPUMS)
}
