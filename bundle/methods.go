package bundle

import (
	"errors"
	"strings"
)

// Methods is a set of ways in.
type Methods uint8

const (
	// Plain is a plain pass without a key, such as one on paper.
	Plain Methods = 1 << iota
	// Face is a face pass and the face.
	Face
	// PIN is a number and a code, typed.
	PIN
	// Phone is a plain pass presented by its holder's key.
	Phone

	allMethods = Plain | Face | PIN | Phone
)

// ErrOnlyWay is returned for a zone in which faces are the only way in
// (promise 4). Its text is a sentence that people are shown.
//
//lint:ignore ST1005 it is a sentence
var ErrOnlyWay = errors.New("A door that accepts faces must accept at least one other method with the same doors and the same hours.")

// Has returns whether all of some methods are in the set.
func (m Methods) Has(some Methods) bool { return m&some == some }

// Check returns what is wrong with the set, [ErrOnlyWay] if it is that.
func (m Methods) Check() error {
	switch {
	case m == 0:
		return errors.New("there is no way in")
	case m&^allMethods != 0:
		return errors.New("there is a method that is not known here")
	case m == Face:
		return ErrOnlyWay
	}
	return nil
}

// Names returns the names of the methods in the set, as [ParseMethods] reads
// them.
func (m Methods) Names() []string {
	var names []string
	for i, name := range []string{"plain", "face", "pin", "phone"} {
		if m>>i&1 == 1 {
			names = append(names, name)
		}
	}
	return names
}

// String returns the names, joined by "+".
func (m Methods) String() string { return strings.Join(m.Names(), "+") }

// ParseMethods reads names of methods, each once.
func ParseMethods(names ...string) (m Methods, err error) {
	for _, name := range names {
		one, known := map[string]Methods{"plain": Plain, "face": Face, "pin": PIN, "phone": Phone}[name]
		if !known || m.Has(one) {
			return 0, errors.New(`methods are "plain", "face", "pin" and "phone", each once, not "` + name + `"`)
		}
		m |= one
	}
	return m, nil
}
