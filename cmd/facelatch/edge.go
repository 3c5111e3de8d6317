package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/edge/config"
)

const edgeHelp = `A door: the program that runs at an entrance. It decides by itself, with or without
a network, and keeps nothing about who passed.`

// edgeCommand is facelatch edge.
func edgeCommand() *cobra.Command {
	c := group("edge", "set up and run a door", edgeHelp)
	c.AddCommand(edgeJoin(), edgeCheckConfig(), edgeRun(), edgePair(), edgeUnpair(), edgeStatus())
	return c
}

// doorConfig is the flag that every command about a door has.
func doorConfig(c *cobra.Command) *string {
	return c.Flags().String("config", "", "the configuration of the door, such as /etc/facelatch/door.yaml")
}

// loadDoor reads the configuration that --config names.
func loadDoor(file string) (config.Config, error) {
	if err := required("config", file); err != nil {
		return config.Config{}, err
	}
	return config.Load(file)
}

const checkConfigHelp = `Read a door's configuration as edge run does, and say what is wrong with it: the
field and the line. A door that would accept faces alone is refused. Nothing is
opened, reached or written. packaging/door.yaml is an example with every field.`

// edgeCheckConfig is facelatch edge check-config.
func edgeCheckConfig() *cobra.Command {
	c := &cobra.Command{
		Use: "check-config --config FILE", Short: "check the configuration of a door", Long: checkConfigHelp, Args: none,
	}
	file := doorConfig(c)
	c.RunE = action(func(c *cobra.Command, _ []string) error {
		if _, err := loadDoor(*file); err != nil {
			return err
		}
		fmt.Fprintf(c.OutOrStdout(), "%s can be used\n", *file)
		return nil
	})
	return c
}
