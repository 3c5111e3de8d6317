package rigtest

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"github.com/facelatch/facelatch/device/camera"
	"github.com/facelatch/facelatch/device/latch/latchtest"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/edge"
	"github.com/facelatch/facelatch/edge/session"
)

// BeApart makes this process a door, or a controller, if it was started as one,
// and does not return then. TestMain calls it first.
func BeApart() {
	if text := os.Getenv(servedVariable); text != "" {
		serveApart(text)
		os.Exit(0)
	}
	text := os.Getenv(apartVariable)
	if text == "" {
		return
	}
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	beDoor(o)
	os.Exit(0)
}

// speaker says one thing after another.
type speaker struct{ mu sync.Mutex }

func (s *speaker) say(what said) {
	text, _ := json.Marshal(what)
	s.mu.Lock()
	defer s.mu.Unlock()
	os.Stdout.Write(append(text, '\n')) //nolint:errcheck // nobody is there any more
}

// tellingLatch tells of each opening.
type tellingLatch struct {
	*latchtest.Fake
	*speaker
}

func (l tellingLatch) Unlatch(ctx context.Context, pulse time.Duration) error {
	err := l.Fake.Unlatch(ctx, pulse)
	if err == nil {
		l.say(said{Opened: true})
	}
	return err
}

// haltingEyes stop the whole process each time they have compared a face, and
// while they still hold what they compared.
type haltingEyes struct {
	session.Eyes
	*speaker
}

func (e haltingEyes) Look(o door.LookAt, f *camera.Frame, now time.Time, trace func(session.Stage)) (door.Look, error) {
	return e.Eyes.Look(o, f, now, func(stage session.Stage) {
		if stage == session.Compared {
			e.say(said{Halting: true})
			halt()
		}
		if trace != nil {
			trace(stage)
		}
	})
}

// halt stops this process. The signal is for this thread alone, which takes it
// before anything else: one for the process another thread may take, while this one
// goes on and wipes.
func halt() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Tgkill(unix.Getpid(), unix.Gettid(), unix.SIGSTOP); err != nil {
		panic(err)
	}
}

// beDoor runs a door until it is told to stop.
func beDoor(o order) {
	var out speaker
	before := goleak.IgnoreCurrent()
	options := edge.Options{
		Home: o.Home, ReadCodes: o.ReadCodes,
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Ready: func(a edge.Addresses) {
			out.say(said{Ready: &ready{a.Kiosk.String(), a.Control}})
		},
	}
	if !o.OwnLatch {
		options.Latch = tellingLatch{latchtest.Play(), &out}
	}
	if o.Halt {
		options.Eyes = func(real session.Eyes) session.Eyes { return haltingEyes{real, &out} }
	}
	var clock *Clock
	if o.Clock {
		clock, _ = NewClock()
		options.Clock = clock
	}
	ctx, stop := context.WithCancel(context.Background())
	heard := make(chan struct{})
	go func() {
		defer close(heard)
		defer stop()
		obey(&out, clock)
	}()
	err := edge.Run(ctx, o.Config, options)
	end := ""
	if err != nil {
		end = err.Error()
		fmt.Fprintln(os.Stderr, err)
	}
	s := said{Ended: &end}
	if ctx.Err() != nil {
		<-heard
		if err := goleak.Find(before); err != nil {
			s.Leaked = err.Error()
		}
	}
	out.say(s)
}

// obey does what it is told until that is to stop.
func obey(out *speaker, clock *Clock) {
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		var c command
		if json.Unmarshal(lines.Bytes(), &c) != nil || c.Stop {
			return
		}
		if c.Sample {
			out.say(said{Sample: sample()})
			continue
		}
		if clock != nil {
			clock.Advance(c.Advance)
		}
		out.say(said{Advanced: true})
	}
}

func sample() *Sample {
	status, _ := os.ReadFile("/proc/self/status")
	s := Sample{Resident: memory(status, "VmRSS"), Peak: memory(status, "VmHWM"), Goroutines: runtime.NumGoroutine()}
	debug.FreeOSMemory()
	status, _ = os.ReadFile("/proc/self/status")
	s.Settled = memory(status, "VmRSS")
	return &s
}
