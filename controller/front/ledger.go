package front

import (
	"context"
	"errors"
	"net/http"

	"github.com/facelatch/facelatch/internal/keeper"
	"github.com/facelatch/facelatch/ledger"
)

// ledgerPath is below what the files of C2SP tlog-tiles are.
const ledgerPath = "/ledger/"

// published reads the ledger as everybody does.
type published struct{ from *keeper.Public }

// Read is the method of ledger.Source.
func (p published) Read(_ context.Context, path string, _ int) ([]byte, error) {
	data, _, err := p.from.Read(path)
	return data, err
}

// serveLedger hands out a file of the ledger.
func (f *Front) serveLedger(w http.ResponseWriter, r *http.Request) {
	data, hint, err := f.ledger.Read(r.PathValue("path"))
	switch {
	case errors.Is(err, ledger.ErrMissing):
		http.Error(w, "The ledger has no such file.", http.StatusNotFound)
		return
	case err != nil:
		http.Error(w, "The ledger cannot be read now. Try again in a minute.", http.StatusServiceUnavailable)
		return
	}
	h := w.Header()
	h.Set("Content-Type", hint.Type)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Access-Control-Allow-Origin", "*") // public, and read by programs in browsers too
	h.Set("Cache-Control", "public, max-age=5")
	if hint.Immutable {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	_, _ = w.Write(data) // who went away does not want it any more
}

// serveHealth says whether the store answers.
func (f *Front) serveHealth(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if _, err := f.acts.SiteConfig(r.Context()); err != nil {
		http.Error(w, "the site's database does not answer", http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ok\n"))
}
