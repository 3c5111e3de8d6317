package courttest

import (
	"context"
	"os"
	"path/filepath"

	"github.com/facelatch/facelatch/e2e/rigtest"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/testenv"
)

// OpenDoor has a door join, has its fingerprint compared at the station, and starts
// it in a process of its own that can be sent ahead in time. TestMain has to begin
// with [rigtest.BeApart].
func (c *Court) OpenDoor(ctx context.Context) (*rigtest.Rig, *rigtest.Apart) {
	c.t.Helper()
	code, err := doorapi.ParseCode(c.code("door", "--name", "Front door", "--zone", Zone))
	must(c.t, err)
	r, fingerprint, err := rigtest.Elsewhere(ctx, c.Site(), filepath.Join(c.Door, "state"), home.Dir(testenv.Home(c.t)), code)
	must(c.t, err)
	c.Run(c.Station, "station", "approve", "Front door", "--dir", c.keys(), "--fingerprint", fingerprint)
	log, err := os.Create(filepath.Join(c.logs(c.Door), "door.log"))
	must(c.t, err)
	apart, err := r.StartApart(ctx, rigtest.Own{Clock: true, Temp: filepath.Join(c.Door, "tmp"), Log: log})
	must(c.t, err)
	c.t.Cleanup(func() {
		if err := r.StopDoor(); err != nil {
			c.t.Error(err)
		}
		log.Close()
	})
	return r, apart
}
