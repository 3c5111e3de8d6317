package rigtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/controller"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
)

// servedVariable is the environment variable that makes a test binary a
// controller.
const servedVariable = "FACELATCH_RIGTEST_CONTROLLER"

// served is the controller that a process is to be.
type served struct {
	Dir, Address string
	Model        pass.ModelID
}

func (s served) controller(now func() time.Time) (*controller.Controller, error) {
	far := time.Now().Truncate(time.Second).AddDate(5, 0, 0)
	return controller.New(controller.Config{Dir: s.Dir, Address: s.Address, Now: now, Extras: site.Extras{
		Models: []bundle.Model{{ID: s.Model, Until: far}},
		Notice: bundle.Notice{SHA256: [32]byte{1}, Text: map[string]string{"en": "The camera compares your face with your pass.", "zh": "摄像头将您的脸与您的通行证比对。"}},
	}})
}

// ServeApart starts the controller in a process of its own, at the address that
// the door knows. kill ends it at once.
func (r *Rig) ServeApart() (kill func() error, err error) {
	text, err := json.Marshal(served{r.Dir, r.address, r.Faces.ModelID()})
	if err != nil {
		return nil, err
	}
	c := exec.Command(os.Args[0])
	c.Env = slices.Concat(os.Environ(), []string{servedVariable + "=" + string(text)})
	c.Stderr = os.Stderr
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := c.Start(); err != nil {
		return nil, err
	}
	return func() error {
		err := c.Process.Kill()
		c.Wait() //nolint:errcheck // it was killed
		return err
	}, nil
}

// serveApart serves until it is killed.
func serveApart(text string) {
	var s served
	err := json.Unmarshal([]byte(text), &s)
	if err == nil {
		err = s.serve()
	}
	fmt.Fprintln(os.Stderr, "the controller:", err)
}

func (s served) serve() error {
	l, err := net.Listen("tcp", s.Address)
	if err != nil {
		return err
	}
	c, err := s.controller(nil)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	return c.Serve(context.Background(), l)
}
