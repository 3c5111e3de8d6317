package peers

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// Look is what one photograph cost a contender, in milliseconds: of its processor,
// all threads together, and on the wall.
type Look struct {
	// Found is whether a face was found and described, and Faces how many there were.
	Found bool `json:"found"`
	Faces int  `json:"faces"`
	// Threw is whether something on the way threw an error.
	Threw bool `json:"threw,omitempty"`
	// Unsure is whether the face would not count at the detector's default.
	Unsure bool `json:"unsure,omitempty"`
	// DecodeMS is decoding, DescribeMS everything from pixels to what is compared,
	// and SearchMS comparing with those enrolled.
	DecodeMS   float64 `json:"decode_cpu_ms"`
	DescribeMS float64 `json:"describe_cpu_ms"`
	SearchMS   float64 `json:"search_cpu_ms"`
	WallMS     float64 `json:"wall_ms"`
}

// CPUMS is all of it.
func (l Look) CPUMS() float64 { return l.DecodeMS + l.DescribeMS + l.SearchMS }

// Hello is what a process says when it is ready.
type Hello struct {
	Package string `json:"package"`
	Runtime string `json:"runtime"`
	Node    string `json:"node,omitempty"`
	// Threshold is the score from which on its makers call two faces one person's,
	// or nil where they state none.
	Threshold *float64 `json:"threshold"`
}

// asked is what a process is told to do, and told what it answers.
type asked struct {
	Do     string      `json:"do"`
	Photos []string    `json:"photos,omitempty"`
	Pairs  [][2]string `json:"pairs,omitempty"`
	File   string      `json:"file,omitempty"`
	Count  int         `json:"count,omitempty"`
}

type told struct {
	Looks  []Look     `json:"looks,omitempty"`
	Scores []*float64 `json:"scores,omitempty"`
	Error  string     `json:"error,omitempty"`
}

// worker is one contender's process. One goroutine uses it at a time.
type worker struct {
	name    string
	run     *exec.Cmd
	in      io.WriteCloser
	out     *json.Decoder
	errors  *bytes.Buffer
	started time.Time
	hello   Hello
}

// start starts a process and waits until it is ready.
func start(name string, run *exec.Cmd) (*worker, error) {
	w := &worker{name: name, run: run, errors: &bytes.Buffer{}}
	run.Stderr = w.errors
	in, err := run.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := run.StdoutPipe()
	if err != nil {
		return nil, err
	}
	w.in, w.out, w.started = in, json.NewDecoder(out), time.Now()
	if err := run.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err := w.out.Decode(&w.hello); err != nil {
		return nil, w.gone(err)
	}
	return w, nil
}

// gone says what a process that ended too early said last.
func (w *worker) gone(err error) error {
	w.in.Close()
	if ended := w.run.Wait(); ended != nil {
		err = ended
	}
	said := strings.TrimSpace(w.errors.String())
	if len(said) > 600 {
		said = said[len(said)-600:]
	}
	return fmt.Errorf("%s: %w: %s", w.name, err, said)
}

func (w *worker) ask(what asked) (told, error) {
	var t told
	line, err := json.Marshal(what)
	if err != nil {
		return t, err
	}
	if _, err := w.in.Write(append(line, '\n')); err != nil {
		return t, w.gone(err)
	}
	if err := w.out.Decode(&t); err != nil {
		return t, w.gone(err)
	}
	if t.Error != "" {
		return t, fmt.Errorf("%s: %s: %s", w.name, what.Do, t.Error)
	}
	if want := len(what.Photos); what.Do != "enrol" && len(t.Looks) != want || len(t.Scores) != len(what.Pairs) {
		return t, fmt.Errorf("%s: %s: %d looks and %d scores", w.name, what.Do, len(t.Looks), len(t.Scores))
	}
	return t, nil
}

// peakMB is the most memory that the process has had resident, in MB of 2^20 bytes.
func (w *worker) peakMB() (float64, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", w.run.Process.Pid))
	if err != nil {
		return 0, err
	}
	return peakOf(string(data))
}

// peakOf reads the peak from the text of /proc/PID/status.
func peakOf(status string) (float64, error) {
	for line := range strings.Lines(status) {
		if words := strings.Fields(line); len(words) == 3 && words[0] == "VmHWM:" && words[2] == "kB" {
			kb, err := strconv.ParseFloat(words[1], 64)
			return kb / 1024, err
		}
	}
	return 0, errors.New("no VmHWM in /proc/PID/status")
}

// cpuMS is what the process has used so far, to a hundredth of a second.
func (w *worker) cpuMS() (float64, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", w.run.Process.Pid))
	if err != nil {
		return 0, err
	}
	return cpuOf(string(data))
}

// cpuOf reads user and system time from the text of /proc/PID/stat, which Linux
// counts in hundredths of a second.
func cpuOf(stat string) (float64, error) {
	words := strings.Fields(stat[1+strings.LastIndex(stat, ")"):]) // the name before it may hold anything
	if len(words) < 13 {
		return 0, errors.New("/proc/PID/stat is not understood")
	}
	user, err := strconv.ParseFloat(words[11], 64)
	if err != nil {
		return 0, err
	}
	system, err := strconv.ParseFloat(words[12], 64)
	return 10 * (user + system), err
}

// close ends the process and waits for it.
func (w *worker) close() error {
	w.in.Close()
	if err := w.run.Wait(); err != nil {
		return fmt.Errorf("%s: %w: %s", w.name, err, strings.TrimSpace(w.errors.String()))
	}
	return nil
}
