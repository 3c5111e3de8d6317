package camera

import (
	"strings"
	"sync"
)

// tail keeps the end of what a child says, at most maxTail bytes. It is an
// io.Writer that never fails, so that a chatty child is not stopped by it.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

const maxTail = 2048

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, p[max(0, len(p)-maxTail):]...)
	t.kept = t.kept[max(0, len(t.kept)-maxTail):]
	return len(p), nil
}

// text returns the last line, without the secrets. A line that may have lost
// its beginning is left out, since half a secret would not be recognised.
func (t *tail) text(secrets []string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := string(t.kept)
	if len(t.kept) == maxTail {
		_, s, _ = strings.Cut(s, "\n")
	}
	for _, secret := range secrets {
		if secret != "" {
			s = strings.ReplaceAll(s, secret, "***")
		}
	}
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Map(printable, lines[len(lines)-1])
}

func printable(r rune) rune {
	if r < ' ' || r == 0x7f {
		return -1
	}
	return r
}
