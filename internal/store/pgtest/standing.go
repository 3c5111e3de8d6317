package pgtest

import (
	"os"
	"syscall"
)

// Standing is a server for a program that is no test.
type Standing struct{ *server }

// Launch starts a server, which its caller has to Close. It fails where PostgreSQL
// is not installed.
func Launch() (*Standing, error) {
	s, err := launch()
	if err != nil {
		return nil, err
	}
	return &Standing{s}, nil
}

// Database makes an empty database and returns its address.
func (s *Standing) Database() (string, error) { return s.database() }

// PIDs are the server's processes.
func (s *Standing) PIDs() []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil {
		return nil
	}
	return append(children(s.process.Pid), s.process.Pid)
}

// Close ends the server and removes its files.
func (s *Standing) Close() error {
	s.end(syscall.SIGKILL)
	return os.RemoveAll(s.dir)
}
