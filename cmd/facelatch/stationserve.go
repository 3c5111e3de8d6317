package main

import (
	"context"
	"fmt"
	"io/fs"
	"net"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/station"
	"github.com/facelatch/facelatch/web"
)

const stationServeHelp = `Serve the page at which people get a pass, with staff beside them: a plain pass,
or a face pass for who read the notice and agreed. It runs until it is told to
stop (Ctrl-C, SIGTERM). Pictures are looked at in memory and wiped; nothing of a
face is written anywhere.

Whoever opens the page can issue passes. So by default only this machine can
reach it, and everybody who works on this machine. At another address it asks
for a code that is made at each start and printed here; staff type it once in
each browser.

Browsers show cameras only to pages that they trust: the machine at the counter
has to trust the site's authority, and to open the page by a name or address of
--listen or --host, which the station's certificate then has.

--phone serves holders' own telephones: a page that keeps a plain pass which belongs
to the telephone, and shows it anew every few seconds; and a pass that was made
here, with the receipt of the consent, once, for ten minutes, to the telephone that
reads the link on the screen.`

const stationServeExample = `  facelatch station serve --dir desk
  facelatch station serve --dir desk --listen 192.168.1.30:8444 --host desk.local`

// stationServeFlags are the flags of station serve.
type stationServeFlags struct {
	dir, listen, contact, phone string
	hosts                       []string
}

// stationServe is facelatch station serve.
func stationServe() *cobra.Command {
	var f stationServeFlags
	c := &cobra.Command{
		Use: "serve --dir DIR", Short: "serve the page at which people get a pass", Long: stationServeHelp,
		Example: stationServeExample, Args: none,
	}
	c.Flags().StringVar(&f.dir, "dir", "", "the folder of the station")
	c.Flags().StringVar(&f.listen, "listen", "127.0.0.1:8444", "where to listen, as host:port")
	c.Flags().StringArrayVar(&f.hosts, "host", nil, "a name or address by which browsers open the page; may be given several times")
	c.Flags().StringVar(&f.contact, "contact", "", "whom holders are told to ask, such as a telephone number")
	c.Flags().StringVar(&f.phone, "phone", "", "where to listen for telephones, as host:port (default: not at all)")
	c.RunE = action(func(c *cobra.Command, _ []string) error {
		ctx, stop := signal.NotifyContext(c.Context(), syscall.SIGINT, syscall.SIGTERM)
		defer stop()
		return withStation(ctx, f.dir, func(s *station.Station) error { return f.run(ctx, c, s) })
	})
	return c
}

func (f stationServeFlags) run(ctx context.Context, c *cobra.Command, s *station.Station) error {
	config, err := f.config(ctx, s)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", f.listen)
	if err != nil {
		return usagef("--listen %s: %v", f.listen, err)
	}
	defer listener.Close()
	url, err := f.name(ctx, s, &config, listener.Addr())
	if err != nil {
		return err
	}
	config.Say = func(text string) { warn(c.ErrOrStderr(), []string{text}) }
	phones, err := f.phones(ctx)
	if err != nil {
		return err
	}
	defer phones.Close()
	if config.PhoneURL, err = phones.url(ctx, s, config.Hosts[0]); err != nil {
		return err
	}
	server, err := station.NewServer(config)
	if err != nil {
		return err
	}
	if config.Code != "" {
		fmt.Fprintf(c.OutOrStdout(), "The page asks staff for this code: %s\n", config.Code)
	}
	go phones.serve(ctx, server, config.Say)
	fmt.Fprintf(c.OutOrStdout(), "ready: %s gives passes at %s\n", s.Name, url)
	go s.Keep(ctx, config.Say)
	return server.Serve(ctx, listener)
}

// phones is the page for telephones; the zero value is none.
type phones struct {
	net.Listener
	pages fs.FS
}

