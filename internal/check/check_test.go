package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// stream is what go test -json printed for a small module with one test of
// each kind, shortened.
const stream = `{"Action":"start","Package":"github.com/facelatch/facelatch/a"}
{"Action":"output","Package":"github.com/facelatch/facelatch/a","Test":"TestGood","Output":"=== RUN   TestGood\n"}
{"Action":"pass","Package":"github.com/facelatch/facelatch/a","Test":"TestGood","Elapsed":0}
{"Action":"output","Package":"github.com/facelatch/facelatch/a","Test":"TestNoFaces","Output":"    a_test.go:9: no photographs: set FACES\n"}
{"Action":"output","Package":"github.com/facelatch/facelatch/a","Test":"TestNoFaces","Output":"--- SKIP: TestNoFaces (0.00s)\n"}
{"Action":"skip","Package":"github.com/facelatch/facelatch/a","Test":"TestNoFaces","Elapsed":0}
{"Action":"pass","Package":"github.com/facelatch/facelatch/a","Test":"TestMany/one","Elapsed":0}
{"Action":"output","Package":"github.com/facelatch/facelatch/a","Test":"TestMany/two","Output":"    a_test.go:20: got 1, want 2\n"}
{"Action":"fail","Package":"github.com/facelatch/facelatch/a","Test":"TestMany/two","Elapsed":0}
{"Action":"fail","Package":"github.com/facelatch/facelatch/a","Test":"TestMany","Elapsed":0}
{"Action":"pass","Package":"github.com/facelatch/facelatch/a","Test":"FuzzA/seed","Elapsed":0}
{"Action":"pass","Package":"github.com/facelatch/facelatch/a","Test":"FuzzA","Elapsed":0}
{"Action":"fail","Package":"github.com/facelatch/facelatch/a","Elapsed":0.1}
{"ImportPath":"github.com/facelatch/facelatch/b [github.com/facelatch/facelatch/b.test]","Action":"build-output","Output":"b/b.go:3: undefined: x\n"}
{"ImportPath":"github.com/facelatch/facelatch/b [github.com/facelatch/facelatch/b.test]","Action":"build-fail"}
{"Action":"fail","Package":"github.com/facelatch/facelatch/b","Elapsed":0,"FailedBuild":"x"}
{"Action":"output","Package":"github.com/facelatch/facelatch/c","Output":"panic: in TestMain\n"}
{"Action":"fail","Package":"github.com/facelatch/facelatch/c","Elapsed":0.1}
{"Action":"output","Package":"github.com/facelatch/facelatch/d","Output":"?   \td\t[no test files]\n"}
{"Action":"skip","Package":"github.com/facelatch/facelatch/d","Elapsed":0}
`

func readStream(t *testing.T) (*results, string) {
	t.Helper()
	r := newResults()
	var out bytes.Buffer
	if err := r.read(strings.NewReader(stream), &out); err != nil {
		t.Fatal(err)
	}
	return r, out.String()
}

func TestRead(t *testing.T) {
	r, out := readStream(t)
	want := map[string]outcome{
		"a TestGood": passed, "a TestNoFaces": skipped, "a TestMany/one": passed, "a TestMany/two": failed, "a FuzzA/seed": passed,
		"b [github.com/facelatch/facelatch/b.test]": failed, "c": failed,
	}
	for name, o := range want {
		if got, seen := r.tests[name]; !seen || got != o {
			t.Errorf("%s: %d, seen %t, want %d", name, got, seen, o)
		}
	}
	if len(r.tests) != len(want) {
		t.Errorf("%d outcomes: %v", len(r.tests), r.tests)
	}
	for _, text := range []string{"got 1, want 2", "undefined: x", "panic: in TestMain", "FAIL  a "} {
		if !strings.Contains(out, text) {
			t.Errorf("%q is not in\n%s", text, out)
		}
	}
}

