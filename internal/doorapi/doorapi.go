// Package doorapi is what a door, a station or a desk and the controller of their
// site say to each other, version 1: JSON bodies over HTTPS (TLS 1.3) on both sides
// of which the certificates come from the site's own authority. It is in one
// place because neither side may be built into the other.
//
// Nothing in it is about a passage: there is no message with which a door could
// tell who came when, and there never will be one.
//
// It opens no connection itself; see [Code.VerifyServer] for what a side that
// joins has to check.
package doorapi

import (
	"encoding/json"
	"net/http"
	"time"
)

// Paths of the API.
const (
	// PathJoin takes a [JoinRequest] by POST, without a client certificate, and
	// answers with a [JoinResponse].
	PathJoin = "/v1/join"
	// PathRenew takes a [RenewRequest] by POST and answers with a [JoinResponse].
	PathRenew = "/v1/renew"
	// PathBundle answers GET with the newest bundle and its number as ETag. With
	// the query parameter after=N it waits for one whose number is above N, and
	// answers 304 if none came within [PollTime]. See [TypeBundle].
	PathBundle = "/v1/bundle"
	// PathObjects plus the SHA-256 in hexadecimal answers GET with an object: a
	// status list, or the PINs of the door's own zone.
	PathObjects = "/v1/objects/"
	// PathSecrets answers GET with [SecretsResponse], and 404 ([ProblemNotYet])
	// before a person has compared the fingerprint.
	PathSecrets = "/v1/secrets"
	// PathCounts takes [Counts] by POST.
	PathCounts = "/v1/counts"
	// PathReports takes a [Report] by POST.
	PathReports = "/v1/reports"

	// PathDoors answers a station's GET with [DoorsResponse].
	PathDoors = "/v1/doors"
	// PathDoorSecrets takes a station's PUT of [SecretsRequest]; {id} is that of
	// the door.
	PathDoorSecrets = "/v1/doors/{id}/secrets"
	// PathActs takes a station's [Act] by POST, and answers once it is recorded.
	PathActs = "/v1/acts"
	// PathPINs takes a station's [PIN] by POST; DELETE with the number after it
	// takes one away.
	PathPINs = "/v1/pins"
	// PathPrepare, PathSign, PathComplete and PathAbandon are issue.Office.
	PathPrepare  = "/v1/issue/prepare"
	PathSign     = "/v1/issue/sign"
	PathComplete = "/v1/issue/complete"
	PathAbandon  = "/v1/issue/abandon"
	// PathReceipt answers a station's GET with the signed receipt of the consent
	// under which a pass was made; {id} is that of the pass.
	PathReceipt = "/v1/passes/{id}/receipt"
	// PathMeet takes a station's [MeetRequest] by POST and answers with a
	// [MeetResponse].
	PathMeet = "/v1/holders/meet"
	// PathOwnPage takes a station's POST about a pass that it has just made, and
	// answers with an [OwnPage]; {id} is that of the pass.
	PathOwnPage = "/v1/passes/{id}/page"
	// PathSite answers a station's GET with [Site].
	PathSite = "/v1/site"
)

const (
	// TypeBundle is the media type of a bundle.
	TypeBundle = "application/cose"
	// TypeReceipt is the media type of a receipt (JSON-LD 1.1).
	TypeReceipt = "application/ld+json"
	// TypeProblem is the media type of [Problem].
	TypeProblem = "application/problem+json"
	// PollTime is the longest that a controller keeps somebody waiting for a
	// bundle. Who waits gives up some seconds later.
	PollTime = 50 * time.Second
	// MaxBody is the largest body that either side reads, objects and bundles
	// excepted, in bytes.
	MaxBody = 64 << 10
	// ServerName is what a controller's certificate is for, at whatever address
	// it is reached. Doors have certificates of the same authority, and none
	// ever gets one for a name that ends so: whoever connects checks it.
	ServerName = "controller.facelatch.internal"
	// Reserved ends the names that only a controller can have.
	Reserved = "facelatch.internal"
)

// Kinds of those who join.
const (
	KindDoor    = "door"
	KindStation = "station"
)

// JoinRequest asks to become a part of the site.
type JoinRequest struct {
	// Secret is that of the [Code].
	Secret []byte `json:"secret"`
	// CSR is a PKCS #10 request (RFC 2986) signed by the key of whoever joins,
	// on P-256. A door's has the host names and addresses of its kiosk.
	CSR []byte `json:"csr"`
	// RelayKey is a door's public key for bundle.SealSecrets; none for a station.
	RelayKey []byte `json:"relay_key,omitempty"`
	// Kind is [KindDoor] or [KindStation], as the code was made for.
	Kind string `json:"kind"`
}

// RenewRequest asks for the next certificate, over a connection with the one
// before. The key stays the same, because it is what people compared.
type RenewRequest struct {
	// CSR is as in [JoinRequest].
	CSR []byte `json:"csr"`
}

