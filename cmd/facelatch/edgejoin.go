package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/edge/config"
	"github.com/facelatch/facelatch/edge/link"
	doorstate "github.com/facelatch/facelatch/edge/state"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/durable"
)

const edgeJoinHelp = `Make a door's keys and have it join a site, with the code that controller door add
printed. The code says which controller is the right one, and is good once. The
keys are made here, in the folder that the configuration names as state, and
never leave it.

Afterwards type the fingerprint that is printed here, and that the kiosk page shows
until then, at the station (station approve) or the controller (controller door
approve): only then the door gets what it needs for face passes and PINs.`

// edgeJoin is facelatch edge join.
func edgeJoin() *cobra.Command {
	c := &cobra.Command{
		Use: "join --config FILE CODE", Short: "make this machine a door of a site", Long: edgeJoinHelp,
		Example: "  facelatch edge join --config /etc/facelatch/door.yaml FLJ1:...", Args: exactly("CODE"),
	}
	file := doorConfig(c)
	c.RunE = action(func(c *cobra.Command, args []string) error {
		door, err := loadDoor(*file)
		if err != nil {
			return err
		}
		code, err := doorapi.ParseCode(args[0])
		if err != nil {
			return usageError{err}
		}
		i, err := join(c, door, code)
		if err != nil {
			return err
		}
		defer i.Relay.Wipe()
		return sayJoined(c.OutOrStdout(), i)
	})
	return c
}

// join takes the folder before it uses the code, which is good once.
func join(c *cobra.Command, door config.Config, code doorapi.Code) (i *doorstate.Identity, err error) {
	folder, err := doorstate.Open(door.State, durable.Disk{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, folder.Close()) }()
	if folder.Joined() {
		return nil, usagef("%w: %s", doorstate.ErrJoined, door.State)
	}
	if i, err = link.Join(c.Context(), code, door.Kiosk.Hosts); err != nil {
		return nil, fmt.Errorf("cannot join at %s: %w", code.Address, err)
	}
	return i, folder.Join(i)
}

func sayJoined(w io.Writer, i *doorstate.Identity) error {
	fingerprint, err := i.Fingerprint()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "Joined the site %s as the door %q (%s), zone %s\nfingerprint %s\n", i.Site, i.Name, i.Door, i.Zone, fingerprint)
	return err
}
