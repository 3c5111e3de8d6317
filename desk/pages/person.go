package pages

import (
	"context"
	"encoding/hex"

	"github.com/facelatch/facelatch/desk/check"
	"github.com/facelatch/facelatch/idcheck"
)

// give takes a picture to a check.
type give func(context.Context, []byte) error

// choose is POST choose: the person's choice of a way, with what was on the screen.
func (p *Pages) choose(c call) error {
	var body struct {
		Way    string   `json:"way"`
		Notice string   `json:"notice"`
		Claims []string `json:"claims"`
	}
	if err := c.read(&body); err != nil {
		return err
	}
	var hash [32]byte
	data, err := hex.DecodeString(body.Notice)
	if err != nil || copy(hash[:], data) != len(hash) || len(data) != len(hash) {
		return check.ErrNotice
	}
	ways := map[string]idcheck.Way{"face": idcheck.ByFace, "staff": idcheck.ByStaff}
	return c.done(c.check.Choose(ways[body.Way], hash, body.Claims))
}

// frame is POST frame: a frame of the person's face.
func (p *Pages) frame(c call) error { return c.picture(maxFrame, c.check.Frame, check.Face) }

// here is POST here: the person needs more time.
func here(c call) error { return c.done(c.check.Here()) }
