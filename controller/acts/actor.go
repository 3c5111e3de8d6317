package acts

// Role is what somebody is at a site.
type Role string

// Operators have one of the first five.
const (
	// Owner may do all that operators may, and is the only one who makes owners.
	Owner Role = "owner"
	// Manager runs the site: people, passes, doors, notices, configuration.
	Manager Role = "manager"
	// FrontDesk looks after people and their passes, and checks at desks.
	FrontDesk Role = "front-desk"
	// CounterStaff open the counters of desks and check there. They see nothing else: no
	// holder, no door and no record.
	CounterStaff Role = "counter"
	// Auditor reads what is about the site and opens what the ledger says; they
	// change nothing, and see no label and no contact of anybody.
	Auditor Role = "auditor"

	// HolderRole is a holder (for a child under 14 the guardian) on their own page.
	HolderRole Role = "holder"
	// StationRole is a station, which attests what a holder did in front of it.
	StationRole Role = "station"
)

// Roles returns the roles that operators can have: those who run the site, the
// mightiest first, and who reads.
func Roles() []Role { return []Role{Owner, Manager, FrontDesk, CounterStaff, Auditor} }

// AllRoles returns every role, in the order of the table of rights.
func AllRoles() []Role { return append(Roles(), HolderRole, StationRole) }

// Actor is who does something. The zero value may do nothing.
type Actor struct {
	Role Role
	// Operator is the id of an operator, with one of their roles.
	Operator string
	// Pseudonym is how the ledger names an operator: "op-" and four characters; or
	// a station: its id.
	Pseudonym string
	// Holder is the id of a holder, with [HolderRole]: they act on what is their
	// own.
	Holder string
	// Scopes are those of an API token; nil is all of the role, and an empty list
	// is nothing.
	Scopes []Scope
}

// Scope is what an API token can be good for.
type Scope string

// The scopes. There is none for giving a consent, for operators or for tokens.
const (
	ReadHolders  Scope = "holders:read"
	WriteHolders Scope = "holders:write"
	ReadPasses   Scope = "passes:read"
	IssuePasses  Scope = "passes:issue"
	RevokePasses Scope = "passes:revoke"
	// WithdrawConsents is for taking consents back, which revokes passes.
	WithdrawConsents Scope = "consents:withdraw"
	WriteNotices     Scope = "notices:write"
	ReadSite         Scope = "site:read"
	WriteSite        Scope = "site:write"
	ReadDoors        Scope = "doors:read"
	WriteDoors       Scope = "doors:write"
	ReadLedger       Scope = "ledger:read"
	// ReadParties and WriteParties are about who may ask for results at desks.
	ReadParties  Scope = "parties:read"
	WriteParties Scope = "parties:write"
)

// Scopes returns all scopes, in the order in which a page lists them.
func Scopes() []Scope {
	return []Scope{
		ReadHolders, WriteHolders, ReadPasses, IssuePasses, RevokePasses, WithdrawConsents,
		WriteNotices, ReadSite, WriteSite, ReadDoors, WriteDoors, ReadParties, WriteParties, ReadLedger,
	}
}
