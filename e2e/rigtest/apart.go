package rigtest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/facelatch/facelatch/edge"
	"github.com/facelatch/facelatch/edge/config"
	"github.com/facelatch/facelatch/internal/home"
)

// apartVariable is the environment variable that makes a test binary a door.
const apartVariable = "FACELATCH_RIGTEST_DOOR"

// order is what a door apart is to be.
type order struct {
	Config    config.Config
	Home      home.Dir
	ReadCodes bool
	OwnLatch  bool // that of Config, instead of one that tells of each opening
	Clock     bool // one that can be sent ahead
	Halt      bool // at each comparison, until somebody lets it go on
}

// command is what a door apart is told while it runs.
type command struct {
	Advance time.Duration `json:",omitempty"`
	Sample  bool          `json:",omitempty"`
	Stop    bool          `json:",omitempty"`
}

// said is what it says: one line each.
type said struct {
	Ready    *ready  `json:",omitempty"`
	Opened   bool    `json:",omitempty"`
	Halting  bool    `json:",omitempty"`
	Advanced bool    `json:",omitempty"`
	Sample   *Sample `json:",omitempty"`
	Ended    *string `json:",omitempty"`
	Leaked   string  `json:",omitempty"`
}

type ready struct{ Kiosk, Control string }

// Sample is what a process takes.
type Sample struct {
	// Resident and Peak are memory in bytes, now and at most (VmRSS and VmHWM
	// of proc(5)).
	Resident, Peak int64
	// Settled is Resident after a full collection, whose pages went back.
	Settled int64
	// Goroutines are how many there are.
	Goroutines int
}

// Apart is a door in a process of its own.
type Apart struct {
	// PID is that of the process.
	PID int

	cmd     *exec.Cmd
	in      io.WriteCloser
	errors  *bytes.Buffer // what it wrote to its standard error; read after gone
	gone    chan struct{}
	answers chan said

	atCompared func(pid int)

	mu     sync.Mutex
	opened int    // guarded by mu, as are those below
	ended  string // how edge.Run ended, "?" until it has
	leaked string
	stray  []string // lines of its standard output that are not its answers
}

// Own says what a door apart has of its own. The zero value is a door with a
// latch that tells of each opening, and the machine's clock.
type Own struct {
	Latch, Clock bool
	// Temp is its folder for temporary files, that of this process if empty.
	Temp string
	// Log gets its standard error beside what Stop says.
	Log io.Writer
	// AtCompared is called each time the door has compared a face with a reference,
	// if it is not nil. The whole process stands still meanwhile, with all that it
	// holds of both, and goes on when the call returns.
	AtCompared func(pid int)
}

// StartApart starts the door in a process of its own, which is this program's
// again: TestMain has to begin with [BeApart]. Stop, and StopDoor, stop it.
func (r *Rig) StartApart(ctx context.Context, own Own) (*Apart, error) {
	text, err := json.Marshal(order{r.Config, r.Home, r.Options.ReadCodes, own.Latch, own.Clock, own.AtCompared != nil})
	if err != nil {
		return nil, err
	}
	a := &Apart{
		cmd: exec.Command(os.Args[0]), errors: &bytes.Buffer{}, ended: "?",
		gone: make(chan struct{}), answers: make(chan said, 1), atCompared: own.AtCompared,
	}
	a.cmd.Env = slices.Concat(os.Environ(), []string{apartVariable + "=" + string(text)})
	if own.Temp != "" {
		a.cmd.Env = append(a.cmd.Env, "TMPDIR="+own.Temp)
	}
	a.cmd.Stderr = a.errors
	if own.Log != nil {
		a.cmd.Stderr = io.MultiWriter(a.errors, own.Log)
	}
	a.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := a.start(); err != nil {
		return nil, err
	}
	r.door = stopper{cancel: func() { a.tell(command{Stop: true}) }, done: a.gone, err: new(error)}
	return a, r.meet(ctx, a)
}

func (a *Apart) start() (err error) {
	if a.in, err = a.cmd.StdinPipe(); err != nil {
		return err
	}
	out, err := a.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := a.cmd.Start(); err != nil {
		return err
	}
	a.PID = a.cmd.Process.Pid
	go a.listen(out)
	return nil
}

