package thief

import (
	"crypto/ecdsa"
	"crypto/x509"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/controller/public"
	"github.com/facelatch/facelatch/controller/public/words"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/pass"
)

// haul is what a thief has, for saying whether a statement is true.
type haul struct {
	e            *estate
	office, both *loot
	secrets      []bundle.Secrets
	hours        float64
}

// publish says what was obtained in the words of the public page, and holds each of
// them to what was found.
func (e *estate) publish(office, door *loot) {
	e.t.Helper()
	h := haul{e: e, office: office, both: together(office, door)}
	h.secrets = h.both.opened(e)
	if len(h.secrets) == 0 {
		e.t.Fatal("the door's key does not open what was sealed to it: the search does not work")
	}
	h.guess()
	stolen := public.Stolen()
	h.say("From the controller's disk alone, a thief", stolen.Controller, controllerTruths(), stolen.PINCoreHours)
	h.say("With one door's disk besides, a thief", stolen.Door, doorTruths(), stolen.PINCoreHours)
	if ratio := h.hours / float64(stolen.PINCoreHours); ratio < 1.0/8 || ratio > 8 {
		e.t.Errorf("a code takes %.0f core-hours here, and %d are published: mend controller/public/thief.json", h.hours, stolen.PINCoreHours)
	}
}

// truths say by the English words of a statement whether it is so.
type truths map[string]func(haul) bool

// say prints what is published, and fails where it is not so, or nobody looked.
func (h haul) say(who string, what public.Loot, is truths, hours int) {
	h.e.t.Helper()
	left := len(is)
	for verb, all := range map[string][]words.Text{"obtains": what.Got, "does not obtain": what.Not} {
		for _, text := range all {
			english := text[string(words.English)]
			h.e.t.Logf("%s %s: %s", who, verb, strings.ReplaceAll(english, "{hours}", strconv.Itoa(hours)))
			check, known := is[english]
			if !known {
				h.e.t.Errorf("nobody looks whether this is so: %s", english)
				continue
			}
			if left--; !check(h) {
				h.e.t.Errorf("this is not so: %s", english)
			}
		}
	}
	if left != 0 {
		h.e.t.Errorf("%d of what was looked for is not published", left)
	}
}

// searched is for what controllerHas and doorHas have looked for and reported.
func searched(h haul) bool { return h.e.found == 0 }

func (l *loot) has(texts ...string) bool {
	for _, text := range texts {
		if !slices.ContainsFunc(l.pieces, func(p piece) bool { return strings.Contains(string(p.data), text) }) {
			return false
		}
	}
	return true
}

// column says whether the database has a value in a column.
func (l *loot) column(name string) bool {
	return slices.ContainsFunc(l.pieces, func(p piece) bool { return p.column == name || p.name == "database: "+name })
}

func controllerTruths() truths {
	return truths{
		"The labels under which holders are known (such as a flat) and the contacts that they gave.": func(h haul) bool {
			return h.office.has(h.e.labels...) && h.office.has("flat0@harbour.example")
		},
		"Which passes there are, for which doors and until when; who agreed to which notice.": func(h haul) bool {
			return h.office.column("dockets.expires") && h.office.column("dockets.zones") && h.office.column("notices.document")
		},
		"Who works in the office, by name, and since when they are signed in.": func(h haul) bool {
			return h.office.has("Front office") && h.office.column("operator_sessions.started")
		},
		"How often each way in was used, for a set of doors and a whole day together, with “fewer than five” for one to four.": func(h haul) bool {
			return h.office.column("counts.least")
		},
		"The keys that sign passes: until they are replaced, the thief can make plain passes.": func(h haul) bool { return h.signs() },
		"Anybody's face, photograph, or the numbers computed from it: they were never here.":   searched,
		"Who passed which door, and when: it was never recorded.":                              searched,
		"The codes that people type at doors.":                                                 searched,
	}
}

func doorTruths() truths {
	return truths{
		"The codes of that door's zone: each can be guessed in about {hours} hours of one processor core.": func(h haul) bool { return h.hours > 0 },
		"The key that opens face passes: whoever also has a picture of somebody's pass can read the numbers in it.": func(h haul) bool {
			p, err := pass.Parse(h.e.faces[0])
			must(h.e.t, err)
			return slices.ContainsFunc(h.secrets[0].Sealing, func(k bundle.EpochKey) bool { return open(p, h.e.trust, k.Key) != nil })
		},
		"The key with which that door speaks to the controller: until it is removed there, the thief can be that door.": func(h haul) bool {
			return slices.ContainsFunc(h.both.pieces, func(p piece) bool { return strings.HasSuffix(p.name, "/state/key.pem (PRIVATE KEY)") })
		},
		"Anybody's face, photograph, or the numbers computed from it: those are in people's own passes only.": searched,
		"Who passed which door, and when: it was never recorded.":                                             searched,
	}
}

// signs says whether a key that signs passes is among the loot.
func (h haul) signs() bool {
	return slices.ContainsFunc(h.office.pieces, func(p piece) bool {
		key, err := x509.ParsePKCS8PrivateKey(p.data)
		if err != nil {
			return false
		}
		ec, ok := key.(*ecdsa.PrivateKey)
		if !ok {
			return false
		}
		id, err := pass.KeyIDOf(&ec.PublicKey)
		return err == nil && h.e.trust.Keys[id] != nil
	})
}

// codes is how many a PIN can have.
const codes = 1e8

// guess guesses the code of a PIN with the pepper of the door's zone, as fast as
// this machine does it, and measures how long that takes.
func (h *haul) guess() {
	pepper, pins := h.secrets[0].Pepper, h.e.pins()
	number, right := h.e.numbers[1], h.e.codes[1]
	tries := testenv.Count(12, 400)
	fastest := math.Inf(1)
	for i := range tries {
		code := fmt.Sprintf("%08d", i)
		if i == tries-1 {
			code = right
		}
		before, start := used(), time.Now()
		_, err := pins.Check(number, code, pepper, time.Now(), time.UTC)
		// Others work beside it: what this guess took is no more than either.
		fastest = min(fastest, (used() - before).Seconds(), time.Since(start).Seconds())
		if (err == nil) != (code == right) {
			h.e.t.Errorf("the code %s of a PIN: %v", code, err)
		}
	}
	h.hours = codes / 2 * fastest / 3600
	h.e.t.Logf("a guess at the code of a PIN takes %.1f ms of one core: %.0f core-hours for a code on average, %.0f for all of them; "+
		"with a hundred cores as fast, and memory for each, %.1f hours on average", 1000*fastest, h.hours, 2*h.hours, h.hours/100)
}

// used is the time of processors that this process has used.
func used() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
