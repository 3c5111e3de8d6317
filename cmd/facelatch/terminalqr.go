package main

import (
	"bufio"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/facelatch/facelatch/device/qr"
)

// quietModules is the light border of a QR code (ISO/IEC 18004).
const quietModules = 4

// terminalQR draws a QR code where a person is looking: not into a file or a
// pipe.
func terminalQR(w io.Writer, text string) error {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return nil
	}
	return drawTerminalQR(w, text)
}

// drawTerminalQR writes two rows of modules in a line of half blocks, black on
// white whatever the colours of the terminal are.
func drawTerminalQR(w io.Writer, text string) error {
	code, err := qr.Encode(text, qr.LevelL)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	for y := -quietModules; y < code.Size()+quietModules; y += 2 {
		out.WriteString("\x1b[30;107m") // black on bright white
		for x := -quietModules; x < code.Size()+quietModules; x++ {
			out.WriteString(halfBlock(code.Dark(x, y), code.Dark(x, y+1)))
		}
		out.WriteString("\x1b[0m\n")
	}
	return out.Flush()
}

func halfBlock(upper, lower bool) string {
	switch {
	case upper && lower:
		return "█"
	case upper:
		return "▀"
	case lower:
		return "▄"
	}
	return " "
}
