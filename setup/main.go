// Command setup installs what Facelatch runs with into a folder, bin/ by
// default: the model runtime, the models, the QR readers and the fonts, from
// the npm packages that package-lock.json pins. It is what make setup runs. With -set
// it installs another set of models (docs/models/README.md).
//
// It exits 0 when the folder is complete, 2 if something has to be installed
// on the machine first, and 1 for any other failure.
package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/term"

	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/install"
	"github.com/facelatch/facelatch/models/sets"
)

var (
	//go:embed package.json
	packageJSON []byte
	//go:embed package-lock.json
	packageLock []byte
	//go:embed NOTICE
	notice []byte
)

func main() {
	dir := flag.String("home", "bin", "folder to fill")
	arch := flag.String("arch", runtime.GOARCH, "architecture to install the model runtime for: amd64 or arm64")
	var c choice
	flag.StringVar(&c.name, "set", "", "another set of models: "+strings.Join(sets.Names(), ", "))
	flag.StringVar(&c.manifest, "manifest", "", "the manifest of a set of models of your own")
	flag.StringVar(&c.from, "from", "", "the folder with files of models that no package has")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, home.Dir(*dir), *arch, c); err != nil {
		if errors.Is(err, context.Canceled) {
			err = errors.New("interrupted; nothing half-done is left, run it again")
		}
		fmt.Fprintln(os.Stderr, "setup:", err)
		stop()
		os.Exit(exitCode(err))
	}
}

func exitCode(err error) int {
	if errors.Is(err, install.ErrPrerequisite) {
		return 2
	}
	return 1
}

func run(ctx context.Context, dir home.Dir, arch string, c choice) error {
	if runtime.GOOS != "linux" {
		return fmt.Errorf("%w: %v", install.ErrPrerequisite, home.ErrUnsupported)
	}
	set, err := c.set()
	if err != nil {
		return err
	}
	npm, err := packaged(set)
	if err != nil {
		return err
	}
	return install.Run(ctx, install.Options{
		Home:   dir,
		Arch:   arch,
		Notice: notice,
		Set:    set,
		Report: func(line string) { fmt.Println("setup:", line) },
		Fetch: func(ctx context.Context, dir string) error {
			fmt.Println("setup: fetching packages with npm (182 MB or more the first time)")
			return npm.Fetch(ctx, dir)
		},
	})
}

// packaged is what fetches the packages of a set, or of the default one.
func packaged(set *install.Set) (npm install.NPM, err error) {
	npm = install.NPM{PackageJSON: packageJSON, Lock: packageLock, Progress: progress()}
	if set == nil {
		return npm, nil
	}
	var errs [2]error
	npm.PackageJSON, errs[0] = merge(packageJSON, setsJSON)
	npm.Lock, errs[1] = merge(packageLock, setsLock)
	return npm, errors.Join(errs[:]...)
}

// progress returns a function that shows how far npm is: on a terminal a line
// that changes each second, otherwise a line every ten seconds.
func progress() func(seconds, megabytes int) {
	const unpacked = 445 // megabytes, all packages together
	terminal := term.IsTerminal(int(os.Stdout.Fd()))
	return func(seconds, megabytes int) {
		switch {
		case terminal:
			fmt.Printf("setup: %3d s, %3d of %d MB unpacked\x1b[K\r", seconds, megabytes, unpacked)
		case seconds%10 == 0:
			fmt.Printf("setup: %3d s, %3d of %d MB unpacked\n", seconds, megabytes, unpacked)
		}
	}
}
