package keeper

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/facelatch/facelatch/ledger"
)

// childFolder says where a child of a test works, and childTask what it does.
const (
	childFolder = "FACELATCH_KEEPER_FOLDER"
	childTask   = "FACELATCH_KEEPER_TASK"
)

// inChild runs what this process was started for, if that is no test.
func inChild() bool {
	folder := os.Getenv(childFolder)
	if folder == "" {
		return false
	}
	task := map[string]func(string) error{"load": load, "finish": finish, "full": full}[os.Getenv(childTask)]
	if err := task(folder); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return true
}

// child starts this test's program for a task.
func child(t *testing.T, folder, task string) *exec.Cmd {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childFolder+"="+folder, childTask+"="+task)
	c.Stderr = os.Stderr
	return c
}

// journal is a file of lines of two words, each durable once it is added.
type journal struct {
	mu sync.Mutex
	f  *os.File
}

// openJournal opens one and calls each with its lines; a line that a crash cut
// off is cut off whole.
func openJournal(path string, each func(a, b string)) (*journal, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	data = data[:bytes.LastIndexByte(data, '\n')+1]
	for line := range bytes.Lines(data) {
		words := bytes.Fields(line)
		each(string(words[0]), string(words[1]))
	}
	if err := f.Truncate(int64(len(data))); err != nil {
		return nil, err
	}
	_, err = f.Seek(0, 2)
	return &journal{f: f}, err
}

func (j *journal) add(a, b any) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if _, err := fmt.Fprintf(j.f, "%v %v\n", a, b); err != nil {
		return err
	}
	return j.f.Sync()
}

// fileQueue is a queue that outlives its process.
type fileQueue struct {
	*queue
	order       sync.Mutex
	rows, notes *journal
}

func openQueue(folder string) (q *fileQueue, err error) {
	q = &fileQueue{queue: newQueue()}
	q.rows, err = openJournal(filepath.Join(folder, "queue"), func(id, entry string) {
		fmt.Sscan(id, &q.next)
		q.queue.rows[q.next], _ = hex.DecodeString(entry)
	})
	if err != nil {
		return nil, err
	}
	q.notes, err = openJournal(filepath.Join(folder, "notes"), func(a, b string) {
		var id int64
		var index uint64
		fmt.Sscan(a, &id)
		fmt.Sscan(b, &index)
		q.noted[id] = index
	})
	return q, err
}

func (q *fileQueue) put(entry []byte) (int64, error) {
	q.order.Lock()
	defer q.order.Unlock()
	if err := q.rows.add(q.next+1, hex.EncodeToString(entry)); err != nil {
		return 0, err
	}
	return q.queue.put(entry), nil
}

func (q *fileQueue) Recorded(ctx context.Context, list []Recorded) error {
	for _, r := range list {
		if err := q.notes.add(r.ID, r.Index); err != nil {
			return err
		}
	}
	return q.queue.Recorded(ctx, list)
}

// wait waits until an entry is noted.
func (q *fileQueue) wait(id int64) uint64 {
	for {
		q.mu.Lock()
		index, done := q.noted[id]
		changed := q.changed
		q.mu.Unlock()
		if done {
			return index
		}
		<-changed
	}
}

func childKeeper(folder string) (*Keeper, *fileQueue, error) {
	q, err := openQueue(folder)
	if err != nil {
		return nil, nil, err
	}
	k, err := New(Options{
		Folder: filepath.Join(folder, "ledger"), Origin: origin, Key: ed25519.NewKeyFromSeed(make([]byte, 32)),
		Queue: q, Interval: time.Second, Quantum: 4, Poll: 5 * time.Millisecond,
	})
	return k, q, err
}

// load keeps a ledger under load until it is killed, and notes what it
// acknowledged.
func load(folder string) error {
	k, q, err := childKeeper(folder)
	if err != nil {
		return err
	}
	acked, err := openJournal(filepath.Join(folder, "acked"), func(string, string) {})
	if err != nil {
		return err
	}
	go k.Run(context.Background())
	failed := make(chan error)
	for worker := range 4 {
		go func() {
			for {
				if err := one(k, q, acked, worker == 0); err != nil {
					failed <- err
				}
			}
		}()
	}
	return <-failed
}

func one(k *Keeper, q *fileQueue, acked *journal, clear bool) error {
	c, err := ledger.Pad(rand.Reader)
	if err != nil {
		return err
	}
	entry := c.Encode()
	if clear {
		a, err := ledger.NewAct(rand.Reader, time.Now(), "op-7k2m", "door.add", nil)
		if err != nil {
			return err
		}
		if entry, err = a.Encode(); err != nil {
			return err
		}
	}
	id, err := q.put(entry)
	if err != nil {
		return err
	}
	k.Kick()
	if err := acked.add(q.wait(id), hex.EncodeToString(entry)); err != nil {
		return err
	}
	fmt.Println("acknowledged")
	return nil
}

// finish has the ledger take up what a killed one left, and publish.
func finish(folder string) error {
	k, q, err := childKeeper(folder)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go k.Run(ctx)
	for id := range q.queue.rows {
		q.wait(id)
	}
	size, err := q.Reached(ctx)
	if err != nil {
		return err
	}
	for s := k.Status(); s.Published < size; s = k.Status() {
		if s.Err != nil && !errors.Is(s.Err, errNotYet) {
			return s.Err
		}
		time.Sleep(10 * time.Millisecond)
	}
	return nil
}

// full keeps a ledger on a disk that becomes full and is cleared. A limit on the
// size of files fails as a full disk does: what is written is cut off.
func full(folder string) error {
	k, q, err := childKeeper(folder)
	if err != nil {
		return err
	}
	signal.Ignore(syscall.SIGXFSZ)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go k.Run(ctx)
	var ids []int64
	queue := func(n int) error {
		for range n {
			c, err := ledger.Pad(rand.Reader)
			if err != nil {
				return err
			}
			ids = append(ids, q.queue.put(c.Encode()))
		}
		k.Kick()
		return nil
	}
	if err := queue(100); err != nil {
		return err
	}
	q.wait(ids[99])
	if err := limitFiles(4096); err != nil {
		return err
	}
	if err := queue(100); err != nil {
		return err
	}
	for !errors.Is(k.Status().Err, ErrFolder) {
		time.Sleep(5 * time.Millisecond)
	}
	if q.recorded(ids[150]) {
		return errors.New("recorded, though the disk was full")
	}
	if err := limitFiles(1 << 40); err != nil {
		return err
	}
	for _, id := range ids {
		fmt.Println(q.wait(id), hex.EncodeToString(q.queue.rows[id]))
	}
	return nil
}

func limitFiles(size uint64) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	limit.Cur = min(size, limit.Max)
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit)
}

// said returns a channel that is closed once a child has said something.
func said(t *testing.T, c *exec.Cmd) <-chan struct{} {
	t.Helper()
	out, err := c.StdoutPipe()
	must(t, err)
	heard := make(chan struct{})
	must(t, c.Start())
	go func() {
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			if n == 0 {
				close(heard)
			}
		}
	}()
	return heard
}
