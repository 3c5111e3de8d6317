package ledger_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/ledger/ledgertest"
)

// addActs appends acts in clear, with ids from first on.
func addActs(t testing.TB, l *ledgertest.Log, first byte, day time.Time, names ...string) {
	t.Helper()
	for i, name := range names {
		a := act(t, first+byte(i), name, nil)
		a.Day = day.UTC().Truncate(24 * time.Hour)
		data, err := a.Encode()
		must(t, err)
		l.Append(t, data)
	}
}

// add appends a commitment and returns its opening, which knows its index.
func add(t testing.TB, l *ledgertest.Log, name string, details map[string]string) ledger.Opening {
	t.Helper()
	o := opening(t, name, details)
	o.Index, o.Known = uint64(l.Len()), true
	l.Append(t, o.Commitment().Encode())
	return o
}

func audit(t testing.TB, a ledger.Audit, from ledger.Source) (ledger.Report, ledger.State) {
	t.Helper()
	r, s, err := a.Run(t.Context(), from)
	must(t, err)
	return r, s
}

// TestAudit: an auditor comes, comes again, and comes once more.
func TestAudit(t *testing.T) {
	l := ledgertest.New(t, origin, 1)
	addActs(t, l, 1, noon, "site.create", "notice.publish", "door.add", "door.add")
	l.Fill(t, 300, 'a')
	given := add(t, l, "consent.give", nil)
	l.Publish(t)
	r, s := audit(t, ledger.Audit{Key: l.Key, Claims: []ledger.Claim{{From: "receipt", Opening: given}}}, l)
	if !r.Consistent || r.Size != 305 || r.Before != nil || r.Acts != 4 || r.Commitments != 301 || *r.Claims[0].Index != 304 {
		t.Errorf("%+v", r)
	}
	if want := map[string]map[string]int{"2026-11": {"site.create": 1, "notice.publish": 1, "door.add": 2}}; !reflect.DeepEqual(r.Months, want) {
		t.Errorf("%v", r.Months)
	}
	for _, plain := range []string{"consistent: nothing", "305, all of them read", "2  door.add", "receipt: entry 304: consent.give"} {
		if !strings.Contains(r.Plain(), plain) {
			t.Errorf("the report has no %q:\n%s", plain, r.Plain())
		}
	}
	addActs(t, l, 5, noon.AddDate(0, 1, 0), "key.rotate")
	l.Fill(t, 400, 'a')
	l.Publish(t)
	data, err := s.Encode()
	must(t, err)
	last, err := ledger.ParseState(data)
	must(t, err)
	l.Reads()
	r, s = audit(t, ledger.Audit{Key: l.Key, Last: last, Claims: []ledger.Claim{{From: "receipt", Opening: given}}}, l)
	if !r.Consistent || r.Size != 706 || *r.Before != 305 || r.Acts != 5 || r.Commitments != 701 || *r.Claims[0].Index != 304 || r.Months["2026-12"]["key.rotate"] != 1 {
		t.Errorf("%+v", r)
	}
	again, same := audit(t, ledger.Audit{Key: l.Key, Last: &s}, l)
	if !again.Consistent || again.Acts != 5 || !reflect.DeepEqual(same, s) {
		t.Errorf("%+v\n%+v\n%+v", again, same, s)
	}
	if n := l.Reads(); n > 20 {
		t.Errorf("%d files were read", n)
	}
}

// TestAuditSearches: an opening that does not know its index is found, wherever
// it stands.
func TestAuditSearches(t *testing.T) {
	l := ledgertest.New(t, origin, 1)
	var given []ledger.Claim
	for range 5 {
		l.Fill(t, 100, 'a')
		o := add(t, l, "consent.give", nil)
		o.Known = false
		given = append(given, ledger.Claim{From: "receipt", Opening: o})
	}
	l.Publish(t)
	_, s := audit(t, ledger.Audit{Key: l.Key}, l)
	r, s := audit(t, ledger.Audit{Key: l.Key, Last: &s, Claims: given}, l)
	for i, f := range r.Claims {
		if f.Index == nil || *f.Index != uint64(i*101+100) {
			t.Errorf("%+v", f)
		}
	}
	if !r.Consistent || r.Commitments != 505 || s.Commitments != 505 {
		t.Errorf("%+v", r)
	}
}

