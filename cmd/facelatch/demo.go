package main

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/demo"
)

const demoHelp = `Try Facelatch on this machine: start a controller, a station, a door and a desk, each
a process of its own with its own folder and keys, and a page that says where
everything is. Your webcam is the door's camera and your browser its screen; the
latch only says that it would open. At the desk's counter you are the member of staff,
and the person too.

Everything stays in one folder, --data; --clean removes it. The site is marked as a
demo, for good. /healthz on the front page's address answers 200 when all is
ready.`

// demoCommand is facelatch demo.
func demoCommand() *cobra.Command {
	var config demo.Config
	var clean bool
	c := &cobra.Command{
		Use: "demo [--addr HOST:PORT] [--data DIR]", Short: "try it on this machine", Long: demoHelp, Args: none,
		Example: "  facelatch demo\n  facelatch demo --clean",
	}
	f := c.Flags()
	f.StringVar(&config.Addr, "addr", demo.DefaultAddr, "where the front page listens, as host:port; the parts take the ports after it")
	f.StringVar(&config.Data, "data", demo.DefaultData, "the folder of the demo")
	f.BoolVar(&clean, "clean", false, "remove the folder and everything in it")
	f.BoolVar(&config.Verbose, "verbose", false, "print what the processes say, too")
	c.RunE = action(func(c *cobra.Command, _ []string) (err error) {
		config.Out = c.OutOrStdout()
		if clean {
			return cleaned(c, config.Data)
		}
		if config.Program, err = os.Executable(); err != nil {
			return err
		}
		ctx, stop := signal.NotifyContext(c.Context(), syscall.SIGINT, syscall.SIGTERM)
		defer stop()
		return asUsage(demo.Run(ctx, config))
	})
	return c
}

func cleaned(c *cobra.Command, data string) error {
	if err := demo.Clean(data); err != nil {
		return asUsage(err)
	}
	_, err := fmt.Fprintf(c.OutOrStdout(), "%s is removed\n", data)
	return err
}

// asUsage marks what the person at the keyboard can put right.
func asUsage(err error) error {
	if errors.Is(err, demo.ErrNotADemo) || errors.Is(err, demo.ErrNoDemo) || errors.Is(err, demo.ErrRunning) || errors.Is(err, syscall.EADDRINUSE) {
		return usageError{err}
	}
	return err
}
