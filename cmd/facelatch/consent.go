package main

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/consent"
)

const consentVerifyHelp = `Check the receipt of a consent, or of its withdrawal: that everything in it follows
from the record in it, that the record is a good one, with the signature of
whoever agreed if they signed, and that nothing was changed since the site
signed the receipt.

With --notice, the notice has to be the one that was agreed to, and what the
receipt says of it has to stand in it. With --key, the receipt has to be signed
with that key: the site's issuing key, a PUBLIC KEY in PEM from the site's public
page, or one of several that stand there. Without it, the receipt is whole, and
whose it is stays open.

Exit codes: 0 it is good; 3 it is not, and why.`

const consentShowHelp = `Show what a receipt says, in words. Nothing is checked but the form: facelatch
consent verify does that.`

// maxPEM is the largest file with a public key that is read, in bytes.
const maxPEM = 16 << 10

// consentCommand is facelatch consent.
func consentCommand() *cobra.Command {
	c := group("consent", "make, check and show receipts of consents", "A receipt is what a holder gets of a consent, or of its withdrawal: a file that anybody can check.")
	c.AddCommand(consentVerify(), consentShow(), consentReceipt())
	return c
}

// verified is what consent verify prints as JSON.
type verified struct {
	Good bool `json:"good"`
	// Why is set where it is not good.
	Why string `json:"why,omitempty"`
	*receiptShown
	// Site and Notice say what was compared: "yes", or "not checked".
	Site   string `json:"site_key,omitempty"`
	Notice string `json:"notice_text,omitempty"`
}

// consentVerify is facelatch consent verify.
func consentVerify() *cobra.Command {
	var notice, key string
	var asJSON bool
	c := &cobra.Command{
		Use: "verify RECEIPT [--notice FILE] [--key FILE]", Short: "check a receipt", Long: consentVerifyHelp,
		Example: `  facelatch consent verify consent.json --notice notice.json --key site.pem`, Args: exactly("RECEIPT (a file)"),
	}
	c.Flags().StringVar(&notice, "notice", "", "the notice that was agreed to (JSON)")
	c.Flags().StringVar(&key, "key", "", "the site's issuing key (PUBLIC KEY in PEM)")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	c.RunE = action(func(c *cobra.Command, args []string) error {
		v, err := verifyReceipt(args[0], notice, key)
		if err != nil {
			return err
		}
		if asJSON {
			err = printJSON(c.OutOrStdout(), v)
		} else {
			err = v.print(c.OutOrStdout())
		}
		if err == nil && !v.Good {
			return errRefused
		}
		return err
	})
	return c
}

// verifyReceipt returns an error only for what is not about the receipt.
func verifyReceipt(path, noticePath, keyPath string) (v verified, err error) {
	data, err := readSmall(path, consent.MaxReceipt)
	if err != nil {
		return v, err
	}
	var n *consent.Notice
	if noticePath != "" {
		read, err := readNotice(noticePath)
		if err != nil {
			return v, err
		}
		n = &read
	}
	keys := []*ecdsa.PublicKey{nil}
	if keyPath != "" {
		if keys, err = readPublicKeys(keyPath); err != nil {
			return v, err
		}
	}
	receipt, err := consent.ParseReceipt(data)
	if err != nil {
		return verified{Why: err.Error()}, nil
	}
	checked, err := receipt.Check(keys[0], n)
	for _, older := range keys[1:] {
		if err != nil {
			checked, err = receipt.Check(older, n)
		}
	}
	if err != nil {
		return verified{Why: err.Error()}, nil
	}
	said := map[bool]string{true: "yes", false: "not checked"}
	return verified{Good: true, receiptShown: showReceipt(receipt), Site: said[checked.Site], Notice: said[checked.Notice]}, nil
}

func (v verified) print(w io.Writer) error {
	if !v.Good {
		_, err := fmt.Fprintf(w, "not good: %s\n", strings.TrimPrefix(v.Why, consent.ErrReceipt.Error()+": "))
		return err
	}
	fmt.Fprintln(w, "good: the receipt was not changed since it was signed, and everything in it follows from the record")
	v.receiptShown.print(w)
	if v.Site != "yes" {
		fmt.Fprintln(w, "Whose key that is was not checked: give --key with the one from the site's public page.")
	}
	if v.Notice != "yes" {
		fmt.Fprintln(w, "The notice was not compared: give --notice with the text that you agreed to.")
	}
	return nil
}

