package camera

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/nettest"
)

// stream answers as a camera does, until the client or the test goes.
func stream(w http.ResponseWriter, r *http.Request, frame func(n int) []byte) {
	w.Header().Set("Content-Type", "multipart/x-mixed-replace; boundary=--frame")
	for n := 0; r.Context().Err() == nil; n++ {
		data := frame(n)
		fmt.Fprintf(w, "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n", len(data), data)
		if http.NewResponseController(w).Flush() != nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func live(n int) []byte { return drawn(n, 64, 48) }

// openURL opens a camera and closes it at the end.
func openURL(t *testing.T, address string) Source {
	t.Helper()
	s, err := Open(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestMJPEG(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { stream(w, r, live) }))
	defer server.Close()
	s := openURL(t, server.URL+"/stream")
	seen := uint64(0)
	for range 10 {
		f := nextFrame(t, s)
		if p, err := f.Decode(); err != nil || p.W != 64 || p.H != 48 {
			t.Fatal(p, err)
		}
		if f.Seq <= seen || f.At.IsZero() {
			t.Errorf("frame %d after frame %d", f.Seq, seen)
		}
		seen = f.Seq
		f.Wipe()
	}
	s.Close()
}

func TestSinglePictures(t *testing.T) {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name, password, _ := r.BasicAuth(); name != "guard" || password != "open sesame" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "image/jpeg")
		_, _ = w.Write(drawn(int(asked.Add(1)), 200, 150))
	}))
	defer server.Close()
	address := strings.Replace(server.URL, "://", "://guard:open%20sesame@", 1)
	s := openURL(t, address)
	first, second := nextFrame(t, s), nextFrame(t, s)
	if bytes.Equal(first.JPEG, second.JPEG) || asked.Load() < 2 {
		t.Error("it was asked once")
	}
	first.Wipe()
	second.Wipe()
	s.Close()
}

// TestBadCameras: whatever a camera answers is a clear error that repeats no
// password, and the source lives.
func TestBadCameras(t *testing.T) {
	answer := func(kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			_, _ = w.Write([]byte(body))
		}
	}
	multipart := "multipart/x-mixed-replace; boundary=b"
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		want    error
		part    string
	}{
		"a page":        {answer("text/html", "<html>"), ErrNotAFrame, "neither multipart"},
		"no type":       {answer("", "x"), ErrNotAFrame, ""},
		"not found":     {http.NotFound, ErrLost, "status 404"},
		"a redirect":    {http.RedirectHandler("http://192.0.2.1/", http.StatusFound).ServeHTTP, ErrLost, "status 302"},
		"no picture":    {answer("image/jpeg", "GIF89a"), ErrNotAFrame, "JPEG"},
		"text in parts": {answer(multipart, "--b\r\nContent-Length: 4\r\n\r\ntext\r\n"), ErrNotAFrame, "JPEG"},
		"huge picture":  {answer("image/jpeg", strings.Repeat("x", MaxBytes+1)), ErrTooLarge, ""},
		"huge part":     {answer(multipart, "--b\r\nContent-Length: 88888888\r\n\r\n"), ErrTooLarge, ""},
		"endless part":  {answer(multipart, "--b\r\n\r\n"+strings.Repeat("x", MaxBytes+1<<17)), ErrTooLarge, ""},
		"ended stream":  {answer(multipart, "--b--\r\n"), ErrLost, "ended"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(test.handler)
			defer server.Close()
			s := openURL(t, strings.Replace(server.URL, "://", "://guard:sesame@", 1)+"/?key=sesame")
			defer s.Close()
			for range 2 { // it goes on trying
				err := nextError(t, s)
				if !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.part) {
					t.Errorf("%v", err)
				}
				if strings.Contains(err.Error(), "sesame") {
					t.Errorf("the error repeats a password: %v", err)
				}
			}
		})
	}
}

func TestUnreachableCamera(t *testing.T) {
	s := openURL(t, "http://guard:sesame@127.0.0.1:1/?key=sesame")
	err := nextError(t, s)
	if !errors.Is(err, ErrLost) || strings.Contains(err.Error(), "sesame") || !strings.Contains(err.Error(), "127.0.0.1:1") {
		t.Error(err)
	}
	s.Close()
}

// TestStalledCamera: a camera that answers and sends nothing is given up, and
// asked again.
func TestStalledCamera(t *testing.T) {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := asked.Add(1)
		stream(w, r, func(i int) []byte {
			if n == 1 && i == 3 {
				<-r.Context().Done()
			}
			return live(i)
		})
	}))
	defer server.Close()
	c := &mjpeg{client: &http.Client{Transport: &http.Transport{}}, url: mustParse(t, server.URL), place: "here"}
	s := startWithin(c.session, time.Minute, 200*time.Millisecond)
	defer s.Close()
	if err := nextError(t, s); !errors.Is(err, ErrLost) || !strings.Contains(err.Error(), "no frames") {
		t.Error(err)
	}
	nextFrame(t, s).Wipe()
}

func mustParse(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// TestMJPEGComesBack kills the camera and brings it back at the same address.
func TestMJPEGComesBack(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { stream(w, r, live) })
	at, err := nettest.Address()
	if err != nil {
		t.Fatal(err)
	}
	serve := func() *httptest.Server {
		listener, err := net.Listen("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewUnstartedServer(handler)
		server.Listener.Close()
		server.Listener = listener
		server.Start()
		return server
	}
	server := serve()
	s := openURL(t, server.URL)
	for range 3 {
		nextFrame(t, s).Wipe()
		server.CloseClientConnections()
		server.Close()
		nextError(t, s)
		server = serve()
		back := time.Now()
		nextFrame(t, s).Wipe()
		t.Logf("it was back after %v", time.Since(back))
	}
	s.Close()
	server.Close()
}
