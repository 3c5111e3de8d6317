package courttest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"time"
)

// Counter is a station with its page, as somebody at its browser sees it.
type Counter struct {
	c    *Court
	url  string
	http *http.Client
}

// code makes a code with which a door or a station joins, and returns it.
func (c *Court) code(kind string, args ...string) string {
	c.t.Helper()
	var made struct{ Code string }
	c.ask(&made, c.Controller, append([]string{"controller", kind, "add", "--site", c.Site(), "--json"}, args...)...)
	return made.Code
}

// OpenStation has a station join, and serves its page.
func (c *Court) OpenStation() *Counter {
	c.t.Helper()
	c.Run(c.Station, "station", "join", "--dir", c.keys(), c.code("station", "--name", "Counter"))
	at := address(c.t)
	at = strings.Replace(at, "127.0.0.1", "localhost", 1)
	p := c.start(c.Station, "station", "station", "serve", "--dir", c.keys(), "--listen", at)
	p.Await("ready:")
	return &Counter{c, "https://" + at, c.client(nil)}
}

// keys is the folder of the station.
func (c *Court) keys() string { return filepath.Join(c.Station, "keys") }

// PIN makes a PIN at the station.
func (c *Court) PIN() (number, code string) {
	c.t.Helper()
	var made struct{ Number, Code string }
	c.ask(&made, c.Station, "station", "pin", "--dir", c.keys(), "--zone", Zone, "--json")
	return made.Number, made.Code
}

// ask asks the page for something, and reads what is answered.
func (s *Counter) ask(method, path, kind string, body []byte, into any) (status int, said []byte, err error) {
	q, err := http.NewRequest(method, s.url+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	q.Header.Set("Origin", s.url)
	if kind != "" {
		q.Header.Set("Content-Type", kind)
	}
	answer, err := s.http.Do(q)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	if said, err = io.ReadAll(answer.Body); err == nil && answer.StatusCode == http.StatusOK && into != nil {
		err = json.Unmarshal(said, into)
	}
	return answer.StatusCode, said, err
}

// Ask asks the page with an object for what has to be answered.
func (s *Counter) Ask(path string, body map[string]any, into any) {
	s.c.t.Helper()
	data, err := json.Marshal(body)
	must(s.c.t, err)
	status, said, err := s.ask(http.MethodPost, path, "application/json", data, into)
	must(s.c.t, err)
	expect(s.c.t, path, status, said, http.StatusOK)
}

// Try is Ask for what may be refused, and returns the status and the answer.
func (s *Counter) Try(path string, body map[string]any) (int, []byte) {
	s.c.t.Helper()
	data, err := json.Marshal(body)
	must(s.c.t, err)
	status, said, err := s.ask(http.MethodPost, path, "application/json", data, nil)
	must(s.c.t, err)
	return status, said
}

// Choose begins an enrolment of a kind, plain or face, for somebody who read the
// notice and agreed, and returns its token.
func (s *Counter) Choose(kind string) string {
	s.c.t.Helper()
	var offer struct{ Notice struct{ ID string } }
	status, said, err := s.ask(http.MethodGet, "/api/notice", "", nil, &offer)
	must(s.c.t, err)
	expect(s.c.t, "/api/notice", status, said, http.StatusOK)
	var chosen struct{ Enrolment string }
	s.Ask("/api/choose", map[string]any{"kind": kind, "notice": offer.Notice.ID, "lang": "en", "agreed": true}, &chosen)
	return chosen.Enrolment
}

// Sitter is somebody who sits for an enrolment. Photographs are shown one after the
// other: of the same person, and not all the same.
type Sitter struct {
	Enrolment   string
	Photographs [][]byte
	good        int
}

// wanted is how many good pictures a station wants.
const wanted = 3

// Sit shows the photographs of some people, each at a camera of their own, until
// there are enough of all of them.
func (s *Counter) Sit(sitters ...*Sitter) {
	s.c.t.Helper()
	for end := time.Now().Add(Patience); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		waiting := false
		for _, who := range sitters {
			if who.good < wanted {
				s.sit(who)
			}
			waiting = waiting || who.good < wanted
		}
		if !waiting {
			return
		}
	}
	s.c.t.Fatal("the station never had enough pictures")
}

func (s *Counter) sit(who *Sitter) {
	s.c.t.Helper()
	var progress struct {
		Good int
		Hint string
	}
	shown := who.Photographs[who.good%len(who.Photographs)]
	status, said, err := s.ask(http.MethodPost, "/api/frame?enrolment="+who.Enrolment, "image/jpeg", shown, &progress)
	must(s.c.t, err)
	expect(s.c.t, "/api/frame", status, said, http.StatusOK)
	if who.good = progress.Good; progress.Hint != "" {
		s.c.t.Logf("the station says %q", progress.Hint)
	}
}

// Finish makes the pass, and returns its text.
func (s *Counter) Finish(enrolment string) string {
	s.c.t.Helper()
	var made struct{ Text string }
	s.Ask("/api/finish", map[string]any{"enrolment": enrolment}, &made)
	return made.Text
}
