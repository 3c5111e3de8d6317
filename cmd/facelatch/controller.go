package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/controller"
	"github.com/facelatch/facelatch/controller/front"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/site"
)

const controllerHelp = `The controller of a site serves it to its doors and stations: it lets them join,
tells doors within seconds what was issued and revoked, and never sees a face.`

const controllerServeHelp = `Serve a site to its doors and stations, until the program is told to stop (Ctrl-C,
SIGTERM). Doors hear at once of what pass revoke, pin and controller door change
in the folder meanwhile.

--web serves pages for people as well: the site's public page, the operators'
pages, each holder's own page, the API and the ledger. Browsers need a name, for
passkeys: give it by --origin, with a certificate that they trust.

--address is where doors reach this machine, and stands in join codes; it is kept
for controller door add. Left away, it is --listen, with an address of this
machine where that names none.

The first time, an authority is made for the certificates of controller, doors
and stations. It can vouch for private addresses, and for names below .local,
.lan, .home.arpa, .internal and localhost. Names of your own, such as
doors.example.org, have to be given by --door-host then: they cannot be added
later without all doors joining again.`

const controllerServeExample = `  facelatch controller serve --site court --listen 0.0.0.0:7443
  facelatch controller serve --site court --listen 0.0.0.0:7443 --web 127.0.0.1:8443 --origin https://localhost:8443`

// controllerCommand is facelatch controller.
func controllerCommand() *cobra.Command {
	c := group("controller", "serve a site to its doors", controllerHelp)
	doors := group("door", "add, approve and remove doors", "A door joins with a code, is approved by its fingerprint, and can be removed.")
	doors.AddCommand(doorAdd(), doorList(), doorApprove(), doorRemove())
	stations := group("station", "add stations", "A station issues passes for the site from a machine of its own.")
	stations.AddCommand(stationAdd())
	c.AddCommand(controllerServe(), doors, stations, controllerDesks(), controllerRelying())
	return c
}

// serveFlags are the flags of controller serve.
type serveFlags struct {
	site, listen, address, database string
	copies                          string
	hosts, witnesses                []string
	interval                        time.Duration
	web                             webFlags
}

// controllerServe is facelatch controller serve.
func controllerServe() *cobra.Command {
	var f serveFlags
	c := &cobra.Command{
		Use: "serve --site DIR --listen ADDR", Short: "serve a site", Long: controllerServeHelp,
		Example: controllerServeExample, Args: none,
	}
	c.Flags().StringVar(&f.site, "site", "", "the folder of the site")
	c.Flags().StringVar(&f.listen, "listen", "", "where to listen, as host:port")
	c.Flags().StringVar(&f.address, "address", "", "where doors reach this machine, as host:port (default: where it listens)")
	c.Flags().StringVar(&f.database, "database", "", "where the site's database is from now on, if it is not a file in its folder")
	c.Flags().StringVar(&f.copies, "copies", "", "a folder in which bundles and status lists are written too, for other web servers; nothing else may be in it")
	c.Flags().StringArrayVar(&f.hosts, "door-host", nil, "a name that doors have beside private ones, when the authority is made; may be given several times")
	c.Flags().DurationVar(&f.interval, "ledger-interval", time.Hour, "how often what was recorded in the ledger is published; shorter only to try it out")
	c.Flags().StringArrayVar(&f.witnesses, "witness", nil, "who is asked to cosign what is published, such as https://witness.example=FILE with the witness's key; may be given several times")
	f.web.add(c.Flags())
	c.RunE = action(func(c *cobra.Command, _ []string) error {
		if err := required("site", f.site, "listen", f.listen); err != nil {
			return err
		}
		if f.interval < time.Second || f.interval > 24*time.Hour {
			return usagef("--ledger-interval is from 1s to 24h")
		}
		ctx, stop := signal.NotifyContext(c.Context(), syscall.SIGINT, syscall.SIGTERM)
		defer stop()
		return f.run(ctx, c)
	})
	return c
}

func (f serveFlags) run(ctx context.Context, c *cobra.Command) error {
	config, err := site.Read(f.site)
	if err != nil {
		return restoredFirst(f.site, err)
	}
	serving := controller.Config{Dir: f.site, DoorHosts: f.hosts, Copies: f.copies, Ledger: site.KeepOptions{Interval: f.interval}}
	if serving.Ledger.Witnesses, err = witnesses(f.witnesses); err != nil {
		return err
	}
	serving.Ledger.Post = newWitnessClient()
	serving.Say = func(text string) { warn(c.ErrOrStderr(), []string{text}) }
	place, err := f.web.listenFor(ctx, front.Config{Dir: f.site, Say: serving.Say})
	if err != nil {
		return err
	}
	serving.Pages = place.origin()
	if f.database != "" {
		if err := site.SetDatabase(f.site, f.database); err != nil {
			return errors.Join(err, place.close())
		}
	}
	if serving.Extras, err = bundleExtras(); err != nil {
		return errors.Join(err, place.close())
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", f.listen)
	if err != nil {
		return errors.Join(usagef("--listen %s: %v", f.listen, err), place.close())
	}
	if serving.Address = f.address; serving.Address == "" {
		serving.Address = reachable(listener.Addr())
	}
	return errors.Join(f.serve(ctx, c, config.Name, serving, listener, place), place.close(), shut(listener))
}

// shut closes a listener, unless that was done.
func shut(l net.Listener) error {
	if err := l.Close(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// serve serves a site on listeners, which its caller closes.
func (f serveFlags) serve(ctx context.Context, c *cobra.Command, name string, serving controller.Config, listener net.Listener, place *webPlace) error {
	served, err := controller.New(serving)
	if err != nil {
		return err
	}
	if err := recordSoftware(ctx, served.Office()); err != nil {
		serving.Say("which software runs could not be recorded, and will be at the next start: " + err.Error())
	}
	web, err := place.open(served, serving.Address)
	if err != nil {
		return errors.Join(err, served.Close())
	}
	fmt.Fprintf(c.OutOrStdout(), "ready: the controller of %q listens on %s; doors reach it at %s\n", name, listener.Addr(), serving.Address)
	if err := web.announce(ctx, c.OutOrStdout()); err != nil {
		warn(c.ErrOrStderr(), []string{err.Error()})
	}
	return served.Serve(ctx, listener, web.beside()...)
}

// reachable is an address of this machine at which a listener can be reached.
func reachable(a net.Addr) string {
	tcp, ok := a.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return a.String()
	}
	host := "127.0.0.1"
	addresses, _ := net.InterfaceAddrs() // without any, it is this machine alone
	for _, each := range addresses {
		if n, ok := each.(*net.IPNet); ok && n.IP.To4() != nil && n.IP.IsPrivate() {
			host = n.IP.String()
			break
		}
	}
	return net.JoinHostPort(host, strconv.Itoa(tcp.Port))
}

// bundleExtras are what doors are told that does not stand in the folder of the
// site: the model that references are made with here, and the notice.
func bundleExtras() (site.Extras, error) {
	dir, err := home.Find()
	if err != nil {
		return site.Extras{}, err
	}
	manifest, err := dir.Manifest()
	if err != nil {
		return site.Extras{}, err
	}
	return site.Extras{
		// It has no end until there is another.
		Models: []bundle.Model{{ID: face.ReferenceModel(manifest), Until: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)}},
	}, nil
}
