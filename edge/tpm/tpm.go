// Package tpm counts the starts of a door where nobody can turn the count back:
// in a counter of a TPM 2.0 (TCG TPM 2.0 Library, Part 3, "NV_Increment").
//
// What a disk can be made to forget, a counter remembers: a door whose marks of
// time are older than its counter knows that its disk was put back (package
// timekeeper). A TPM that is cleared makes the next counter start above every
// one that it ever had, so that clearing it buys nothing.
//
// It keeps nothing but that one number, seals no key, and never says anything
// about the software that runs: this is no attestation. What remains: whoever
// has the TPM's owner authorization can count it up, which closes the door until
// it has heard from its controller; and the lines between a TPM and the
// processor can be tapped.
package tpm

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

	"github.com/google/go-tpm/tpm2"
	"github.com/google/go-tpm/tpm2/transport"
	"github.com/google/go-tpm/tpm2/transport/linuxtpm"
	"github.com/google/go-tpm/tpm2/transport/linuxudstpm"
)

// Default is the device that "auto" looks for: the one that shares a TPM among
// programs.
const Default = "/dev/tpmrm0"

// Index is where the counter stands in the TPM, in the range that its owner
// gives out (0x01800000 to 0x01bfffff).
const Index = tpm2.TPMHandle(0x0180face)

// ErrTPM is returned for a TPM that does not count.
var ErrTPM = errors.New("the TPM cannot be used")

// Counter is a counter in a TPM. It is safe for concurrent use.
type Counter struct {
	mu     sync.Mutex
	device transport.TPMCloser
	name   tpm2.TPM2BName
}

// Find opens what the configuration names: "off" is none, "auto" the default
// device where there is one, anything else a path. Without a TPM the Counter is
// nil.
func Find(setting string) (*Counter, error) {
	switch setting {
	case "off":
		return nil, nil
	case "auto":
		if _, err := os.Stat(Default); errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		setting = Default
	}
	return Open(setting)
}

// Open opens a device, or the socket of an emulator, and makes the counter if it
// is not there. It fails with [ErrTPM].
func Open(path string) (*Counter, error) {
	c, err := open(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrTPM, path, err)
	}
	return c, nil
}

func open(path string) (*Counter, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	driver := linuxtpm.Open
	if info.Mode()&os.ModeSocket != 0 {
		driver = linuxudstpm.Open
	}
	device, err := driver(path)
	if err != nil {
		return nil, err
	}
	c := &Counter{device: device}
	if err := c.prepare(); err != nil {
		return nil, errors.Join(err, device.Close())
	}
	return c, nil
}

// attributes are what the counter is, as it was made: anybody who can reach the
// TPM may read and count it.
func attributes() tpm2.TPMANV {
	return tpm2.TPMANV{
		NT: tpm2.TPMNTCounter, NoDA: true,
		OwnerWrite: true, OwnerRead: true, AuthWrite: true, AuthRead: true,
	}
}

// prepare makes the counter if need be, and counts once if it never has: before
// that it cannot be read.
func (c *Counter) prepare() error {
	public, err := c.look()
	if errors.Is(err, tpm2.TPMRCHandle) {
		if err = c.define(); err == nil {
			public, err = c.look()
		}
	}
	if err != nil {
		return err
	}
	if public.Attributes.NT != tpm2.TPMNTCounter || public.DataSize != 8 {
		return fmt.Errorf("at %#x there is something of somebody else's", uint32(Index))
	}
	if public.Attributes.Written {
		return nil
	}
	return c.increment()
}

func (c *Counter) look() (*tpm2.TPMSNVPublic, error) {
	r, err := tpm2.NVReadPublic{NVIndex: Index}.Execute(c.device)
	if err != nil {
		return nil, err
	}
	c.name = r.NVName // which changes when it is first counted
	return r.NVPublic.Contents()
}

func (c *Counter) define() error {
	_, err := tpm2.NVDefineSpace{
		AuthHandle: tpm2.AuthHandle{Handle: tpm2.TPMRHOwner, Auth: tpm2.PasswordAuth(nil)},
		PublicInfo: tpm2.New2B(tpm2.TPMSNVPublic{
			NVIndex: Index, NameAlg: tpm2.TPMAlgSHA256, Attributes: attributes(), DataSize: 8,
		}),
	}.Execute(c.device)
	return err
}

func (c *Counter) handles() (tpm2.AuthHandle, tpm2.NamedHandle) {
	return tpm2.AuthHandle{Handle: Index, Name: c.name, Auth: tpm2.PasswordAuth(nil)},
		tpm2.NamedHandle{Handle: Index, Name: c.name}
}

func (c *Counter) increment() error {
	auth, index := c.handles()
	if _, err := (tpm2.NVIncrement{AuthHandle: auth, NVIndex: index}).Execute(c.device); err != nil {
		return err
	}
	_, err := c.look()
	return err
}

func (c *Counter) value() (uint64, error) {
	auth, index := c.handles()
	r, err := tpm2.NVRead{AuthHandle: auth, NVIndex: index, Size: 8}.Execute(c.device)
	if err != nil {
		return 0, err
	}
	if len(r.Data.Buffer) != 8 {
		return 0, errors.New("the counter does not have 8 bytes")
	}
	return binary.BigEndian.Uint64(r.Data.Buffer), nil
}

// Value returns what has been counted. It fails with [ErrTPM].
func (c *Counter) Value() (uint64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, err := c.value()
	return n, tell(err)
}

// Increment counts one more and returns the new value. It fails with [ErrTPM],
// and then it may have counted.
func (c *Counter) Increment() (uint64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.increment(); err != nil {
		return 0, tell(err)
	}
	n, err := c.value()
	return n, tell(err)
}

func tell(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrTPM, err)
}

// Close lets go of the device.
func (c *Counter) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.device.Close()
}
