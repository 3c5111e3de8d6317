package acts_test

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/pass"
)

// fatal ends the child.
type fatal struct{ testing.TB }

func (fatal) Helper()                   {}
func (fatal) Context() context.Context  { return context.Background() }
func (fatal) Cleanup(func())            {}
func (fatal) Errorf(f string, a ...any) { fmt.Fprintf(os.Stderr, f+"\n", a...) }
func (fatal) Fatal(a ...any)            { fmt.Fprintln(os.Stderr, a...); os.Exit(3) }

// child acts until it is killed, and says on its output what was acknowledged.
func child(url string) {
	r := newRig(fatal{}, url)
	n := r.notice(consent.Everybody, "v"+newWord())
	fmt.Println("notice", hex.EncodeToString(n.Hash[:]))
	for i := range 4 {
		go func() {
			for {
				r.live(n, i)
			}
		}()
	}
	for {
		t, err := r.MakeToken(context.Background(), r.anyOwner(), acts.TokenInput{Name: "x", Scopes: []acts.Scope{acts.ReadSite}})
		must(r.t, err)
		fmt.Println("token", t.ID)
		must(r.t, r.RevokeToken(context.Background(), owner(), t.ID))
		fmt.Println("tokengone", t.ID)
	}
}

func newWord() string { return fmt.Sprintf("%08x", rand.Uint32()) }

func (r *rig) anyOwner() acts.Actor {
	all := get(r, (*store.Tx).Operators)
	if len(all) == 0 {
		return r.first()
	}
	return acts.Actor{Role: acts.Owner, Operator: all[0].ID, Pseudonym: all[0].Pseudonym}
}

// live is a holder's life, up to a point.
func (r *rig) live(n acts.NoticeVersion, upTo int) {
	ctx := context.Background()
	h := r.add("flat " + newWord())
	if upTo != 2 {
		fmt.Println("staying", h.ID)
	}
	c, err := r.GiveConsent(ctx, holder(h.ID), h.ID, yes(n))
	must(r.t, err)
	fmt.Println("consent", c.Hash)
	made := r.plain(h)
	fmt.Println("pass", made.ID)
	if upTo == 0 {
		return
	}
	_, err = r.WithdrawConsent(ctx, holder(h.ID), c.Hash)
	must(r.t, err)
	fmt.Println("withdrawn", c.Hash)
	if upTo == 1 {
		must(r.t, r.RevokePass(ctx, holder(h.ID), made.ID))
		fmt.Println("revoked", made.ID)
	}
	if upTo == 2 {
		must(r.t, r.DeleteHolder(ctx, holder(h.ID), h.ID))
		fmt.Println("deleted", h.ID, made.ID)
	}
}

// TestKilled: whatever was acknowledged is there after a kill -9 at any moment,
// and what the ledger says in clear was done, or is said not to have been.
func TestKilled(t *testing.T) { killed(t, filepath.Join(t.TempDir(), "site.db"), testenv.Count(3, 40)) }

func killed(t *testing.T, url string, kills int) {
	said := make(map[string][]string)
	if testing.Short() {
		kills = 1
	}
	for range kills {
		killChild(t, url, said)
	}
	r := newRig(t, url)
	r.now.Store(monday.Unix() + 3600)
	for range 3 {
		must(t, r.Sweep(t.Context()))
	}
	if _, err := r.office.does.Sweep(t.Context()); err != nil {
		t.Error(err)
	}
	r.entries()
	for _, what := range []string{"notice", "staying", "consent", "pass", "withdrawn", "revoked", "deleted", "token", "tokengone"} {
		if len(said[what]) == 0 && !testing.Short() {
			t.Errorf("no %s was acknowledged before a kill", what)
		}
	}
	acknowledged(t, r, said)
	recorded(t, r)
	if left := get(r, func(tx *store.Tx) ([]store.IntentRow, error) { return tx.OldIntents(1<<60, 9) }); len(left) != 0 {
		t.Errorf("left: %+v", left)
	}
}

