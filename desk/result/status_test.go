package result_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/desk/result"
)

// TestRevocation: a result is refused from the moment that its list says so, and
// also where no list says anything.
func TestRevocation(t *testing.T) {
	m := maker(t)
	token, err := m.Make(party.JWT, same(), now)
	must(t, err)
	bits := make([]byte, 1<<14)
	list := func(uri string, at time.Time) string {
		text, err := m.StatusList(bits, uri, at, time.Hour)
		must(t, err)
		return text
	}
	verify := func(text string) error {
		e := expect(m, same())
		e.Status = func(uri string) (string, error) {
			if uri != lists {
				t.Errorf("%s was asked", uri)
			}
			return text, nil
		}
		_, err := result.Verify(token, e)
		return err
	}
	if err := verify(list(lists, now)); err != nil {
		t.Fatal(err)
	}
	bits[76/8] |= 1 << (76 % 8)
	if err := verify(list(lists, now)); err != nil {
		t.Errorf("its neighbour was revoked: %v", err)
	}
	bits[77/8] |= 1 << (77 % 8)
	if err := verify(list(lists, now)); !errors.Is(err, result.ErrRevoked) {
		t.Error(err)
	}
	other, err := maker(t).StatusList(bits, lists, now, time.Hour)
	must(t, err)
	good := list(lists, now)
	bits = bits[:1]
	for name, text := range map[string]string{
		"another desk's": other, "another list": list(lists+"0", now), "old": list(lists, now.Add(-time.Hour)), "of the future": list(lists, now.Add(2*time.Minute)),
		"short": list(lists, now), "a result": token, "nothing": "", "cut": good[:len(good)-9],
	} {
		if err := verify(text); !errors.Is(err, result.ErrStatus) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSignedLists: a list that the desk's key signed is still read with care.
func TestSignedLists(t *testing.T) {
	m := maker(t)
	token, err := m.Make(party.JWT, same(), now)
	must(t, err)
	list, err := m.StatusList(make([]byte, 128<<10), lists, now, time.Hour)
	must(t, err)
	_, body, _ := read(t, list)
	if body["sub"] != lists || body["ttl"] != 1800.0 || body["status_list"].(map[string]any)["bits"] != 1.0 {
		t.Errorf("%v", body)
	}
	bomb := packed(t, bytes.Repeat([]byte{0}, 128<<10+1))
	for _, text := range []string{
		`{"sub":"LISTS","iat":1795341600,"exp":1795345200,"status_list":{"bits":2,"lst":"` + packed(t, make([]byte, 100)) + `"}}`,
		`{"sub":"LISTS","iat":1795341600,"exp":1795345200,"status_list":{"bits":1,"lst":"` + bomb + `"}}`,
		`{"sub":"LISTS","iat":1795341600,"exp":1795345200,"status_list":{"bits":1,"lst":"AAAA"}}`,
		`{"sub":"LISTS","iat":1795341600,"exp":1795345200,"status_list":{"bits":1,"lst":"!"}}`,
		`{"sub":"LISTS","sub":"LISTS"}`,
	} {
		signed, err := m.Keys.Sign("statuslist+jwt", []byte(strings.ReplaceAll(text, "LISTS", lists)))
		must(t, err)
		e := expect(m, same())
		e.Status = func(string) (string, error) { return signed, nil }
		if _, err := result.Verify(token, e); !errors.Is(err, result.ErrStatus) {
			t.Errorf("%.120s: %v", text, err)
		}
	}
	for _, bits := range [][]byte{nil, make([]byte, 128<<10+1)} {
		if _, err := m.StatusList(bits, lists, now, time.Hour); !errors.Is(err, result.ErrInput) {
			t.Error(err)
		}
	}
}

// TestListExample is the example of one bit for each result in the draft, section
// 4.1: b9a3 hexadecimal, which zlib packs as eNrbuRgAAhcBXQ.
func TestListExample(t *testing.T) {
	list, err := maker(t).StatusList([]byte{0xb9, 0xa3}, lists, now, time.Hour)
	must(t, err)
	_, body, _ := read(t, list)
	if got := body["status_list"].(map[string]any)["lst"].(string); !bytes.Equal(unpacked(t, got), unpacked(t, "eNrbuRgAAhcBXQ")) {
		t.Error(got)
	}
}
