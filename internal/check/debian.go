package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// errMissing says which Debian packages have to be installed first.
var errMissing = errors.New("what the tests need is missing")

// installPackages makes sure that the Debian packages listed in a file are
// installed: as root it installs what is missing, otherwise it returns an
// error that holds the one command to do so. Where there is no dpkg it says so
// and goes on: the tests that lack something will say what.
func installPackages(ctx context.Context, path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	wanted := parsePackages(string(data))
	if _, err := exec.LookPath("dpkg-query"); err != nil {
		fmt.Printf("this is not Debian: have the equivalent of %s installed\n", strings.Join(wanted, " "))
		return nil
	}
	var missing []string
	for _, name := range wanted {
		status, err := exec.CommandContext(ctx, "dpkg-query", "-W", "-f=${db:Status-Status}", name).Output()
		if err != nil || string(status) != "installed" {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	if os.Geteuid() != 0 {
		return fmt.Errorf("%w: sudo apt-get install %s", errMissing, strings.Join(missing, " "))
	}
	return aptInstall(ctx, missing)
}

// parsePackages reads one package a line; # starts a comment.
func parsePackages(text string) []string {
	var names []string
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		names = append(names, strings.Fields(line)...)
	}
	return names
}

// aptInstall installs packages, after apt-get update if apt does not know them yet.
func aptInstall(ctx context.Context, names []string) error {
	fmt.Println("installing with apt-get:", strings.Join(names, " "))
	install := append([]string{"install", "-y", "-q", "--no-install-recommends"}, names...)
	if apt(ctx, install...) == nil {
		return nil
	}
	if err := apt(ctx, "update", "-q"); err != nil {
		return fmt.Errorf("apt-get update: %w", err)
	}
	if err := apt(ctx, install...); err != nil {
		return fmt.Errorf("apt-get install %s: %w", strings.Join(names, " "), err)
	}
	return nil
}

func apt(ctx context.Context, args ...string) error {
	command := exec.CommandContext(ctx, "apt-get", args...)
	command.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	return command.Run()
}
