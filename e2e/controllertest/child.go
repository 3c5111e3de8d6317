package controllertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/facelatch/facelatch/controller"
	"github.com/facelatch/facelatch/internal/site"
)

// variable is the environment variable that makes a program a controller.
const variable = "FACELATCH_CONTROLLERTEST"

// order is what a process is to be.
type order struct {
	Site *Site
	// Listen is where it listens, and Address where doors are to find it.
	Listen, Address string
	// Work says that it acts without end, beside serving.
	Work bool
}

// BeApart makes this process a controller if it was started as one, and does not
// return then. A program that uses this package calls it first.
func BeApart() {
	text := os.Getenv(variable)
	if text == "" {
		return
	}
	var o order
	err := json.Unmarshal([]byte(text), &o)
	if err == nil {
		err = o.serve(context.Background())
	}
	fmt.Fprintln(os.Stderr, "the controller:", err)
	os.Exit(1)
}

// serve serves until it is killed.
func (o order) serve(ctx context.Context) error {
	l, err := net.Listen("tcp", o.Listen)
	if err != nil {
		return err
	}
	if o.Address == "" {
		o.Address = l.Addr().String()
	}
	c, err := controller.New(controller.Config{
		Dir: o.Site.Dir, Address: o.Address, Ledger: site.KeepOptions{Interval: publishEvery},
		Extras: extras(),
	})
	if err != nil {
		return errors.Join(err, l.Close())
	}
	if o.Work {
		w, err := newWorker(o.Site, c.Office())
		if err != nil {
			return err
		}
		w.begin(ctx)
	}
	speak("ready", l.Addr())
	return c.Serve(ctx, l)
}

// speak says one thing to whoever started this process. A line that is as short is
// written whole or not at all.
func speak(word string, about ...any) {
	line := fmt.Append(nil, word)
	for _, each := range about {
		line = fmt.Append(line, " ", each)
	}
	os.Stdout.Write(append(line, '\n')) //nolint:errcheck // nobody is there any more
}
