// Package backup copies what a controller knows into one encrypted file while it
// runs, and makes a site of it again. docs/backup.md has the form of the file and
// what a restored site goes through before it may serve.
//
// The copy is the rows of all tables as of one moment, then the entries of the
// ledger, then the files of the site's folder. It never holds what a station
// keeps, it never replaces a file that is there, and what is restored is never in
// the place of a site before it was reconciled with the published ledger and with
// what doors hold.
package backup

import (
	"errors"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// Format is the version of the form of a backup.
const Format = 1

var (
	// ErrDamaged is returned for a file that is not a whole backup.
	ErrDamaged = errors.New("the backup is damaged")
	// ErrFormat is returned for a backup of a form that this program does not know.
	ErrFormat = errors.New("the backup was made by another version of this program")
	// ErrIdentity is returned for a backup that the given identities do not open.
	ErrIdentity = errors.New("this identity does not open the backup")
	// ErrKey is returned for a recipient or an identity that cannot be read.
	ErrKey = errors.New("not an age key")
	// ErrExists is returned where something is in the place that is to be written.
	ErrExists = errors.New("there is something already")
	// ErrLink is returned for a folder of a site with a link in it, or something
	// else that is no file: a copy would miss what it stands for.
	ErrLink = errors.New("not a file")
)

// Manifest says what a backup is of.
type Manifest struct {
	Format int `json:"format"`
	// Made is when, in whole seconds.
	Made time.Time `json:"made"`
	// Program is the version of the program that made it.
	Program string `json:"program"`
	// Site is the id of the site.
	Site string `json:"site"`
	// Schema is the number of the database's schema.
	Schema int64 `json:"schema"`
	// Bundle is the number of the newest bundle, 0 for none.
	Bundle uint64 `json:"bundle"`
	// Ledger is how far the ledger had come.
	Ledger Ledger `json:"ledger"`
	// Tables are all tables, in the order of their rows.
	Tables []Table `json:"tables"`
}

// Ledger is a log of a size, and the root of its tree (RFC 6962).
type Ledger struct {
	Size uint64    `json:"size"`
	Root tlog.Hash `json:"root"`
}

// Table is the form of a table.
type Table struct {
	Name    string   `json:"name"`
	Columns []Column `json:"columns"`
	// Counter is the last number that the table gave to a row by itself; nil if it
	// gives none.
	Counter *int64 `json:"counter,omitempty"`
}

// Column is one of a table. Type is "integer", "text" or "blob".
type Column struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// end closes a backup.
type end struct {
	Rows    int64  `json:"rows"`
	Entries uint64 `json:"entries"`
	Files   int    `json:"files"`
	SHA256  string `json:"sha256"`
}

// Names in the archive, and limits of what stands behind them.
const (
	manifestName = "backup.json"
	endName      = "end.json"
	tablesDir    = "tables/"
	ledgerDir    = "ledger/"
	filesDir     = "files/"

	// partSize is when a part of a table is full; maxPart is the largest that is
	// read: one row may be larger than a part.
	partSize = 256 << 10
	maxPart  = 16 << 20
	// maxFile is the largest file of a site's folder.
	maxFile = 64 << 20
	// maxFiles is how many there are at most.
	maxFiles = 100000
	// maxName is the longest name in the archive, in bytes.
	maxName = 255
)
