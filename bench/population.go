package main

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/facelatch/facelatch/internal/engine"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

// population is what checks cost at a site with few entries and with many.
type population struct {
	Entries []int     `json:"entries"`
	CPUMS   []float64 `json:"cpu_ms"` // medians, measured in turn
	Ratio   float64   `json:"ratio"`  // median of many over few, round by round
}

const many = 10_000_000

// populations checks the face pass in turn at the site as it is and at a copy
// of it that has ten million entries, half of them revoked.
func populations(dir home.Dir, p places, work string) (population, error) {
	crowded := filepath.Join(work, "crowded")
	// cp keeps the modes, which os.CopyFS does not: keys are their owner's alone.
	if out, err := exec.Command("cp", "-a", p.Site, crowded).CombinedOutput(); err != nil {
		return population{}, fmt.Errorf("cp: %w: %s", err, out)
	}
	entries, err := crowd(crowded)
	if err != nil {
		return population{}, err
	}
	e, _, err := engine.New(dir, time.Now)
	if err != nil {
		return population{}, err
	}
	data, err := os.ReadFile(p.Probe)
	if err != nil {
		return population{}, err
	}
	text, err := os.ReadFile(p.FaceText)
	if err != nil {
		return population{}, err
	}
	eyes := camera{e, 0.1, data}
	cost := [2][]float64{}
	var ratios []float64
	for range 15 {
		for i, site := range []string{p.Site, crowded} {
			before := processorTime()
			for range 10 {
				if err := check(site, string(text[:len(text)-1]), eyes); err != nil {
					return population{}, err
				}
			}
			cost[i] = append(cost[i], ms(processorTime()-before)/10)
		}
		ratios = append(ratios, cost[1][len(cost[1])-1]/cost[0][len(cost[0])-1])
	}
	return population{[]int{1, entries}, []float64{median(cost[0]), median(cost[1])}, median(ratios)}, nil
}

// crowd adds full status lists to a site until it has many entries.
func crowd(dir string) (entries int, err error) {
	key, err := issuingKey(filepath.Join(dir, "controller", "issuing-key.pem"))
	if err != nil {
		return 0, err
	}
	for n := uint32(1); entries < many; n++ {
		list, err := statuslist.New(statuslist.DefaultSize)
		if err != nil {
			return 0, err
		}
		coins := make([]byte, list.Len())
		rand.Read(coins)
		for i, coin := range coins {
			if err := list.Set(uint32(i), statuslist.Status(coin&1)); err != nil {
				return 0, err
			}
		}
		header := statuslist.Header{URI: pass.StatusURI(n), Issued: time.Now(), Expires: time.Now().Add(time.Hour)}
		token, err := statuslist.Sign(rand.Reader, key, header, list)
		if err != nil {
			return 0, err
		}
		if err := os.WriteFile(filepath.Join(dir, "controller", "status", fmt.Sprintf("%d.cwt", n)), token, 0o600); err != nil {
			return 0, err
		}
		entries += list.Len()
	}
	return entries, nil
}

func issuingKey(path string) (crypto.Signer, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, errors.New(path + " is not PEM")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, errors.New(path + " holds no signing key")
	}
	return signer, nil
}