// readPublicKeys reads the keys on P-256 of a file: a site that has replaced its key
// shows the one before as well.
func readPublicKeys(path string) (keys []*ecdsa.PublicKey, err error) {
	data, err := readSmall(path, maxPEM)
	if err != nil {
		return nil, err
	}
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
		key, ok := parsed.(*ecdsa.PublicKey)
		if err != nil || !ok || block.Type != "PUBLIC KEY" {
			return nil, usagef("--key %s: not a key on P-256", path)
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, usagef("--key %s: not a PUBLIC KEY in PEM", path)
	}
	return keys, nil
}

// readSmall reads a file of a limited size.
func readSmall(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(data)) > most {
		err = &os.PathError{Op: "read", Path: path, Err: fmt.Errorf("it has more than %d bytes", most)}
	}
	return data, err
}

// consentShow is facelatch consent show.
func consentShow() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{Use: "show RECEIPT", Short: "show what a receipt says", Long: consentShowHelp, Args: exactly("RECEIPT (a file)")}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	c.RunE = action(func(c *cobra.Command, args []string) error {
		data, err := readSmall(args[0], consent.MaxReceipt)
		if err != nil {
			return err
		}
		receipt, err := consent.ParseReceipt(data)
		if err != nil {
			return err
		}
		if asJSON {
			return printJSON(c.OutOrStdout(), showReceipt(receipt))
		}
		showReceipt(receipt).print(c.OutOrStdout())
		fmt.Fprintln(c.OutOrStdout(), "This is what the receipt says; nothing of it was checked.")
		return nil
	})
	return c
}

// receiptShown is a receipt in words. Times are in UTC.
type receiptShown struct {
	Consent   string     `json:"consent"`
	Site      string     `json:"site"`
	State     string     `json:"state"` // given or withdrawn
	By        string     `json:"by,omitempty"`
	Method    string     `json:"method"`
	Attester  string     `json:"attester,omitempty"`
	Lang      string     `json:"language,omitempty"`
	Notice    string     `json:"notice"`
	Given     time.Time  `json:"given"`
	Until     time.Time  `json:"until"`
	Withdrawn *time.Time `json:"withdrawn,omitempty"`
	Issued    time.Time  `json:"issued"`
	Key       string     `json:"signed_with"`
	InLedger  bool       `json:"has_opening"`
}

func showReceipt(c *consent.Receipt) *receiptShown {
	r := c.Record()
	t := r.Terms()
	s := &receiptShown{
		Consent: r.Hash().String(), Site: t.Site.String(), State: "given", Method: r.Method().String(), Attester: t.Attester,
		Lang: string(t.Lang), Notice: fmt.Sprintf("%x", t.Notice), Given: t.Given, Until: t.Until, Issued: c.Issued(),
		Key: c.KeyID().String(), InLedger: c.Opening() != nil,
	}
	if t.By != 0 {
		s.By = t.By.String()
	}
	if at, withdrawn := r.Withdrawn(); withdrawn {
		s.State, s.Withdrawn = "withdrawn", &at
	}
	return s
}

func (s *receiptShown) print(w io.Writer) {
	line := func(name, text string) {
		if text != "" {
			fmt.Fprintf(w, "%-12s %s\n", name, text)
		}
	}
	line("consent", s.Consent+", "+s.State)
	line("site", s.Site)
	line("given", s.Given.Format(time.RFC3339)+map[string]string{"": "", "holder": " by the holder", "guardian": " by a guardian, for a child under 14"}[s.By])
	if s.Withdrawn != nil {
		line("withdrawn", s.Withdrawn.Format(time.RFC3339))
	} else {
		line("until", s.Until.Format(time.RFC3339))
	}
	if s.Method == consent.Signed.String() {
		line("proof", "whoever agreed signed it with a key of their own")
	} else {
		line("proof", strings.TrimSuffix("the operator attests it: "+s.Attester, ": "))
	}
	line("notice", s.Notice)
	line("read in", s.Lang)
	line("receipt of", s.Issued.Format(time.RFC3339)+", signed with key "+s.Key)
}
