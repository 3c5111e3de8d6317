package controllertest

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
)

// Process is a controller in a process of its own.
type Process struct {
	// Address is where it listens; "" until Ready is closed.
	Address string
	// Ready is closed once it serves.
	Ready <-chan struct{}
	// Gone is closed once it has ended, and everything that it said was heard.
	Gone <-chan struct{}

	cmd *exec.Cmd
}

// Start starts a controller of the site at a place to listen, such as
// "127.0.0.1:0". address is where doors are told to find it; "" is where it
// listens. One that works acts without end, and j hears what was acknowledged;
// else it may be nil.
func (s *Site) Start(listen, address string, work bool, j *Journal) (*Process, error) {
	text, err := json.Marshal(order{s, listen, address, work})
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = slices.Concat(os.Environ(), []string{variable + "=" + string(text)})
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ready, gone := make(chan struct{}), make(chan struct{})
	p := &Process{Ready: ready, Gone: gone, cmd: cmd}
	go p.listen(out, j, ready, gone)
	return p, nil
}

// listen hears what the process says until it is gone.
func (p *Process) listen(out io.Reader, j *Journal, ready, gone chan<- struct{}) {
	defer close(gone)
	defer p.cmd.Wait() //nolint:errcheck // it was killed
	for lines := bufio.NewReader(out); ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			return // what is not a whole line was not said
		}
		words := strings.Fields(line)
		switch {
		case len(words) == 2 && words[0] == "ready":
			p.Address = words[1]
			close(ready)
		case j != nil && len(words) > 1:
			j.Hear(words[0], words[1:]...)
		}
	}
}

// Kill ends the process at once (SIGKILL), and returns when it is gone.
func (p *Process) Kill() error {
	err := p.cmd.Process.Kill()
	<-p.Gone
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// PID is that of the process.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Journal is what was acknowledged, by words:
//
//	staying HOLDER         somebody was added, who is not going to be deleted
//	consent HASH HOLDER    a consent was given
//	pass ID                a pass was made
//	ending ID              a pass is about to be taken away
//	withdrawn HASH         a consent was withdrawn
//	revoked ID             a pass was taken away
//	deleted HOLDER ID ...  a holder was deleted, who had these passes
//	told WORD              an act about the site was recorded, with this word in it
//	failed ...             something failed that should not
//
// Its methods may be called at once.
type Journal struct {
	mu   sync.Mutex // guards what follows
	said map[string][][]string
	rung chan struct{} // closed at the next word
}

// NewJournal returns an empty one.
func NewJournal() *Journal {
	return &Journal{said: make(map[string][][]string), rung: make(chan struct{})}
}

// Hear notes what was said.
func (j *Journal) Hear(word string, about ...string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.said[word] = append(j.said[word], about)
	close(j.rung)
	j.rung = make(chan struct{})
}

// Next is closed when something more is heard.
func (j *Journal) Next() <-chan struct{} {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.rung
}

// Said returns everything that was said with a word.
func (j *Journal) Said(word string) [][]string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.said[word])
}

// all returns everything that was said.
func (j *Journal) all() (all [][]string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, some := range j.said {
		all = append(all, some...)
	}
	return all
}

// names returns the first of everything that was said with a word.
func (j *Journal) names(word string) map[string]bool {
	all := make(map[string]bool)
	for _, about := range j.Said(word) {
		all[about[0]] = true
	}
	return all
}
