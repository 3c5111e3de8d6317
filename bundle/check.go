package bundle

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/facelatch/facelatch/pass"
)

// FieldError says which field of a bundle or of PINs cannot be as it is.
type FieldError struct {
	// Field is its name, as in "zones[2].hours"; entries count from 0.
	Field string
	// Err is what is wrong.
	Err error
}

func (e *FieldError) Error() string { return e.Field + ": " + e.Err.Error() }

func (e *FieldError) Unwrap() error { return e.Err }

func field(name string, err error) error {
	if err == nil {
		return nil
	}
	return &FieldError{Field: name, Err: err}
}

func fieldf(name, format string, args ...any) error { return field(name, fmt.Errorf(format, args...)) }

// latest is the last second of the year 9999.
const latest = 253402300799

var (
	languageTag   = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$`)
	timezoneName  = regexp.MustCompile(`^[A-Za-z0-9_+/-]{1,64}$`)
	thresholdName = regexp.MustCompile(`^[a-z0-9.-]{1,32}$`)
)

// Check returns what is wrong with the first field that a bundle cannot have,
// as a [FieldError], or nil. A zone whose only way in is a face fails with
// [ErrOnlyWay]. [Sign] and [Verify] call it.
func (b *Bundle) Check() error {
	return cmp.Or(
		b.checkHead(),
		field("issuers", checkKeys(b.Issuers)),
		field("signers", checkKeys(b.Signers)),
		b.checkLives(),
		b.checkZones(),
		b.checkLists(),
		b.checkModels(),
		b.checkRefused(),
		b.Notice.check(b.faces()),
		b.checkCheckpoint(),
	)
}

func (b *Bundle) checkHead() error {
	switch {
	case b.Site == pass.SiteID{}:
		return fieldf("site", "it is zero")
	case b.Number == 0:
		return fieldf("number", "bundles count from 1")
	}
	return cmp.Or(
		field("issued", checkTime(b.Issued)),
		field("name", checkText(b.Name, MaxTitle, false)),
		field("timezone", checkTimezone(b.Timezone)),
	)
}

func checkTime(t time.Time) error {
	switch {
	case t.Unix() <= 0 || t.Unix() > latest:
		return errors.New("a time before 1970 or after 9999")
	case t.Nanosecond() != 0:
		return errors.New("not whole seconds")
	}
	return nil
}

func checkTimezone(name string) error {
	if !timezoneName.MatchString(name) || strings.HasPrefix(name, "/") {
		return fmt.Errorf("%q is not the name of a time zone, such as Asia/Shanghai", name)
	}
	return nil
}

// checkText refuses what could make a screen show something else than it says.
func checkText(s string, longest int, lines bool) error {
	if s == "" || len(s) > longest || !utf8.ValidString(s) {
		return fmt.Errorf("not a text of 1 to %d bytes", longest)
	}
	for _, r := range s {
		if deceives(r) && (r != '\n' || !lines) {
			return fmt.Errorf("the character %U cannot be shown", r)
		}
	}
	return nil
}

// deceives returns whether a character steers what is shown instead of being
// shown. The two joiners do as well, and several scripts cannot be written
// without them.
func deceives(r rune) bool {
	const nonJoiner, joiner = 0x200c, 0x200d
	return r != nonJoiner && r != joiner &&
		unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp)
}

func checkTexts(texts map[string]string, longest int, lines bool) error {
	if len(texts) > MaxLanguages {
		return fmt.Errorf("%d languages, more than %d", len(texts), MaxLanguages)
	}
	for _, lang := range sortedKeys(texts) {
		if !languageTag.MatchString(lang) {
			return fmt.Errorf("%q is not a language tag, such as zh or en", lang)
		}
		if err := checkText(texts[lang], longest, lines); err != nil {
			return fmt.Errorf("%s: %w", lang, err)
		}
	}
	return nil
}

// checkLives holds promise 4: a face is never accepted for longer.
func (b *Bundle) checkLives() error {
	if err := field("plain_life", checkLife(b.PlainLife)); err != nil {
		return err
	}
	if err := field("face_life", checkLife(b.FaceLife)); err != nil {
		return err
	}
	if b.FaceLife > b.PlainLife {
		return fieldf("face_life", "faces are accepted for longer than everything else")
	}
	return nil
}

func checkLife(d time.Duration) error {
	if d < time.Second || d > MaxLife || d%time.Second != 0 {
		return fmt.Errorf("not whole seconds from 1 s to %s", MaxLife)
	}
	return nil
}

// faces returns whether any zone accepts them.
func (b *Bundle) faces() bool {
	for _, z := range b.Zones {
		if z.Methods.Has(Face) {
			return true
		}
	}
	return false
}
