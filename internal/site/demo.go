package site

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/facelatch/facelatch/internal/record"
)

const (
	createdAct = "site-created"
	demoDetail = "demo"
)

// mustSayDemo returns [ErrConfig] unless site.json says of the site's being a
// demonstration what the first entry of the record says. That entry cannot be
// changed without every other.
func (f folder) mustSayDemo(c Config) error {
	log, err := os.Open(f.record())
	if err != nil {
		return err
	}
	defer log.Close()
	line, err := bufio.NewReader(io.LimitReader(log, record.MaxLine+1)).ReadString('\n')
	if errors.Is(err, io.EOF) {
		return nil // an empty or broken record, which whoever adds to it is told
	}
	if err != nil {
		return err
	}
	demo := false
	if _, err := record.Verify(strings.NewReader(line), func(e record.Entry) { demo = e.Details[demoDetail] == "yes" }); err != nil {
		return nil // as above
	}
	if demo != c.Demo {
		return fmt.Errorf("%w: demo: a demonstration site stays one, and a real one never becomes one", ErrConfig)
	}
	return nil
}
