package kiosk

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// errMessage is what every error of decode wraps.
var errMessage = errors.New("not a message of the kiosk page")

// What a page says that concerns the connection alone.
type (
	// hello answers the challenge. Signature is 64 bytes, r then s.
	hello struct {
		Kiosk     string
		Signature []byte
	}
	// pong answers a ping.
	pong struct{}
	// flush announces one binary message of zeros.
	flush struct{}
)

func (hello) event() {}
func (pong) event()  {}
func (flush) event() {}

// decode reads a text message. It is strict: a field that does not belong, a
// second value or a value out of bounds is an error, and then the event is nil.
func decode(data []byte) (Event, error) {
	if len(data) > MaxText || !utf8.Valid(data) {
		return nil, fmt.Errorf("%w: too long, or no UTF-8", errMessage)
	}
	var kind struct {
		T string `json:"t"`
	}
	if err := json.Unmarshal(data, &kind); err != nil {
		return nil, fmt.Errorf("%w: no JSON object", errMessage)
	}
	e, err := decodeKind(kind.T, data)
	if err != nil {
		return nil, fmt.Errorf("%w: %q", errMessage, kind.T)
	}
	return e, nil
}

func decodeKind(kind string, data []byte) (Event, error) {
	switch kind {
	case "pong":
		return bare(pong{}, data)
	case "notme":
		return bare(NotMe{}, data)
	case "cannot":
		return bare(Cannot{}, data)
	case "cancel":
		return bare(Cancel{}, data)
	case "noreader":
		return bare(NoReader{}, data)
	case "flush":
		return bare(flush{}, data)
	case "code":
		return decodeCode(data)
	case "pin":
		return decodePIN(data)
	case "lang":
		return decodeLang(data)
	case "camera":
		return decodeCamera(data)
	case "hello":
		return decodeHello(data)
	}
	return nil, errMessage
}

// strict reads one JSON object with no unknown field into v.
func strict(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errMessage
	}
	return nil
}

// bare returns e if data is a message that says nothing but its kind.
func bare(e Event, data []byte) (Event, error) {
	var m struct {
		T string `json:"t"`
	}
	if err := strict(data, &m); err != nil {
		return nil, err
	}
	return e, nil
}

func decodeCode(data []byte) (Event, error) {
	var m struct {
		T    string `json:"t"`
		Text string `json:"text"`
	}
	if err := strict(data, &m); err != nil {
		return nil, err
	}
	if m.Text == "" {
		return nil, errMessage
	}
	return Code{m.Text}, nil
}

func decodePIN(data []byte) (Event, error) {
	var m struct {
		T      string `json:"t"`
		Number string `json:"number"`
		Code   string `json:"code"`
	}
	if err := strict(data, &m); err != nil {
		return nil, err
	}
	if !digits(m.Number) || !digits(m.Code) {
		return nil, errMessage
	}
	return PIN{m.Number, m.Code}, nil
}

func decodeLang(data []byte) (Event, error) {
	var m struct {
		T    string `json:"t"`
		Lang string `json:"lang"`
	}
	if err := strict(data, &m); err != nil {
		return nil, err
	}
	if !languageTag(m.Lang) {
		return nil, errMessage
	}
	return Lang{m.Lang}, nil
}

func decodeCamera(data []byte) (Event, error) {
	var m struct {
		T     string      `json:"t"`
		State CameraState `json:"state"`
	}
	if err := strict(data, &m); err != nil {
		return nil, err
	}
	switch m.State {
	case CameraOK, CameraDenied, CameraDead, CameraCovered, CameraFrozen:
		return Camera{m.State}, nil
	}
	return nil, errMessage
}

func decodeHello(data []byte) (Event, error) {
	var m struct {
		T     string `json:"t"`
		Kiosk string `json:"kiosk"`
		Sig   string `json:"sig"`
	}
	if err := strict(data, &m); err != nil {
		return nil, err
	}
	sig, err := base64.StdEncoding.Strict().DecodeString(m.Sig)
	if err != nil || len(sig) != signatureSize || len(m.Kiosk) != idSize {
		return nil, errMessage
	}
	return hello{m.Kiosk, sig}, nil
}

// digits says whether s is 1 to 12 decimal digits.
func digits(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(s) >= 1 && len(s) <= 12
}

// languageTag says whether s could be a BCP 47 tag.
func languageTag(s string) bool {
	for _, c := range []byte(s) {
		if c != '-' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return false
		}
	}
	return len(s) >= 2 && len(s) <= 35
}