func TestReport(t *testing.T) {
	r, _ := readStream(t)
	var out bytes.Buffer
	if err := r.report(&out, false); !errors.Is(err, errFailed) {
		t.Errorf("got %v", err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if last := lines[len(lines)-1]; last != "3 passed, 3 failed, 1 skipped" {
		t.Errorf("closing line %q", last)
	}
	if !slices.Contains(lines, "skipped 1 (no photographs: set FACES): a TestNoFaces") {
		t.Errorf("no word about the skipped test in\n%s", &out)
	}
}

// TestStrict checks that with CI=true a skipped test alone fails the run.
func TestStrict(t *testing.T) {
	r := newResults()
	r.set("a TestNoFaces", skipped)
	if err := r.report(new(bytes.Buffer), false); err != nil {
		t.Errorf("not strict: %v", err)
	}
	if err := r.report(new(bytes.Buffer), true); !errors.Is(err, errFailed) {
		t.Errorf("strict: %v", err)
	}
	r.set("a TestNoFaces", passed) // in another run
	if err := r.report(new(bytes.Buffer), true); err != nil {
		t.Errorf("run after all: %v", err)
	}
}

func TestSetKeepsTheWorse(t *testing.T) {
	r := newResults()
	for _, o := range []outcome{passed, failed, skipped, passed} {
		r.set("x", o)
	}
	if r.tests["x"] != failed {
		t.Errorf("got %d", r.tests["x"])
	}
}

func TestParsePackages(t *testing.T) {
	got := parsePackages("# comment\ngcc  # why\n\npoppler-utils\n")
	if !slices.Equal(got, []string{"gcc", "poppler-utils"}) {
		t.Errorf("got %q", got)
	}
}

// TestVerifyCorpora has one good target, one without a corpus, one whose seed
// was not run, and a corpus whose target is gone.
func TestVerifyCorpora(t *testing.T) {
	root := t.TempDir()
	t.Chdir(root)
	for _, path := range []string{"a/testdata/fuzz/FuzzGood/1", "a/testdata/fuzz/FuzzIdle/1", "a/testdata/fuzz/FuzzGone/1"} {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	var targets []fuzzTarget
	for _, name := range []string{"FuzzGood", "FuzzBare", "FuzzIdle"} {
		targets = append(targets, fuzzTarget{module + "/a", filepath.Join(dir, "a"), name})
	}
	r := newResults()
	r.set("a FuzzGood/1", passed)
	var out bytes.Buffer
	r.verifyCorpora(targets, &out)
	for _, text := range []string{"a FuzzBare has no corpus", "a FuzzIdle/1 of the corpus was not run", "FuzzGone is the corpus of no fuzz target"} {
		if !strings.Contains(out.String(), text) {
			t.Errorf("%q is not in\n%s", text, &out)
		}
	}
	if got := r.count()[failed]; got != 3 {
		t.Errorf("%d failures, want 3", got)
	}
}

func TestMemory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "new", "step.json")
	if m, err := recall(file); m != nil || err != nil {
		t.Fatalf("before: %v, %v", m, err)
	}
	m := &memory{"all tests", map[string]outcome{"a T": passed, "a S": skipped}, map[string]string{"a S": "why"}, 2}
	if err := m.keep(file); err != nil {
		t.Fatal(err)
	}
	got, err := recall(file)
	if err != nil {
		t.Fatal(err)
	}
	r := newResults()
	r.merge(&results{tests: got.Tests, reasons: got.Reasons})
	if r.tests["a T"] != passed || r.reasons["a S"] != "why" || got.Seconds != 2 {
		t.Errorf("%+v", got)
	}
	if err := os.WriteFile(file, []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := recall(file); err == nil {
		t.Error("a cut file was accepted")
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{nil, {"bench"}, {"test", "x"}} {
		if err := run(t.Context(), args); !errors.Is(err, errUsage) {
			t.Errorf("%q: %v", args, err)
		}
	}
}

func TestFuzzFunctions(t *testing.T) {
	names, err := fuzzFunctions("testdata/targets.txt")
	if err != nil || !slices.Equal(names, []string{"FuzzOne", "FuzzTwo"}) {
		t.Errorf("%q, %v", names, err)
	}
}

// TestMergeOfSubtests: a test that one run skips whole was run where another run
// has its subtests, whichever comes first.
func TestMergeOfSubtests(t *testing.T) {
	whole, parts := newResults(), newResults()
	whole.tests["web TestPages"], whole.reasons["web TestPages"] = skipped, "the same"
	whole.tests["web TestOther"], whole.reasons["web TestOther"] = skipped, "missing"
	parts.tests["web TestPages/en"], parts.tests["web TestPages/zh"] = passed, passed
	for _, order := range [][]*results{{whole, parts}, {parts, whole}} {
		all := newResults()
		for _, one := range order {
			all.merge(one)
		}
		if got := all.count(); got[skipped] != 1 || got[passed] != 2 || all.tests["web TestOther"] != skipped {
			t.Errorf("%v", all.tests)
		}
	}
}
