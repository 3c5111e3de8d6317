package pages

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/facelatch/facelatch/controller/acts"
)

// form is what somebody entered, and what was wrong with it. It is shown again
// with all that was in it.
type form struct {
	values url.Values
	wrong  map[string]string // by field, in the visitor's language
	now    map[string]string // by field: what it is now, where somebody else changed it meanwhile
}

// entered is the form of a request.
func (v *visit) entered() *form {
	return &form{values: v.r.Form, wrong: map[string]string{}, now: map[string]string{}}
}

// filled is a form with values that nobody entered.
func filled(pairs ...string) *form {
	f := &form{values: url.Values{}, wrong: map[string]string{}, now: map[string]string{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.values.Set(pairs[i], pairs[i+1])
	}
	return f
}

// ok says whether nothing is wrong.
func (f *form) ok() bool { return len(f.wrong) == 0 }

// Wrong says how many fields are wrong.
func (f *form) Wrong() int { return len(f.wrong) }

// Meanwhile says how many fields somebody else has changed.
func (f *form) Meanwhile() int { return len(f.now) }

// Now says of fields what they are now, where somebody else has changed them.
func (f *form) Now() map[string]string { return f.now }

// Values are all fields.
func (f *form) Values() url.Values { return f.values }

// Get returns what stands in a field.
func (f *form) Get(name string) string { return f.values.Get(name) }

// Has says whether a field that can be ticked several times has a value.
func (f *form) Has(name, value string) bool { return slices.Contains(f.values[name], value) }

// Fault returns what is wrong with a field.
func (f *form) Fault(name string) string { return f.wrong[name] }

// text reads a field of one line: printable characters only, so that nothing in
// it can hide or turn round what stands beside it.
func (v *visit) text(f *form, name string, most int, needed bool) string {
	value := strings.TrimSpace(f.Get(name))
	switch {
	case value == "" && needed:
		f.wrong[name] = v.say("wrong.empty")
	case utf8.RuneCountInString(value) > most:
		f.wrong[name] = v.say("wrong.long", "most", most)
	case !printable(value):
		f.wrong[name] = v.say("wrong.characters")
	}
	return value
}

func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(c rune) bool { return !unicode.IsPrint(c) })
}

// take puts an error of an act beside its field. It returns what cannot be put
// anywhere: the caller shows that as a page.
func (v *visit) take(f *form, err error, fields map[string]string) error {
	invalid, ok := errors.AsType[*acts.Invalid](err)
	if !ok {
		return err
	}
	name, _, _ := strings.Cut(invalid.Field, "[")
	if own, ok := fields[name]; ok {
		name = own
	}
	f.wrong[name] = v.say("wrong.other", "why", invalid.Why)
	return nil
}

// entry is a field as a page shows it.
type entry struct {
	Name, Value, Label, Hint, Fault, Now string
	// Was is what it was when the page was made; see merge.
	Was string
}

// entry returns a field with the words of a key: key, and key.hint if there is
// one.
func (f *form) entry(s speaker, name, key string) entry {
	say := func(key string) string {
		text, _ := s.book.Say(s.tag, key)
		return text
	}
	was := f.Get(name)
	if before, ok := f.values[wasPrefix+name]; ok {
		was = before[0]
	}
	return entry{Name: name, Value: f.Get(name), Label: say(key), Hint: say(key + ".hint"), Fault: f.wrong[name], Now: f.now[name], Was: was}
}

// choice is a box to tick or a knob to choose.
type choice struct {
	Name, Value, Key string
	Chosen           bool
}

func (f *form) choice(name, value, key string) choice {
	return choice{name, value, key, f.Has(name, value)}
}

// wasPrefix is before the name of the hidden field that says what a field was
// when the page was made.
const wasPrefix = "was:"

// merge puts together what an operator entered and what somebody else changed
// meanwhile. Fields that the operator left alone take the new value; those that
// both changed keep what was entered, with the new value beside it. It returns
// the form to be shown, and whether anything was changed by somebody else.
func (f *form) merge(now *form) bool {
	for name := range now.values {
		if strings.HasPrefix(name, wasPrefix) {
			continue
		}
		was, is := strings.Join(f.values[wasPrefix+name], "\n"), strings.Join(now.values[name], "\n")
		if was == is {
			continue
		}
		if strings.Join(f.values[name], "\n") == was {
			f.values[name] = now.values[name]
		}
		f.now[name] = is
		f.values[wasPrefix+name] = []string{is}
	}
	return len(f.now) > 0
}
