package site

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/internal/store/pgtest"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/pass"
)

// victim names the site at which a child process works until it is killed.
const victim = "FACELATCH_TEST_VICTIM"

func TestMain(m *testing.M) {
	if dir := os.Getenv(victim); dir != "" {
		work(dir)
		return
	}
	os.Exit(m.Run())
}

// work does all that a controller does, many at once, and says what was
// acknowledged: a word and what it is about.
func work(dir string) {
	o, err := OpenOffice(dir, clock)
	if err != nil {
		fmt.Println("failed", err)
		return
	}
	var mu sync.Mutex
	say := func(word string, about any, err error) {
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			fmt.Println("failed", word, strings.ReplaceAll(err.Error(), "\n", " "))
			return
		}
		fmt.Println(word, about)
	}
	ctx := context.Background()
	for worker := range 3 {
		go func() {
			for i := 0; ; i++ {
				c, err := issueFrom(o, pass.Plain, &hand{})
				say("issued", c.ID, err)
				if err == nil && i%2 == 0 {
					say("revoked", c.ID, revokeFrom(o, c.ID))
				}
				if worker == 0 {
					p := PIN{Number: fmt.Sprintf("%08d", random()), NotBefore: noon, Expires: noon.Add(day), Zones: []PINZone{{Zone: "front", Tag: [32]byte{1}}}}
					say("pin", p.Number, o.AddPIN(ctx, p))
					if i%2 == 0 {
						_, err := o.RevokePIN(ctx, p.Number)
						say("unpin", p.Number, err)
					}
				}
			}
		}()
	}
	go func() {
		p, err := o.Publisher(ctx, extras())
		if err != nil {
			say("publisher", "", err)
			return
		}
		for {
			made, _, err := p.Publish(ctx)
			if err != nil {
				say("bundle", "", err)
				continue
			}
			say("bundle", made.Number, nil)
		}
	}()
	select {}
}

func random() int64 {
	n, err := rand.Int(rand.Reader, big.NewInt(100_000_000))
	if err != nil {
		panic(err)
	}
	return n.Int64()
}

// TestKilledAtAnyMoment: after kill -9 at a random moment under load, whatever was
// acknowledged is there, nothing is good that nobody knows of, and the ledger has
// all of it.
func TestKilledAtAnyMoment(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { kill(t, "", testenv.Count(4, 200)) })
	t.Run("postgres", func(t *testing.T) { kill(t, pgtest.Shared(t).Database(), testenv.Count(3, 200)) })
}

func kill(t *testing.T, database string, rounds int) {
	dir := filepath.Join(t.TempDir(), "site")
	c := Config{Name: "Court", Zones: []string{"front"}, Timezone: "UTC", Policy: DefaultPolicy()}
	if _, err := CreateIn(dir, database, c, noon, false); err != nil {
		t.Fatal(err)
	}
	said := make(map[string]string) // what was said last about something
	recorded := make(map[ledger.Commitment]bool)
	acknowledged := 0
	for round := range rounds {
		if round%10 == 9 {
			hear(t, dir, recorded)
		}
		n := killOnce(t, dir, said)
		acknowledged += n
		// Some time later, somebody starts.
		age(t, dir)
		o, err := OpenOffice(dir, func() time.Time { return noon.Add(issue.OpenTime) })
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if err := o.Close(); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
	}
	t.Logf("%d acts were acknowledged", acknowledged)
	if acknowledged == 0 {
		t.Error("nothing was done")
	}
	mustKeep(t, dir, said)
	hear(t, dir, recorded)
	auditBy(t, "killed", dir, recorded)
}

// age makes what was left half written old.
func age(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && strings.HasPrefix(e.Name(), durable.Temporary) {
			old := time.Now().Add(-2 * unfinishedTime)
			err = os.Chtimes(path, old, old)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// killOnce has a child work for a while, and returns how much it acknowledged.
func killOnce(t *testing.T, dir string, said map[string]string) (n int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), victim+"="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	end := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if n == 0 { // it has begun, however slow the machine is
			end.Reset(time.Duration(random()%1500) * time.Millisecond)
		}
		word, about, _ := strings.Cut(lines.Text(), " ")
		if word == "failed" {
			t.Errorf("the child says %q", lines.Text())
			continue
		}
		n++
		said[kindOf(word)+" "+about] = word
	}
	_ = cmd.Wait() // it was killed
	return n
}

// kindOf is what something is said about.
func kindOf(word string) string {
	switch word {
	case "issued", "revoked":
		return "pass"
	case "pin", "unpin":
		return "pin"
	}
	return word
}

// mustKeep checks that what was acknowledged is there.
func mustKeep(t *testing.T, dir string, said map[string]string) {
	t.Helper()
	published := mustPublish(t, dir, noon)
	good := make(map[string]bool)
	for _, e := range pinsOf(t, dir, "front", published).Entries {
		good[e.Number] = true
	}
	mustDo(t, dir, func(o *Office) error {
		for about, word := range said {
			kind, name, _ := strings.Cut(about, " ")
			var number uint64
			switch kind {
			case "pass":
				id, err := pass.ParseID(name)
				if err != nil {
					return err
				}
				state, err := stateOf(t, o, id)
				// What was revoked and not acknowledged may be either.
				if err != nil || word == "revoked" && state != issue.Revoked || word == "issued" && state != issue.Issued && state != issue.Revoked {
					t.Errorf("pass %s was %s, and is %s (%v)", name, word, state, err)
				}
			case "pin":
				if word == "unpin" && good[name] {
					t.Errorf("PIN %s was revoked and is good", name)
				}
			case "bundle":
				if _, err := fmt.Sscan(name, &number); err != nil || number > published.Number {
					t.Errorf("bundle %s was made, and the newest is %d (%v)", name, published.Number, err)
				}
			}
		}
		return nil
	})
}

func stateOf(t *testing.T, o *Office, id pass.ID) (state issue.State, err error) {
	err = books{o}.Read(t.Context(), func(p issue.Page) error {
		d, err := p.Get(id)
		state = d.State
		return err
	})
	return state, err
}
