package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// processorTime is what this process has used so far, in user and system mode.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // it cannot fail for the process itself
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// places are the site and the passes that checks are measured with.
type places struct {
	scene
	Site, FaceText, FacePNG, PlainText string
}

// newPlaces makes a site with one face pass and one plain pass, by the binary.
func newPlaces(binary, dir string, s scene) (places, error) {
	p := places{
		scene: s, Site: filepath.Join(dir, "site"), FaceText: filepath.Join(dir, "face.txt"),
		FacePNG: filepath.Join(dir, "face.png"), PlainText: filepath.Join(dir, "plain.txt"),
	}
	issue := []string{"pass", "issue", "--site", p.Site, "--zone", "front"}
	for _, args := range [][]string{
		{"site", "init", p.Site, "--name", "Bench", "--zone", "front", "--demo"},
		append(slices.Clone(issue), "--plain", "--out", p.PlainText),
		append(slices.Clone(issue), "--face", s.Reference, "--consent", "yes", "--out", p.FaceText),
		append(slices.Clone(issue), "--face", s.Reference, "--consent", "yes", "--out", p.FacePNG),
	} {
		if out, err := exec.Command(binary, args...).CombinedOutput(); err != nil {
			return places{}, fmt.Errorf("facelatch %s: %w: %s", strings.Join(args[:2], " "), err, out)
		}
	}
	return p, nil
}

// process is what whole runs of a command cost, from start to exit.
type process struct {
	Command string  `json:"command"`
	WallMS  float64 `json:"wall_ms"`
	CPUMS   float64 `json:"cpu_ms"`
	PeakMB  float64 `json:"peak_mb"`
}

// times has a command run on one core, by a small process of its own: Linux
// counts the memory of the process that starts another to the started one.
func times(name, binary string, args ...string) (p process, err error) {
	self, err := os.Executable()
	if err != nil {
		return p, err
	}
	out, err := exec.Command(self, append([]string{"-launch", "--", binary}, args...)...).Output()
	if err != nil {
		return p, fmt.Errorf("%s: %w: %s", name, err, out)
	}
	err = json.Unmarshal(out, &p)
	p.Command = name
	return p, err
}

// launch runs a command several times on one core and prints the medians.
func launch(command []string) error {
	const runs = 11
	var wall, cpu, peak []float64
	for range runs {
		c := exec.Command("taskset", append([]string{"-c", "0"}, command...)...)
		started := time.Now()
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		wall = append(wall, ms(time.Since(started)))
		cpu = append(cpu, ms(c.ProcessState.UserTime()+c.ProcessState.SystemTime()))
		peak = append(peak, float64(c.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)/1024)
	}
	return json.NewEncoder(os.Stdout).Encode(process{"", median(wall), median(cpu), median(peak)})
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// processes measures the command line.
func processes(binary string, p places) (all []process, err error) {
	base := []string{"check", "--site", p.Site, "--zone", "front", "--pass"}
	for _, c := range []struct {
		name string
		args []string
	}{
		{"check, plain pass as text", []string{p.PlainText}},
		{checkText, []string{p.FaceText, "--probe", p.Probe}},
		{"check, face pass as a QR code in a PNG", []string{p.FacePNG, "--probe", p.Probe}},
	} {
		one, err := times(c.name, binary, append(slices.Clone(base), c.args...)...)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

const checkText = "check, face pass as text"

// peer is what bench/js prints.
type peer struct {
	Pipeline   string             `json:"pipeline"`
	Runtime    string             `json:"runtime"`
	FromFile   cost               `json:"from_file"`
	FromPixels cost               `json:"from_pixels"`
	First      cost               `json:"start_to_first_result"`
	PeakMB     float64            `json:"peak_rss_mb"`
	Stages     map[string]cost    `json:"stages"`
	Scores     map[string]float64 `json:"scores"`
}

type cost struct {
	WallMS float64 `json:"wall_ms"`
	CPUMS  float64 `json:"cpu_ms"`
}

// javascript runs the models' own pipeline on the same pictures.
func javascript(s scene) (p peer, err error) {
	c := exec.Command("taskset", "-c", "0", "node", "bench/js/run.mjs", "--reference", s.Reference, "--probe", s.Probe, "--stranger", s.Stranger)
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		return p, fmt.Errorf("bench/js: %w", err)
	}
	return p, json.Unmarshal(out, &p)
}
