package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// required says which of the flags that a command cannot do without are
// missing, given as pairs of name and value.
func required(flags ...string) error {
	for i := 0; i < len(flags); i += 2 {
		if flags[i+1] == "" {
			return usagef("--%s is missing", flags[i])
		}
	}
	return nil
}

// notEmpty refuses a flag that was given without a value, as a script does
// whose variable is not set: taken as absent, it would mean no hours, no end.
func notEmpty(c *cobra.Command) (err error) {
	c.Flags().Visit(func(f *pflag.Flag) {
		values := []string{f.Value.String()}
		if several, ok := f.Value.(pflag.SliceValue); ok {
			values = several.GetSlice()
		}
		empty := func(s string) bool { return strings.TrimSpace(s) == "" }
		if err == nil && slices.ContainsFunc(values, empty) {
			err = usagef("--%s is empty: leave it away, or give it a value", f.Name)
		}
	})
	return err
}

// once is a flag that can be given one time: of two values one would be
// dropped without a word.
type once struct {
	pflag.Value
	given bool
}

// Set is a method of [pflag.Value].
func (o *once) Set(s string) error {
	if o.given {
		return errors.New("it is given more than once")
	}
	o.given = true
	return o.Value.Set(s)
}

// onlyOnce makes every flag of a text such a flag, here and below.
func onlyOnce(c *cobra.Command) {
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Value.Type() == "string" {
			f.Value = &once{Value: f.Value}
		}
	})
	for _, below := range c.Commands() {
		onlyOnce(below)
	}
}
