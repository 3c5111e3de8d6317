package ledger

import (
	"fmt"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// TestTree compares the root of every size with what package tlog computes.
func TestTree(t *testing.T) {
	var tree Tree
	var hashes []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) (list []tlog.Hash, err error) {
		for _, i := range indexes {
			list = append(list, hashes[i])
		}
		return list, nil
	})
	for n := range int64(600) {
		want, err := tlog.TreeHash(n, reader)
		if err != nil {
			t.Fatal(err)
		}
		if tree.Root() != want || tree.Size != uint64(n) {
			t.Fatalf("%d entries have another root", n)
		}
		entry := fmt.Appendf(nil, "entry %d", n)
		added, err := tlog.StoredHashes(n, entry, reader)
		if err != nil {
			t.Fatal(err)
		}
		hashes = append(hashes, added...)
		tree.Add(entry)
	}
}
