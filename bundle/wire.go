package bundle

import (
	"crypto/sha256"
	"errors"
	"slices"
	"time"

	"github.com/facelatch/facelatch/internal/cose"
	"github.com/facelatch/facelatch/pass"
)

// wireBundle is the payload. Requirement [B-10].
type wireBundle struct {
	Site       string           `cbor:"1,keyasint"`
	Number     uint64           `cbor:"2,keyasint"`
	Issued     int64            `cbor:"3,keyasint"`
	Name       string           `cbor:"4,keyasint"`
	Demo       bool             `cbor:"5,keyasint,omitempty"`
	Timezone   string           `cbor:"6,keyasint"`
	Issuers    []cose.PublicKey `cbor:"7,keyasint"`
	Signers    []cose.PublicKey `cbor:"8,keyasint"`
	FaceLife   int64            `cbor:"9,keyasint"`
	PlainLife  int64            `cbor:"10,keyasint"`
	Zones      []wireZone       `cbor:"11,keyasint"`
	Lists      []wireList       `cbor:"12,keyasint,omitempty"`
	Models     []wireModel      `cbor:"13,keyasint,omitempty"`
	Refused    [][]byte         `cbor:"14,keyasint,omitempty"`
	Notice     *wireNotice      `cbor:"15,keyasint,omitempty"`
	Checkpoint []byte           `cbor:"16,keyasint,omitempty"`
}

type wireZone struct {
	Name        string            `cbor:"1,keyasint"`
	Title       map[string]string `cbor:"2,keyasint,omitempty"`
	Methods     uint8             `cbor:"3,keyasint"`
	RequireLive bool              `cbor:"4,keyasint,omitempty"`
	Threshold   string            `cbor:"5,keyasint,omitempty"`
	Hours       []wireSpan        `cbor:"6,keyasint,omitempty"`
	Budget      int               `cbor:"7,keyasint,omitempty"`
	PINs        *wireObject       `cbor:"8,keyasint,omitempty"`
	Prompts     int               `cbor:"9,keyasint,omitempty"`
	Light       bool              `cbor:"10,keyasint,omitempty"`
}

type wireObject struct {
	_      struct{} `cbor:",toarray"`
	SHA256 []byte
	Size   uint32
}

type wireList struct {
	_      struct{} `cbor:",toarray"`
	Number uint32
	SHA256 []byte
	Size   uint32
}

type wireModel struct {
	_     struct{} `cbor:",toarray"`
	ID    []byte
	Until int64
}

type wireNotice struct {
	_      struct{} `cbor:",toarray"`
	SHA256 []byte
	Text   map[string]string
}

type wireSpan struct {
	_     struct{} `cbor:",toarray"`
	Days  uint8
	Start uint16
	End   uint16
}

func wireSchedule(s pass.Schedule) []wireSpan {
	var out []wireSpan
	for _, w := range s {
		out = append(out, wireSpan{Days: uint8(w.Days), Start: w.Start, End: w.End})
	}
	return out
}

func readSchedule(wire []wireSpan) pass.Schedule {
	var s pass.Schedule
	for _, w := range wire {
		s = append(s, pass.Window{Days: pass.Days(w.Days), Start: w.Start, End: w.End})
	}
	return s
}

// wire sorts whatever has an order in the encoding; b itself stays as it is.
func (b *Bundle) wire() (w wireBundle, err error) {
	w = wireBundle{
		Site: b.Site.String(), Number: b.Number, Issued: b.Issued.Unix(), Name: b.Name, Demo: b.Demo,
		Timezone: b.Timezone, FaceLife: int64(b.FaceLife / time.Second), PlainLife: int64(b.PlainLife / time.Second),
		Checkpoint: b.Checkpoint,
	}
	if w.Issuers, err = wireKeys(b.Issuers); err != nil {
		return w, err
	}
	if w.Signers, err = wireKeys(b.Signers); err != nil {
		return w, err
	}
	for _, z := range slices.SortedFunc(slices.Values(b.Zones), compareZones) {
		w.Zones = append(w.Zones, z.wire())
	}
	for _, l := range slices.SortedFunc(slices.Values(b.Lists), compareLists) {
		w.Lists = append(w.Lists, wireList{Number: l.Number, SHA256: l.SHA256[:], Size: l.Size})
	}
	for _, m := range slices.SortedFunc(slices.Values(b.Models), compareModels) {
		w.Models = append(w.Models, wireModel{ID: m.ID[:], Until: m.Until.Unix()})
	}
	for _, id := range slices.SortedFunc(slices.Values(b.Refused), compareKeyIDs) {
		w.Refused = append(w.Refused, id[:])
	}
	if !b.Notice.isZero() {
		w.Notice = &wireNotice{SHA256: b.Notice.SHA256[:], Text: b.Notice.Text}
	}
	return w, nil
}

