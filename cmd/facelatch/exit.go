package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// Exit codes.
const (
	exitDone    = 0
	exitFailure = 1 // something here does not work: a file, a key, a model
	exitUsage   = 2 // the command was not asked for in a way that makes sense
	exitRefused = 3 // because of what a pass or a photograph contains
	exitUnknown = 4 // a desk could not tell, whatever the cause
)

// errRefused ends a command that has printed a refusal.
var errRefused = errors.New("refused")

// errUndecided ends a command that has printed that something could not be told.
var errUndecided = errors.New("undecided")

// usageError is something that the person at the keyboard can put right.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// failure is an error that a command's action returned, as opposed to those
// about flags and arguments.
type failure struct{ error }

func (e failure) Unwrap() error { return e.error }

// code is the one place where an error becomes an exit code.
func code(err error) int {
	var usage usageError
	var ran failure
	switch {
	case err == nil:
		return exitDone
	case !errors.As(err, &ran) || errors.As(err, &usage):
		return exitUsage
	case errors.Is(err, issue.ErrPolicy):
		return exitUsage
	case errors.Is(err, pass.ErrTooLarge) || errors.Is(err, site.ErrExists):
		return exitUsage
	case errors.Is(err, errRefused) || errors.Is(err, consent.ErrReceipt):
		return exitRefused
	case errors.Is(err, errUndecided):
		return exitUnknown
	}
	if _, refused := door.Refusal(err); refused {
		return exitRefused
	}
	return exitFailure
}

// report prints an error as one line, and a refusal with its reason. What check
// refuses was printed already.
func report(w io.Writer, err error) {
	if errors.Is(err, errRefused) || errors.Is(err, errUndecided) {
		return
	}
	line := strings.Join(strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
	if r, ok := door.Refusal(err); ok && !strings.HasPrefix(line, string(r.Reason)) {
		line = string(r.Reason) + ": " + line
	}
	fmt.Fprintf(w, "facelatch: %s\n", line)
}
