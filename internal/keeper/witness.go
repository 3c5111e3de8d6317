package keeper

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/facelatch/facelatch/ledger"
)

const (
	// witnessTime is how long all witnesses have, together.
	witnessTime = 5 * time.Second
	// maxAnswer is the longest answer of a witness that is read.
	maxAnswer = 4096
	// sizeType marks an answer that says how much the witness has seen.
	sizeType = "text/x.tlog.size"
)

// ErrWitness is returned for a witness that did not cosign.
var ErrWitness = errors.New("the witness did not cosign")

// cosign asks all witnesses at once and adds the cosignatures of those that
// answer in time. What a witness fails with stands in its status, and keeps
// nothing.
func (s *session) cosign(ctx context.Context, d draft, known []WitnessStatus) draft {
	ctx, cancel := context.WithTimeout(ctx, witnessTime)
	defer cancel()
	d.asked = slices.Clone(known)
	lines := make([]string, len(s.with.Witnesses))
	var all sync.WaitGroup
	for i, w := range s.with.Witnesses {
		all.Go(func() {
			line, err := s.ask(ctx, w, d, known[i].Size)
			if err == nil {
				lines[i], d.asked[i].Size = line, d.of.Size
			}
			d.asked[i].Err = err
		})
	}
	all.Wait()
	for i, line := range lines {
		if len(d.signed)+len(line) > ledger.MaxCheckpoint {
			d.asked[i].Err = fmt.Errorf("%w: there is no room for it", ErrWitness)
			continue
		}
		d.signed = append(d.signed, line...)
	}
	return d
}

// ask asks one witness, and once more if it says that it has seen another size
// than was thought (C2SP tlog-witness, add-checkpoint).
func (s *session) ask(ctx context.Context, w Witness, d draft, size uint64) (string, error) {
	for range 2 {
		body, err := s.request(ctx, d, size)
		if err != nil {
			return "", err
		}
		status, media, answer, err := s.with.Post.Post(ctx, strings.TrimSuffix(w.URL, "/")+"/add-checkpoint", body, maxAnswer)
		switch {
		case err != nil:
			return "", err
		case status == 200:
			return cosignature(d.signed, answer, w.Key)
		case status != 409 || media != sizeType:
			return "", fmt.Errorf("%w: it answered %d", ErrWitness, status)
		}
		if size, err = strconv.ParseUint(strings.TrimSuffix(string(answer), "\n"), 10, 64); err != nil || size > d.of.Size {
			return "", fmt.Errorf("%w: it has seen a ledger of %.20q entries", ErrWitness, answer)
		}
	}
	return "", fmt.Errorf("%w: it names another size each time", ErrWitness)
}

// request is the body of an add-checkpoint.
func (s *session) request(ctx context.Context, d draft, size uint64) ([]byte, error) {
	proof, err := ledger.Prove(ctx, s.log.dir, size, d.of)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "old %d\n", size)
	for _, h := range proof {
		b.WriteString(base64.StdEncoding.EncodeToString(h[:]) + "\n")
	}
	b.WriteByte('\n')
	b.Write(d.signed)
	return b.Bytes(), nil
}

// cosignature returns the one line of an answer that is the witness's own.
func cosignature(signed, answer []byte, key ledger.Witness) (string, error) {
	line, err := key.Cosignature(slices.Concat(signed, answer))
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrWitness, err)
	}
	return line, nil
}
