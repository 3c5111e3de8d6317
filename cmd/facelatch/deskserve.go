package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	deskcheck "github.com/facelatch/facelatch/desk/check"
	"github.com/facelatch/facelatch/desk/link"
	deskserver "github.com/facelatch/facelatch/desk/server"
	deskstate "github.com/facelatch/facelatch/desk/state"
	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/mrzread"
	"github.com/facelatch/facelatch/models"
	"github.com/facelatch/facelatch/web"
)

const deskServeHelp = `Serve a desk: the counter to members of staff, the second screen and the phone page to
the people who are checked, and results to relying parties. It runs until it is told
to stop (Ctrl-C, SIGTERM). Pictures are looked at in memory and wiped; nothing of a
face or a document is written anywhere.

Members of staff come from the operators' pages of the site, where they have their
accounts; who may ask for results is registered there, too. The desk is found at the
address that it was added with (facelatch controller desk add), under a certificate of
the site's own authority, or behind a proxy that has another.

A webhook has to be at a public address. --inside names those that may be inside your
own network, as host:port.`

const deskServeExample = `  facelatch desk serve --dir counter --listen 192.168.1.40:8446
  facelatch desk serve --dir counter --listen 127.0.0.1:8446 --inside crm.house.example:443`

// deskServeFlags are the flags of desk serve.
type deskServeFlags struct {
	dir, listen string
	inside      []string
}

// deskServe is facelatch desk serve.
func deskServe() *cobra.Command {
	var f deskServeFlags
	c := &cobra.Command{
		Use: "serve --dir DIR", Short: "serve the counter, phones and relying parties", Long: deskServeHelp, Example: deskServeExample, Args: none,
	}
	c.Flags().StringVar(&f.dir, "dir", "", "the folder of the desk")
	c.Flags().StringVar(&f.listen, "listen", "127.0.0.1:8446", "where to listen, as host:port")
	c.Flags().StringArrayVar(&f.inside, "inside", nil, "a webhook that may be inside your network, as host:port; may be given several times")
	c.RunE = action(func(c *cobra.Command, _ []string) error {
		if err := required("dir", f.dir); err != nil {
			return err
		}
		ctx, stop := signal.NotifyContext(c.Context(), syscall.SIGINT, syscall.SIGTERM)
		defer stop()
		return f.run(ctx, c)
	})
	return c
}

func (f deskServeFlags) run(ctx context.Context, c *cobra.Command) error {
	folder, err := deskstate.Open(f.dir, durable.Disk{})
	if err != nil {
		return err
	}
	defer folder.Close()
	l, err := link.Open(folder, time.Now)
	if err != nil {
		return err
	}
	defer l.Close()
	config := deskserver.Config{Folder: folder, Link: l, Inside: f.inside, Say: func(text string) { warn(c.ErrOrStderr(), []string{text}) }}
	if err := f.meet(ctx, l, config.Say); err != nil {
		return err
	}
	if err := f.faces(&config); err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", f.listen)
	if err != nil {
		return usagef("--listen %s: %v", f.listen, err)
	}
	defer listener.Close()
	s, err := deskserver.New(config)
	if err != nil {
		return err
	}
	about, _ := l.Config()
	fmt.Fprintf(c.OutOrStdout(), "ready: %s is at %s\n", about.Name, about.Origin)
	return s.Serve(ctx, listener)
}

// meet hears the controller, or goes on with what it said before.
func (f deskServeFlags) meet(ctx context.Context, l *link.Link, say func(string)) error {
	err := l.Fetch(ctx, false)
	about, _ := l.Config()
	if about == nil {
		return errors.Join(deskserver.ErrNoConfig, err)
	}
	if err != nil {
		say("the controller is away, and the desk goes on with what it said last: " + err.Error())
		return nil
	}
	at, err := url.Parse(about.Origin)
	if err == nil && !slices.Contains(l.Hosts(), at.Hostname()) {
		say("the desk joined without --host " + at.Hostname() + ", so a proxy before it has to have a certificate for that")
	}
	return err
}

// faces reads what pictures are looked at with, and prepares the models, so that
// nobody waits for them before the camera.
func (f deskServeFlags) faces(c *deskserver.Config) error {
	engine, manifest, err := newEngine(time.Now)
	if err != nil {
		return err
	}
	threshold, ok := manifest.ForAttempts(deskThreshold, deskcheck.Frames)
	if !ok {
		return fmt.Errorf("%w: %s for %d frames", errNoThreshold, deskThreshold, deskcheck.Frames)
	}
	if err := engine.Prepare(); err != nil {
		return err
	}
	dir, err := home.Find()
	if err != nil {
		return err
	}
	c.Engine, c.Threshold, c.SamePicture = engine, threshold.Score, manifest.SamePicture
	_, pose := manifest.Model(models.Pose)
	_, points := manifest.Model(models.Landmark)
	c.Turns = pose && points
	if c.Lines, err = mrzread.New(); err != nil {
		return err
	}
	c.Page, err = web.WithLibraries(web.Desk(), dir)
	return err
}
