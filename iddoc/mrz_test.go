package iddoc

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/testenv"
	"pgregory.net/rapid"
)

// The specimens of ICAO Doc 9303, parts 4, 5 and 6.
const (
	specimenTD3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
	specimenTD2 = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6"
	specimenTD1 = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
)

func parse(text string) (*MRZ, error) { return ParseMRZ(strings.Split(text, "\n")) }

func TestSpecimens(t *testing.T) {
	for text, want := range map[string]MRZ{
		specimenTD3: {Size: TD3, Code: "P", Number: "L898902C3", Optional: "ZE184226B"},
		specimenTD2: {Size: TD2, Code: "I", Number: "D23145890"},
		specimenTD1: {Size: TD1, Code: "I", Number: "D23145890"},
	} {
		m, err := parse(text)
		if err != nil {
			t.Errorf("%v: %v", want.Size, err)
			continue
		}
		want.Issuer, want.Nationality, want.Sex = "UTO", "UTO", "F"
		want.Surname, want.Given, want.Whole = "ERIKSSON", "ANNA MARIA", true
		want.Birth, want.Expiry = Date{74, 8, 12, true}, Date{12, 4, 15, true}
		if *m != want {
			t.Errorf("got %+v, want %+v", *m, want)
		}
	}
}

// TestEveryCharacter changes each character that a check digit covers to each
// other one of a lower or higher value: one that differs by a multiple of ten
// cannot be told, and no other passes.
func TestEveryCharacter(t *testing.T) {
	covered := map[string][]string{
		specimenTD3: {strings.Repeat("-", 44), "XXXXXXXXXX---XXXXXXX-XXXXXXXXXXXXXXXXXXXXXXX"},
		specimenTD2: {strings.Repeat("-", 36), "XXXXXXXXXX---XXXXXXX-XXXXXXXXXXXXXXX"},
		specimenTD1: {"-----XXXXXXXXXXXXXXXXXXXXXXXXX", "XXXXXXX-XXXXXXX---XXXXXXXXXXXX", strings.Repeat("-", 30)},
	}
	for text, mask := range covered {
		mask := strings.Join(mask, "\n")
		for i := range len(text) {
			for _, c := range []byte("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<") {
				if mask[i] != 'X' || (value(c)-value(text[i]))%10 == 0 {
					continue
				}
				changed := text[:i] + string(c) + text[i+1:]
				if m, err := parse(changed); err == nil || m != nil {
					t.Errorf("%q was read", changed)
				}
			}
		}
	}
}

