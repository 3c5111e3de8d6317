// Package peers compares Facelatch with what somebody would pick instead: on the
// same photographs, on the same machine, in the same run. Each contender is a
// process of its own that speaks the protocol of worker.mjs, and they take turns,
// so that what disturbs the machine disturbs all of them alike.
//
// It judges nothing but figures, keeps nothing of a face when it is done, and
// never reports a score of a person: scores stay in memory, between two lines of
// the table.
package peers

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

//go:embed contenders.json
var contendersFile []byte

// Contender is one of those that are compared, with one choice of settings.
type Contender struct {
	// Name is that of its process, and Title what the tables call it.
	Name  string `json:"name"`
	Title string `json:"title"`
	// Why says where the settings are from.
	Why string `json:"why"`
	// Module is the file that opens it, without its ending, and Settings what the
	// file takes. Facelatch, which is measured against, has neither.
	Module   string          `json:"module,omitempty"`
	Settings json.RawMessage `json:"settings,omitempty"`
}

// Contenders are all of them, Facelatch first.
func Contenders() ([]Contender, error) {
	var all []Contender
	if err := json.Unmarshal(contendersFile, &all); err != nil {
		return nil, fmt.Errorf("contenders.json: %w", err)
	}
	return all, nil
}

// Options say what is measured, and with what.
type Options struct {
	// Folder is that of this package's files, with node_modules; Faces that of the
	// photographs; Work one for temporary files.
	Folder, Faces, Work string
	// Sets are the photographs that contenders look at, and Frame the pictures of
	// which one is enrolled and the other shown.
	Sets  []Set
	Frame Frame
	// Enrolled says with how many people a check is measured, Starts how often a
	// process is started for each, and Checks how often it then checks, of which the
	// later half counts.
	Enrolled []int
	Starts   int
	Checks   int
	// WarmUp is how many photographs everybody looks at first, without a stopwatch:
	// WebAssembly is compiled to its best while it runs.
	WarmUp int
	// Looking is for how long photographs are looked at, in all; 0 is without a limit.
	// Where it ends, the pairs that were seen until then are judged.
	Looking time.Duration
	// Own makes the command of Facelatch's process: with 0 one that looks at
	// photographs, otherwise one that checks at a site with so many passes.
	Own func(enrolled int) (*exec.Cmd, error)
	// Kept is how many bytes Facelatch keeps about so many people.
	Kept func(enrolled int) (int64, error)
	// Say is told how far it has come.
	Say func(string)
}

// Frame is two pictures of one person, as a camera gives them.
type Frame struct{ Reference, Probe string }

// ErrMissing is wrapped where something to measure with is not there; the message
// says what, and what to do.
var ErrMissing = errors.New("the comparison needs something that is missing")

// Check says what is missing before anything is started.
func (o Options) Check() error {
	if _, err := exec.LookPath("node"); err != nil {
		return fmt.Errorf("%w: Node.js (node), version 18.19 or later", ErrMissing)
	}
	if _, err := exec.LookPath("taskset"); err != nil {
		return fmt.Errorf("%w: taskset, of Debian's util-linux", ErrMissing)
	}
	for _, folder := range []string{o.Folder, filepath.Join(filepath.Dir(o.Folder), "js")} {
		installed := filepath.Join(folder, "node_modules")
		if _, err := os.Stat(installed); err != nil {
			return fmt.Errorf("%w: %s; make bench-peers installs it from the npm registry", ErrMissing, installed)
		}
	}
	var absent []string
	for _, s := range o.Sets {
		for _, name := range s.photographs() {
			if _, err := os.Stat(o.photograph(name)); err != nil {
				absent = append(absent, name)
			}
		}
	}
	if len(absent) > 0 {
		return fmt.Errorf("%w: %d photographs in %s, such as %s; set FACES to the folder of photographs",
			ErrMissing, len(absent), o.Faces, strings.Join(absent[:min(3, len(absent))], ", "))
	}
	return nil
}

func (o Options) photograph(name string) string {
	return filepath.Join(o.Faces, filepath.FromSlash(name))
}

// command is that of a contender's process, on one core.
func (o Options) command(c Contender, enrolled int, references string) (*exec.Cmd, error) {
	var run *exec.Cmd
	if c.Module == "" {
		var err error
		if run, err = o.Own(enrolled); err != nil {
			return nil, err
		}
	} else {
		args := []string{filepath.Join(o.Folder, "worker.mjs"), c.Name}
		if enrolled > 0 {
			args = append(args, references)
		}
		run = exec.Command("node", args...)
	}
	pinned := exec.Command("taskset", append([]string{"-c", "0"}, run.Args...)...)
	pinned.Env, pinned.Dir = run.Env, run.Dir
	return pinned, nil
}

// Results is everything that one run measured.
type Results struct {
	Machine string    `json:"machine"`
	Go      string    `json:"go"`
	Node    string    `json:"node"`
	At      time.Time `json:"at"`
	Command string    `json:"command"`
	// Load is how many programs wanted a core, before and after.
	Load       [2]string    `json:"load"`
	Contenders []*Contested `json:"contenders"`
}

// Contested is what was measured of one contender.
type Contested struct {
	Contender
	Package string   `json:"package"`
	Runtime string   `json:"runtime"`
	Sets    []InSet  `json:"sets"`
	Growth  []Growth `json:"growth"`
}

// Run measures everything. What a contender cannot do ends the run, with its name.
func Run(o Options) (Results, error) {
	r := Results{Go: runtime.Version(), At: time.Now().UTC().Truncate(time.Second)}
	if err := o.Check(); err != nil {
		return r, err
	}
	all, err := Contenders()
	if err != nil {
		return r, err
	}
	for _, c := range all {
		r.Contenders = append(r.Contenders, &Contested{Contender: c})
	}
	if err := r.look(o); err != nil {
		return r, err
	}
	return r, r.grow(o)
}