func TestAuditClaims(t *testing.T) {
	l := ledgertest.New(t, origin, 1)
	l.Fill(t, 10, 'a')
	good := add(t, l, "signed", map[string]string{"pass": "aa"})
	l.Publish(t)
	late := add(t, l, "consent.give", nil)
	foreign, moved := opening(t, "consent.give", nil), good
	wrong := foreign
	wrong.Index, wrong.Known, moved.Index = 3, true, 4
	for _, test := range []struct {
		name    string
		claim   ledger.Claim
		found   bool
		waiting bool
		why     string
	}{
		{"good", ledger.Claim{Opening: good, Pass: "AA"}, true, false, ""},
		{"another pass", ledger.Claim{Opening: good, Pass: "bb"}, true, false, "another pass"},
		{"not published", ledger.Claim{Opening: late}, false, true, "not been published"},
		{"never recorded", ledger.Claim{Opening: foreign}, false, false, "does not have it"},
		{"another entry", ledger.Claim{Opening: wrong}, false, false, "does not have it"},
		{"another place", ledger.Claim{Opening: moved}, true, false, "another place"},
	} {
		test.claim.From = test.name
		r, _ := audit(t, ledger.Audit{Key: l.Key, Claims: []ledger.Claim{test.claim}}, l)
		f := r.Claims[0]
		if (f.Index != nil) != test.found || f.Waiting != test.waiting || !strings.Contains(f.Why, test.why) || (f.Why == "") != (test.why == "") {
			t.Errorf("%s: %+v", test.name, f)
		}
		if r.Consistent != (test.why == "" || test.waiting) {
			t.Errorf("%s: %+v", test.name, r.Problems)
		}
		if !r.Consistent && r.Problems[0].Kind != ledger.KindClaim {
			t.Errorf("%s: %+v", test.name, r.Problems)
		}
	}
}

// TestAuditCounts: passes that were issued and not ended are as many as places
// of status lists are valid, or somebody made one that is on no record.
func TestAuditCounts(t *testing.T) {
	l := ledgertest.New(t, origin, 1)
	var given []ledger.Claim
	for _, step := range []struct{ act, pass string }{
		{"intended", "01"},
		{"signed", "01"},
		{"intended", "02"},
		{"signed", "02"},
		{"revoked", "02"},
		{"intended", "03"},
		{"abandoned", "03"},
		{"pass.signed", "04"},
	} {
		given = append(given, ledger.Claim{From: "openings", Opening: add(t, l, step.act, map[string]string{"pass": step.pass})})
	}
	l.Publish(t)
	for valid, good := range map[int]bool{2: true, 3: false, 1: false} {
		r, _ := audit(t, ledger.Audit{Key: l.Key, Claims: given, Valid: &valid}, l)
		if r.Passes.Issued != 3 || r.Passes.Ended != 1 || r.Consistent != good {
			t.Errorf("%d: %+v, %+v", valid, r.Passes, r.Problems)
		}
		if !good && r.Problems[0].Kind != ledger.KindCount {
			t.Errorf("%+v", r.Problems)
		}
	}
}

// TestPromise6TamperingIsFound: whatever is done to a ledger after somebody saw
// it, or to its files, is found, and the report says what it is.
func TestPromise6TamperingIsFound(t *testing.T) {
	build := func(letter byte, n int) *ledgertest.Log {
		l := ledgertest.New(t, origin, 1)
		l.Fill(t, 100, 'a')
		l.Fill(t, n, letter)
		addActs(t, l, 1, noon, "door.add")
		l.Publish(t)
		return l
	}
	seen := build('a', 400)
	_, s := audit(t, ledger.Audit{Key: seen.Key}, seen)
	for name, test := range map[string]struct {
		log  *ledgertest.Log
		do   func(*ledgertest.Log)
		want ledger.Kind
	}{
		"rewritten":         {build('b', 600), nil, ledger.KindFork},
		"of the same size":  {build('b', 400), nil, ledger.KindFork},
		"shorter":           {build('a', 300), nil, ledger.KindShrunk},
		"another's key":     {ledgertest.New(t, origin, 2), func(l *ledgertest.Log) { l.Fill(t, 501, 'a'); l.Publish(t) }, ledger.KindKey},
		"another's log":     {ledgertest.New(t, "facelatch/x", 1), func(l *ledgertest.Log) { l.Fill(t, 501, 'a'); l.Publish(t) }, ledger.KindKey},
		"an entry replaced": {build('a', 400), changeFile("tile/entries/000", 30), ledger.KindChanged},
		"a tile changed":    {build('a', 400), changeFile("tile/0/000", 5), ledger.KindChanged},
		"a tile too long":   {build('a', 400), func(l *ledgertest.Log) { l.Set("tile/entries/000", make([]byte, 2<<20)) }, ledger.KindChanged},
		"not an entry":      {build('a', 400), func(l *ledgertest.Log) { l.Append(t, []byte(`{"holder":"x"}`)); l.Publish(t) }, ledger.KindEntry},
	} {
		if test.do != nil {
			test.do(test.log)
		}
		for _, last := range []*ledger.State{&s, nil} {
			if last == nil && (test.want == ledger.KindFork || test.want == ledger.KindShrunk) {
				continue // who sees it for the first time cannot know
			}
			read := func() {
				r, state, err := ledger.Audit{Key: seen.Key, Last: last, Claims: searching(t, seen)}.Run(t.Context(), test.log)
				must(t, err)
				if r.Consistent || r.Problems[0].Kind != test.want || !strings.Contains(r.Plain(), "NOT CONSISTENT") {
					t.Errorf("%s: %+v", name, r.Problems)
				}
				if last != nil && !reflect.DeepEqual(state, *last) {
					t.Errorf("%s: the auditor forgets what they saw", name)
				}
				if evidence := len(r.Problems[0].Evidence); (evidence == 2) != (test.want == ledger.KindFork || test.want == ledger.KindShrunk) {
					t.Errorf("%s: %d checkpoints as evidence", name, evidence)
				}
			}
			read()
		}
	}
}

