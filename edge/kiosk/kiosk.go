// Package kiosk is the daemon's side of the page on the tablet at a door.
//
// It serves the page over TLS, pairs one tablet with the door, and speaks with
// that tablet's page over a WebSocket: out go what the screen shows and whether
// frames are wanted, in come codes, PINs, taps and frames. It decides nothing.
//
// # How a session uses it
//
//	server, err := kiosk.New(config, door)  // door gets every Event
//	go server.Serve(ctx, listener)          // HTTPS
//	go server.ServeControl(ctx, control)    // pair, status, unpair
//	server.Configure(page)                  // site, zone, methods, languages
//	server.Show(screen)                     // at every change of state
//	server.WantFrames(kiosk.LookFrames, 15, 1280)
//
// Show, Configure and WantFrames never wait: they replace what was to be sent,
// so that a page that reads slowly gets the newest and a page that reads
// nothing costs one message of each kind. They may be called from any
// goroutine, also from within Door.Event, and hold for every later connection.
//
// # What it refuses
//
// A connection needs the exact Origin, and a signature by the paired key over a
// fresh challenge; there is one connection at a time. A page that sends what it
// was not asked for, too much of it, or what it should not be able to make, is
// disconnected, and a disconnected kiosk is a [Lost] event, on which the daemon
// locks. A kiosk that is silent is lost within [LossTime].
//
// It never writes a frame anywhere, never asks for frames on its own account,
// logs nothing about a passage or an address, and keeps of a frame nothing:
// its own buffers are cleared at once, and see transport.go for the others.
//
// BUG(memory): texts that the page sends (a pass, a PIN) are Go strings, and
// stay in memory until the collector reuses it. A pass's text holds its
// reference sealed; a PIN alone could be used by whoever reads the memory of
// a door, who can open it anyway.
package kiosk

import (
	"time"
)

// Times of a connection.
const (
	// LossTime is the most time between the last sign of life of a kiosk and
	// its Lost event.
	LossTime = 3 * time.Second

	pingEvery  = time.Second
	silent     = 2500 * time.Millisecond // since the last message
	missedPing = 1500 * time.Millisecond // from here on another connection may take its place
	helloTime  = 5 * time.Second         // for the answer to the challenge
	writeTime  = 2 * time.Second         // for one message to leave
	byeTime    = 300 * time.Millisecond  // for the page to close after a bye
)

// Sizes and rates of what a page may send.
const (
	// MaxText is the most bytes of a text message.
	MaxText = 8 << 10
	// MaxFrame is the most bytes of a frame.
	MaxFrame = 1_500_000
	// MaxFlush is the most bytes of the zeros after a flush message.
	MaxFlush = 64 << 10
)

// Door is the daemon behind the kiosk.
type Door interface {
	// Event is called with one event at a time, in the order in which they
	// happened, Connected first and Lost last for every connection. It must
	// return soon (hand the event to a queue): while it runs nothing is read
	// from the kiosk.
	Event(Event)
}

// Frames takes the JPEG frames that were asked for. *camera.Pushed is one.
type Frames interface {
	// Push copies a frame and replaces the one that waits. An error means that
	// it is not a picture that a camera sends; it counts against the page.
	Push(jpeg []byte) error
	// Lose says that the connection is gone.
	Lose()
	// Drop wipes the frame that waits.
	Drop()
}

// Store keeps the paired kiosk over restarts.
type Store interface {
	// Kiosk returns the paired kiosk, the zero Paired if there is none.
	Kiosk() (Paired, error)
	// Keep makes p the only paired kiosk; the zero Paired means none. It
	// returns when that is durable. After an error either may be true after a
	// restart.
	Keep(p Paired) error
}

// Paired is a kiosk that may connect.
type Paired struct {
	// ID is 16 hex digits, the beginning of the SHA-256 of Key.
	ID string `json:"id"`
	// Key is the kiosk's public key: P-256, SubjectPublicKeyInfo in DER.
	Key []byte `json:"key"`
	// Since is when it was paired, in whole seconds.
	Since time.Time `json:"since"`
}

// Event is what a kiosk did: one of the types below.
type Event interface{ event() }

// The events.
type (
	// Connected means that the paired kiosk proved its key.
	Connected struct{ Kiosk string }
	// Lost means that its connection ended. The door locks.
	Lost struct {
		Kiosk string
		Why   Loss
	}
	// Code is the text of a QR code that the page read: a pass, a presentation
	// or anything else that somebody held up. Valid UTF-8, less than MaxText
	// bytes, never empty.
	Code struct{ Text string }
	// PIN is a number and a code that somebody typed: 1 to 12 digits each.
	PIN struct{ Number, Code string }
	// NotMe is a tap on "not me".
	NotMe struct{}
	// Cannot is a tap on "I cannot do this".
	Cannot struct{}
	// Cancel is a tap on "cancel".
	Cancel struct{}
	// Lang is the language that somebody chose, a BCP 47 tag of the page's
	// making: at most 35 letters, digits and hyphens.
	Lang struct{ Lang string }
	// NoReader means that this browser cannot read codes: the daemon may ask for
	// CodeFrames until the connection is Lost.
	NoReader struct{}
	// Camera is what the page says of its camera. The daemon's own watch sees
	// only frames that were asked for; the page sees its camera always.
	Camera struct{ State CameraState }
)

