package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/facelatch/facelatch/internal/testenv"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"facelatch": main, "watched": watched})
}

// TestScripts runs the program where no model is needed, and proves it by
// having none.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:  "testdata/script",
		Cmds: commands(),
		Setup: func(e *testscript.Env) error {
			e.Setenv("FACELATCH_HOME", filepath.Join(e.WorkDir, "no-home"))
			e.Setenv("TZ", "Asia/Shanghai")
			return nil
		},
	})
}

// TestFaceScripts runs the program on real photographs.
func TestFaceScripts(t *testing.T) {
	home, faces, root := testenv.Home(t), testenv.Faces(t), testenv.Root(t)
	testscript.Run(t, testscript.Params{
		Dir:       "testdata/faces",
		Cmds:      commands(),
		Condition: condition,
		Setup: func(e *testscript.Env) error {
			e.Setenv("FACELATCH_HOME", home)
			e.Setenv("FACES", faces)
			e.Setenv("FACELATCH", filepath.Join(strings.SplitN(e.Getenv("PATH"), ":", 2)[0], "facelatch"))
			e.Setenv("PATH", filepath.Join(root, "scripts")+":"+e.Getenv("PATH"))
			e.Setenv("HOLDER", filepath.Join(faces, "frll", "neutral", "001_03.jpg"))
			e.Setenv("HOLDER2", filepath.Join(faces, "frll", "smiling", "001_08.jpg"))
			e.Setenv("STRANGER", filepath.Join(faces, "frll", "smiling", "002_08.jpg"))
			e.Setenv("TZ", "Asia/Shanghai")
			return nil
		},
	})
}

// condition knows [filter]: whether the kernel can watch a program. With CI=true
// it is taken to, so that nothing goes untested.
func condition(name string) (bool, error) {
	if name != "filter" {
		return false, fmt.Errorf("unknown condition %q", name)
	}
	return os.Getenv("CI") == "true" || canWatch(), nil
}

// commands are what scripts can say beside what testscript knows.
func commands() map[string]func(ts *testscript.TestScript, neg bool, args []string) {
	return map[string]func(ts *testscript.TestScript, neg bool, args []string){
		"exits":     exits,
		"oneline":   oneline,
		"refused":   refused,
		"snapshot":  takeSnapshot,
		"unchanged": unchanged,
		"mode":      mode,
		"draw":      draw,
		"forge":     forge,
		"photo":     photo,
		"id":        id,
		"nopad":     nopad,
		"published": published,
	}
}

// exits CODE COMMAND... runs a command that must exit with a code, and must
// not have panicked.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	stderr := ts.ReadFile("stderr")
	if got != want {
		ts.Fatalf("exit code %d, want %d\n%s%s", got, want, ts.ReadFile("stdout"), stderr)
	}
	if strings.Contains(stderr, "goroutine ") {
		ts.Fatalf("it panicked")
	}
}

// oneline TEXT checks that the last command said one line to its standard
// error and nothing else, that it begins as all do, and that TEXT is in it.
func oneline(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: oneline TEXT")
	}
	stderr := ts.ReadFile("stderr")
	if stdout := ts.ReadFile("stdout"); stdout != "" {
		ts.Fatalf("it said something on its standard output: %s", stdout)
	}
	if strings.Count(stderr, "\n") != 1 || !strings.HasPrefix(stderr, "facelatch: ") || !strings.Contains(stderr, args[0]) {
		ts.Fatalf("want one line with %q, got\n%s", args[0], stderr)
	}
}

// refused REASON COMMAND... runs a command that must be refused for a reason,
// first for a person and then for a program.
func refused(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: refused REASON COMMAND...")
	}
	exits(ts, false, slices.Concat([]string{"3"}, args[1:]))
	if out := ts.ReadFile("stdout"); strings.Count(out, "\n") != 1 || !strings.HasPrefix(out, "refused ("+args[0]+")") {
		ts.Fatalf("want one line with the reason %s, got\n%s", args[0], out)
	}
	exits(ts, false, slices.Concat([]string{"3"}, args[1:], []string{"--json"}))
	if out := ts.ReadFile("stdout"); strings.Count(out, "\n") != 1 ||
		!strings.HasPrefix(out, `{"decision":"refused","reason":"`+args[0]+`"`) {
		ts.Fatalf("want an object with the reason %s, got\n%s", args[0], out)
	}
}

// mode MODE FILE... checks the permissions of files.
func mode(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.ParseUint(args[0], 8, 32)
	ts.Check(err)
	for _, name := range args[1:] {
		info, err := os.Stat(ts.MkAbs(name))
		ts.Check(err)
		if info.Mode().Perm() != os.FileMode(want) {
			ts.Fatalf("%s has mode %v", name, info.Mode())
		}
	}
}

// id FILE NAME puts the id of a pass into a variable.
func id(ts *testscript.TestScript, neg bool, args []string) {
	p, err := readPass(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Setenv(args[1], p.Claims().ID.String())
}
