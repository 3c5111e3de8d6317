package link

import (
	"context"
	"errors"
	"net/http"

	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/ledger"
)

// pathLedger is where a controller serves the site's ledger to everybody.
const pathLedger = "/ledger/"

// publicLedger is the site's ledger as one server has it.
type publicLedger struct{ *Client }

// Read is a method of [ledger.Source].
func (l publicLedger) Read(ctx context.Context, path string, limit int) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	data, err := l.do(ctx, http.MethodGet, pathLedger+path, nil, int64(limit))
	var refused *doorapi.Problem
	if errors.As(err, &refused) && refused.Status == http.StatusNotFound {
		return nil, ledger.ErrMissing
	}
	if errors.Is(err, ErrAnswer) {
		return nil, ledger.ErrTooLong
	}
	return data, err
}
