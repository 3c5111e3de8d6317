package state

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// strictly decodes one JSON value, with no field that v does not have and
// nothing after it.
func strictly(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is something after it")
	}
	return nil
}
