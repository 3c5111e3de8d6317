package kiosk

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/internal/testenv"
)

// encode writes an event as the page would.
func encode(e Event) []byte {
	m := map[string]any{}
	switch e := e.(type) {
	case hello:
		m = map[string]any{"t": "hello", "kiosk": e.Kiosk, "sig": base64.StdEncoding.EncodeToString(e.Signature)}
	case pong:
		m["t"] = "pong"
	case flush:
		m["t"] = "flush"
	case NotMe:
		m["t"] = "notme"
	case NoReader:
		m["t"] = "noreader"
	case Cancel:
		m["t"] = "cancel"
	case Code:
		m = map[string]any{"t": "code", "text": e.Text}
	case PIN:
		m = map[string]any{"t": "pin", "number": e.Number, "code": e.Code}
	case Lang:
		m = map[string]any{"t": "lang", "lang": e.Lang}
	case Camera:
		m = map[string]any{"t": "camera", "state": e.State}
	}
	data, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return data
}

func examples() []Event {
	return []Event{
		hello{"0011223344556677", make([]byte, 64)},
		pong{},
		flush{},
		NotMe{},
		Cancel{},
		Code{"FL1:6BFOXN"},
		Code{"门 \u2028 \x00"},
		PIN{"12345678", "00000000"},
		Lang{"zh"},
		Lang{"zh-Hant-TW"},
		NoReader{},
		Camera{CameraOK},
		Camera{CameraDenied},
		Camera{CameraDead},
		Camera{CameraCovered},
		Camera{CameraFrozen},
	}
}

func TestDecode(t *testing.T) {
	for _, e := range examples() {
		got, err := decode(encode(e))
		if err != nil || !reflect.DeepEqual(got, e) {
			t.Errorf("%s became %v, %v", encode(e), got, err)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	sig := base64.StdEncoding.EncodeToString(make([]byte, 64))
	for _, text := range []string{
		"", "null", "[]", "1", `"pong"`, "{}", `{"t":1}`, `{"t":null}`, `{"t":"screen"}`, `{"t":"pong","x":1}`, `{"t":"pong"} 1`,
		`{"t":"code"}`, `{"t":"code","text":""}`, `{"t":"code","text":1}`, "{\"t\":\"code\",\"text\":\"\xff\"}",
		`{"t":"pin","number":"1","code":""}`, `{"t":"pin","number":"1234567890123","code":"1"}`, `{"t":"pin","number":"1","code":"１"}`,
		`{"t":"pin","number":12345678,"code":"1"}`, `{"t":"lang","lang":"e"}`, `{"t":"lang","lang":"en_US"}`,
		`{"t":"lang","lang":"` + strings.Repeat("a", 36) + `"}`, `{"t":"camera","state":"open"}`, `{"t":"camera"}`,
		`{"t":"hello","kiosk":"0011223344556677","sig":"AA=="}`, `{"t":"hello","kiosk":"short","sig":"` + sig + `"}`,
		`{"t":"hello","kiosk":"0011223344556677","sig":"` + strings.TrimRight(sig, "=") + `"}`,
		strings.Repeat("[", 8000), `{"t":"code","text":"` + strings.Repeat("A", MaxText) + `"}`,
	} {
		if e, err := decode([]byte(text)); !errors.Is(err, errMessage) || e != nil {
			t.Errorf("%.60q became %v, %v", text, e, err)
		}
	}
}

// An error says nothing of what was typed: it may be a PIN.
func TestDecodeErrorsSayNothing(t *testing.T) {
	_, err := decode([]byte(`{"t":"pin","number":"31415926","code":"27182818x"}`))
	if err == nil || strings.Contains(err.Error(), "31415926") || strings.Contains(err.Error(), "27182818") {
		t.Error(err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := decode(data)
		if err != nil {
			if e != nil || !errors.Is(err, errMessage) {
				t.Fatalf("%v with the error %v", e, err)
			}
			return
		}
		if c, ok := e.(Code); ok && (c.Text == "" || len(c.Text) > MaxText) {
			t.Fatalf("a code of %d bytes", len(c.Text))
		}
		written := encode(e)
		if len(written) > MaxText {
			return // what JSON writes longer than it was
		}
		if again, err := decode(written); err != nil || !reflect.DeepEqual(again, e) {
			t.Fatalf("%v became %v, %v", e, again, err)
		}
	})
}

func TestDecodeCorpus(t *testing.T) { testenv.Corpus(t, "FuzzDecode") }
