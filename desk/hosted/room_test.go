package hosted

import (
	"errors"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/desk/check"
	"github.com/facelatch/facelatch/idcheck"
)

// TestRoom: a party's checks are those that it began, on people's own phones.
func TestRoom(t *testing.T) {
	var done []check.Finished
	room := check.New(check.Options{
		Limit: 2, Policy: func() idcheck.Policy { return idcheck.Policy{} },
		Notice: func() (map[string]string, [32]byte) { return map[string]string{"en": "notice"}, [32]byte{1} },
		Done:   func(f check.Finished) error { done = append(done, f); return nil },
	})
	defer room.Close()
	r := Room{Room: room, Link: func(id, secret string) string { return "https://desk.example/c/" + id + "#" + secret }}
	bank := newRig(t).parties["a.bank"]
	b, err := r.Begin(t.Context(), Order{Party: bank, Claims: []string{"given_name"}, Nonce: nonce})
	must(t, err)
	_, secret, _ := strings.Cut(b.Link, "#")
	if c, err := room.Enter(b.ID, secret); err != nil || !c.Order().Unattended || c.Order().Nonce != nonce {
		t.Errorf("%v", err)
	}
	attended, _, err := room.Begin(check.Order{Party: "a.bank", Staff: "op-1"})
	must(t, err)
	for _, other := range [][2]string{{"hotel", b.ID}, {"a.bank", attended.ID()}, {"a.bank", "none"}} {
		if _, err := r.Status(other[0], other[1]); !errors.Is(err, ErrNotFound) {
			t.Errorf("%q: %v", other, err)
		}
		if err := r.Cancel(other[0], other[1]); !errors.Is(err, ErrNotFound) {
			t.Errorf("%q: %v", other, err)
		}
	}
	if s, err := r.Status("a.bank", b.ID); err != nil || s.Ended || !s.Expires.Equal(b.Expires) {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := r.Begin(t.Context(), Order{Party: bank, Nonce: nonce}); !errors.Is(err, ErrFull) {
		t.Errorf("a third of two: %v", err)
	}
	must(t, r.Cancel("a.bank", b.ID))
	if err := r.Cancel("a.bank", b.ID); !errors.Is(err, ErrEnded) {
		t.Errorf("cancelled twice: %v", err)
	}
	s, err := r.Status("a.bank", b.ID)
	if err != nil || !s.Ended || s.Outcome != "abandoned" || !s.HandedOn || len(done) != 1 {
		t.Errorf("%+v, %v", s, err)
	}
}
