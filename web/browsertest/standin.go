// Package browsertest drives the pages of package web in a real browser, with
// stand-ins for the daemons behind them: it walks every screen in every
// language and several sizes, takes pictures of them, and checks that people
// can read, hit and understand what is there. It is for tests only and will
// never be imported by anything else.
package browsertest

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/facelatch/facelatch/web"
)

// door is a stand-in for the daemon of a door: it checks the handshake as the
// daemon does, sends what a test tells it to, and notes what the page sends.
type door struct {
	code string // the pairing code that is right

	mu     sync.Mutex
	key    *ecdsa.PublicKey
	conn   *websocket.Conn
	away   time.Time // until then it refuses connections
	config json.RawMessage
	first  []json.RawMessage // sent after the config, to each connection
	got    []json.RawMessage
}

// handler serves the page at "/", the protocol, and a test's orders below
// /control/.
func (d *door) handler(page fs.FS) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", web.Serve(page))
	mux.HandleFunc("POST /pair", d.pair)
	mux.HandleFunc("/ws", d.socket)
	mux.HandleFunc("POST /control/config", d.setConfig)
	mux.HandleFunc("POST /control/send", d.send)
	mux.HandleFunc("POST /control/close", d.close)
	mux.HandleFunc("GET /control/got", d.take)
	return mux
}

func (d *door) pair(w http.ResponseWriter, r *http.Request) {
	var asked struct{ Code, Key string }
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || asked.Code != d.code {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"why":"wrong-code"}`)
		return
	}
	der, err := base64.StdEncoding.DecodeString(asked.Key)
	if err != nil {
		http.Error(w, "bad key", http.StatusBadRequest)
		return
	}
	key, err := x509.ParsePKIXPublicKey(der)
	public, ok := key.(*ecdsa.PublicKey)
	if err != nil || !ok {
		http.Error(w, "bad key", http.StatusBadRequest)
		return
	}
	d.mu.Lock()
	d.key = public
	d.mu.Unlock()
	fmt.Fprint(w, `{"kiosk":"0011223344556677"}`)
}

func (d *door) socket(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	away := time.Now().Before(d.away)
	d.mu.Unlock()
	if away {
		http.Error(w, "away", http.StatusServiceUnavailable)
		return
	}
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer conn.CloseNow()
	conn.SetReadLimit(4 << 20)
	if err := d.greet(r.Context(), conn, "http://"+r.Host); err != nil {
		d.note(map[string]any{"t": "refused", "why": err.Error()})
		return
	}
	go ping(r.Context(), conn)
	for {
		kind, data, err := conn.Read(r.Context())
		if err != nil {
			return
		}
		if kind == websocket.MessageText {
			d.note(json.RawMessage(data))
		} else {
			d.note(binary(data))
		}
	}
}

// ping is what keeps a page from thinking that its door is gone.
func ping(ctx context.Context, conn *websocket.Conn) {
	for ctx.Err() == nil {
		if conn.Write(ctx, websocket.MessageText, []byte(`{"t":"ping"}`)) != nil {
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

// binary describes a binary message: a test needs to know what it was, not what is in it.
func binary(data []byte) map[string]any {
	zero := true
	for _, b := range data {
		zero = zero && b == 0
	}
	jpeg := len(data) > 3 && data[0] == 0xff && data[1] == 0xd8 && data[2] == 0xff
	return map[string]any{"t": "binary", "bytes": len(data), "zero": zero, "jpeg": jpeg}
}

// greet challenges a page and checks its signature.
func (d *door) greet(ctx context.Context, conn *websocket.Conn, origin string) error {
	const id = "a1b2c3d4e5f60718"
	random := make([]byte, 16)
	_, _ = rand.Read(random)
	nonce := base64.StdEncoding.EncodeToString(random)
	if err := write(ctx, conn, map[string]any{"t": "challenge", "nonce": nonce, "door": id}); err != nil {
		return err
	}
	_, data, err := conn.Read(ctx)
	if err != nil {
		return err
	}
	var hello struct{ T, Kiosk, Sig string }
	if err := json.Unmarshal(data, &hello); err != nil || hello.T != "hello" {
		return fmt.Errorf("not a hello: %s", data)
	}
	sig, err := base64.StdEncoding.DecodeString(hello.Sig)
	if err != nil || len(sig) != 64 {
		return fmt.Errorf("a signature of %d bytes: %v", len(sig), err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	sum := sha256.Sum256([]byte("facelatch kiosk v1\n" + origin + "\n" + id + "\n" + nonce))
	if d.key == nil || !ecdsa.Verify(d.key, sum[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])) {
		_ = write(ctx, conn, map[string]any{"t": "bye", "why": "unpaired"})
		return fmt.Errorf("kiosk %q signs wrongly", hello.Kiosk)
	}
	d.conn = conn
	for _, m := range append([]json.RawMessage{d.config}, d.first...) {
		if err := write(ctx, conn, m); err != nil {
			return err
		}
	}
	return nil
}

func write(ctx context.Context, conn *websocket.Conn, message any) error {
	data, err := json.Marshal(message)
	if err != nil {
		return err
	}
	return conn.Write(ctx, websocket.MessageText, data)
}

func (d *door) note(message any) {
	data, err := json.Marshal(message)
	if err != nil {
		data = []byte(`{"t":"not json"}`)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.got = append(d.got, data)
}

func (d *door) setConfig(w http.ResponseWriter, r *http.Request) {
	data, _ := io.ReadAll(r.Body)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.config = data
	d.first = []json.RawMessage{json.RawMessage(`{"t":"screen","key":"ready","state":"idle"}`), json.RawMessage(`{"t":"frames","mode":"off"}`)}
	if d.conn != nil {
		_ = d.conn.Write(r.Context(), websocket.MessageText, data)
	}
}

func (d *door) send(w http.ResponseWriter, r *http.Request) {
	data, _ := io.ReadAll(r.Body)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.conn == nil || d.conn.Write(r.Context(), websocket.MessageText, data) != nil {
		http.Error(w, "no page is connected", http.StatusConflict)
	}
}

// close says bye, if a reason is given, ends the connection, and takes no other
// for some milliseconds.
func (d *door) close(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if ms, err := strconv.Atoi(r.URL.Query().Get("away")); err == nil {
		d.away = time.Now().Add(time.Duration(ms) * time.Millisecond)
	}
	if d.conn == nil {
		return
	}
	if why := r.URL.Query().Get("why"); why != "" {
		_ = write(r.Context(), d.conn, map[string]any{"t": "bye", "why": why})
	}
	_ = d.conn.CloseNow()
	d.conn = nil
}

// take answers with what came since the last call.
func (d *door) take(w http.ResponseWriter, _ *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.got == nil {
		d.got = []json.RawMessage{}
	}
	_ = json.NewEncoder(w).Encode(d.got)
	d.got = nil
}