func (f stationServeFlags) phones(ctx context.Context) (p phones, err error) {
	if f.phone == "" {
		return p, nil
	}
	dir, err := home.Find()
	if err != nil {
		return p, err
	}
	if p.pages, err = web.WithLibraries(web.Phone(), dir); err != nil {
		return p, err
	}
	if p.Listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", f.phone); err != nil {
		return p, usagef("--phone %s: %v", f.phone, err)
	}
	return p, nil
}

// Close closes the listener, if there is one.
func (p phones) Close() error {
	if p.Listener == nil {
		return nil
	}
	return p.Listener.Close()
}

// url is where telephones reach it, and sees to it that the certificate is for
// that: by the name of the page, unless that is good on this machine only.
func (p phones) url(ctx context.Context, s *station.Station, host string) (string, error) {
	if p.Listener == nil {
		return "", nil
	}
	own, port, err := net.SplitHostPort(reachable(p.Addr()))
	if err != nil {
		return "", err
	}
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		host = own
	}
	if err := s.AddHosts(ctx, []string{host}); err != nil {
		return "", fmt.Errorf("a certificate for %s: %w", host, err)
	}
	return "https://" + net.JoinHostPort(host, port), nil
}

func (p phones) serve(ctx context.Context, server *station.Server, say func(string)) {
	if p.Listener == nil {
		return
	}
	if err := server.ServePhone(ctx, p.Listener, p.pages); err != nil && ctx.Err() == nil {
		say("telephones are not served any more: " + err.Error())
	}
}

// config reads what the page needs, and prepares the models, so that nobody
// waits for them before the camera.
func (f stationServeFlags) config(ctx context.Context, s *station.Station) (c station.ServerConfig, err error) {
	about, err := s.About(ctx)
	if err != nil {
		return c, err
	}
	dir, err := home.Find()
	if err != nil {
		return c, err
	}
	c = station.ServerConfig{Site: s, TLS: s.ServerTLS(), Contact: f.contact, Attester: s.Attester()}
	if c.Page, err = web.WithLibraries(web.Enrol(), dir); err != nil {
		return c, err
	}
	if c.Fonts, err = readFonts(); err != nil || about.FaceDays == 0 {
		return c, err
	}
	c.Faces, err = stationFaces()
	return c, err
}

// enrolThreshold is the threshold at which the pictures of one enrolment have to
// be of one person. They are taken within seconds, in the same light.
const enrolThreshold = "fmr-1e-4"

func stationFaces() (*station.Faces, error) {
	engine, manifest, err := newEngine(time.Now)
	if err != nil {
		return nil, err
	}
	threshold, ok := manifest.Threshold(enrolThreshold)
	if !ok {
		return nil, fmt.Errorf("%w: %s", errNoThreshold, enrolThreshold)
	}
	if err := engine.Prepare(); err != nil {
		return nil, err
	}
	return &station.Faces{Engine: engine, Size: manifest.Reference.Bytes(), Threshold: threshold.Score}, nil
}

// name says by which names the page is opened, gets a certificate for them, and
// returns the first as an address.
func (f stationServeFlags) name(ctx context.Context, s *station.Station, c *station.ServerConfig, at net.Addr) (url string, err error) {
	host, port, err := net.SplitHostPort(reachable(at))
	if err != nil {
		return "", err
	}
	for _, h := range append(slices.Clone(f.hosts), host, "localhost", "127.0.0.1") {
		if h = strings.ToLower(h); !slices.Contains(c.Hosts, h) {
			c.Hosts = append(c.Hosts, h)
		}
	}
	if tcp, ok := at.(*net.TCPAddr); !ok || !tcp.IP.IsLoopback() {
		c.Code = station.NewCode()
	}
	if err := s.AddHosts(ctx, c.Hosts); err != nil {
		return "", fmt.Errorf("a certificate for %s: %w", strings.Join(c.Hosts, ", "), err)
	}
	return "https://" + net.JoinHostPort(c.Hosts[0], port) + "/", nil
}
