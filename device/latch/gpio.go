package latch

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"periph.io/x/conn/v3/driver/driverreg"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/host/v3/gpioioctl"
)

// openGPIO finds a line of a Linux gpiochip. It is protocol-tested only: the
// order of what is done to the line is tested, and no chip was there.
func openGPIO(c Config) (Latch, error) {
	if _, err := driverreg.Init(); err != nil {
		return nil, fmt.Errorf("the gpiochips cannot be opened: %w", err)
	}
	at := slices.IndexFunc(gpioioctl.Chips, func(chip *gpioioctl.GPIOChip) bool {
		return slices.Contains([]string{chip.Name(), chip.Path(), chip.Label()}, c.Chip)
	})
	if at < 0 {
		return nil, bad("chip", fmt.Sprintf("there is no gpiochip %q that can be opened", c.Chip))
	}
	chip := gpioioctl.Chips[at]
	found := chip.ByName(c.Line)
	if n, err := strconv.Atoi(c.Line); err == nil && n >= 0 && n < chip.LineCount() {
		found = chip.ByNumber(n)
	}
	if found == nil {
		return nil, bad("line", fmt.Sprintf("%s has no line %q", c.Chip, c.Line))
	}
	return newGPIO(found, c.ActiveLow)
}

// newGPIO locks the line, and fails if it cannot.
func newGPIO(p pin, activeLow bool) (Latch, error) {
	l := &line{p, activeLow}
	if err := l.lock(); err != nil {
		return nil, fmt.Errorf("the latch cannot be locked: %w", err)
	}
	return newSwitch(l), nil
}

// pin is what is used of a line; *gpioioctl.GPIOLine has it.
type pin interface {
	In(gpio.Pull, gpio.Edge) error
	Out(gpio.Level) error
	Close()
}

// line turns a pin into a contact.
//
// When a line is requested as an output it is low until its level is set. For
// a relay that is active when high that is locked. For one that is active when
// low it would be a moment of open door at each start, and an open door if the
// program died in it. So such a line is never an output while it is locked: it
// is an input with a pull-up, which its relay board has too, and it becomes an
// output, low, for the pulse. That also suits boards of 5 V, for which a line
// driven to 3.3 V is not high enough to lock.
type line struct {
	pin       pin
	activeLow bool
}

func (l *line) set(open bool) error {
	if !l.activeLow {
		return l.pin.Out(gpio.Level(open))
	}
	if open {
		return l.pin.Out(gpio.Low)
	}
	return l.pin.In(gpio.PullUp, gpio.NoEdge)
}

// open tries twice: a chip that was unplugged and is back must be asked for the
// line anew.
func (l *line) open(context.Context, time.Duration) error {
	err := l.set(true)
	if err == nil {
		return nil
	}
	l.close()
	if again := l.set(true); again != nil {
		return fmt.Errorf("%w, and asked for anew: %w", err, again)
	}
	return nil
}

func (l *line) lock() error {
	err := l.set(false)
	if err != nil {
		l.close()
	}
	return err
}

// close gives the line back to the kernel; the next set asks for it again.
func (l *line) close() { l.pin.Close() }
