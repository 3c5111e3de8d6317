package check

import (
	"reflect"
	"testing"
	"time"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/iddoc"
)

// TestClaims: each claim is as its own specification has it, and what the lines do
// not say is left out.
func TestClaims(t *testing.T) {
	m, err := iddoc.ParseMRZ(passport())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		party.GivenName: "ANNA MARIA", party.FamilyName: "ERIKSSON", party.Birthdate: "1974-08-12", party.Nationalities: []string{"UTO"},
		party.Over18: true, party.DocumentNumber: "L898902C3", party.DocumentType: "passport", party.DocumentIssuer: "UTO", party.DocumentExpiry: "2012-04-15",
	}
	if got := claims(party.Claims(), m, start); !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
	for name, value := range want {
		if err := party.CheckValue(name, value); err != nil {
			t.Error(err)
		}
	}
	m.Birth, m.Given = iddoc.Date{}, ""
	if got := claims([]string{party.Birthdate, party.Over18, party.GivenName}, m, start); len(got) != 0 {
		t.Errorf("said of what is not known: %v", got)
	}
	if got := claims(party.Claims(), nil, start); len(got) != 0 {
		t.Errorf("said without lines: %v", got)
	}
}

// TestOver18: on the day itself, where the desk is.
func TestOver18(t *testing.T) {
	m, err := iddoc.ParseMRZ(passport())
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]bool{"1992-08-11T23:00:00-10:00": false, "1992-08-12T00:00:00+08:00": true} {
		now, err := time.Parse(time.RFC3339, day)
		if err != nil {
			t.Fatal(err)
		}
		if got := claims([]string{party.Over18}, m, now)[party.Over18]; got != want {
			t.Errorf("%s: %v", day, got)
		}
	}
}

func TestDocumentType(t *testing.T) {
	for code, want := range map[string]string{"P": "passport", "PD": "passport", "ID": "idcard", "I": "idcard", "C": "idcard", "AR": "residence_permit", "IR": "residence_permit", "V": "other"} {
		if got := documentType(code); got != want {
			t.Errorf("%s: %s", code, got)
		}
	}
}
