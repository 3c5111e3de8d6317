package site

import (
	"crypto/ecdsa"
	"crypto/rand"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

const (
	// listSize is the number of places in a list, a power of two.
	listSize = statuslist.DefaultSize
	// listFull is how many may be taken before another list is begun, so that a
	// free one is found by a few throws.
	listFull = listSize - listSize/8
	// listLife is how long a signed list may be used. It is longer than a pass
	// can last, because a door that reads the folder itself has the newest
	// list at all times; what a distant door may do with an old one is for the
	// bundle to say.
	listLife = pass.MaxLifetime + 24*time.Hour
)

// lists is an [issue.Lists]. The lock must be held.
type lists struct {
	f    folder
	disk Disk
	key  *ecdsa.PrivateKey
	rand io.Reader
}

func newLists(f folder, disk Disk, key *ecdsa.PrivateKey) lists {
	return lists{f: f, disk: disk, key: key, rand: rand.Reader}
}

// begin makes a list on which nothing is taken. What is at its number already
// was left by a crash, before anything was taken.
func (l lists) begin(number uint32, at time.Time) error {
	list, err := statuslist.New(listSize)
	if err != nil {
		return err
	}
	if err := l.sign(number, list, at.UTC().Truncate(time.Second)); err != nil {
		return err
	}
	return l.disk.Write(l.f.taken(number), make([]byte, listSize/8), secret)
}

// Set is a method of [issue.Lists]. A list is never said to be older than it
// was said to be before, so that a clock that was wrong for a while, in either
// direction, shortens the life of no list.
func (l lists) Set(ref pass.StatusRef, s statuslist.Status, at time.Time) error {
	list, issued, err := l.open(ref)
	if err != nil {
		return err
	}
	if err := list.Set(ref.Index, s); err != nil {
		return err
	}
	if at = at.UTC().Truncate(time.Second); at.After(issued) {
		issued = at
	}
	return l.sign(ref.List, list, issued)
}

// open returns the bits of a list and when it was signed. They are what they
// are when the list has expired, too: whether it has is what a clock says, and
// passes have an expiry of their own.
func (l lists) open(ref pass.StatusRef) (*statuslist.List, time.Time, error) {
	keys, err := l.f.readIssuers()
	if err != nil {
		return nil, time.Time{}, err
	}
	var beforeAll time.Time
	token, err := readToken(l.f.status(ref.List), keys, ref.URI(), beforeAll)
	if err != nil {
		return nil, time.Time{}, err
	}
	return token.List(), token.Header().Issued, nil
}

func (l lists) sign(number uint32, list *statuslist.List, issued time.Time) error {
	header := statuslist.Header{URI: pass.StatusURI(number), Issued: issued, Expires: issued.Add(listLife)}
	data, err := statuslist.Sign(l.rand, l.key, header, list)
	if err != nil {
		return err
	}
	return l.disk.Write(l.f.status(number), data, public)
}

// maxToken is the longest token: the bits, which zlib may make a little longer,
// and what is around them.
const maxToken = statuslist.MaxSize/8 + 4096

func readToken(path string, keys map[pass.KeyID]*ecdsa.PublicKey, uri string, at time.Time) (*statuslist.Token, error) {
	data, err := read(path, maxToken)
	if err != nil {
		return nil, err
	}
	token, err := statuslist.Verify(data, keys, uri, at)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return token, nil
}