func (Connected) event() {}
func (Lost) event()      {}
func (Code) event()      {}
func (PIN) event()       {}
func (NotMe) event()     {}
func (Cannot) event()    {}
func (Cancel) event()    {}
func (Lang) event()      {}
func (NoReader) event()  {}
func (Camera) event()    {}

// CameraState is what the page says of its camera.
type CameraState string

// The states of a page's camera.
const (
	CameraOK      CameraState = "ok"
	CameraDenied  CameraState = "denied" // nobody allowed the page to use it
	CameraDead    CameraState = "dead"
	CameraCovered CameraState = "covered"
	CameraFrozen  CameraState = "frozen"
)

// Loss says why a connection ended, and is what the page is told in its bye.
type Loss string

// The reasons for which a connection ends.
const (
	LossGone     Loss = "gone"     // the page closed it, or the network did
	LossSilent   Loss = "silent"   // no sign of life for too long, or it reads nothing
	LossProtocol Loss = "protocol" // it sent what no page of ours sends
	LossFlood    Loss = "flood"    // it sent too much
	LossUnpaired Loss = "unpaired" // somebody unpaired it, or paired another
	LossReplaced Loss = "replaced" // it missed its pings, and connected again
	LossStopped  Loss = "stopped"  // the daemon stops
)

// Screen is what people see.
type Screen struct {
	// Key names the screen and Hint what to do, both from the page's texts.
	Key, Hint string
	// State is the door's state, for the page's colours and sounds.
	State string
	// Until is when the screen changes by itself; zero: it does not.
	Until time.Time
	// Ways are the ways in that would work now, of Page.Methods, joined by "+";
	// empty: none would.
	Ways string
	// Light names a colour that the whole screen has; empty: its own.
	Light string
}

// FrameMode is what frames are wanted for.
type FrameMode string

// What frames are wanted for.
const (
	NoFrames   FrameMode = "off"
	LookFrames FrameMode = "look" // a valid face pass was shown, and nobody said "not me"
	CodeFrames FrameMode = "qr"   // the browser cannot read QR codes itself
)

// Warning is what everybody at a door should know.
type Warning string

// WarnLedger: the operator's public record does not extend what the door has
// seen of it.
const WarnLedger Warning = "ledger"

// Page is what the page needs to know about the door once.
type Page struct {
	// Site is its name; Zone its title by language.
	Site string            `json:"site"`
	Zone map[string]string `json:"zone"`
	// Methods are the ways in: "plain", "face", "pin", "phone".
	Methods []string `json:"methods"`
	// Languages are BCP 47 tags, the door's own first.
	Languages []string `json:"langs"`
	// Notice is the short text of the notice, by language.
	Notice map[string]string `json:"notice,omitempty"`
	// BrowserQR is whether the page should read QR codes itself if it can.
	BrowserQR bool `json:"browserQR"`
	// Camera is "kiosk" where the tablet's camera is the door's, and "door"
	// where the door has its own; empty means "kiosk".
	Camera string `json:"camera,omitempty"`
	// Contact is whom to ask for help, by language.
	Contact map[string]string `json:"contact,omitempty"`
	Demo    bool              `json:"demo"`
	// Warning is something that everybody at the door should know, or empty.
	Warning Warning `json:"warning,omitempty"`
	// Fingerprint is the door's, 20 digits, until a person has compared them and
	// a station has given the door its keys; empty from then on.
	Fingerprint string `json:"fingerprint,omitempty"`
}

// whole gives a page's lists and maps, which the page looks into, to a Page
// that has none.
func (p Page) whole() Page {
	if p.Zone == nil {
		p.Zone = map[string]string{}
	}
	if p.Methods == nil {
		p.Methods = []string{}
	}
	if p.Languages == nil {
		p.Languages = []string{}
	}
	return p
}

// State is what the daemon and the control socket may know of the kiosk: the
// machine, never who passed.
type State struct {
	// Kiosk is the paired kiosk's id, empty if none, and Since when it was.
	Kiosk string    `json:"kiosk,omitempty"`
	Since time.Time `json:"since,omitzero"`
	// Connected is whether it is connected now, and Camera what its page said
	// of its camera last, empty before it said anything.
	Connected bool        `json:"connected"`
	Camera    CameraState `json:"camera,omitempty"`
	// Losses counts connections that ended since the start, and LastLoss says
	// why the last one did.
	Losses   int  `json:"losses"`
	LastLoss Loss `json:"last_loss,omitempty"`
	// Refused counts connections that were refused since the start: another
	// origin, another key, a second one.
	Refused int `json:"refused"`
	// Pairing is until when a pairing code is good; zero: there is none.
	Pairing time.Time `json:"pairing,omitzero"`
}
