// Package pgtest starts a PostgreSQL server for tests, from Debian's package, with
// its default durability: fsync on. It listens on a Unix socket in a folder of
// its own and never on a network; it and its folder are gone after the test.
package pgtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver

	"github.com/facelatch/facelatch/internal/testenv"
)

// patience is how long a server may take to start or to stop.
const patience = 60 * time.Second

// Server is one PostgreSQL server, as a test sees it.
type Server struct {
	t testing.TB
	*server
}

// server is what tests may share.
type server struct {
	bin        string
	dir        string
	credential *syscall.Credential // nil: whoever runs the test
	made       atomic.Int64
	open       io.Closer // what a sweeper waits for the end of, until this process ends

	mu      sync.Mutex // guards what follows
	process *os.Process
	ended   chan struct{}
}

// Start starts a server that ends with the test. Without PostgreSQL the test is
// skipped.
func Start(t testing.TB) *Server {
	t.Helper()
	s, err := launch()
	if err != nil {
		give(t, err)
	}
	t.Cleanup(func() { s.end(syscall.SIGKILL); _ = os.RemoveAll(s.dir) })
	return &Server{t, s}
}

// Shared returns a server that ends with the process, for tests that only want
// databases of their own and let it run.
func Shared(t testing.TB) *Server {
	t.Helper()
	s, err := shared()
	if err != nil {
		give(t, err)
	}
	return &Server{t, s}
}

// shared starts it once. Its folder is removed by a shell that sees the end of this
// process, however that comes.
var shared = sync.OnceValues(func() (*server, error) {
	s, err := launch()
	if err != nil {
		return nil, err
	}
	sweeper := exec.Command("/bin/sh", "-c", sweep, s.dir)
	s.open, err = sweeper.StdinPipe()
	if err == nil {
		err = sweeper.Start()
	}
	return s, err
})

// sweep waits for the end of this process, and removes what is left of a server:
// processes of PostgreSQL that did not notice, and the folder.
const sweep = `cat
for p in /proc/[0-9]*; do
	[ "$(readlink "$p/cwd")" = "$0/data" ] && kill -9 "${p#/proc/}"
done 2>/dev/null
rm -rf -- "$0"`

// errMissing is returned where there is no PostgreSQL.
var errMissing = errors.New("PostgreSQL is not installed: install the package postgresql")

func give(t testing.TB, err error) {
	t.Helper()
	if errors.Is(err, errMissing) {
		testenv.Missing(t, err.Error())
	}
	t.Fatal(err)
}

func launch() (*server, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	if len(found) == 0 {
		return nil, errMissing
	}
	slices.Sort(found)
	// Short, because the name of a socket has 107 bytes at most, and reachable by
	// the server's own account.
	dir, err := os.MkdirTemp("/tmp", "pgtest")
	if err != nil {
		return nil, err
	}
	s := &server{bin: found[len(found)-1], dir: dir}
	if s.credential, err = account(dir); err == nil {
		err = s.initialise()
	}
	if err == nil {
		err = s.start()
	}
	if err != nil {
		s.end(syscall.SIGKILL)
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return s, nil
}

// account is who the server runs as: it refuses to run as root.
func account(dir string) (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("%w, with its account postgres", errMissing)
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(dir, uid, gid)
}

func (s *server) data() string { return filepath.Join(s.dir, "data") }

func (s *server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	cmd.Dir = s.dir
	// The server ends with the test, however that ends.
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.credential, Pdeathsig: syscall.SIGKILL}
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "TZ=UTC"}
	return cmd
}

func (s *server) initialise() error {
	cmd := s.command("initdb", "--pgdata", s.data(), "--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--no-instructions", "--no-sync")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return nil
}

// Restart starts a server that was stopped, with what is in its folder, and waits
// until it answers.
func (s *Server) Restart() {
	s.t.Helper()
	if err := s.start(); err != nil {
		s.t.Fatal(err)
	}
}

func (s *server) start() error {
	log, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := s.command("postgres", "-D", s.data(), "-k", s.dir, "-h", "", "-c", "max_connections=80", "-c", "shared_buffers=16MB")
	cmd.Stdout, cmd.Stderr = log, log
	ended := make(chan struct{})
	if err := run(cmd, ended); err != nil {
		return err
	}
	s.mu.Lock()
	s.process, s.ended = cmd.Process, ended
	s.mu.Unlock()
	return s.await(ended)
}

// run starts a process from a thread that lives as long as it does: the kernel
// kills the process when that thread ends. Nor does the thread end afterwards: it may
// have started others before.
func run(cmd *exec.Cmd, ended chan<- struct{}) error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
			close(ended)
		}
	}()
	return <-started
}

// await waits until the server answers.
func (s *server) await(ended <-chan struct{}) error {
	db, err := sql.Open("pgx", s.url("postgres"))
	if err != nil {
		return err
	}
	defer db.Close()
	for begun := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		if err = db.PingContext(context.Background()); err == nil {
			return nil
		}
		select {
		case <-ended:
			return fmt.Errorf("PostgreSQL ended: %s", s.log())
		default:
		}
		if time.Since(begun) > patience {
			return fmt.Errorf("PostgreSQL does not answer: %w\n%s", err, s.log())
		}
	}
}

func (s *server) log() string {
	text, _ := os.ReadFile(filepath.Join(s.dir, "log"))
	lines := strings.Split(string(text), "\n")
	return strings.Join(lines[max(0, len(lines)-20):], "\n")
}

// Stop ends the server as an operator does: connections are cut, and what was
// committed is flushed.
func (s *Server) Stop() { s.end(syscall.SIGINT) }

// Kill ends the server as a power cut does, as far as a process can tell.
func (s *Server) Kill() { s.end(syscall.SIGKILL) }

func (s *server) end(how syscall.Signal) {
	s.mu.Lock()
	process, ended := s.process, s.ended
	s.process = nil
	s.mu.Unlock()
	if process == nil {
		return
	}
	helpers := children(process.Pid)
	_ = process.Signal(how)
	select {
	case <-ended:
	case <-time.After(patience):
		_ = process.Kill()
		<-ended
	}
	if how == syscall.SIGKILL {
		for _, pid := range helpers { // a power cut spares none
			_ = syscall.Kill(pid, how)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// children returns the processes that a process has started.
func children(pid int) (all []int) {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	for _, word := range strings.Fields(string(text)) {
		if child, err := strconv.Atoi(word); err == nil {
			all = append(all, child)
		}
	}
	return all
}

// Dir returns the folder with the server's files.
func (s *Server) Dir() string { return s.data() }

// Database makes an empty database and returns its address.
func (s *Server) Database() string {
	s.t.Helper()
	url, err := s.database()
	if err != nil {
		s.t.Fatal(err)
	}
	return url
}

func (s *server) database() (string, error) {
	db, err := sql.Open("pgx", s.url("postgres"))
	if err != nil {
		return "", err
	}
	defer db.Close()
	name := fmt.Sprintf("test%d", s.made.Add(1))
	_, err = db.ExecContext(context.Background(), "CREATE DATABASE "+name)
	return s.url(name), err
}

func (s *server) url(name string) string {
	return "postgres:///" + name + "?host=" + s.dir + "&user=postgres&sslmode=disable"
}
