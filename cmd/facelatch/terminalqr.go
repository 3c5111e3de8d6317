package main

import (
	"io"
	"os"

	"golang.org/x/term"

	"github.com/facelatch/facelatch/device/qr"
)

// terminalQR draws a QR code where a person is looking: not into a file or a
// pipe.
func terminalQR(w io.Writer, text string) error {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return nil
	}
	code, err := qr.Encode(text, qr.LevelL)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, code.Terminal())
	return err
}
