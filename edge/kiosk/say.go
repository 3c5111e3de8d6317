package kiosk

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
)

// say makes a text message. What it is given always marshals.
func say(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return data
}

func sayChallenge(nonce, door string) []byte {
	return say(struct {
		T     string `json:"t"`
		Nonce string `json:"nonce"`
		Door  string `json:"door"`
	}{"challenge", nonce, door})
}

// sayConfig leaves the zero nonce out: a page without phones gets none.
func sayConfig(p Page, nonce Nonce) []byte {
	m := struct {
		T     string `json:"t"`
		Nonce string `json:"nonce,omitempty"`
		Page
	}{T: "config", Page: p}
	if nonce != (Nonce{}) {
		m.Nonce = base64.StdEncoding.EncodeToString(nonce[:])
	}
	return say(m)
}

func sayNonce(nonce Nonce) []byte {
	return say(struct {
		T     string `json:"t"`
		Nonce string `json:"nonce"`
	}{"nonce", base64.StdEncoding.EncodeToString(nonce[:])})
}

// sayScreen gives the time left instead of the time of the end, since a
// tablet's clock may be wrong.
func sayScreen(s Screen, now time.Time) []byte {
	m := struct {
		T     string   `json:"t"`
		Key   string   `json:"key"`
		Hint  string   `json:"hint,omitempty"`
		State string   `json:"state,omitempty"`
		Until *int64   `json:"until,omitempty"`
		Ways  []string `json:"ways"`
		Light string   `json:"light,omitempty"`
	}{T: "screen", Key: s.Key, Hint: s.Hint, State: s.State, Light: s.Light, Ways: strings.FieldsFunc(s.Ways, func(r rune) bool { return r == '+' })}
	if !s.Until.IsZero() {
		left := max(0, s.Until.Sub(now).Milliseconds())
		m.Until = &left
	}
	return say(m)
}

func sayFrames(o order) []byte {
	return say(struct {
		T      string    `json:"t"`
		Mode   FrameMode `json:"mode"`
		MaxFPS int       `json:"max_fps"`
		Width  int       `json:"width"`
	}{"frames", o.mode, o.fps, o.width})
}

func sayPing() []byte { return []byte(`{"t":"ping"}`) }

func sayBye(why string) []byte {
	return say(struct {
		T   string `json:"t"`
		Why string `json:"why"`
	}{"bye", why})
}
