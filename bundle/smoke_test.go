package bundle_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/pass"
)

func TestSmoke(t *testing.T) {
	w := newWorld(t)
	b := w.verified(t, w.bundle())
	t.Log(len(b.Encoded()))
	again, err := bundle.Verify(b.Encoded(), w.signers, w.site)
	must(t, err)
	if !reflect.DeepEqual(again, b) {
		t.Error("differs")
	}
	p := w.pins(t, w.entry(t, nil))
	v, err := p.Check(number, code, w.pepper, noon, time.UTC)
	must(t, err)
	if !v.OK() {
		t.Error("no")
	}
	k, err := bundle.NewDoorKey(reader(9))
	must(t, err)
	sk, err := pass.NewSealingKey(reader(8))
	must(t, err)
	text, err := bundle.SealSecrets(k.Public(), w.site, w.door, bundle.Secrets{Sealing: []bundle.EpochKey{{Key: sk, Until: noon}}, Pepper: w.pepper})
	must(t, err)
	s, err := k.OpenSecrets(text, w.site, w.door)
	must(t, err)
	t.Log(len(text), s, len(k.Public()), bundle.Fingerprint([]byte("x"), k.Public()))
}
