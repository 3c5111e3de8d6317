package pass

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/facelatch/facelatch/internal/cose"
)

// wireClaims is the payload: a CWT claims set (RFC 8392) with one private claim
// for what is ours. Requirement [P-20].
type wireClaims struct {
	Issuer    string       `cbor:"1,keyasint"`
	Expires   int64        `cbor:"4,keyasint"`
	NotBefore int64        `cbor:"6,keyasint"`
	ID        []byte       `cbor:"7,keyasint"`
	Confirm   *wireConfirm `cbor:"8,keyasint,omitempty"`
	Status    wireStatus   `cbor:"65535,keyasint"`
	Ours      wireOurs     `cbor:"-65537,keyasint"`
}

// wireConfirm is a cnf claim that holds a COSE_Key (RFC 8747 section 3.2).
type wireConfirm struct {
	Key cose.PublicKey `cbor:"1,keyasint"`
}

// wireStatus is the status claim of a Token Status List (draft section 6.3).
type wireStatus struct {
	List wireStatusList `cbor:"status_list"`
}

type wireStatusList struct {
	Index uint32 `cbor:"idx"`
	URI   string `cbor:"uri"`
}

// wireOurs is claim -65537.
type wireOurs struct {
	Kind     uint8      `cbor:"1,keyasint"`
	Zones    []string   `cbor:"2,keyasint"`
	Schedule []wireSpan `cbor:"3,keyasint,omitempty"`
	Purpose  uint8      `cbor:"4,keyasint,omitempty"`
	Consent  []byte     `cbor:"5,keyasint,omitempty"`
	Models   [][]byte   `cbor:"6,keyasint,omitempty"`
	Sealed   []byte     `cbor:"7,keyasint,omitempty"`
}

type wireSpan struct {
	_     struct{} `cbor:",toarray"`
	Days  uint8
	Start uint16
	End   uint16
}

// wireUnprotected is the unprotected header of a face pass. Requirement [P-13].
type wireUnprotected struct {
	Sealed []byte `cbor:"-65537,keyasint"`
}

// statusScheme begins the URI of every status list of a site.
const statusScheme = "fl:"

// URI returns the name of the list that the place is in, "fl:" and its number.
func (r StatusRef) URI() string { return StatusURI(r.List) }

// StatusURI returns the name of a status list by its number: the subject under
// which the list is signed.
func StatusURI(list uint32) string { return statusScheme + strconv.FormatUint(uint64(list), 10) }

func parseStatusURI(uri string) (uint32, error) {
	if len(uri) <= len(statusScheme) {
		return 0, errors.New("the status list has no number")
	}
	n, err := strconv.ParseUint(uri[len(statusScheme):], 10, 32)
	if err != nil || StatusURI(uint32(n)) != uri {
		return 0, errors.New("the status list is not fl: and a number")
	}
	return uint32(n), nil
}

func (c Claims) wire() (wireClaims, error) {
	w := wireClaims{
		Issuer: c.Site.String(), Expires: c.Expires.Unix(), NotBefore: c.NotBefore.Unix(), ID: c.ID[:],
		Status: wireStatus{wireStatusList{Index: c.Status.Index, URI: c.Status.URI()}},
		Ours:   wireOurs{Kind: uint8(c.Kind()), Zones: c.Zones},
	}
	for _, s := range c.Schedule {
		w.Ours.Schedule = append(w.Ours.Schedule, wireSpan{Days: uint8(s.Days), Start: s.Start, End: s.End})
	}
	if c.Holder != nil {
		key, err := cose.NewPublicKey(c.Holder)
		if err != nil {
			return w, fmt.Errorf("holder's key: %w", err)
		}
		w.Confirm = &wireConfirm{Key: key}
	}
	if f := c.Face; f != nil {
		w.Ours.Purpose, w.Ours.Consent, w.Ours.Sealed = uint8(f.Purpose), f.Consent[:], f.Sealed[:]
		for _, m := range f.Models {
			w.Ours.Models = append(w.Ours.Models, m[:])
		}
	}
	return w, nil
}

func (w wireClaims) claims() (c Claims, err error) {
	if c.Site, err = ParseSiteID(w.Issuer); err != nil {
		return c, err
	}
	if len(w.ID) != len(c.ID) {
		return c, errors.New("the pass id is not 16 bytes")
	}
	c.ID = ID(w.ID)
	c.NotBefore, c.Expires = time.Unix(w.NotBefore, 0).UTC(), time.Unix(w.Expires, 0).UTC()
	c.Status.Index = w.Status.List.Index
	if c.Status.List, err = parseStatusURI(w.Status.List.URI); err != nil {
		return c, err
	}
	if c.Holder, err = w.Confirm.holder(); err != nil {
		return c, err
	}
	c.Zones = w.Ours.Zones
	for _, s := range w.Ours.Schedule {
		c.Schedule = append(c.Schedule, Window{Days: Days(s.Days), Start: s.Start, End: s.End})
	}
	if c.Face, err = w.Ours.face(); err != nil {
		return c, err
	}
	return c, c.Check()
}

func (w *wireConfirm) holder() (*ecdsa.PublicKey, error) {
	if w == nil {
		return nil, nil
	}
	return w.Key.ECDSA()
}

// face returns the claims of a face pass, and refuses any of them on a plain
// one. Requirements [P-26] and [P-27].
func (w wireOurs) face() (*FaceClaims, error) {
	switch Kind(w.Kind) {
	case Plain:
		if w.Purpose != 0 || w.Consent != nil || w.Models != nil || w.Sealed != nil {
			return nil, errors.New("a plain pass with claims of a face pass")
		}
		return nil, nil
	case Face:
		return w.faceClaims()
	}
	return nil, fmt.Errorf("unknown kind %d", w.Kind)
}

func (w wireOurs) faceClaims() (*FaceClaims, error) {
	f := &FaceClaims{Purpose: Purpose(w.Purpose)}
	if len(w.Consent) != len(f.Consent) || len(w.Sealed) != len(f.Sealed) {
		return nil, errors.New("a hash of a wrong length")
	}
	f.Consent, f.Sealed = Hash16(w.Consent), [32]byte(w.Sealed)
	for _, m := range w.Models {
		if len(m) != len(ModelID{}) {
			return nil, errors.New("a model id of a wrong length")
		}
		f.Models = append(f.Models, ModelID(m))
	}
	return f, nil
}