func (z Zone) wire() wireZone {
	w := wireZone{
		Name: z.Name, Title: z.Title, Methods: uint8(z.Methods), RequireLive: z.RequireLive,
		Threshold: z.Threshold, Hours: wireSchedule(z.Hours), Budget: z.Budget, Prompts: z.Prompts, Light: z.Light,
	}
	if !z.PINs.IsZero() {
		w.PINs = &wireObject{SHA256: z.PINs.SHA256[:], Size: z.PINs.Size}
	}
	return w
}

var (
	errLength = errors.New("a hash or an id of a wrong length")
	errOrder  = errors.New("entries are not sorted, or one stands twice")
)

func (w wireBundle) bundle() (b *Bundle, err error) {
	b = &Bundle{
		Number: w.Number, Issued: time.Unix(w.Issued, 0).UTC(), Name: w.Name, Demo: w.Demo, Timezone: w.Timezone,
		FaceLife: seconds(w.FaceLife), PlainLife: seconds(w.PlainLife), Checkpoint: w.Checkpoint,
	}
	if b.Site, err = pass.ParseSiteID(w.Site); err != nil {
		return nil, field("site", err)
	}
	if b.Issuers, err = readKeys(w.Issuers); err != nil {
		return nil, field("issuers", err)
	}
	if b.Signers, err = readKeys(w.Signers); err != nil {
		return nil, field("signers", err)
	}
	if err := b.readZones(w.Zones); err != nil {
		return nil, field("zones", err)
	}
	if err := b.readLists(w); err != nil {
		return nil, err
	}
	if n := w.Notice; n != nil {
		if len(n.SHA256) != sha256.Size {
			return nil, field("notice", errLength)
		}
		b.Notice = Notice{SHA256: [32]byte(n.SHA256), Text: n.Text}
		if b.Notice.isZero() {
			return nil, fieldf("notice", "it is empty")
		}
	}
	return b, b.Check()
}

// seconds returns a duration that [checkLife] refuses if n is out of range,
// instead of one that wraps around.
func seconds(n int64) time.Duration {
	if n < 0 || n > int64(MaxLife/time.Second) {
		return 0
	}
	return time.Duration(n) * time.Second
}

func (b *Bundle) readZones(wire []wireZone) error {
	for i, w := range wire {
		z := Zone{
			Name: w.Name, Title: w.Title, Methods: Methods(w.Methods), RequireLive: w.RequireLive,
			Threshold: w.Threshold, Hours: readSchedule(w.Hours), Budget: w.Budget, Prompts: w.Prompts, Light: w.Light,
		}
		if o := w.PINs; o != nil {
			if len(o.SHA256) != sha256.Size {
				return errLength
			}
			z.PINs = Object{SHA256: [32]byte(o.SHA256), Size: o.Size}
			if z.PINs.IsZero() {
				return errLength
			}
		}
		if i > 0 && w.Name <= wire[i-1].Name {
			return errOrder
		}
		b.Zones = append(b.Zones, z)
	}
	return nil
}

func (b *Bundle) readLists(w wireBundle) error {
	for i, l := range w.Lists {
		if len(l.SHA256) != sha256.Size {
			return field("lists", errLength)
		}
		if i > 0 && l.Number <= w.Lists[i-1].Number {
			return field("lists", errOrder)
		}
		b.Lists = append(b.Lists, List{Number: l.Number, Object: Object{SHA256: [32]byte(l.SHA256), Size: l.Size}})
	}
	for _, m := range w.Models {
		if len(m.ID) != len(pass.ModelID{}) {
			return field("models", errLength)
		}
		b.Models = append(b.Models, Model{ID: pass.ModelID(m.ID), Until: time.Unix(m.Until, 0).UTC()})
	}
	if !slices.IsSortedFunc(b.Models, compareModels) {
		return field("models", errOrder)
	}
	for _, id := range w.Refused {
		if len(id) != len(pass.KeyID{}) {
			return field("refused", errLength)
		}
		b.Refused = append(b.Refused, pass.KeyID(id))
	}
	if !slices.IsSortedFunc(b.Refused, compareKeyIDs) {
		return field("refused", errOrder)
	}
	return nil
}
