package acts

import (
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
)

// SiteConfig is what the operator decides about a site.
type SiteConfig struct {
	// Version counts changes; [Acts.ChangeSite] names the one it read.
	Version int64
	// Site is what doors and stations are told. Its Format, ID and Demo cannot be
	// changed.
	Site site.Config
	// Guests are the limits of passes for guests.
	Guests GuestLimits
	// KeepYears is for how many years the pseudonymous record of a consent is kept
	// after its end, as proof that it was given: 3 to 10.
	KeepYears int
}

// DefaultKeepYears is how long pseudonymous records of consents are kept.
const DefaultKeepYears = 3

// NoticeVersion is a notice that was published.
type NoticeVersion struct {
	// Hash is the SHA-256 of Document.
	Hash [32]byte
	// Rules is whom it is for.
	Rules consent.Rules
	// Number counts the versions for the same rules, from 1.
	Number    int
	Published time.Time
	// Document is the notice in its one form, with all its languages; see
	// [consent.DecodeNotice].
	Document []byte
}

// Door is a door, a station or a desk.
type Door struct {
	ID   pass.DoorID
	Kind site.Kind
	Name string
	Zone string
	// Origin is where browsers find a desk, such as https://desk.example.
	Origin      string
	State       site.MemberState
	Fingerprint string
	Joined      time.Time
}

// JoinCode lets one door, station or desk in, once. It is told once.
type JoinCode struct {
	Kind       site.Kind
	Name, Zone string
	Origin     string // of a desk
	Secret     [doorapi.CodeSecret]byte
	Expires    time.Time
}

// Operator is somebody who runs the site.
type Operator struct {
	ID string
	// Pseudonym is how the ledger names them: "op-" and four characters.
	Pseudonym string
	// Name is what the site calls them; it stands nowhere in the ledger.
	Name    string
	Role    Role
	Version int64
	State   OperatorState
}

// OperatorState is how far an operator has come.
type OperatorState string

const (
	// Invited operators have a link that nobody has opened yet.
	Invited OperatorState = "invited"
	// Active operators can sign in.
	Active OperatorState = "active"
	// Removed operators cannot do anything. Their pseudonym stays, so that no
	// other gets it; their name is erased.
	Removed OperatorState = "removed"
)

// OperatorInput is what is entered about an operator.
type OperatorInput struct {
	// Name has 1 to [MaxLabel] printable characters.
	Name string
	Role Role
}

// Token is an API token. Secret is told once; only a hash of it is kept.
type Token struct {
	ID       string
	Name     string
	Operator string
	Scopes   []Scope
	Expires  time.Time
	// Secret is "flt_" and 52 letters and digits; "" in a list.
	Secret string
}

// TokenInput is what a token is to be.
type TokenInput struct {
	Name   string
	Scopes []Scope
	// Expires is at most a year ahead; zero is 90 days.
	Expires time.Time
}

// LedgerStatus is how the ledger stands.
type LedgerStatus struct {
	// Checkpoint is the newest that was published, as C2SP tlog-checkpoint writes
	// it; nil if there is none.
	Checkpoint []byte
	// SiteActs counts this month's acts about the site, by the site's time zone.
	SiteActs int
	// Queue is how many entries wait to be recorded.
	Queue int
}
