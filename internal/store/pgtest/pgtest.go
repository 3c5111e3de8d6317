// Package pgtest starts a PostgreSQL server for tests, from Debian's package, with
// its default durability: fsync on. It listens on a Unix socket in a folder of
// its own and never on a network; it and its folder are gone after the test.
package pgtest

import (
	"context"
	"database/sql"
	"fmt"
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

// Server is one PostgreSQL server.
type Server struct {
	t          testing.TB
	bin        string
	dir        string
	credential *syscall.Credential // nil: whoever runs the test
	made       atomic.Int64

	mu      sync.Mutex // guards what follows
	process *os.Process
	ended   chan struct{}
}

// Start starts a server that ends with the test. Without PostgreSQL the test is
// skipped.
func Start(t testing.TB) *Server {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	if len(found) == 0 {
		testenv.Missing(t, "PostgreSQL is not installed: install the package postgresql")
	}
	slices.Sort(found)
	// Short, because the name of a socket has 107 bytes at most, and reachable by
	// the server's own account.
	dir, err := os.MkdirTemp("/tmp", "pgtest")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{t: t, bin: found[len(found)-1], dir: dir}
	t.Cleanup(func() { s.Kill(); _ = os.RemoveAll(dir) })
	s.credential = account(t, dir)
	s.initialise()
	s.Restart()
	return s
}

// account is who the server runs as: it refuses to run as root.
func account(t testing.TB, dir string) *syscall.Credential {
	t.Helper()
	if os.Getuid() != 0 {
		return nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		testenv.Missing(t, "there is no account postgres to run the server as")
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	if err := os.Chown(dir, uid, gid); err != nil {
		t.Fatal(err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

func (s *Server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	cmd.Dir = s.dir
	// The server ends with the test, however that ends.
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.credential, Pdeathsig: syscall.SIGKILL}
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "TZ=UTC"}
	return cmd
}

func (s *Server) initialise() {
	s.t.Helper()
	cmd := s.command("initdb", "--pgdata", s.data(), "--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--no-instructions")
	if out, err := cmd.CombinedOutput(); err != nil {
		s.t.Fatalf("initdb: %v\n%s", err, out)
	}
}

// Restart starts a server that was stopped, with what is in its folder, and waits
// until it answers.
func (s *Server) Restart() {
	s.t.Helper()
	log, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	defer log.Close()
	cmd := s.command("postgres", "-D", s.data(), "-k", s.dir, "-h", "", "-c", "max_connections=80", "-c", "shared_buffers=16MB")
	cmd.Stdout, cmd.Stderr = log, log
	ended := make(chan struct{})
	if err := start(cmd, ended); err != nil {
		s.t.Fatal(err)
	}
	s.mu.Lock()
	s.process, s.ended = cmd.Process, ended
	s.mu.Unlock()
	s.await(ended)
}

// start starts a process from a thread that lives as long as it does: the kernel
// kills the process when that thread ends.
func start(cmd *exec.Cmd, ended chan<- struct{}) error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
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
func (s *Server) await(ended <-chan struct{}) {
	s.t.Helper()
	db, err := sql.Open("pgx", s.url("postgres"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	for begun := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		if err = db.PingContext(context.Background()); err == nil {
			return
		}
		select {
		case <-ended:
			s.t.Fatalf("PostgreSQL ended: %s", s.log())
		default:
		}
		if time.Since(begun) > patience {
			s.t.Fatalf("PostgreSQL does not answer: %v\n%s", err, s.log())
		}
	}
}

func (s *Server) log() string {
	text, _ := os.ReadFile(filepath.Join(s.dir, "log"))
	lines := strings.Split(string(text), "\n")
	return strings.Join(lines[max(0, len(lines)-20):], "\n")
}

// Stop ends the server as an operator does: connections are cut, and what was
// committed is flushed.
func (s *Server) Stop() { s.end(syscall.SIGINT) }

// Kill ends the server as a power cut does, as far as a process can tell.
func (s *Server) Kill() { s.end(syscall.SIGKILL) }

func (s *Server) end(how syscall.Signal) {
	s.mu.Lock()
	process, ended := s.process, s.ended
	s.process = nil
	s.mu.Unlock()
	if process == nil {
		return
	}
	_ = process.Signal(how)
	select {
	case <-ended:
	case <-time.After(patience):
		_ = process.Kill()
		<-ended
	}
	if how == syscall.SIGKILL {
		// What it had started notices, and the folder is free when it has.
		time.Sleep(200 * time.Millisecond)
	}
}

// Dir returns the folder with the server's files.
func (s *Server) Dir() string { return s.data() }

// Database makes an empty database and returns its address.
func (s *Server) Database() string {
	s.t.Helper()
	db, err := sql.Open("pgx", s.url("postgres"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	name := fmt.Sprintf("test%d", s.made.Add(1))
	if _, err := db.ExecContext(context.Background(), "CREATE DATABASE "+name); err != nil {
		s.t.Fatal(err)
	}
	return s.url(name)
}

func (s *Server) url(name string) string {
	return "postgres:///" + name + "?host=" + s.dir + "&user=postgres&sslmode=disable"
}
