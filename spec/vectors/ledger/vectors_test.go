package ledgervectors_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"

	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/ledger/ledgertest"
	"github.com/facelatch/facelatch/spec/vectors"
	ledgervectors "github.com/facelatch/facelatch/spec/vectors/ledger"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func load(t testing.TB) ledgervectors.Vectors {
	t.Helper()
	v, err := ledgervectors.All()
	must(t, err)
	return v
}

func key(t testing.TB, v ledgervectors.Vectors) ledger.Key {
	t.Helper()
	k, err := ledger.ParseKey(v.Log.Key)
	must(t, err)
	return k
}

func TestEntries(t *testing.T) {
	for _, v := range load(t).Entries {
		e, err := ledger.Decode([]byte(v.Entry))
		if v.Refused {
			if !errors.Is(err, ledger.ErrEntry) {
				t.Errorf("%s: %v", v.Name, err)
			}
			continue
		}
		if err != nil || (e.Act != nil) != (v.Kind == "act") {
			t.Errorf("%s: %+v, %v", v.Name, e, err)
		}
		if hash := rfc6962.DefaultHasher.HashLeaf([]byte(v.Entry)); base64.StdEncoding.EncodeToString(hash) != v.Hash {
			t.Errorf("%s: another leaf", v.Name)
		}
	}
}

func TestOpenings(t *testing.T) {
	for _, v := range load(t).Openings {
		var o ledger.Opening
		err := json.Unmarshal([]byte(v.Opening), &o)
		if v.Refused {
			if !errors.Is(err, ledger.ErrOpening) {
				t.Errorf("%s: %v", v.Name, err)
			}
			continue
		}
		if err != nil || string(o.Commitment().Encode()) != v.Entry {
			t.Errorf("%s: %v", v.Name, err)
		}
		if again, err := json.Marshal(o); err != nil || string(again) != v.Opening {
			t.Errorf("%s is written as %s, %v", v.Opening, again, err)
		}
	}
}

func TestCheckpoints(t *testing.T) {
	all := load(t)
	k := key(t, all)
	for _, v := range all.Checkpoints {
		c, err := ledger.ParseCheckpoint([]byte(v.Note), k)
		if v.Refused {
			if !errors.Is(err, ledger.ErrCheckpoint) {
				t.Errorf("%s: %v", v.Name, err)
			}
			continue
		}
		if err != nil || c.Size != v.Size || c.Root.String() != v.Root {
			t.Errorf("%s: %+v, %v", v.Name, c, err)
		}
	}
}

func TestPaths(t *testing.T) {
	for _, v := range load(t).Paths {
		tile, err := ledger.ParseTile(v.Path)
		if v.Refused {
			if !errors.Is(err, ledger.ErrPath) {
				t.Errorf("%s: %v", v.Path, err)
			}
			continue
		}
		if want := (ledger.Tile{Level: v.Level, Index: v.Index, Width: v.Width}); err != nil || tile != want || tile.Path() != v.Path {
			t.Errorf("%s is %+v, %v", v.Path, tile, err)
		}
	}
}

// entry is the entry at an index of the log, made as the vectors say it is.
func entry(i uint64) []byte {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(nil, i))
	return ledger.Commitment(sum).Encode()
}

// theLog makes the log again.
func theLog(t testing.TB) *ledgertest.Log {
	t.Helper()
	all := load(t)
	l := ledgertest.New(t, all.Log.Origin, 1)
	size := all.Log.Roots[len(all.Log.Roots)-1].Size
	for i := range size {
		l.Append(t, entry(i))
	}
	l.Publish(t)
	return l
}

func TestLog(t *testing.T) {
	all, l := load(t), theLog(t)
	for _, r := range all.Log.Roots {
		if c := l.Checkpoint(t, int(r.Size)); c.Root.String() != r.Root {
			t.Errorf("%d: %s, want %s", r.Size, c.Root, r.Root)
		}
	}
	for _, tile := range all.Log.Tiles {
		data, err := l.Read(t.Context(), tile.Path, 1<<20)
		must(t, err)
		if sum := sha256.Sum256(data); string(sum[:]) != string(tile.SHA256) {
			t.Errorf("%s is another file", tile.Path)
		}
	}
}

// TestProofs: the proofs hold by an implementation that is not ours.
func TestProofs(t *testing.T) {
	all := load(t)
	roots := make(map[uint64][]byte)
	l := theLog(t)
	for n := range 701 {
		root := l.Checkpoint(t, n).Root
		roots[uint64(n)] = root[:]
	}
	for _, v := range all.Proofs {
		var hashes [][]byte
		for _, text := range v.Hashes {
			h, err := base64.StdEncoding.DecodeString(text)
			must(t, err)
			hashes = append(hashes, h)
		}
		var err error
		switch v.Kind {
		case "consistency":
			err = proof.VerifyConsistency(rfc6962.DefaultHasher, v.Earlier, v.Later, hashes, roots[v.Earlier], roots[v.Later])
		case "inclusion":
			leaf := rfc6962.DefaultHasher.HashLeaf(entry(v.Index))
			err = proof.VerifyInclusion(rfc6962.DefaultHasher, v.Index, v.Later, leaf, hashes, roots[v.Later])
		}
		if err != nil {
			t.Errorf("%s: %v", v.Name, err)
		}
	}
}

