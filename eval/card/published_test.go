package card

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/internal/testenv"
)

// TestPublished: the tables in docs are those that docs/accuracy.json gives.
// Make them again with facelatch eval card --out docs.
func TestPublished(t *testing.T) {
	docs := filepath.Join(testenv.Root(t), "docs")
	read := func(name string) string {
		data, err := os.ReadFile(filepath.Join(docs, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	figures := read("accuracy.json")
	a, err := Decode([]byte(figures))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := a.Encode(); err != nil || string(again) != figures {
		t.Errorf("docs/accuracy.json is not as it is written: %v", err)
	}
	if a.ModelCard() != read("model-card.md") {
		t.Error("docs/model-card.md is not what docs/accuracy.json gives")
	}
	page := read("accuracy.md")
	if filled, err := a.Fill(page); err != nil || filled != page {
		t.Errorf("the tables of docs/accuracy.md are not what docs/accuracy.json gives: %v", err)
	}
	for _, name := range []string{"accuracy", "rates", "thresholds", "showings", "averaged", "groups", "capture", "made"} {
		if !strings.Contains(page, mark(name)) {
			t.Errorf("docs/accuracy.md has no table of %s", name)
		}
	}
}
