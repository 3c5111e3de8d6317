package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/controller/authority"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
)

const doorAddHelp = `Make a code with which one door can join the site, and print it as a text and, in a
terminal, as a QR code. It is good once, for 24 hours, and is locked after five
wrong tries. Only a hash of it is kept: if it gets lost, make another.

The code has the fingerprint of the site's authority in it, so that the door knows
the real controller. On the door's machine: facelatch edge join --config FILE CODE.`

const doorListHelp = `List the doors and stations of a site: id, kind, zone, state and name. A door is
"joined" until somebody has approved it: it gets bundles, and opens for plain
passes, but has none of the keys that face passes and PINs need.`

const doorApproveHelp = `Give a door the keys that face passes and PINs need, after comparing fingerprints.
Stand before the door, read the 20 digits on its own screen (or of facelatch edge
status), and type them here. That is what keeps a made-up door out, even one
that somebody let join: the digits are not shown here, so that nobody copies them
from one side to the same side.

This is for a site whose folder has the station's half too. With a station on a
machine of its own, use facelatch station approve there.`

const doorRemoveHelp = `Remove a door, or a station, by its id or name. It is refused from then on, also
over connections that are open. It cannot be undone: let it join again.

--stolen is for a door that somebody has taken away with its keys: passes with a
face that were made under the keys it had are refused everywhere, the PINs of its
zone are revoked, and new keys are made. Give the holders plain passes at once,
and tell them that copies of their old pass could be opened.`

// addFlags are the flags of controller door add, station add and desk add.
type addFlags struct {
	site, name, zone, origin, address string
	hosts                             []string
	json                              bool
}

func (f *addFlags) define(c *cobra.Command) {
	c.Flags().StringVar(&f.site, "site", "", "the folder of the site")
	c.Flags().StringVar(&f.name, "name", "", "what people call it")
	c.Flags().StringVar(&f.address, "address", "", "where it reaches the controller, as host:port (default: as controller serve said last)")
	c.Flags().StringArrayVar(&f.hosts, "door-host", nil, "as for controller serve, if the authority is not made yet")
	c.Flags().BoolVar(&f.json, "json", false, "print one JSON object")
}

// doorAdd is facelatch controller door add.
func doorAdd() *cobra.Command {
	var f addFlags
	c := &cobra.Command{
		Use: "add --site DIR --name NAME --zone ZONE", Short: "make a code with which a door joins", Long: doorAddHelp, Args: none,
		Example: `  facelatch controller door add --site court --name "Front door" --zone front`,
	}
	f.define(c)
	c.Flags().StringVar(&f.zone, "zone", "", "the zone of the door")
	c.RunE = action(func(c *cobra.Command, _ []string) error {
		if err := required("site", f.site, "name", f.name, "zone", f.zone); err != nil {
			return err
		}
		return f.run(c.OutOrStdout(), site.KindDoor)
	})
	return c
}

const stationAddHelp = `Make a code with which a station can join the site, as controller door add does for
a door. On the station's machine: facelatch station join --dir DIR CODE. A station
can issue and revoke for the site: give the code to nobody else.`

// stationAdd is facelatch controller station add.
func stationAdd() *cobra.Command {
	var f addFlags
	c := &cobra.Command{
		Use: "add --site DIR --name NAME", Short: "make a code with which a station joins", Long: stationAddHelp, Args: none,
	}
	f.define(c)
	c.RunE = action(func(c *cobra.Command, _ []string) error {
		if err := required("site", f.site, "name", f.name); err != nil {
			return err
		}
		return f.run(c.OutOrStdout(), site.KindStation)
	})
	return c
}

// joinCodeJSON is what add prints as JSON.
type joinCodeJSON struct {
	Code    string    `json:"code"`
	Name    string    `json:"name"`
	Zone    string    `json:"zone,omitempty"`
	Origin  string    `json:"origin,omitempty"`
	Expires time.Time `json:"expires"`
}

