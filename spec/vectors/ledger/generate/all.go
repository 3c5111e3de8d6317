package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/spec/vectors"
	ledgervectors "github.com/facelatch/facelatch/spec/vectors/ledger"
)

func text(format string, args ...any) string { return fmt.Sprintf(format, args...) }

func about(name, what string, requirements ...string) vectors.Vector {
	return vectors.Vector{Name: name, About: what, Requirements: requirements}
}

func all() (v ledgervectors.Vectors, err error) {
	w := newWorld()
	v = ledgervectors.Vectors{
		Log: w.log(), Entries: w.entries(), Openings: w.openings(), Checkpoints: w.checkpoints(),
		Paths: paths(), Proofs: w.proofs(), Follows: w.follows(),
	}
	return v, w.err
}

// theAct is the one that others are changed from.
func theAct() ledger.Act {
	return ledger.Act{
		Name: "notice.publish", Day: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC), By: "op-7k2m",
		Details: map[string]string{"version": "3", "title": `"正门" <&> \`}, ID: [16]byte{15: 1},
	}
}

func (w *world) entries() (list []ledgervectors.Entry) {
	add := func(e ledgervectors.Entry) {
		if !e.Refused {
			e.Hash = tlog.RecordHash([]byte(e.Entry)).String()
		}
		list = append(list, e)
	}
	good := w.encode(theAct())
	plain := theAct()
	plain.Details = nil
	add(ledgervectors.Entry{Vector: about("act", "an act in clear", "L-10", "L-11", "L-12", "L-13", "L-14", "L-15"), Entry: good, Kind: "act"})
	add(ledgervectors.Entry{Vector: about("act without details", "they are left out", "L-11"), Entry: w.encode(plain), Kind: "act"})
	pad := string(entry(0))
	add(ledgervectors.Entry{Vector: about("commitment", "an act about a person, or padding", "L-20", "L-21"), Entry: pad, Kind: "commitment"})
	for _, r := range []struct{ name, of, old, new, requirement string }{
		{"space", good, `,"at"`, `, "at"`, "L-10"},
		{"line end", good, `"v":1}`, "\"v\":1}\n", "L-10"},
		{"escaped", good, `<&>`, `\u003c&>`, "L-10"},
		{"another order", good, `"act":"notice.publish","at":"2026-11-21"`, `"at":"2026-11-21","act":"notice.publish"`, "L-10"},
		{"unknown member", good, `"v":1`, `"v":1,"w":1`, "L-10"},
		{"member twice", good, `"by":"op-7k2m"`, `"by":"op-7k2m","by":"op-7k2m"`, "L-10"},
		{"too long", good, `"version":"3"`, `"version":"` + strings.Repeat("x", 4096) + `"`, "L-10"},
		{"another version", good, `"v":1`, `"v":2`, "L-11"},
		{"no version", good, `,"v":1`, ``, "L-11"},
		{"empty details", w.encode(plain), `"id"`, `"details":{},"id"`, "L-11"},
		{"capitals", good, `"notice.publish"`, `"Notice.publish"`, "L-12"},
		{"two dots", good, `"notice.publish"`, `"notice..publish"`, "L-12"},
		{"a name of a person", good, `"op-7k2m"`, `"Wang Wei"`, "L-12"},
		{"a time", good, `"2026-11-21"`, `"2026-11-21T10:00:00Z"`, "L-13"},
		{"no day", good, `"2026-11-21"`, `"2026-11-31"`, "L-13"},
		{"a detail's name", good, `"version"`, `"Version"`, "L-14"},
		{"a detail that steers a screen", good, `"3"`, "\"3\u202e\"", "L-14"},
		{"a long detail", good, `"3"`, `"` + strings.Repeat("3", 513) + `"`, "L-14"},
		{"a short id", good, `0001"`, `01"`, "L-15"},
		{"a short commitment", pad, `","v"`, `00","v"`, "L-20"},
		{"a commitment in capitals", pad, `af`, `AF`, "L-20"},
		{"a commitment and an act", pad, `"v":1`, `"act":"x","v":1`, "L-20"},
	} {
		add(ledgervectors.Entry{Vector: about(r.name, "not in the one form", r.requirement), Entry: w.replace(r.of, r.old, r.new), Refused: true})
	}
	return list
}

func (w *world) encode(a ledger.Act) string {
	data, err := a.Encode()
	w.failed(err)
	return string(data)
}

// replace changes one thing, which must be there.
func (w *world) replace(s, old, new string) string {
	if !strings.Contains(s, old) {
		w.failed(fmt.Errorf("no %q in %q", old, s))
	}
	return strings.Replace(s, old, new, 1)
}

func (w *world) openings() (list []ledgervectors.Opening) {
	body, err := ledger.PersonAct{
		Name: "consent.give", At: time.Date(2026, 11, 21, 12, 30, 15, 0, time.UTC), By: "holder", Details: map[string]string{"notice": "ab"},
	}.Body()
	w.failed(err)
	o := ledger.Opening{Salt: [32]byte(seed(3)), Body: body}
	known := o
	known.Index, known.Known = 7, true
	free := ledger.Opening{Salt: [32]byte(seed(4)), Body: []byte("any text \u2028 at all")}
	for name, one := range map[string]ledger.Opening{"opening": o, "opening with its index": known, "opening of any text": free} {
		data, err := json.Marshal(one)
		w.failed(err)
		list = append(list, ledgervectors.Opening{
			Vector: about(name, "it opens the entry", "L-20", "L-22", "L-23", "L-24"), Opening: string(data), Entry: string(one.Commitment().Encode()),
		})
	}
	good, err := json.Marshal(o)
	w.failed(err)
	for _, r := range []struct{ name, old, new string }{
		{"a short salt", "0303", "03"},
		{"unknown member", `"salt"`, `"x":1,"salt"`},
		{"no body", `"body":"`, `"body":"","x":"`},
		{"negative index", `"salt"`, `"index":-1,"salt"`},
		{"a long body", `"body":"`, `"body":"` + strings.Repeat("x", 4097)},
	} {
		list = append(list, ledgervectors.Opening{Vector: about(r.name, "not an opening", "L-24"), Opening: w.replace(string(good), r.old, r.new), Refused: true})
	}
	return sorted(list, func(o ledgervectors.Opening) string { return o.Name })
}

func (w *world) checkpoints() (list []ledgervectors.Checkpoint) {
	for _, n := range []uint64{0, 1, size} {
		list = append(list, ledgervectors.Checkpoint{
			Vector: about(text("of %d entries", n), "a checkpoint", "L-30", "L-31"), Note: w.signed(n, w.key), Size: n, Root: w.at(n).Root.String(),
		})
	}
	list = append(list, ledgervectors.Checkpoint{
		Vector: about("signed by two keys", "the key is being replaced", "L-34"), Note: w.signed(size, w.key, w.strange), Size: size, Root: w.at(size).Root.String(),
	})
	good := text("%s\n%d\n%s\n", origin, size, w.at(size).Root)
	for _, r := range []struct {
		name, old, new string
		key            note.Signer
	}{
		{"another key", "x", "x", w.strange},
		{"another origin", origin, origin + "x", w.key},
		{"a fourth line", "=\n", "=\nmore\n", w.key},
		{"a leading zero", "\n700\n", "\n0700\n", w.key},
		{"too many entries", "\n700\n", "\n1099511627777\n", w.key},
		{"a short root", "=\n", "\n", w.key},
		{"no entries, and a root", "\n700\n", "\n0\n", w.key},
	} {
		list = append(list, ledgervectors.Checkpoint{
			Vector: about(r.name, "not a checkpoint of this log", "L-31"), Note: w.note(strings.Replace(good, r.old, r.new, 1), r.key), Refused: true,
		})
	}
	changed := w.replace(w.signed(size, w.key), "\n700\n", "\n701\n")
	return append(list, ledgervectors.Checkpoint{Vector: about("changed", "the signature is of another text", "L-31"), Note: changed, Refused: true})
}
