package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/station"
)

const stationJoinHelp = `Join a site with the code that facelatch controller station add printed. The
station makes its own keys in DIR, which only its owner can read: those that
references are sealed with never leave it but to doors that were approved here.
Keep a copy of DIR where nobody else gets at it: without it holders of face passes
have to enrol again.`

const stationDoorsHelp = `List the doors of the site: id, zone, whether they have their keys, and name.`

const stationApproveHelp = `Give a door the keys that face passes and PINs need, after comparing fingerprints.
Stand before the door, read the 20 digits on its own screen, and type them here.
The keys are encrypted to that door, and the controller passes them on without
being able to read them.`

// stationCommand is facelatch station.
func stationCommand() *cobra.Command {
	c := group("station", "issue for a site from a machine of its own", "A station holds the keys that references are sealed with, and gives them to doors.")
	c.AddCommand(stationJoin(), stationServe(), stationDoors(), stationApprove(), stationPIN())
	return c
}

// stationJoin is facelatch station join.
func stationJoin() *cobra.Command {
	var dir string
	c := &cobra.Command{Use: "join CODE --dir DIR", Short: "join a site", Long: stationJoinHelp, Args: exactly("CODE")}
	c.Flags().StringVar(&dir, "dir", "", "the folder of the station, which is made")
	c.RunE = action(func(c *cobra.Command, args []string) error {
		if err := required("dir", dir); err != nil {
			return err
		}
		code, err := doorapi.ParseCode(args[0])
		if err != nil {
			return usageError{err}
		}
		s, err := station.Join(c.Context(), code, dir, time.Now)
		if errors.Is(err, station.ErrJoined) {
			return usageError{err}
		}
		if err != nil {
			return err
		}
		defer s.Close()
		_, err = fmt.Fprintf(c.OutOrStdout(), "%s (%s) is a station of the site %s\n", s.Name, s.ID, s.Site)
		return err
	})
	return c
}

// stationDoors is facelatch station doors.
func stationDoors() *cobra.Command {
	var dir string
	var asJSON bool
	c := &cobra.Command{Use: "doors --dir DIR", Short: "list the doors of the site", Long: stationDoorsHelp, Args: none}
	c.Flags().StringVar(&dir, "dir", "", "the folder of the station")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON array")
	c.RunE = action(func(c *cobra.Command, _ []string) error {
		return withStation(c.Context(), dir, func(s *station.Station) error {
			doors, err := s.Doors(c.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), doors)
			}
			for _, d := range doors {
				state := "joined"
				if d.Approved {
					state = "approved"
				}
				fmt.Fprintf(c.OutOrStdout(), "%s  %-8s  %-10s  %s\n", d.ID, d.Zone, state, d.Name)
			}
			return nil
		})
	})
	return c
}

// stationApprove is facelatch station approve.
func stationApprove() *cobra.Command {
	var dir, fingerprint string
	c := &cobra.Command{
		Use: "approve DOOR --dir DIR", Short: "give a door its keys, after comparing fingerprints", Long: stationApproveHelp,
		Args: exactly("DOOR (its id or name)"),
	}
	c.Flags().StringVar(&dir, "dir", "", "the folder of the station")
	c.Flags().StringVar(&fingerprint, "fingerprint", "", "the 20 digits on the door's screen (default: they are asked for)")
	c.RunE = action(func(c *cobra.Command, args []string) error {
		return withStation(c.Context(), dir, func(s *station.Station) error {
			typed, err := fingerprint, error(nil)
			if typed == "" {
				if typed, err = ask(c, fmt.Sprintf("The 20 digits on the screen of %q: ", args[0])); err != nil {
					return err
				}
			}
			vault, err := s.Vault(c.Context())
			if err != nil {
				return err
			}
			defer vault.Close()
			d, err := s.Approve(c.Context(), vault, strings.TrimSpace(args[0]), typed)
			if errors.Is(err, site.ErrNoMember) || errors.Is(err, site.ErrFingerprint) {
				return usageError{err}
			}
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s (%s) has its keys\n", d.Name, d.ID)
			return err
		})
	})
	return c
}

// withStation does something at a station that joined, with a certificate that
// is young enough.
func withStation(ctx context.Context, dir string, f func(*station.Station) error) error {
	if err := required("dir", dir); err != nil {
		return err
	}
	s, err := station.Open(dir, time.Now)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.Renew(ctx); err != nil {
		return err
	}
	return f(s)
}