func TestLongNumber(t *testing.T) {
	number := "D23145890734"
	lines := []string{
		"I<UTO" + number[:9] + "<" + number[9:] + string(CheckDigit(number)) + "<<<<<<<<<<<",
		"7408122F1204159UTO<<<<<<<<<<<",
		"ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
	}
	lines[1] += string(CheckDigit(lines[0][5:30] + lines[1][0:7] + lines[1][8:15] + lines[1][18:29]))
	m, err := ParseMRZ(lines)
	if err != nil || m.Number != number || m.Optional != "" {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestRefused(t *testing.T) {
	for name, test := range map[string]struct {
		text  string
		field string
		err   error
	}{
		"nothing":          {"", "", ErrLines},
		"one line":         {specimenTD3[:44], "", ErrLines},
		"too short":        {specimenTD3[:len(specimenTD3)-1], "", ErrLines},
		"small letters":    {strings.ToLower(specimenTD3), "", ErrLines},
		"a space":          {strings.Replace(specimenTD3, "<", " ", 1), "", ErrLines},
		"number":           {strings.Replace(specimenTD3, "L898902C3", "L898902C4", 1), "document number", ErrCheckDigit},
		"birth":            {strings.Replace(specimenTD3, "7408122", "7408132", 1), "date of birth", ErrCheckDigit},
		"no such day":      {strings.Replace(specimenTD3, "7408122", "740832"+string(CheckDigit("740832")), 1), "date of birth", ErrField},
		"expiry":           {strings.Replace(specimenTD3, "1204159", "1204158", 1), "date of expiry", ErrCheckDigit},
		"expiry not known": {strings.Replace(specimenTD3, "1204159", "12<<<<"+string(CheckDigit("12<<<<")), 1), "date of expiry", ErrField},
		"optional":         {strings.Replace(specimenTD3, "ZE184226B<<<<<1", "ZE184226B<<<<<2", 1), "optional data", ErrCheckDigit},
		"whole":            {specimenTD3[:len(specimenTD3)-1] + "1", "whole", ErrCheckDigit},
		"sex":              {strings.Replace(specimenTD3, "2F1", "2Q1", 1), "sex", ErrField},
		"nationality":      {strings.Replace(specimenTD3, "36UTO", "36<<<", 1), "nationality", ErrField},
		"issuer":           {strings.Replace(specimenTD3, "P<UTO", "P<1TO", 1), "issuer", ErrField},
		"code":             {strings.Replace(specimenTD3, "P<UTO", "<PUTO", 1), "document code", ErrField},
		"name":             {strings.Replace(specimenTD3, "ERIKSSON", "ER1KSSON", 1), "name", ErrField},
	} {
		m, err := parse(test.text)
		var field *FieldError
		if m != nil || !errors.Is(err, test.err) {
			t.Errorf("%s: %v, %v", name, m, err)
		} else if errors.As(err, &field) && field.Field != test.field {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && test.field != "" && strings.ContainsAny(err.Error(), "0123456789") {
			t.Errorf("%s: the message repeats what stands in the document: %v", name, err)
		}
	}
}

func TestDates(t *testing.T) {
	today := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct{ field, birth, expiry string }{
		{"740812", "1974-08-12", "2074-08-12"},
		{"261122", "2026-11-22", "2026-11-22"},
		{"261123", "1926-11-23", "2026-11-23"},
		{"000229", "2000-02-29", "2000-02-29"},
		{"751231", "1975-12-31", "2075-12-31"},
	} {
		d, err := parseDate(test.field, true)
		if err != nil {
			t.Errorf("%s: %v", test.field, err)
			continue
		}
		if got := d.Birth(today).Format(time.DateOnly); got != test.birth {
			t.Errorf("%s: born %s, want %s", test.field, got, test.birth)
		}
		if got := d.Expiry(today).Format(time.DateOnly); got != test.expiry {
			t.Errorf("%s: expires %s, want %s", test.field, got, test.expiry)
		}
	}
	for field, want := range map[string]string{"80<<<<": "1980-12-31", "8002<<": "1980-02-29", "26<<<<": "2026-12-31"} {
		d, err := parseDate(field, true)
		if err != nil || d.Birth(today).Format(time.DateOnly) != want || d.String() != field || d.Whole() {
			t.Errorf("%s: %v, %v", field, d.Birth(today), err)
		}
	}
	if d, err := parseDate("<<<<<<", true); err != nil || d.Known() || !d.Birth(today).IsZero() {
		t.Errorf("%v, %v", d, err)
	}
	for _, field := range []string{"<<0101", "<<<<01", "80<<01", "800230", "801301", "800001", "800100", "8A0101", "<0<0<0"} {
		if d, err := parseDate(field, true); err == nil {
			t.Errorf("%s is %v", field, d)
		}
	}
}

// TestBirthIsNeverAhead holds for every date and every day.
func TestBirthIsNeverAhead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		today := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "today"), 0).UTC().Truncate(24 * time.Hour)
		d, err := parseDate(rapid.StringMatching(`[0-9]{6}`).Draw(t, "date"), true)
		if err != nil {
			return
		}
		if b := d.Birth(today); b.After(today) || b.Before(today.AddDate(-101, 0, 0)) {
			t.Fatalf("%v is %v on %v", d, b, today)
		}
		if e := d.Expiry(today); e.Sub(today).Abs() > 51*366*24*time.Hour {
			t.Fatalf("%v is %v on %v", d, e, today)
		}
	})
}

func TestCorpus(t *testing.T) {
	testenv.Corpus(t, "FuzzMRZ")
	testenv.Corpus(t, "FuzzFaceRecord")
	testenv.Corpus(t, "FuzzDG2")
}

// FuzzMRZ: what is read fits its digits, has one size, and comes of lines that no
// other text has; what is not read gives nothing.
func FuzzMRZ(f *testing.F) {
	f.Add(specimenTD1)
	f.Fuzz(func(t *testing.T, text string) {
		m, err := parse(text)
		if (m == nil) == (err == nil) {
			t.Fatalf("%v, %v", m, err)
		}
		if err != nil {
			return
		}
		lines, characters := m.Size.Shape()
		if len(text) != lines*(characters+1)-1 {
			t.Errorf("%v of %d characters", m.Size, len(text))
		}
		if !m.Expiry.Whole() || m.Number == "" || m.Issuer == "" || m.Surname == "" {
			t.Errorf("read with something missing: %v", m.Size)
		}
		if strings.Contains(m.Surname+m.Given+m.Optional, "  ") {
			t.Error("words with two spaces")
		}
	})
}
