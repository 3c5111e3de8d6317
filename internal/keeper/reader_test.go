package keeper

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	formats "github.com/transparency-dev/formats/log"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"

	"github.com/facelatch/facelatch/ledger"
)

// TestOthersCanRead: a client of C2SP tlog-tiles that we did not write reads the
// ledger from a web server that knows nothing of it, and over Read, and finds it
// whole.
func TestOthersCanRead(t *testing.T) {
	b := start(t, options(t))
	b.queue.index(t, b.act(t, "site.create"))
	b.hour(t)
	var last int64
	for range 700 {
		last = b.commit(t)
	}
	index := b.queue.index(t, last)
	b.hour(t)
	for name, handler := range map[string]http.Handler{
		"static": http.FileServer(http.Dir(filepath.Join(b.folder, publicName))),
		"Read":   serve(OpenPublic(b.folder)),
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(handler)
			defer server.Close()
			defer server.Client().CloseIdleConnections()
			readAs(t, b, server, index, b.queue.rows[last])
		})
	}
}

// serve is what a service does with Read.
func serve(p *Public) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, hint, err := p.Read(strings.TrimPrefix(r.URL.Path, "/"))
		if errors.Is(err, ledger.ErrMissing) {
			http.NotFound(w, r)
			return
		}
		if err != nil {
			http.Error(w, "gone", http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", hint.Type)
		w.Write(data)
	})
}

func readAs(t *testing.T, b *bench, server *httptest.Server, index uint64, entry []byte) {
	t.Helper()
	ctx := t.Context()
	address, err := url.Parse(server.URL + "/")
	must(t, err)
	fetch, err := client.NewHTTPFetcher(address, server.Client())
	must(t, err)
	v, err := note.NewVerifier(b.Key().String())
	must(t, err)
	tracker, err := client.NewLogStateTracker(ctx, fetch.ReadTile, nil, v, origin, client.UnilateralConsensus(fetch.ReadCheckpoint))
	must(t, err)
	c := tracker.Latest()
	if c.Size != b.Status().Published {
		t.Errorf("%d entries, want %d", c.Size, b.Status().Published)
	}
	proofs, err := client.NewProofBuilder(ctx, c.Size, fetch.ReadTile)
	must(t, err)
	inclusion, err := proofs.InclusionProof(ctx, index)
	must(t, err)
	must(t, proof.VerifyInclusion(rfc6962.DefaultHasher, index, c.Size, rfc6962.DefaultHasher.HashLeaf(entry), inclusion, c.Hash))
	bundle, err := client.GetEntryBundle(ctx, fetch.ReadEntryBundle, index/256, c.Size)
	must(t, err)
	if string(bundle.Entries[index%256]) != string(entry) {
		t.Errorf("entry %d is %s", index, bundle.Entries[index%256])
	}
	hashes := func(data []byte) (list [][]byte, err error) {
		var bundle api.EntryBundle
		if err := bundle.UnmarshalText(data); err != nil {
			return nil, err
		}
		for _, e := range bundle.Entries {
			list = append(list, rfc6962.DefaultHasher.HashLeaf(e))
		}
		return list, nil
	}
	must(t, fsck.New(origin, v, fetch, hashes, fsck.Opts{}).Check(ctx))
	raw, err := fetch.ReadCheckpoint(ctx)
	must(t, err)
	if _, _, _, err := formats.ParseCheckpoint(raw, origin, v); err != nil {
		t.Error(err)
	}
}
