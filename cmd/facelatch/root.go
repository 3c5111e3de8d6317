package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

const about = `Facelatch lets people open a door with their face, if they choose to, without
anybody keeping their face.

A reference of the face is sealed inside a pass that its holder keeps: a QR code
on paper or on a telephone. A door compares the one face before it with the one
reference in the pass that was shown, opens or not, and forgets both. There is
no database of faces, and a plain pass, without a face, opens the same doors.

Exit codes: 0 done or opened, 1 failure (a file, a key or a model), 2 usage,
3 refused because of what a pass or a photograph contains, 4 a desk could not tell.`

const firstSteps = `  facelatch site init court --name "Garden Court" --zone front
  facelatch pass issue --site court --zone front --face me.jpg --consent yes --out me.png
  facelatch check --site court --zone front --pass me.png --probe live.jpg`

// run is the program: it returns its exit code.
func run(args []string, stdout, stderr io.Writer) int {
	err := harden()
	if err == nil {
		root := rootCommand()
		root.SetArgs(args)
		root.SetOut(stdout)
		root.SetErr(stderr)
		err = root.Execute()
	} else {
		err = failure{err}
	}
	if err != nil {
		report(stderr, err)
	}
	return code(err)
}

func rootCommand() *cobra.Command {
	root := group("facelatch", "face verification with a pass, and no database of faces", about)
	root.Example = firstSteps
	root.Version = version
	root.SetVersionTemplate(versionLine())
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.HiddenDefaultCmd = true
	sites := group("site", "make and change a site", "A site is a folder with the keys and lists of the doors of one place.")
	sites.AddCommand(siteInit(), siteChange(), siteRotate())
	passes := group("pass", "issue, show and revoke passes", "A pass opens the doors of some zones of a site until it ends or is revoked.")
	passes.AddCommand(passIssue(), passShow(), passRevoke())
	measuring := group("eval", "measure how often verification is wrong", "Measure how often verification is wrong, on photographs whose terms allow it.")
	measuring.AddCommand(evalVerification(), evalGroups(), evalCapture(), evalAttack(), evalCard())
	root.AddCommand(sites, passes, pinCommand(), checkCommand(), noticeCommand(), consentCommand(), controllerCommand(), stationCommand(), edgeCommand(), deskCommand(), ledgerCommand(), demoCommand(), measuring, backupCommand(), restoreCommand(), doctorCommand(), versionCommand())
	onlyOnce(root)
	return root
}

// group is a command that only has others below it.
func group(name, short, long string) *cobra.Command {
	return &cobra.Command{
		Use: name, Short: short, Long: long, Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("there is no command %q (%s --help lists them)", args[0], c.CommandPath())
			}
			return c.Help()
		},
	}
}

// action marks the errors of what a command does, so that all others are about
// how it was called.
func action(f func(c *cobra.Command, args []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		err := notEmpty(c)
		if err == nil {
			err = f(c, args)
		}
		if err != nil {
			return failure{err}
		}
		return nil
	}
}

// exactly wants one argument, by its name in the help.
func exactly(name string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != 1 {
			return fmt.Errorf("give one %s (%s --help)", name, c.CommandPath())
		}
		return nil
	}
}

// none wants no argument.
func none(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%q is not expected here (%s --help)", args[0], c.CommandPath())
	}
	return nil
}
