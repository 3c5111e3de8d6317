package public

import (
	_ "embed"
	"encoding/json"

	"github.com/facelatch/facelatch/controller/public/words"
)

// Thief is what somebody would obtain who has a full copy of the controller's
// disk, and what more with one door's disk besides. It says what was measured,
// or nothing.
type Thief struct {
	Controller Loot `json:"controller"`
	Door       Loot `json:"door"`
	// PINCoreHours is how many hours one processor core needs on average to guess
	// the code of one number, with both disks. Statements have it as {hours}.
	PINCoreHours int `json:"pin_core_hours"`
}

// Loot is what was obtained, and what was not.
type Loot struct {
	Got []words.Text `json:"got"`
	Not []words.Text `json:"not"`
}

//go:embed thief.json
var thiefJSON []byte

// Stolen returns what docs/design/threats.md says of a thief. Each call returns a
// fresh copy.
func Stolen() Thief {
	var t Thief
	if err := json.Unmarshal(thiefJSON, &t); err != nil {
		panic("public: thief.json: " + err.Error()) // a test reads it
	}
	return t
}

// There says that something is known of a thief.
func (t Thief) There() bool { return len(t.Controller.Got)+len(t.Controller.Not) > 0 }