// killChild lets a child act for a while, and notes what it acknowledged.
func killChild(t *testing.T, url string, said map[string][]string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childURL+"="+url)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	lines := bufio.NewScanner(out)
	for n, until := 0, 60+rand.IntN(100); lines.Scan(); n++ {
		if what, rest, ok := strings.Cut(lines.Text(), " "); ok {
			said[what] = append(said[what], rest)
		}
		if n == until {
			go func() {
				time.Sleep(time.Duration(rand.IntN(5000)) * time.Microsecond)
				_ = cmd.Process.Kill()
			}()
		}
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != -1 {
		t.Errorf("the child ended by itself: %v", err)
	}
}

// acknowledged: everything that the children were told is so.
func acknowledged(t *testing.T, r *rig, said map[string][]string) {
	t.Helper()
	deleted := make(map[string]bool)
	for _, line := range said["deleted"] {
		who, which, _ := strings.Cut(line, " ")
		deleted[who], deleted[which] = true, true
		if err := r.DeleteHolder(t.Context(), owner(), who); !errors.Is(err, acts.ErrNotFound) {
			t.Errorf("somebody deleted is there: %v", err)
		}
	}
	for _, id := range said["staying"] {
		if _, err := r.Holder(t.Context(), owner(), id); err != nil {
			t.Errorf("holder %s: %v", id, err)
		}
	}
	for _, text := range said["consent"] {
		get(r, func(tx *store.Tx) (store.ConsentRow, error) { return tx.Consent(hashOf(t, text)) })
	}
	for _, text := range said["withdrawn"] {
		row := get(r, func(tx *store.Tx) (store.ConsentRow, error) { return tx.Consent(hashOf(t, text)) })
		if row.Withdrawn == 0 {
			t.Errorf("consent %s holds again", text)
		}
	}
	bad := make(map[string]bool)
	for _, text := range append(said["revoked"], keys(deleted)...) {
		bad[text] = true
	}
	for _, text := range said["pass"] {
		id, err := pass.ParseID(text)
		must(t, err)
		if good := r.office.good(id); good && bad[text] {
			t.Errorf("pass %s, which was revoked, is good", text)
		}
	}
	for _, id := range said["tokengone"] {
		if err := r.RevokeToken(t.Context(), owner(), id); !errors.Is(err, acts.ErrNotFound) {
			t.Errorf("a revoked token is there: %v", err)
		}
	}
}

func hashOf(t testing.TB, text string) []byte {
	t.Helper()
	hash, err := hex.DecodeString(text)
	must(t, err)
	return hash
}

func keys(m map[string]bool) (all []string) {
	for key := range m {
		all = append(all, key)
	}
	return all
}

// recorded: each token and notice that the ledger says was made, was made, or the
// ledger says that it was not.
func recorded(t *testing.T, r *rig) {
	t.Helper()
	driver := "sqlite"
	if strings.HasPrefix(r.url, "postgres:") {
		driver = "pgx"
	}
	db, err := sql.Open(driver, r.url)
	must(t, err)
	defer db.Close()
	rows, err := db.Query("SELECT entry FROM ledger_queue WHERE entry IS NOT NULL ORDER BY id")
	must(t, err)
	defer rows.Close()
	var clear []ledger.Act
	undone, revoked := make(map[string]bool), make(map[string]bool)
	for rows.Next() {
		var data []byte
		must(t, rows.Scan(&data))
		e, err := ledger.Decode(data)
		must(t, err)
		if e.Act == nil {
			continue
		}
		switch clear = append(clear, *e.Act); e.Act.Name {
		case "act.undone":
			undone[e.Act.Details["entry"]] = true
		case "token.revoke":
			revoked[e.Act.Details["token"]] = true
		}
	}
	must(t, rows.Err())
	for _, act := range clear {
		there := true
		switch act.Name {
		case "token.make":
			err := r.store.Read(t.Context(), func(tx *store.Tx) error { _, err := tx.TokenByID(act.Details["token"]); return err })
			there = err == nil || revoked[act.Details["token"]]
		case "notice.publish":
			err := r.store.Read(t.Context(), func(tx *store.Tx) error { _, err := tx.Notice(hashOf(t, act.Details["sha256"])); return err })
			there = err == nil
		}
		if was := undone[hex.EncodeToString(act.ID[:])]; there == was {
			t.Errorf("%s was done: %t, and the ledger says that it was not: %t", act.Name, there, was)
		}
	}
}
