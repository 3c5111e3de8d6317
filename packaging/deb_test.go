package packaging

import (
	"bytes"
	"crypto/sha256"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/internal/testenv"
)

// epoch and version stand for a commit, so that the test also runs where there is
// none.
const (
	epoch   = "1700000000"
	version = "1.0"
	newer   = "1.1"
)

// TestPackages builds the packages for this machine's architecture and does with
// them what an operator does.
func TestPackages(t *testing.T) {
	if testing.Short() {
		t.Skip("the packages are built without the race detector")
	}
	if _, err := exec.LookPath("dpkg-deb"); err != nil {
		testenv.Missing(t, "dpkg-deb is not installed")
	}
	testenv.Home(t)
	root := sources(t)
	first := build(t, root, version)
	t.Run("same bytes again", func(t *testing.T) { reproduce(t, root, first) })
	t.Run("contents", func(t *testing.T) { contents(t, first) })
	t.Run("life", func(t *testing.T) { life(t, root, first) })
}

// build runs scripts/deb in a copy of the sources and returns the folder of what
// it built.
func build(t *testing.T, root, version string, env ...string) string {
	t.Helper()
	out := t.TempDir()
	compress := "none"
	if testenv.Count(0, 1) == 1 {
		compress = "xz" // takes a minute
	}
	arch, err := exec.Command("dpkg", "--print-architecture").Output()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(filepath.Join(root, "scripts", "deb"), "--arch", strings.TrimSpace(string(arch)), "--out", out, "--compress", compress)
	command.Env = append(os.Environ(), append([]string{"SOURCE_DATE_EPOCH=" + epoch, "VERSION=" + version}, env...)...)
	if said, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	return out
}

// sources copies what git knows of, and what it would, into another folder.
func sources(t *testing.T) string {
	t.Helper()
	root, other := testenv.Root(t), t.TempDir()
	list := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = root
	files, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.SplitSeq(strings.TrimRight(string(files), "\x00"), "\x00") {
		data, err := os.ReadFile(filepath.Join(root, name))
		if os.IsNotExist(err) {
			continue // deleted, and git was not told
		}
		if err != nil {
			t.Fatal(err)
		}
		target := filepath.Join(other, name)
		mode := os.FileMode(0o600) // another umask's
		if strings.HasPrefix(name, "scripts/") {
			mode = 0o700
		}
		if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(target, data, mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(root, "bin"), filepath.Join(other, "bin")); err != nil {
		t.Fatal(err)
	}
	return other
}

// reproduce builds from another folder, in another time zone and language, and
// compares every byte.
func reproduce(t *testing.T, root, first string) {
	other := t.TempDir()
	if said, err := exec.Command("cp", "-r", "--no-dereference", "--preserve=mode", root+"/.", other).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	env := []string{"TZ=Pacific/Auckland", "LC_ALL=C.UTF-8", "GOFLAGS=-v", "GOAMD64=v3"}
	if testenv.Count(0, 1) == 1 {
		env = append(env, "GOCACHE="+t.TempDir()) // compile everything again
	}
	again := build(t, other, version, env...)
	names, err := filepath.Glob(filepath.Join(first, "*.deb"))
	if err != nil || len(names) != 2 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		if sum(t, name) != sum(t, filepath.Join(again, filepath.Base(name))) {
			t.Errorf("%s has other bytes when it is built in another folder", filepath.Base(name))
		}
	}
}

func sum(t *testing.T, file string) [32]byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return sha256.Sum256(data)
}

// contents checks that nothing in a package belongs to anybody but root, can be
// written by others, runs as root by itself, or is newer than the sources.
func contents(t *testing.T, dir string) {
	names, err := filepath.Glob(filepath.Join(dir, "*.deb"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		listed, err := exec.Command("dpkg-deb", "--contents", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		line := regexp.MustCompile(`^(drwxr-xr-x|-rw-r--r--|-rwxr-xr-x|lrwxrwxrwx) root/root +\d+ 2023-11-1\d \d\d:\d\d \./`)
		for row := range bytes.Lines(listed) {
			if !line.Match(row) {
				t.Errorf("%s: %s", filepath.Base(name), row)
			}
		}
		for _, secret := range []string{".pem", "id_", "issuing-key", "testdata"} {
			if bytes.Contains(listed, []byte(secret)) {
				t.Errorf("%s has something named like %s", filepath.Base(name), secret)
			}
		}
	}
	if i := slices.IndexFunc(names, func(n string) bool { return strings.Contains(n, "facelatch_") }); i >= 0 {
		licences(t, names[i])
	}
}

// licences checks that the work of others is named with its terms.
func licences(t *testing.T, name string) {
	t.Helper()
	text, err := exec.Command("sh", "-c", `dpkg-deb --fsys-tarfile "$1" | tar -xO ./usr/share/doc/facelatch/third-party.txt`, "sh", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"The Go Authors", "github.com/spf13/cobra v", "github.com/fxamacker/cbor/v2 v", "Apache License"} {
		if !strings.Contains(string(text), word) {
			t.Errorf("third-party.txt does not have %q", word)
		}
	}
}

// life installs, upgrades, removes and purges, in testdata/life.sh, on a copy of
// this machine's system that is thrown away.
func life(t *testing.T, root, first string) {
	for _, program := range []string{"unshare", "systemd-analyze"} {
		if _, err := exec.LookPath(program); err != nil {
			testenv.Missing(t, program+" is not installed")
		}
	}
	if os.Getuid() != 0 {
		testenv.Missing(t, "only root can install packages, even into a copy")
	}
	if err := exec.Command("unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt").Run(); err != nil {
		testenv.Missing(t, "this machine does not let root mount anything")
	}
	second := build(t, root, newer)
	script, err := filepath.Abs("testdata/life.sh")
	if err != nil {
		t.Fatal(err)
	}
	said, err := exec.Command("unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "bash", script, first, second, t.TempDir()).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, said)
	}
}
