package doorapi

import (
	"errors"
	"maps"
	"strings"
	"testing"
)

// TestDeskNotice: people can be shown a text in both languages that they can read, and
// nothing that is too long, hidden or left out; what it says is in its hash.
func TestDeskNotice(t *testing.T) {
	good := DeskNotice{Number: 1, Text: map[string]string{"en": "We compare.\n\nOr staff look.", "zh-CN": "我们比对。"}}
	for name, n := range map[string]DeskNotice{"own words": good, "the program's": {}, "as text": {Text: OwnNotice()}} {
		if err := n.Valid(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, change := range map[string]func(map[string]string){
		"one language":   func(m map[string]string) { delete(m, "zh-CN") },
		"nothing":        func(m map[string]string) { m["en"] = "" },
		"space":          func(m map[string]string) { m["en"] = " We compare." },
		"too long":       func(m map[string]string) { m["en"] = strings.Repeat("x", MaxNoticeText+1) },
		"turned round":   func(m map[string]string) { m["en"] = "We compare\u202e." },
		"no UTF-8":       func(m map[string]string) { m["en"] = "\xff" },
		"no language":    func(m map[string]string) { m["<b>"] = "x" },
		"many languages": func(m map[string]string) { addTags(m) },
	} {
		text := maps.Clone(good.Text)
		change(text)
		if err := (DeskNotice{Text: text}).Valid(); !errors.Is(err, ErrDeskNotice) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if string(good.Document()) != `{"en":"We compare.\n\nOr staff look.","zh-CN":"我们比对。"}` {
		t.Errorf("%s", good.Document())
	}
	other := DeskNotice{Number: 2, Text: maps.Clone(good.Text)}
	if other.Hash() != good.Hash() {
		t.Error("the same text has two hashes")
	}
	other.Text["en"] += "!"
	if other.Hash() == good.Hash() {
		t.Error("two texts have one hash")
	}
}

func addTags(m map[string]string) {
	for _, tag := range []string{"de", "fr", "ja", "ko", "es", "it", "pt"} {
		m[tag] = "x"
	}
}
