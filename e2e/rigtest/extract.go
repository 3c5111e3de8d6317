package rigtest

import (
	"crypto/rand"
	"reflect"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/picture"
)

// Extract returns what an engine makes of a photograph: the reference, as it is
// sealed in a pass, and the features that a probe holds. The owner decides how
// long they stay: they are here to be looked for where they must not be.
func (r *Rig) Extract(photograph []byte) (reference []byte, features []float32, err error) {
	record, err := consent.Attest(rand.Reader, consent.Terms{
		Site: pass.SiteID{1}, Purpose: pass.PurposeAccess, Notice: [32]byte{1},
		Given: time.Now().Truncate(time.Second), Until: time.Now().Truncate(time.Second).Add(time.Hour),
	})
	if err != nil {
		return nil, nil, err
	}
	grant, err := record.Grant(time.Now())
	if err != nil {
		return nil, nil, err
	}
	p, err := picture.Decode(photograph)
	if err != nil {
		return nil, nil, err
	}
	c, err := r.Faces.Capture(grant, p)
	if err != nil {
		return nil, nil, err
	}
	probe, err := c.Probe()
	if err != nil {
		return nil, nil, err
	}
	// No program can get at them, so a test has to look where they are.
	parts := reflect.ValueOf(probe).Elem().FieldByName("parts")
	for i := range parts.Len() {
		for j := range parts.Index(i).Len() {
			features = append(features, float32(parts.Index(i).Index(j).Float()))
		}
	}
	reference, err = probe.Reference()
	return reference, features, err
}
