package controller

import (
	"errors"
	"net/http"

	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/keeper"
	"github.com/facelatch/facelatch/ledger"
)

// pathLedger is below what the published files of the ledger are, for doors that
// hold bundles to it and for everybody else.
const pathLedger = "/ledger/"

// serveLedger hands out a file of the ledger in from.
func (s *Controller) serveLedger(from *keeper.Public) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		data, hint, err := from.Read(r.PathValue("path"))
		switch {
		case errors.Is(err, ledger.ErrMissing):
			s.refuse(w, problem(doorapi.ProblemNotFound, http.StatusNotFound, "The ledger has no such file", ""))
			return
		case err != nil:
			s.refuse(w, err)
			return
		}
		w.Header().Set("Content-Type", hint.Type)
		w.Header().Set("Cache-Control", "public, max-age=5")
		if hint.Immutable {
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		_, _ = w.Write(data) // who went away does not want it any more
	}
}
