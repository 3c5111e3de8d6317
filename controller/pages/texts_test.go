package pages_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/pages"
	"github.com/facelatch/facelatch/controller/signin"
)

// TestTexts: every page of every role is made in both languages without a text
// that is missing, and every text is used.
func TestTexts(t *testing.T) {
	if testing.Short() {
		t.Skip("the pages are the same under the race detector")
	}
	f := furnish(t)
	for _, language := range []string{"en", "zh-CN"} {
		for _, role := range []acts.Role{acts.Owner, acts.Auditor} {
			b := f.owner
			if role != acts.Owner {
				b = f.owner.staff(role)
			}
			b.language = language
			for _, route := range pages.Routes() {
				if method, path, _ := strings.Cut(f.names.Replace(route.Pattern), " "); method == "GET" {
					a := b.get(path)
					if a.Code == 500 {
						t.Errorf("%s in %s: %s", path, language, a.words())
					}
				}
			}
			b.language = "en"
		}
	}
}

// made are keys that are put together from two parts.
var made = regexp.MustCompile(`^(role|act|door|pass|scope|trouble|way|wrong|lint|done|method|day|in|rules|concern|job|desks|claim|format|outcome|zoneform\.asks|site\.zone\.asks)\.|\.(hint|do|text)$`)

// TestNoTextTooMany finds texts that no page says.
func TestNoTextTooMany(t *testing.T) {
	r := newRig(t)
	var all strings.Builder
	files, err := filepath.Glob("sheets/*.html")
	must(t, err)
	sources, err := filepath.Glob("*.go")
	must(t, err)
	for _, name := range append(files, sources...) {
		data, err := os.ReadFile(name)
		must(t, err)
		all.Write(data)
	}
	for _, key := range r.office.Keys() {
		if !strings.Contains(all.String(), `"`+key+`"`) && !made.MatchString(key) && !strings.HasSuffix(key, ".title") {
			t.Errorf("no page says %s", key)
		}
	}
	have := strings.Join(r.office.Keys(), "\n") + "\n"
	for _, role := range acts.Roles() {
		if !strings.Contains(have, "role."+string(role)+"\n") {
			t.Errorf("no words for the role %s", role)
		}
	}
	for _, scope := range acts.Scopes() {
		if !strings.Contains(have, "scope."+string(scope)+"\n") {
			t.Errorf("no words for the scope %s", scope)
		}
	}
	for _, way := range []signin.Method{signin.ByPasskey, signin.ByCode, signin.ByOpenID, signin.ByInvitation} {
		if !strings.Contains(have, "way."+string(way)+"\n") {
			t.Errorf("no words for %s", way)
		}
	}
	for _, key := range pages.TroubleKeys() {
		if !strings.Contains(have, "trouble."+key+"\n") || !strings.Contains(have, "trouble."+key+".do\n") {
			t.Errorf("no words for the trouble %s", key)
		}
	}
}