// searching makes an audit read everything.
func searching(t testing.TB, l *ledgertest.Log) []ledger.Claim {
	t.Helper()
	data, err := l.Read(t.Context(), "tile/entries/000", 1<<20)
	must(t, err)
	if len(data) == 0 {
		t.Fatal("no entries")
	}
	return []ledger.Claim{{From: "somewhere", Opening: opening(t, "consent.give", nil)}}
}

func changeFile(path string, at int) func(*ledgertest.Log) {
	return func(l *ledgertest.Log) {
		data, err := l.Read(context.Background(), path, 1<<20)
		if err != nil {
			panic(err)
		}
		data = bytes.Clone(data)
		data[at] ^= 1
		l.Set(path, data)
	}
}

// TestAuditAnotherKey: an auditor goes on with a new key if the old one has signed
// what there is now as well.
func TestAuditAnotherKey(t *testing.T) {
	l, next := ledgertest.New(t, origin, 1), ledgertest.New(t, origin, 2)
	l.Fill(t, 10, 'a')
	l.Publish(t)
	_, s := audit(t, ledger.Audit{Key: l.Key}, l)
	l.Fill(t, 10, 'a')
	l.Publish(t)
	c := l.Checkpoint(t, 20)
	both, err := c.Sign(next.Signer, l.Signer)
	must(t, err)
	alone, err := c.Sign(next.Signer)
	must(t, err)
	l.Set(ledger.CheckpointFile, both)
	r, state := audit(t, ledger.Audit{Key: next.Key, Last: &s}, l)
	if !r.Consistent || *r.Before != 10 || state.Key != next.Key.String() {
		t.Errorf("%+v", r)
	}
	l.Set(ledger.CheckpointFile, alone)
	r, kept := audit(t, ledger.Audit{Key: next.Key, Last: &s}, l)
	if r.Consistent || r.Problems[0].Kind != ledger.KindKey || kept.Key != l.Key.String() {
		t.Errorf("%+v", r)
	}
	r, _ = audit(t, ledger.Audit{Key: next.Key, Last: &state}, l)
	if !r.Consistent {
		t.Errorf("%+v", r)
	}
}

