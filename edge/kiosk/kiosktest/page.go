package kiosktest

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/coder/websocket"
)

// ErrBye is wrapped by what Err returns after the door said bye; its text ends
// with the reason.
var ErrBye = errors.New("the door said bye")

// Message is what a door said, all kinds in one. See docs/kiosk.md.
type Message struct {
	T      string
	Nonce  string
	Door   string
	Key    string
	Hint   string
	State  string
	Until  *int64 // milliseconds
	Ways   []string
	Mode   string
	MaxFPS int `json:"max_fps"`
	Width  int
	Why    string

	// Raw is the whole message.
	Raw json.RawMessage `json:"-"`
}

// Page is a connected page. Its reader answers pings until Close, or until the
// door ends the connection.
type Page struct {
	ws   *websocket.Conn
	stop context.CancelFunc
	done chan struct{}

	mu    sync.Mutex // guards what follows
	last  map[string]Message
	news  chan struct{} // closed and replaced by each message
	mute  bool
	err   error
	count map[string]int
}

// Connect opens the WebSocket, answers the challenge, and reads until Close.
func (k *Kiosk) Connect(ctx context.Context) (*Page, error) {
	ws, err := k.Dial(ctx)
	if err != nil {
		return nil, err
	}
	if err := k.Hello(ctx, ws); err != nil {
		_ = ws.CloseNow()
		return nil, err
	}
	reading, stop := context.WithCancel(context.Background())
	p := &Page{ws: ws, stop: stop, done: make(chan struct{}), last: map[string]Message{}, count: map[string]int{}, news: make(chan struct{})}
	go p.read(reading)
	return p, nil
}

// Hello reads the challenge and answers it.
func (k *Kiosk) Hello(ctx context.Context, ws *websocket.Conn) error {
	_, data, err := ws.Read(ctx)
	if err != nil {
		return err
	}
	var m Message
	if err := json.Unmarshal(data, &m); err != nil {
		return err
	}
	sig, err := k.Sign(m.Door, m.Nonce)
	if err != nil {
		return err
	}
	hello, err := json.Marshal(map[string]string{"t": "hello", "kiosk": k.ID, "sig": base64.StdEncoding.EncodeToString(sig)})
	if err != nil {
		return err
	}
	return ws.Write(ctx, websocket.MessageText, hello)
}

func (p *Page) read(ctx context.Context) {
	defer close(p.done)
	var asked Message // the last order for frames, until a ping after it was answered
	for {
		m, err := p.next(ctx)
		p.note(m, err)
		if err != nil {
			_ = p.ws.CloseNow()
			return
		}
		switch {
		case m.T == "frames":
			asked = m
		case m.T == "ping" && asked.T != "":
			asked.T = answered
			p.note(asked, nil)
			asked = Message{}
		}
	}
}

// answered is the kind of a note that the server knows of an order for frames.
const answered = "frames, answered"

// next reads one message, and answers it if it is a ping.
func (p *Page) next(ctx context.Context) (Message, error) {
	_, data, err := p.ws.Read(ctx)
	if err != nil {
		return Message{}, err
	}
	m := Message{Raw: data}
	if err := json.Unmarshal(data, &m); err != nil {
		return Message{}, err
	}
	switch {
	case m.T == "bye":
		return m, fmt.Errorf("%w: %s", ErrBye, m.Why)
	case m.T == "ping" && !p.muted():
		return m, p.Send(ctx, map[string]any{"t": "pong"})
	}
	return m, nil
}

func (p *Page) note(m Message, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if m.T != "" {
		p.last[m.T] = m
		p.count[m.T]++
	}
	p.err = err
	close(p.news)
	p.news = make(chan struct{})
}

func (p *Page) muted() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mute
}

// Mute makes the page leave pings unanswered, or answer them again.
func (p *Page) Mute(mute bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mute = mute
}

// Wait returns the last message of a kind once it satisfies want; nil is
// satisfied by any. The error is ctx's, or that which ended the connection.
func (p *Page) Wait(ctx context.Context, kind string, want func(Message) bool) (Message, error) {
	for {
		p.mu.Lock()
		m, news, err := p.last[kind], p.news, p.err
		p.mu.Unlock()
		if m.T != "" && (want == nil || want(m)) {
			return m, nil
		}
		if err != nil {
			return Message{}, err
		}
		select {
		case <-ctx.Done():
			return Message{}, ctx.Err()
		case <-news:
		}
	}
}

// WaitScreen waits for the screen with a key.
func (p *Page) WaitScreen(ctx context.Context, key string) (Message, error) {
	return p.Wait(ctx, "screen", func(m Message) bool { return m.Key == key })
}

// WaitFrames waits until frames are wanted for a mode ("off", "look", "qr") and
// the server knows that the page knows: from then on it takes frames.
func (p *Page) WaitFrames(ctx context.Context, mode string) (Message, error) {
	return p.Wait(ctx, answered, func(m Message) bool { return m.Mode == mode })
}

// Count returns how many messages of a kind came.
func (p *Page) Count(kind string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.count[kind]
}

// Send sends any text message.
func (p *Page) Send(ctx context.Context, message map[string]any) error {
	data, err := json.Marshal(message)
	if err != nil {
		return err
	}
	return p.SendRaw(ctx, data)
}

// SendRaw sends any bytes as a text message.
func (p *Page) SendRaw(ctx context.Context, text []byte) error {
	return p.ws.Write(ctx, websocket.MessageText, text)
}

// Code says that the browser read a QR code.
func (p *Page) Code(ctx context.Context, text string) error {
	return p.Send(ctx, map[string]any{"t": "code", "text": text})
}

// PIN says that somebody typed a number and a code.
func (p *Page) PIN(ctx context.Context, number, code string) error {
	return p.Send(ctx, map[string]any{"t": "pin", "number": number, "code": code})
}

// NotMe is a tap on "not me".
func (p *Page) NotMe(ctx context.Context) error {
	return p.Send(ctx, map[string]any{"t": "notme"})
}

// Cancel is a tap on "cancel".
func (p *Page) Cancel(ctx context.Context) error {
	return p.Send(ctx, map[string]any{"t": "cancel"})
}

// Camera says how the camera is.
func (p *Page) Camera(ctx context.Context, state string) error {
	return p.Send(ctx, map[string]any{"t": "camera", "state": state})
}

// Frame sends a frame, whether or not the door asked for one.
func (p *Page) Frame(ctx context.Context, jpeg []byte) error {
	return p.ws.Write(ctx, websocket.MessageBinary, jpeg)
}

// Flush sends the zeros that follow the last frame.
func (p *Page) Flush(ctx context.Context) error {
	if err := p.Send(ctx, map[string]any{"t": "flush"}); err != nil {
		return err
	}
	return p.Frame(ctx, make([]byte, 64<<10))
}

// Err returns why the connection ended, nil while it stands.
func (p *Page) Err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// Done is closed when the connection has ended.
func (p *Page) Done() <-chan struct{} { return p.done }

// Close breaks the connection off, as a tablet does that is switched off.
func (p *Page) Close() {
	p.stop()
	_ = p.ws.CloseNow()
	<-p.done
}

// Mode is what frames are wanted for now, "off" before the door has said so.
func (p *Page) Mode() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if m := p.last["frames"]; m.T != "" {
		return m.Mode
	}
	return "off"
}
