package site

import (
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/facelatch/facelatch/pass"
)

// epoch is a sealing key and the months in which references are sealed under it.
type epoch struct {
	key          pass.SealingKey
	begins, ends time.Time
}

// last returns when the last pass of an epoch has expired, and its key can go.
func (e epoch) last() time.Time { return e.ends.Add(pass.MaxLifetime) }

// readSealing reads the sealing key with an id.
func (f vaultFolder) readSealing(id pass.KeyID) (epoch, error) {
	path := f.sealingPath(id)
	block, err := readSecret(path, sealingType)
	if err != nil {
		return epoch{}, err
	}
	defer clear(block.Bytes)
	var e epoch
	if e.key, err = pass.ImportSealingKey(block.Bytes); err != nil {
		return epoch{}, fmt.Errorf("%w: %s: %w", ErrDamaged, path, err)
	}
	begins, err1 := time.Parse(time.RFC3339, block.Headers["Begins"])
	ends, err2 := time.Parse(time.RFC3339, block.Headers["Ends"])
	if err := errors.Join(err1, err2); err != nil || e.key.ID() != id {
		e.key.Wipe()
		return epoch{}, fmt.Errorf("%w: %s: not the key or the epoch that it is named by", ErrDamaged, path)
	}
	e.begins, e.ends = begins, ends
	return e, nil
}

func (f vaultFolder) sealingPath(id pass.KeyID) string {
	return filepath.Join(f.sealing(), id.String()+".pem")
}

// makeSealing makes the key of an epoch of 12 months that begins now. tell is
// called before the key can be used. After an error the key is wiped.
func (f vaultFolder) makeSealing(disk Disk, rand io.Reader, now time.Time, tell func(pass.KeyID) error) (made epoch, err error) {
	key, err := pass.NewSealingKey(rand)
	if err != nil {
		return epoch{}, err
	}
	defer func() {
		if err != nil {
			key.Wipe()
		}
	}()
	begins := now.UTC().Truncate(time.Second)
	e := epoch{key: key, begins: begins, ends: begins.AddDate(1, 0, 0)}
	exported := key.Export()
	defer clear(exported)
	data := pem.EncodeToMemory(&pem.Block{Type: sealingType, Bytes: exported, Headers: map[string]string{
		"Begins": e.begins.Format(time.RFC3339), "Ends": e.ends.Format(time.RFC3339),
	}})
	defer clear(data)
	if err := tell(key.ID()); err != nil {
		return epoch{}, err
	}
	if err := disk.Create(f.sealingPath(key.ID()), data, secret); err != nil {
		return epoch{}, err
	}
	return e, nil
}
