package check

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/iddoc"
)

// Known says whether there is a claim of a name.
func Known(name string) bool { return slices.Contains(party.Claims(), name) }

// claims are those of the wanted that lines give. What they do not say is left out.
func claims(wanted []string, m *iddoc.MRZ, now time.Time) map[string]any {
	all := make(map[string]any)
	if m == nil {
		return all
	}
	for _, name := range wanted {
		if name == party.Nationalities {
			all[name] = []string{m.Nationality}
		} else if name == party.Over18 {
			if m.Birth.Known() {
				all[name] = !m.Birth.Birth(now).AddDate(18, 0, 0).After(iddoc.Today(now))
			}
		} else if text := text(name, m, now); text != "" {
			all[name] = text
		}
	}
	return all
}

// text is a claim that is a text, "" if the lines do not say it.
func text(name string, m *iddoc.MRZ, now time.Time) string {
	switch name {
	case party.GivenName:
		return m.Given
	case party.FamilyName:
		return m.Surname
	case party.Birthdate:
		return birthdate(m.Birth, now)
	case party.DocumentNumber:
		return m.Number
	case party.DocumentType:
		return documentType(m.Code)
	case party.DocumentIssuer:
		return m.Issuer
	case party.DocumentExpiry:
		if m.Expiry.Whole() {
			return m.Expiry.Expiry(now).Format(time.DateOnly)
		}
	}
	return ""
}

// birthdate is a date, or a year where that is all that is known. A year and a month
// have no form of their own, so that of them only the year is said.
func birthdate(d iddoc.Date, now time.Time) string {
	switch {
	case d.Whole():
		return d.Birth(now).Format(time.DateOnly)
	case d.Known():
		return fmt.Sprintf("%04d", d.Birth(now).Year())
	}
	return ""
}

// documentType is what kind a document code stands for: P is a passport's, A, C and
// I are those of cards (ICAO Doc 9303-4 to 9303-6), of which AR and IR are what
// states write on residence permits.
func documentType(code string) string {
	switch {
	case strings.HasPrefix(code, "P"):
		return "passport"
	case code == "AR" || code == "IR":
		return "residence_permit"
	case code != "" && strings.Contains("ACI", code[:1]):
		return "idcard"
	}
	return "other"
}
