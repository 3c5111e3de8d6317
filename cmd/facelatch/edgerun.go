package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/edge"
	"github.com/facelatch/facelatch/edge/config"
	"github.com/facelatch/facelatch/edge/kiosk"
	"github.com/facelatch/facelatch/internal/home"
)

const edgeRunHelp = `Run a door until the program is told to stop (Ctrl-C, SIGTERM). It serves the
page for the tablet on the wall, looks for passes, and opens, or not, by itself:
with no controller within reach it goes on for as long as its bundle says, by
default 24 hours for faces and 7 days for everything else, and is locked then.

What it prints is about the machine. Nothing is printed, counted or written when
somebody passes, but how often what happened in a whole day.`

// edgeRun is facelatch edge run.
func edgeRun() *cobra.Command {
	c := &cobra.Command{
		Use: "run --config FILE", Short: "run a door", Long: edgeRunHelp, Args: none,
		Example: `  facelatch edge run --config /etc/facelatch/door.yaml`,
	}
	file := doorConfig(c)
	codes := c.Flags().Bool("read-codes", false, "look for codes here instead of in the browser, for tablets that cannot")
	c.RunE = action(func(c *cobra.Command, _ []string) error {
		settings, err := loadDoor(*file)
		if err != nil {
			return err
		}
		dir, err := home.Find()
		if err != nil {
			return err
		}
		ctx, stop := signal.NotifyContext(c.Context(), syscall.SIGINT, syscall.SIGTERM)
		defer stop()
		return edge.Run(ctx, settings, edge.Options{
			Home: dir, Version: version, ReadCodes: *codes,
			Log: slog.New(slog.NewTextHandler(c.ErrOrStderr(), nil)),
			Ready: func(a edge.Addresses) {
				fmt.Fprintf(c.OutOrStdout(), "ready: the kiosk page is at %s\n", strings.Join(pageURLs(settings, a), " "))
				fmt.Fprintf(c.OutOrStdout(), "the tablet has to trust the certificate with the SHA-256 fingerprint\n  %s\n", a.Authority)
				if a.Help != nil {
					fmt.Fprintf(c.OutOrStdout(), "http://%s says how\n", a.Help)
				}
			},
		})
	})
	return c
}

// pageURLs are where the tablet finds the page.
func pageURLs(c config.Config, a edge.Addresses) (urls []string) {
	_, port, err := net.SplitHostPort(a.Kiosk.String())
	if err != nil {
		return []string{a.Kiosk.String()}
	}
	for _, host := range c.Kiosk.Hosts {
		urls = append(urls, "https://"+net.JoinHostPort(host, port))
	}
	return urls
}

const edgePairHelp = `Show a code with which one tablet becomes the screen of this door. It is typed on
the kiosk page, once, within five minutes and five tries. The tablet makes a key
that cannot be taken out of it, and proves it each time it connects.

A door has one screen: with --replace, the one that is paired loses its right at
the moment at which another is.`

// edgePair is facelatch edge pair.
func edgePair() *cobra.Command {
	c := &cobra.Command{
		Use: "pair --config FILE", Short: "show a code that pairs a tablet with this door", Long: edgePairHelp, Args: none,
	}
	file := doorConfig(c)
	replace := c.Flags().Bool("replace", false, "even though another tablet is paired")
	asJSON := c.Flags().Bool("json", false, "print one JSON object")
	c.RunE = action(func(c *cobra.Command, _ []string) error {
		control, err := controlOf(*file)
		if err != nil {
			return err
		}
		offer, err := control.Pair(c.Context(), *replace)
		if err != nil {
			return notRunning(err)
		}
		if *asJSON {
			return printJSON(c.OutOrStdout(), offer)
		}
		_, err = fmt.Fprintf(c.OutOrStdout(), "%s %s\nGood once, until %s\n", offer.Code[:4], offer.Code[4:], offer.Until.Local().Format("15:04:05"))
		return err
	})
	return c
}

const edgeUnpairHelp = `Take the right of the tablet away to be the screen of this door, at once. Do it when
the tablet was stolen or is replaced.`

// edgeUnpair is facelatch edge unpair.
func edgeUnpair() *cobra.Command {
	c := &cobra.Command{
		Use: "unpair --config FILE", Short: "take the tablet's right away", Long: edgeUnpairHelp, Args: none,
	}
	file := doorConfig(c)
	c.RunE = action(func(c *cobra.Command, _ []string) error {
		control, err := controlOf(*file)
		if err != nil {
			return err
		}
		if err := control.Unpair(c.Context()); err != nil {
			return notRunning(err)
		}
		_, err = fmt.Fprintln(c.OutOrStdout(), "The door has no screen now: facelatch edge pair")
		return err
	})
	return c
}

func controlOf(file string) (kiosk.Control, error) {
	settings, err := loadDoor(file)
	return kiosk.Control{Path: filepath.Join(settings.State, edge.ControlSocket)}, err
}

// notRunning says in words that nobody answers on the control socket.
func notRunning(err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
		return errors.New("this door is not running: facelatch edge run, or systemctl start facelatch-edge")
	}
	return err
}
