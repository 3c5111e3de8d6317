// Package papers makes what an operator prints: signs for doors with a camera,
// and the assessment that the law asks for before faces are read.
//
// Both are made from the facts of the site (package public) and from nothing else,
// so they say what the configuration says. What only the operator can know is left
// open, and marked so. The package never fills such a place in, keeps nothing, and
// knows nobody.
package papers

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/facelatch/facelatch/controller/public/words"
)

//go:embed lang/*.json
var texts embed.FS

// openBook reads the texts of all papers.
func openBook() (words.Book, error) {
	folder, err := fs.Sub(texts, "lang")
	if err != nil {
		return words.Book{}, err
	}
	return words.Open(folder)
}

// ErrPaper is returned for a paper that would lack what it has to say.
var ErrPaper = errors.New("this paper cannot be made")

func missing(what string) error { return fmt.Errorf("%w: %s", ErrPaper, what) }
