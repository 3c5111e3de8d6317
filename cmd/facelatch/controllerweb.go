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
	"github.com/facelatch/facelatch/controller/pages"
	"github.com/facelatch/facelatch/controller/public"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/models"
	"github.com/facelatch/facelatch/pass"
)

// webFlags are the flags of controller serve that are about its pages.
type webFlags struct {
	listen, origin, certificate, key, contact string
	openID                                    openIDFlags
}

func (f *webFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.listen, "web", "", "where to serve the pages for people, as host:port; left away, there are none")
	flags.StringVar(&f.origin, "origin", "", "where browsers find the pages, such as https://house.example; passkeys need a name (default: where --web listens)")
	flags.StringVar(&f.certificate, "certificate", "", "the certificate of the pages (PEM, with its chain; default: one of the site's own authority)")
	flags.StringVar(&f.key, "certificate-key", "", "its key (PEM)")
	flags.StringVar(&f.contact, "contact", "", "whom the pages tell people to ask, such as a telephone number, until a notice says it")
	f.openID.add(flags)
}

// webPlace is where the pages are going to be served; nil where there are none.
type webPlace struct {
	listener net.Listener
	config   front.Config
}

// listenFor listens for browsers. It returns nil where nobody asked for pages.
func (f webFlags) listenFor(ctx context.Context, c front.Config) (*webPlace, error) {
	openID, err := f.openID.open()
	if err != nil {
		return nil, err
	}
	if f.listen == "" {
		if f.origin+f.certificate+f.key+f.contact != "" || openID != nil {
			return nil, usagef("--origin, --certificate, --certificate-key, --contact and --openid-issuer belong to --web")
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
	c.OpenID, c.Contact = openID, f.contact
	return &webPlace{listener, c}, nil
}

// origin is where browsers find the pages; "" where there are none.
func (p *webPlace) origin() string {
	if p == nil {
		return ""
	}
	return p.config.Origin
}

// close closes the listener, for who does not serve.
func (p *webPlace) close() error {
	if p == nil {
		return nil
	}
	return shut(p.listener)
}

// webServer is the pages, ready to be served.
type webServer struct {
	pages *front.Front
	place *webPlace
}

// open makes the pages of a controller, which doors reach at an address.
func (p *webPlace) open(served *controller.Controller, address string) (*webServer, error) {
	if p == nil {
		return nil, nil
	}
	p.config.Office, p.config.Authority, p.config.Address = served.Office(), served.Authority(), address
	p.config.Doors = func() pages.DoorNews { return heard(served) }
	made, err := front.New(p.config)
	if errors.Is(err, front.ErrConfig) {
		err = usagef("--origin: %w", err)
	}
	if err != nil {
		return nil, err
	}
	return &webServer{made, p}, nil
}

// heard is what a controller heard of doors, as the operators' pages show it.
func heard(served *controller.Controller) pages.DoorNews {
	newest, from := served.Heard()
	news := pages.DoorNews{Bundle: newest, Seen: make(map[pass.DoorID]pages.DoorSeen)}
	for id, h := range from {
		news.Seen[id] = pages.DoorSeen{At: h.At, Bundle: h.Bundle}
	}
	return news
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
	fmt.Fprintf(w, "pages: %s\n", s.place.origin())
	code, wanted, err := s.pages.SetupCode(ctx)
	if err == nil && wanted {
		fmt.Fprintf(w, "the first operator comes in at %s/office/ with the code %s\n", s.place.origin(), code)
	}
	return err
}

// beside is what the controller runs beside itself.
func (s *webServer) beside() []func(context.Context) error {
	if s == nil {
		return nil
	}
	return []func(context.Context) error{func(ctx context.Context) error { return s.pages.Serve(ctx, s.place.listener) }}
}