func (f addFlags) run(stdout io.Writer, kind site.Kind) error {
	code, err := f.make(kind)
	if err != nil {
		return err
	}
	text, err := code.Text()
	if err != nil {
		return err
	}
	expires := time.Now().Add(site.CodeTime).Truncate(time.Second)
	if f.json {
		return printJSON(stdout, joinCodeJSON{Code: text, Name: f.name, Zone: f.zone, Origin: f.origin, Expires: expires})
	}
	fmt.Fprintln(stdout, text)
	if err := terminalQR(stdout, text); err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "Good once, until %s, for the %s %q\n", expires.Format("2006-01-02 15:04 -07:00"), kind, f.name)
	return err
}

// make makes a join code, and the authority where there is none.
func (f addFlags) make(kind site.Kind) (doorapi.Code, error) {
	address := f.address
	if address == "" {
		var err error
		address, err = site.Address(f.site)
		if errors.Is(err, site.ErrNoAddress) {
			err = usagef("%w: give --address, or start controller serve first", err)
		}
		if err != nil {
			if _, config := site.Read(f.site); config != nil {
				err = config
			}
			return doorapi.Code{}, err
		}
	}
	code := doorapi.Code{Address: address}
	if _, err := code.Text(); err != nil {
		return code, usagef("--address %s is not host:port", address)
	}
	a, err := authority.OpenOrMake(f.site, f.hosts, time.Now)
	if err != nil {
		return code, err
	}
	code.Authority = a.Fingerprint()
	return code, withOffice(f.site, func(o *site.Office) (err error) {
		if kind == site.KindDesk {
			code.Secret, err = o.MakeDeskCode(context.Background(), site.Operator, f.name, f.origin)
			return err
		}
		code.Secret, err = o.MakeCode(context.Background(), site.Operator, kind, f.name, f.zone)
		return err
	})
}

// withOffice does something at a site.
func withOffice(dir string, f func(*site.Office) error) (err error) {
	office, err := openOffice(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, office.Close()) }()
	err = f(office)
	for _, asked := range []error{site.ErrMember, site.ErrName, site.ErrFingerprint, site.ErrNoMember, site.ErrNoPIN, site.ErrRemoved, site.ErrParty, site.ErrNoParty} {
		if errors.Is(err, asked) {
			return usageError{err}
		}
	}
	return err
}

// doorJSON is a door or station as door list prints it as JSON, or a desk as desk list
// does.
type doorJSON struct {
	ID      pass.DoorID              `json:"id"`
	Kind    site.Kind                `json:"kind"`
	Name    string                   `json:"name"`
	Zone    string                   `json:"zone,omitempty"`
	Origin  string                   `json:"origin,omitempty"`
	State   site.MemberState         `json:"state"`
	Joined  time.Time                `json:"joined"`
	Hosts   []string                 `json:"hosts,omitempty"`
	Machine map[string]site.Reported `json:"machine,omitempty"`
}

// doorList is facelatch controller door list.
func doorList() *cobra.Command {
	var dir string
	var asJSON bool
	c := &cobra.Command{Use: "list --site DIR", Short: "list doors and stations", Long: doorListHelp, Args: none}
	c.Flags().StringVar(&dir, "site", "", "the folder of the site")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON array, with what machines reported of themselves")
	c.RunE = action(func(c *cobra.Command, _ []string) error {
		if err := required("site", dir); err != nil {
			return err
		}
		all, err := listDoors(dir, site.KindDoor, site.KindStation)
		if err != nil {
			return err
		}
		if asJSON {
			return printJSON(c.OutOrStdout(), all)
		}
		for _, d := range all {
			fmt.Fprintf(c.OutOrStdout(), "%s  %-7s  %-8s  %-10s  %s\n", d.ID, d.Kind, d.Zone, d.State, d.Name)
		}
		return nil
	})
	return c
}

// listDoors lists members of some kinds.
func listDoors(dir string, kinds ...site.Kind) (all []doorJSON, err error) {
	all = []doorJSON{}
	err = withOffice(dir, func(o *site.Office) error {
		members, err := o.Members(context.Background())
		if err != nil {
			return err
		}
		machines, err := o.AllReports(context.Background())
		for _, m := range members {
			if !slices.Contains(kinds, m.Kind) {
				continue
			}
			all = append(all, doorJSON{m.ID, m.Kind, m.Name, m.Zone, m.Origin, m.State, m.Joined, m.Hosts, machines[m.ID]})
		}
		return err
	})
	return all, err
}