func TestFollows(t *testing.T) {
	l := theLog(t)
	want := map[string]error{"": nil, "key": ledger.ErrKey, "checkpoint": ledger.ErrCheckpoint, "shrunk": ledger.ErrShrunk, "fork": ledger.ErrFork}
	for _, v := range load(t).Follows {
		err := ledger.Follow(context.Background(), l, []byte(v.Held), []byte(v.Next))
		if !errors.Is(err, want[v.Error]) || (err == nil) != (v.Error == "") {
			t.Errorf("%s: %v", v.Name, err)
		}
	}
}

// cannotShow are requirements that no vector can show, and what does.
var cannotShow = map[string]string{
	"L-16": "a duty of the site",
	"L-25": "controller/acts: deleting; a duty of whoever has one",
	"L-33": "ledger: TestPromise6TamperingIsFound",
	"L-40": "controller/acts: TestPromise6NoLedgerNothingGiven",
	"L-41": "issue: TestPromise6RevokingTakesEffectFirst",
	"L-42": "internal/keeper: TestPadder, TestRunsBetweenActs",
	"L-43": "internal/keeper: TestPublishesByTheHour",
	"L-44": "internal/keeper: TestNothingUnpublishedIsServed",
	"L-45": "internal/keeper: TestPromise6NoFork",
	"L-52": "ledger: TestFollow",
	"L-53": "a duty of the door",
	"L-60": "a duty of the auditor; ledger: TestAudit",
	"L-62": "ledger: TestAuditClaims",
}

// TestRequirements: each requirement has a vector or a reason why not, no vector
// cites one that there is not, and no two of a kind have one name.
func TestRequirements(t *testing.T) {
	text := spec(t)
	defined, cited := make(map[string]bool), make(map[string]bool)
	for _, m := range regexp.MustCompile(`\*\*\[(L-\d+)\]\*\*`).FindAllStringSubmatch(text, -1) {
		defined[m[1]] = true
	}
	for _, group := range every(load(t)) {
		seen := make(map[string]bool)
		for _, v := range group {
			if seen[v.Name] || v.About == "" || len(v.Requirements) == 0 {
				t.Errorf("%q: a name used twice, or no description or requirement", v.Name)
			}
			seen[v.Name] = true
			for _, r := range v.Requirements {
				cited[r] = true
				if !defined[r] {
					t.Errorf("%s cites %s, which is not defined", v.Name, r)
				}
			}
		}
	}
	for _, r := range slices.Sorted(maps.Keys(defined)) {
		if _, excused := cannotShow[r]; cited[r] == excused {
			t.Errorf("%s: vector %v, excused %v", r, cited[r], excused)
		}
	}
	for _, m := range regexp.MustCompile(`\[(L-\d+)\]`).FindAllStringSubmatch(text, -1) {
		if !defined[m[1]] {
			t.Errorf("%s is referred to and not defined", m[1])
		}
	}
}

func every(v ledgervectors.Vectors) [][]vectors.Vector {
	return [][]vectors.Vector{
		plain(v.Entries, func(e ledgervectors.Entry) vectors.Vector { return e.Vector }),
		plain(v.Openings, func(e ledgervectors.Opening) vectors.Vector { return e.Vector }),
		plain(v.Checkpoints, func(e ledgervectors.Checkpoint) vectors.Vector { return e.Vector }),
		plain(v.Paths, func(e ledgervectors.Path) vectors.Vector { return e.Vector }),
		plain(v.Proofs, func(e ledgervectors.Proof) vectors.Vector { return e.Vector }),
		plain(v.Follows, func(e ledgervectors.Follow) vectors.Vector { return e.Vector }),
	}
}

func plain[T any](list []T, of func(T) vectors.Vector) (out []vectors.Vector) {
	for _, v := range list {
		out = append(out, of(v))
	}
	return out
}

func spec(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile("../../ledger.md")
	must(t, err)
	return string(data)
}

// TestConstants: the table in the specification is what the code has.
func TestConstants(t *testing.T) {
	text := spec(t)
	for name, want := range map[string]int{
		"longest entry, bytes":        ledger.MaxEntry,
		"entry about a person, bytes": ledger.CommitmentSize,
		"most details":                ledger.MaxDetails,
		"longest detail, bytes":       ledger.MaxDetail,
		"longest body, bytes":         ledger.MaxBody,
		"longest checkpoint, bytes":   ledger.MaxCheckpoint,
		"longest statement, bytes":    ledger.MaxStatement,
		"most entries":                ledger.MaxSize,
	} {
		if row := "| " + name + " | " + strconv.Itoa(want) + " |"; !strings.Contains(text, row) {
			t.Errorf("the specification does not say %q", row)
		}
	}
}