// JoinResponse is what becomes of a JoinRequest.
type JoinResponse struct {
	// Certificate is PEM, for client and server authentication.
	Certificate string `json:"certificate"`
	// Authority is PEM: the certificate whose SHA-256 stood in the code.
	Authority string `json:"authority"`
	// ID is 16 hexadecimal digits.
	ID string `json:"id"`
	// Name is what the operator calls it.
	Name string `json:"name"`
	// Zone is a door's; empty for a station.
	Zone string `json:"zone,omitempty"`
	// Site is the id of the site.
	Site string `json:"site"`
	// Demo says that the site is a demonstration.
	Demo bool `json:"demo,omitempty"`
	// Signers are the keys that may sign the first bundle: SubjectPublicKeyInfo.
	Signers [][]byte `json:"signers"`
}

// SecretsResponse is what stations sealed to a door: texts for
// bundle.DoorKey.OpenSecrets.
type SecretsResponse struct {
	Secrets [][]byte `json:"secrets"`
}

// SecretsRequest is a SecretsResponse on its way from a station.
type SecretsRequest struct {
	Secrets [][]byte `json:"secrets"`
	// Epochs are the ids of the sealing keys inside, so that they can be refused
	// if the door is stolen.
	Epochs []string `json:"epochs"`
	// Fingerprint is what a person compared, as bundle.Fingerprint writes it.
	Fingerprint string `json:"fingerprint"`
}

// Counts is what happened at doors of a zone on a day, as coarse as it is ever
// known: it is sent once, after that day, and says nothing of when.
type Counts struct {
	// Day is a date at the site, such as 2026-11-22.
	Day string `json:"day"`
	// Zone is the door's own.
	Zone string `json:"zone"`
	// Counts are decimal numbers by reason, and "<5" for 1 to 4.
	Counts map[string]string `json:"counts"`
}

// Report is about the machine, never about a passage.
type Report struct {
	// Kind is one of [ReportKinds].
	Kind string `json:"kind"`
	// Count is how often it happened since the last report; at least 1.
	Count int `json:"count"`
}

// ReportKinds are what a machine can report of itself.
func ReportKinds() []string {
	return []string{"clock-jump", "bundle-rejected", "ledger-refused", "cannot-ask", "camera", "latch", "restart"}
}

// Problem is an error as RFC 9457 has it.
type Problem struct {
	// Type is one of the Problem constants.
	Type string `json:"type"`
	// Title is a sentence for a person.
	Title string `json:"title"`
	// Status is that of HTTP.
	Status int `json:"status"`
	// Detail says more, where there is more to say.
	Detail string `json:"detail,omitempty"`
}

// Answer answers a request with the problem. Whoever asked may be gone.
func (p *Problem) Answer(w http.ResponseWriter) {
	w.Header().Set("Content-Type", TypeProblem)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}

// Error returns the title and the detail.
func (p *Problem) Error() string {
	if p.Detail == "" {
		return p.Title
	}
	return p.Title + ": " + p.Detail
}

// Types of problems.
const (
	// ProblemRequest: the body or a parameter is not as it has to be (400).
	ProblemRequest = "urn:facelatch:bad-request"
	// ProblemCode: no such join code, or it was used, has ended or is locked
	// (403). Which of them is not told.
	ProblemCode = "urn:facelatch:bad-code"
	// ProblemName: a host name that no certificate is given for (422).
	ProblemName = "urn:facelatch:bad-host-name"
	// ProblemUnknown: no certificate of somebody who belongs here (401).
	ProblemUnknown = "urn:facelatch:not-joined"
	// ProblemRemoved: whoever asks was removed (403). It is final.
	ProblemRemoved = "urn:facelatch:removed"
	// ProblemForbidden: this is not for the likes of whoever asks (403).
	ProblemForbidden = "urn:facelatch:forbidden"
	// ProblemNotFound: there is no such thing, or no longer (404).
	ProblemNotFound = "urn:facelatch:not-found"
	// ProblemNotYet: nobody has compared the fingerprint yet (404).
	ProblemNotYet = "urn:facelatch:not-approved-yet"
	// ProblemAhead: the door holds a newer bundle than the controller ever made:
	// the controller's folder is an old copy (409).
	ProblemAhead = "urn:facelatch:controller-is-older"
	// ProblemConflict: it does not follow from what was before (409).
	ProblemConflict = "urn:facelatch:conflict"
	// ProblemPolicy: the site does not allow it (422).
	ProblemPolicy = "urn:facelatch:policy"
	// ProblemTooMany: too often, or too many at once (429). Header Retry-After
	// says for how long to wait, in seconds.
	ProblemTooMany = "urn:facelatch:too-many"
	// ProblemBusy: somebody else is issuing; try again (503).
	ProblemBusy = "urn:facelatch:busy"
	// ProblemFailed: the controller could not do it (500).
	ProblemFailed = "urn:facelatch:failed"
)