// doorApprove is facelatch controller door approve.
func doorApprove() *cobra.Command {
	var dir, fingerprint string
	c := &cobra.Command{
		Use: "approve DOOR --site DIR", Short: "give a door its keys, after comparing fingerprints", Long: doorApproveHelp,
		Args: exactly("DOOR (its id or name)"),
	}
	c.Flags().StringVar(&dir, "site", "", "the folder of the site")
	c.Flags().StringVar(&fingerprint, "fingerprint", "", "the 20 digits on the door's screen (default: they are asked for)")
	c.RunE = action(func(c *cobra.Command, args []string) error {
		if err := required("site", dir); err != nil {
			return err
		}
		return withOffice(dir, func(o *site.Office) error {
			m, err := o.FindMember(context.Background(), args[0])
			if err != nil {
				return err
			}
			typed := fingerprint
			if typed == "" {
				if typed, err = ask(c, fmt.Sprintf("The 20 digits on the screen of %q: ", m.Name)); err != nil {
					return err
				}
			}
			vault, err := o.Vault()
			if err != nil {
				return err
			}
			defer vault.Close()
			if err := o.ApproveHere(context.Background(), vault, m.ID, typed); err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s (%s) has its keys\n", m.Name, m.ID)
			return err
		})
	})
	return c
}

// ask reads one line from the person at the keyboard.
func ask(c *cobra.Command, question string) (string, error) {
	fmt.Fprint(c.OutOrStdout(), question)
	line, err := bufio.NewReader(io.LimitReader(c.InOrStdin(), 256)).ReadString('\n')
	if line = strings.TrimSpace(line); line != "" {
		return line, nil
	}
	return "", errors.Join(usagef("nothing was typed: give --fingerprint"), ignoreEOF(err))
}

func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// doorRemove is facelatch controller door remove.
func doorRemove() *cobra.Command {
	var dir string
	var stolen bool
	c := &cobra.Command{
		Use: "remove DOOR --site DIR", Short: "remove a door or station", Long: doorRemoveHelp, Args: exactly("DOOR (its id or name)"),
	}
	c.Flags().StringVar(&dir, "site", "", "the folder of the site")
	c.Flags().BoolVar(&stolen, "stolen", false, "it was taken away with its keys")
	c.RunE = action(func(c *cobra.Command, args []string) error {
		if err := required("site", dir); err != nil {
			return err
		}
		return withOffice(dir, func(o *site.Office) error { return removeDoor(o, args[0], false, stolen, c.OutOrStdout()) })
	})
	return c
}

// removeDoor removes a door or a station, or where desk says so a desk.
func removeDoor(o *site.Office, name string, desk, stolen bool, stdout io.Writer) error {
	m, err := o.FindMember(context.Background(), name)
	if errors.Is(err, site.ErrNoMember) {
		if left := o.RemoveCode(context.Background(), site.Operator, name); !errors.Is(left, site.ErrNoMember) {
			fmt.Fprintf(stdout, "%s had not joined; its code is good no more\n", name)
			return left
		}
	}
	if err != nil {
		return err
	}
	if isDesk := m.Kind == site.KindDesk; isDesk != desk {
		return usagef("%s is a %s: use controller %[2]s remove", m.Name, map[bool]string{true: "desk", false: "door"}[isDesk])
	}
	if err := o.Remove(context.Background(), site.Operator, m.ID, stolen); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s (%s) is removed\n", m.Name, m.ID)
	if !stolen || desk { // a desk never had a key that others have to be told about
		return nil
	}
	fmt.Fprintf(stdout, "Face passes made under its keys are refused, and so are the PINs of %s: give their holders others\n", m.Zone)
	return renewSecrets(o, m.ID)
}

// renewSecrets gives the other doors what they need after one was stolen, where
// the station's half is here.
func renewSecrets(o *site.Office, stolen pass.DoorID) error {
	vault, err := o.Vault()
	if errors.Is(err, site.ErrNoStation) {
		return nil // stations do it when they hear of it
	}
	if err != nil {
		return err
	}
	defer vault.Close()
	return errors.Join(vault.Forget(stolen), o.RelayAll(context.Background(), vault))
}
