package card

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/internal/typeset"
)

// TestForeignCharacters prints what people may call a site, whether the font has
// it or not.
func TestForeignCharacters(t *testing.T) {
	f := fonts(t)
	for _, tt := range []struct{ name, printed, missing string }{
		{"Garden Court", "Garden Court", ""},
		{"花园小区 Café ½", "花园小区 Café ½", ""},
		{"🏠", "□", "🏠"},
		{"🏠🏠x\ufe0f", "□□x", "🏠"},
		{"𠮷野家", "□野家", "𠮷"},
		{"بيت", "□□□", "بتي"},
		{"a\u200d\u202eb\tc\u3000d", "ab c d", ""},
		{"\U0010ffff\uffff\ufffd", "□□□", "\ufffd\uffff\U0010ffff"},
	} {
		c := facePass(t)
		c.Site, c.Contact = tt.name, tt.name
		missing, err := Unprintable(f, c)
		if err != nil || missing != tt.missing {
			t.Errorf("%q: without %q, %v, want %q", tt.name, missing, err, tt.missing)
		}
		doc, err := typeset.New(f, "x", made)
		if err != nil {
			t.Fatal(err)
		}
		clean := (&Card{Site: tt.name}).clean()
		if _, got := doc.Fit(clean.Site, style(10, false, ink), 99, 1); strings.Join(got, "|") != tt.printed {
			t.Errorf("%q is printed as %q, want %q", tt.name, got, tt.printed)
		}
		for _, l := range []Layout{Single, Sheet} {
			if out, err := PDF(l, f, made, c); err != nil || !bytes.HasPrefix(out, []byte("%PDF")) {
				t.Errorf("%q: %v", tt.name, err)
			}
		}
	}
}

// TestCleanChangesNothing: the caller's card stays as it is.
func TestCleanChangesNothing(t *testing.T) {
	c := facePass(t)
	c.Zones = []string{"𠮷"}
	before := slices.Clone(c.Zones)
	mustPDF(t, Single, c)
	if !slices.Equal(c.Zones, before) {
		t.Errorf("the zones became %q", c.Zones)
	}
}
