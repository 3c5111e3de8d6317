package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/issue"
)

const consentReceiptHelp = `Make the receipt of the consent under which a face pass was issued, for whoever
agreed: a file that they can check with facelatch consent verify. Once the pass is
revoked, it is the receipt that the consent was withdrawn.

The pass is named as for pass revoke. A receipt says nothing of a face and no name,
but opens what the ledger says of this pass: give it to the holder and keep no
copy. It is never put in the place of another file, nor in the folder of the site.`

// consentReceipt is facelatch consent receipt.
func consentReceipt() *cobra.Command {
	var dir, out string
	c := &cobra.Command{
		Use: "receipt ID --site DIR --out FILE", Short: "make the receipt of a consent", Long: consentReceiptHelp,
		Example: `  facelatch consent receipt --site court 3f9a01c2 --out consent.json`, Args: exactly("ID"),
	}
	c.Flags().StringVar(&dir, "site", "", "the folder of the site")
	c.Flags().StringVar(&out, "out", "", "the file to make")
	c.RunE = action(func(c *cobra.Command, args []string) error {
		if err := required("site", dir, "out", out); err != nil {
			return err
		}
		if inside(out, dir) {
			return usagef("--out %s is in the folder of the site: the holder keeps the receipt, and no copy of that folder may have it", out)
		}
		if _, err := os.Lstat(out); err == nil {
			return usagef("%s is there already, and is not replaced: choose another name", out)
		}
		data, err := receiptOf(dir, args[0])
		if err != nil {
			return err
		}
		if err := (durable.Disk{}).Create(out, data, 0o600); err != nil {
			return fmt.Errorf("the receipt could not be written: %s: %w", out, cause(err))
		}
		_, err = fmt.Fprintf(c.OutOrStdout(), "The receipt is in %s.\n", out)
		return err
	})
	return c
}

func receiptOf(dir, name string) ([]byte, error) {
	office, err := openOffice(dir)
	if err != nil {
		return nil, err
	}
	defer office.Close()
	id, err := office.Find(context.Background(), name)
	if errors.Is(err, site.ErrName) {
		return nil, usageError{err}
	}
	if err != nil {
		return nil, err
	}
	data, err := office.Receipt(context.Background(), id)
	if errors.Is(err, issue.ErrUnknown) {
		return nil, usagef("there is no consent for %s: no face pass with that id was issued here, and a plain pass needs none", name)
	}
	return data, err
}
