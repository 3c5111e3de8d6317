package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// event is one line of go test -json (see go doc test2json).
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
	Elapsed float64
	// ImportPath stands in place of Package for what the compiler says.
	ImportPath string
}

// outcome is what became of one test. The order matters: a test that ran in
// two ways has the greater of both outcomes.
type outcome int

const (
	skipped outcome = iota
	passed
	failed
)

// results gathers the outcomes of one run of go test, or of several that were
// merged. It is not safe for concurrent use.
type results struct {
	tests   map[string]outcome // package and test name, leaves only
	reasons map[string]string  // of skipped tests
	output  map[string][]string
}

func newResults() *results {
	return &results{tests: map[string]outcome{}, reasons: map[string]string{}, output: map[string][]string{}}
}

// set records an outcome, keeping the greater of two.
func (r *results) set(name string, o outcome) {
	if old, seen := r.tests[name]; !seen || o > old {
		r.tests[name] = o
	}
}

// merge adds the outcomes of another run. A test that was skipped in one and has
// subtests in the other was run.
func (r *results) merge(other *results) {
	for name, o := range other.tests {
		r.set(name, o)
		if o == skipped {
			r.reasons[name] = other.reasons[name]
		}
	}
	for name := range r.tests {
		for parent := name; strings.Contains(parent, "/"); {
			parent = parent[:strings.LastIndex(parent, "/")]
			if o, seen := r.tests[parent]; seen && o == skipped {
				delete(r.tests, parent)
			}
		}
	}
}

// read takes the events of one go test -json from in, and writes a line for
// each package and the whole output of what failed to out.
func (r *results) read(in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			fmt.Fprintln(out, lines.Text()) // not from a test: from the go command itself
			continue
		}
		r.take(e, out)
	}
	return lines.Err()
}

func (r *results) take(e event, out io.Writer) {
	if e.Package == "" {
		e.Package = e.ImportPath
	}
	name := strings.TrimPrefix(e.Package, module+"/")
	if e.Test != "" {
		name += " " + e.Test
	}
	switch e.Action {
	case "output", "build-output":
		r.output[name] = append(r.output[name], e.Output)
		return
	case "build-fail":
		r.fail(name, out)
		return
	case "pass", "fail", "skip":
	default:
		return
	}
	if e.Test == "" {
		r.takePackage(e, name, out)
	} else {
		r.takeTest(e, name, out)
	}
	delete(r.output, name)
}

// takePackage handles the end of a package. A package that fails without a
// failing test (it does not compile, it panics, it takes too long) counts as
// one failure.
func (r *results) takePackage(e event, name string, out io.Writer) {
	switch e.Action {
	case "pass":
		fmt.Fprintf(out, "ok    %-40s %6.1f s\n", name, e.Elapsed)
	case "fail":
		fmt.Fprintf(out, "FAIL  %-40s %6.1f s\n", name, e.Elapsed)
		if !r.hasFailed(name) {
			r.fail(name, out)
		}
	}
}

// takeTest handles the end of a test. A test with subtests is not counted
// itself, unless it is the parent that failed.
func (r *results) takeTest(e event, name string, out io.Writer) {
	if e.Action == "fail" {
		if !r.hasFailed(name) {
			r.set(name, failed)
		}
		fmt.Fprint(out, strings.Join(r.output[name], ""))
		return
	}
	for other := range r.tests {
		if strings.HasPrefix(other, name+"/") {
			return
		}
	}
	if e.Action == "pass" {
		r.set(name, passed)
		return
	}
	r.set(name, skipped)
	r.reasons[name] = reason(r.output[name])
}

// fail records a failure that no test reported.
func (r *results) fail(name string, out io.Writer) {
	r.set(name, failed)
	fmt.Fprint(out, strings.Join(r.output[name], ""))
}

// hasFailed says whether a test of the package, or a subtest of the test, has failed.
func (r *results) hasFailed(name string) bool {
	for other, o := range r.tests {
		if o == failed && (strings.HasPrefix(other, name+" ") || strings.HasPrefix(other, name+"/")) {
			return true
		}
	}
	return false
}

var logLine = regexp.MustCompile(`^\s+[\w.-]+\.go:\d+: (.*)\n`)

// reason finds what a test said when it was skipped: its last logged line.
func reason(output []string) string {
	for _, line := range slices.Backward(output) {
		if m := logLine.FindStringSubmatch(line); m != nil {
			return m[1]
		}
	}
	return "no reason given"
}

// count returns the numbers of passed, failed and skipped tests.
func (r *results) count() (counts [3]int) {
	for _, o := range r.tests {
		counts[o]++
	}
	return counts
}

// report writes what failed and what was skipped and why, then the closing
// line. It returns errFailed if something failed, or if something was skipped
// where nothing may be.
func (r *results) report(out io.Writer, strict bool) error {
	byReason := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(r.tests)) {
		switch r.tests[name] {
		case failed:
			fmt.Fprintln(out, "failed:", name)
		case skipped:
			byReason[r.reasons[name]] = append(byReason[r.reasons[name]], name)
		}
	}
	for _, why := range slices.Sorted(maps.Keys(byReason)) {
		fmt.Fprintf(out, "skipped %d (%s): %s\n", len(byReason[why]), why, strings.Join(byReason[why], ", "))
	}
	counts := r.count()
	if strict && counts[skipped] > 0 {
		fmt.Fprintln(out, "CI=true: nothing may be skipped")
	}
	fmt.Fprintf(out, "%d passed, %d failed, %d skipped\n", counts[passed], counts[failed], counts[skipped])
	if counts[failed] > 0 || strict && counts[skipped] > 0 {
		return errFailed
	}
	return nil
}