// meet waits until the door is ready.
func (r *Rig) meet(ctx context.Context, a *Apart) error {
	s, err := a.answer(ctx)
	if err != nil || s.Ready == nil {
		return errors.Join(err, a.Kill(), fmt.Errorf("the door did not start: %s", a.errors.String()))
	}
	address, err := net.ResolveTCPAddr("tcp", s.Ready.Kiosk)
	r.addresses = edge.Addresses{Kiosk: address, Control: s.Ready.Control}
	return err
}

// listen hears what the door says until it is gone.
func (a *Apart) listen(out io.Reader) {
	defer close(a.gone)
	defer a.cmd.Wait() //nolint:errcheck // a door that is killed ends with an error
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var s said
		bad := json.Unmarshal(lines.Bytes(), &s)
		a.mu.Lock()
		switch {
		case bad != nil: // a door's, or the testing package's own
			a.stray = append(a.stray, lines.Text())
		case s.Opened:
			a.opened++
		case s.Ended != nil:
			a.ended, a.leaked = *s.Ended, s.Leaked
		case s.Halting:
			go a.halted()
		default:
			a.answers <- s
		}
		a.mu.Unlock()
	}
}

// halted waits until the door stands still, has its memory looked at, and lets it
// go on.
func (a *Apart) halted() {
	for !stopped(a.PID) {
		select {
		case <-a.gone:
			return
		case <-time.After(time.Millisecond):
		}
	}
	a.atCompared(a.PID)
	syscall.Kill(a.PID, syscall.SIGCONT) //nolint:errcheck // one that was killed meanwhile needs nothing
}

// stopped says whether all threads of a process stand still (state T of proc(5)).
func stopped(pid int) bool {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	for _, path := range threads {
		stat, err := os.ReadFile(path)
		_, after, _ := bytes.Cut(stat, []byte(") "))
		if err != nil || !bytes.HasPrefix(after, []byte("T")) {
			return false
		}
	}
	return err == nil && len(threads) > 0
}

func (a *Apart) tell(c command) {
	text, _ := json.Marshal(c)
	a.in.Write(append(text, '\n')) //nolint:errcheck // a door that is gone hears nothing
}

func (a *Apart) answer(ctx context.Context) (said, error) {
	select {
	case s := <-a.answers:
		return s, nil
	case <-a.gone:
		return said{}, errors.New("the door is gone: " + a.errors.String())
	case <-ctx.Done():
		return said{}, ctx.Err()
	}
}

// Advance sends the door's clock ahead, and waits until it has done what was
// due.
func (a *Apart) Advance(ctx context.Context, d time.Duration) error {
	a.tell(command{Advance: d})
	_, err := a.answer(ctx)
	return err
}

// Sample asks for what the door takes.
func (a *Apart) Sample(ctx context.Context) (Sample, error) {
	a.tell(command{Sample: true})
	s, err := a.answer(ctx)
	if err != nil || s.Sample == nil {
		return Sample{}, errors.Join(err, errors.New("no sample"))
	}
	return *s.Sample, nil
}

// Opened is how often the latch was released. The door says so before its screen
// does, but by another way: it may be known here a moment later.
func (a *Apart) Opened() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.opened
}

// Stray are the lines on its standard output that answer nothing.
func (a *Apart) Stray() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.stray)
}

// Ended returns how a door ended that was stopped: the error, "" for none, and
// the goroutines that were left.
func (a *Apart) Ended() (err, leaked string) {
	<-a.gone
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.ended, a.leaked
}

// Kill ends the process at once, as a power cut does.
func (a *Apart) Kill() error {
	err := a.cmd.Process.Kill()
	<-a.gone
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// memory reads a figure of a process from /proc, in bytes.
func memory(status []byte, name string) int64 {
	_, rest, _ := bytes.Cut(status, []byte(name+":"))
	fields := bytes.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kb, _ := strconv.ParseInt(string(fields[0]), 10, 64)
	return kb << 10
}
