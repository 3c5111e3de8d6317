package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/spf13/pflag"

	"github.com/facelatch/facelatch/controller"
	"github.com/facelatch/facelatch/controller/front"
	"github.com/facelatch/facelatch/controller/public"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/models"
)

// webFlags are the flags of controller serve that are about its pages.
type webFlags struct{ listen, origin, certificate, key string }

func (f *webFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.listen, "web", "", "where to serve the pages for people, as host:port; left away, there are none")
	flags.StringVar(&f.origin, "origin", "", "where browsers find the pages, such as https://house.example; passkeys need a name (default: where --web listens)")
	flags.StringVar(&f.certificate, "certificate", "", "the certificate of the pages (PEM, with its chain; default: one of the site's own authority)")
	flags.StringVar(&f.key, "certificate-key", "", "its key (PEM)")
}

// webServer is the pages, ready to be served.
type webServer struct {
	pages    *front.Front
	listener net.Listener
	origin   string
}

// open listens for browsers. It returns nil where nobody asked for pages.
func (f webFlags) open(ctx context.Context, served *controller.Controller, c front.Config) (*webServer, error) {
	if f.listen == "" {
		if f.origin+f.certificate+f.key != "" {
			return nil, usagef("--origin, --certificate and --certificate-key belong to --web")
		}
		return nil, nil
	}
	if err := f.complete(&c); err != nil {
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", f.listen)
	if err != nil {
		return nil, usagef("--web %s: %v", f.listen, err)
	}
	if c.Origin == "" {
		c.Origin = "https://" + nameOf(reachable(listener.Addr()))
	}
	c.Office, c.Authority = served.Office(), served.Authority()
	pages, err := front.New(c)
	if errors.Is(err, front.ErrConfig) {
		err = usagef("--origin: %w", err)
	}
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return &webServer{pages, listener, c.Origin}, nil
}

// nameOf calls this machine by its name, to which passkeys can belong: they cannot
// to an address.
func nameOf(address string) string {
	host, port, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsLoopback() {
		return net.JoinHostPort("localhost", port)
	}
	return address
}

// complete fills in what does not depend on the controller.
func (f webFlags) complete(c *front.Config) (err error) {
	c.Origin = strings.TrimSuffix(f.origin, "/")
	if (f.certificate == "") != (f.key == "") {
		return usagef("--certificate and --certificate-key go together")
	}
	if f.certificate != "" {
		pair, err := tls.LoadX509KeyPair(f.certificate, f.key)
		if err != nil {
			return fmt.Errorf("the certificate of the pages: %w", err)
		}
		c.Certificate = &pair
	}
	if c.Fonts, err = readFonts(); err != nil {
		return err
	}
	if c.Engine, err = publishedEngine(); err != nil {
		return err
	}
	program, err := programHash()
	c.Software = public.Software{Version: version, Parts: []public.Part{{Name: "controller", Version: version, SHA256: program}}}
	return err
}

// publishedEngine is what the public page says of the models: how often they are
// wrong only of those that were measured.
func publishedEngine() (public.Engine, error) {
	dir, err := home.Find()
	if err != nil {
		return public.Engine{}, err
	}
	manifest, err := dir.Manifest()
	if err != nil {
		return public.Engine{}, err
	}
	e := public.Engine{Models: manifest}
	if face.ReferenceModel(manifest) == face.ReferenceModel(models.Default()) {
		e.Measured = public.Measured()
	}
	return e, nil
}

// announce says where the pages are, and how the first operator comes in.
func (s *webServer) announce(ctx context.Context, w io.Writer) error {
	if s == nil {
		return nil
	}
	fmt.Fprintf(w, "pages: %s\n", s.origin)
	code, wanted, err := s.pages.SetupCode(ctx)
	if err == nil && wanted {
		fmt.Fprintf(w, "the first operator comes in at %s/office/ with the code %s\n", s.origin, code)
	}
	return err
}

// beside is what the controller runs beside itself.
func (s *webServer) beside() []func(context.Context) error {
	if s == nil {
		return nil
	}
	return []func(context.Context) error{func(ctx context.Context) error { return s.pages.Serve(ctx, s.listener) }}
}
