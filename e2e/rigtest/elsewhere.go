package rigtest

import (
	"context"

	"github.com/facelatch/facelatch/edge"
	"github.com/facelatch/facelatch/edge/config"
	"github.com/facelatch/facelatch/edge/link"
	"github.com/facelatch/facelatch/edge/state"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/internal/engine"
	"github.com/facelatch/facelatch/internal/home"
)

// Elsewhere has a door join a site that is served by others, in whose folder dir
// the site is; state is the door's own. Somebody has to compare the fingerprint
// with it. Only the door is the rig's: StartApart starts it.
func Elsewhere(ctx context.Context, dir, stateDir string, h home.Dir, code doorapi.Code) (r *Rig, fingerprint string, err error) {
	r = &Rig{Dir: dir, State: stateDir, Home: h}
	if r.Faces, r.manifest, err = engine.New(h, r.now); err != nil {
		return nil, "", err
	}
	r.Config = config.Default()
	r.Config.State, r.Config.TPM = stateDir, "off"
	r.Config.Kiosk.Listen, r.Config.Kiosk.Hosts = "127.0.0.1:0", []string{"127.0.0.1", "localhost"}
	r.Options = edge.Options{Home: h}
	identity, err := link.Join(ctx, code, r.Config.Kiosk.Hosts)
	if err != nil {
		return nil, "", err
	}
	f, err := state.Open(stateDir, durable.Disk{})
	if err != nil {
		return nil, "", err
	}
	if err := f.Join(identity); err != nil {
		return nil, "", err
	}
	if err := f.Close(); err != nil {
		return nil, "", err
	}
	fingerprint, err = identity.Fingerprint()
	return r, fingerprint, err
}