// TestAuditCannotRead: where nothing can be read nothing is known, and nobody is
// accused.
func TestAuditCannotRead(t *testing.T) {
	l := ledgertest.New(t, origin, 1)
	l.Fill(t, 600, 'a')
	l.Publish(t)
	_, s := audit(t, ledger.Audit{Key: l.Key}, l)
	gone := errors.New("gone")
	for _, at := range []string{"checkpoint", "tile/0/", "tile/1/", "tile/entries/"} {
		l.Fail = func(path string) error {
			if strings.HasPrefix(path, at) {
				return gone
			}
			return nil
		}
		r, state, err := ledger.Audit{Key: l.Key, Claims: []ledger.Claim{{Opening: opening(t, "x", nil)}}}.Run(t.Context(), l)
		if !errors.Is(err, gone) || !reflect.DeepEqual(r, ledger.Report{}) || !reflect.DeepEqual(state, ledger.State{}) {
			t.Errorf("%s: %+v, %v", at, r.Problems, err)
		}
	}
	l.Fail = nil
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := (ledger.Audit{Key: l.Key, Last: &s}).Run(ctx, l); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestNewest(t *testing.T) {
	l := ledgertest.New(t, origin, 1)
	addActs(t, l, 1, noon, "site.create", "door.add")
	l.Fill(t, 600, 'a')
	addActs(t, l, 3, noon, "notice.publish")
	l.Publish(t)
	c := l.Checkpoint(t, 603)
	var got []string
	must(t, ledger.Newest(t.Context(), l, c, func(a ledger.ActAt) bool { got = append(got, a.Name); return true }))
	if !slices.Equal(got, []string{"notice.publish", "door.add", "site.create"}) {
		t.Errorf("%q", got)
	}
	l.Reads()
	must(t, ledger.Newest(t.Context(), l, c, func(a ledger.ActAt) bool { return a.Index != 602 }))
	if n := l.Reads(); n > 3 {
		t.Errorf("%d files were read for one act", n)
	}
	changeFile("tile/entries/000", 40)(l)
	if err := ledger.Newest(t.Context(), l, c, func(ledger.ActAt) bool { return true }); !errors.Is(err, ledger.ErrChanged) {
		t.Errorf("%v", err)
	}
}

// TestHostileCounts: a log with a name for each act takes no more memory for it.
func TestHostileCounts(t *testing.T) {
	l := ledgertest.New(t, origin, 1)
	for i := range 300 {
		a := act(t, byte(i), "x"+strings.Repeat("y", i%60)+string(rune('a'+i%26)), nil)
		a.Day = time.Date(1970+i, 1, 1, 0, 0, 0, 0, time.UTC)
		data, err := a.Encode()
		must(t, err)
		l.Append(t, data)
	}
	l.Publish(t)
	r, s := audit(t, ledger.Audit{Key: l.Key}, l)
	if len(r.Months) > 250 || r.Acts != 300 {
		t.Errorf("%d months of %d acts", len(r.Months), r.Acts)
	}
	data, err := s.Encode()
	must(t, err)
	if _, err := ledger.ParseState(data); err != nil {
		t.Error(err)
	}
}

func TestState(t *testing.T) {
	l := ledgertest.New(t, origin, 1)
	l.Fill(t, 3, 'a')
	l.Publish(t)
	_, s := audit(t, ledger.Audit{Key: l.Key}, l)
	good, err := s.Encode()
	must(t, err)
	for name, data := range map[string][]byte{
		"empty":   nil,
		"unknown": bytes.Replace(good, []byte(`"key"`), []byte(`"x":1,"key"`), 1),
		"key":     bytes.Replace(good, []byte(origin+"+"), []byte("other+"), 1),
		"changed": bytes.Replace(good, []byte(`\n3\n`), []byte(`\n2\n`), 1),
		"counts":  bytes.Replace(good, []byte(`"commitments": 3`), []byte(`"commitments": 4`), 1),
		"long":    make([]byte, ledger.MaxState+1),
	} {
		if s, err := ledger.ParseState(data); !errors.Is(err, ledger.ErrState) || s != nil {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
	var w map[string]any
	must(t, json.Unmarshal(good, &w))
}

// TestPlainIsPlain: what a log's owner wrote cannot steer the auditor's screen.
func TestPlainIsPlain(t *testing.T) {
	r := ledger.Report{
		Problems: []ledger.Problem{{Kind: ledger.KindEntry, Text: "a\x1b[2Jb\nconsistent: nothing", Evidence: []string{"x\x1b[1m\ny"}}},
		Claims:   []ledger.Finding{{From: "a\nb", Act: "\u202ex"}},
	}
	if text := r.Plain(); strings.ContainsAny(text, "\x1b\u202e") || strings.Contains(text, "\nconsistent") {
		t.Errorf("%q", text)
	}
}

func TestStateCorpus(t *testing.T) { testenv.Corpus(t, "FuzzState") }

// An error means no state; else it is written and read again the same.
func FuzzState(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := ledger.ParseState(data)
		if err != nil {
			if s != nil {
				t.Fatal("a state beside an error")
			}
			return
		}
		text, err := s.Encode()
		must(t, err)
		again, err := ledger.ParseState(text)
		if err != nil || !reflect.DeepEqual(s, again) {
			t.Fatalf("%+v\nis read again as\n%+v (%v)", s, again, err)
		}
	})
}
