package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// decoders compares QR decoders on one grid of frames and prints the tables. The
// comparison itself is a test of device/qr, the one package that may hold a
// decoder; it takes five minutes.
func decoders() error {
	c := exec.Command("go", "test", "-count=1", "-v", "-run", "^TestDecoders$", "./device/qr")
	c.Env = append(os.Environ(), "FACELATCH_DECODERS=1", "GOMAXPROCS=1")
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	passed := false
	for lines := bufio.NewScanner(out); lines.Scan(); {
		line := lines.Text()
		passed = passed || strings.HasPrefix(line, "--- PASS")
		if !strings.HasPrefix(line, "=== ") && !strings.HasPrefix(line, "--- PASS") && line != "PASS" && !strings.HasPrefix(line, "ok ") {
			fmt.Println(line)
		}
	}
	if err := c.Wait(); err != nil || !passed {
		return fmt.Errorf("the comparison of QR decoders failed: %v", err)
	}
	return nil
}
