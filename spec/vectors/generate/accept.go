package main

import (
	"time"

	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/spec/vectors"
)

// accepts makes the passes that must be accepted.
func (w *world) accepts() []vectors.Accept {
	var out []vectors.Accept
	add := func(a vectors.Accept) { out = append(out, a) }
	add(w.acceptFace("face", "an ordinary face pass, the worked example of the specification",
		must2(w.face("face"))))
	add(w.acceptPlain("plain", "an ordinary plain pass", noon, w.plain("plain"), "P-1", "P-10", "P-11", "P-26"))
	add(w.acceptTwo())
	add(w.acceptHours("hours", "on a working day within hours", noon, "Mon-Fri 07:00-19:00"))
	add(w.acceptHours("hours-first-minute", "a window begins with its first minute",
		noon, "Wed 12:00-12:01"))
	add(w.acceptHours("hours-after-midnight", "a window that crosses midnight belongs to the day on which it begins",
		noon.Add(13*time.Hour), "Wed 22:00-02:00"))
	add(w.acceptHours("hours-sunday-to-monday", "a window that crosses from Sunday to Monday",
		begin.Add(7*24*time.Hour+90*time.Minute), "Sun 22:00-02:00"))
	add(w.acceptHours("hours-second-window", "one of several windows is enough",
		noon, "Mon 00:00-24:00, Wed 11:00-13:00, daily 23:00-24:00"))
	add(w.acceptHolder())
	add(w.acceptZones())
	add(w.acceptLastList())
	add(w.acceptTimes("first-second", "a pass is good from the second of not-before", begin, begin, end))
	add(w.acceptTimes("last-second", "a pass is good up to the second before its expiry", end.Add(-time.Second), begin, end))
	add(w.acceptTimes("longest", "24 months are 731 days", noon, begin, begin.Add(pass.MaxLifetime)))
	for _, n := range []int{1, 23, 24, 255, 256} {
		add(w.acceptLength(n))
	}
	return out
}

// halves is a face pass before it is joined.
type halves struct {
	claims pass.Claims
	sealed pass.Sealed
}

func must2(c pass.Claims, s pass.Sealed) halves { return halves{c, s} }

func (w *world) acceptPlain(name, about string, at time.Time, c pass.Claims, reqs ...string) vectors.Accept {
	return accepted(name, about, w.issue(c, nil), at, reqs, nil)
}

func (w *world) acceptFace(name, about string, h halves) vectors.Accept {
	refs := w.references(name, h.claims.Face.Models...)
	return accepted(name, about, w.issue(h.claims, h.sealed.Bytes), noon,
		[]string{"P-12", "P-13", "P-20", "P-27", "P-30", "P-31", "P-32", "P-35"}, refs)
}

// acceptTwo has references by two models, of which the door prefers the newer.
func (w *world) acceptTwo() vectors.Accept {
	refs := map[pass.ModelID][]byte{w.model: bytesOf("two 1", 64), w.newer: bytesOf("two 2", 96)}
	c, s := w.sealed("two", w.plain("two"), w.seal, refs)
	return accepted("two-references", "references by two models", w.issue(c, s.Bytes), noon, []string{"P-27", "P-31", "P-61"}, refs)
}

func (w *world) acceptHours(name, about string, at time.Time, hours string) vectors.Accept {
	c := w.plain(name)
	c.Schedule = must(pass.ParseSchedule(hours))
	return w.acceptPlain(name, about+": "+hours, at, c, "P-25", "P-60")
}

func (w *world) acceptHolder() vectors.Accept {
	refs := w.references("holder", w.model)
	c := w.plain("holder")
	c.Holder = &key("key of a holder").PublicKey
	c, s := w.sealed("holder", c, w.seal, refs)
	return accepted("holder-key", "a face pass with the holder's own key, which it does not need", w.issue(c, s.Bytes), noon, []string{"P-29"}, refs)
}

func (w *world) acceptZones() vectors.Accept {
	c := w.plain("zones")
	c.Zones = []string{"0", "a-zone-of-24-characters-", "b", "c", "d", "e", "f", zone}
	return w.acceptPlain("zones", "as many zones as there can be, and one as long as it can be", noon, c, "P-28")
}

func (w *world) acceptLastList() vectors.Accept {
	c := w.plain("last-list")
	c.Status = pass.StatusRef{List: lastList, Index: 65535}
	return w.acceptPlain("last-list", "the last place of the last list of ten million", noon, c, "P-24", "P-44")
}

func (w *world) acceptTimes(name, about string, at, from, until time.Time) vectors.Accept {
	c := w.plain(name)
	c.NotBefore, c.Expires = from, until
	return w.acceptPlain(name, about, at, c, "P-22", "P-55", "P-56")
}

// acceptLength covers each form of a byte string's head, written by hand in
// this implementation.
func (w *world) acceptLength(n int) vectors.Accept {
	name := "reference-" + itoa(n)
	refs := map[pass.ModelID][]byte{w.model: bytesOf(name, n)}
	c := w.plain(name)
	if n == pass.MaxReference { // fits only beside short claims
		c.Zones, c.Status.Index = []string{"z"}, 0
	}
	c, s := w.sealed(name, c, w.seal, refs)
	a := accepted(name, "a reference of "+itoa(n)+" bytes", w.issue(c, s.Bytes), noon, []string{"P-4", "P-31"}, refs)
	a.Zone = c.Zones[0]
	return a
}

func accepted(name, about, text string, at time.Time, reqs []string, refs map[pass.ModelID][]byte) vectors.Accept {
	p := must(pass.Parse(text))
	a := vectors.Accept{
		Vector: vectors.Vector{Name: name, About: about, Requirements: reqs},
		Text:   text, Bytes: messageOf(text), Zone: zone, At: at, Claims: claimsOf(p.Claims()),
	}
	if f := p.Claims().Face; f != nil {
		for _, m := range f.Models {
			a.References = append(a.References, vectors.Reference{Model: m[:], Bytes: refs[m]})
		}
	}
	return a
}

func claimsOf(c pass.Claims) vectors.Claims {
	out := vectors.Claims{
		Site: c.Site.String(), ID: c.ID[:], Kind: c.Kind().String(), NotBefore: c.NotBefore, Expires: c.Expires,
		Zones: c.Zones, Status: vectors.Status{List: c.Status.List, Index: c.Status.Index},
	}
	for _, s := range c.Schedule {
		out.Schedule = append(out.Schedule, vectors.Window{Days: uint8(s.Days), Start: s.Start, End: s.End})
	}
	if c.Holder != nil {
		k := publicKey(c.Holder)
		out.Holder = &k
	}
	if f := c.Face; f != nil {
		out.Face = &vectors.FaceClaims{Purpose: uint8(f.Purpose), Consent: f.Consent[:], Sealed: f.Sealed[:]}
		for _, m := range f.Models {
			out.Face.Models = append(out.Face.Models, m[:])
		}
	}
	return out
}
