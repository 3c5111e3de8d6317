// Package notify tells systemd how the daemon is, as sd_notify(3) has it, if it
// was started by it: ready, alive, stopping.
//
// It says nothing else and never anything of passages: what a service manager
// is told stands in its journal.
package notify

import (
	"context"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// Ready says that the daemon has started. Elsewhere than under systemd it does
// nothing.
func Ready() error { return say(daemon.SdNotifyReady) }

// Stopping says that the daemon was told to stop and is at it.
func Stopping() error { return say(daemon.SdNotifyStopping) }

func say(state string) error {
	_, err := daemon.SdNotify(false, state)
	return err
}

// Alive tells systemd's watchdog that the daemon lives, for as long as alive
// says so: asked at least twice in the time after which systemd starts it anew.
// alive should come back only if what matters still turns. It returns when ctx
// ends, and at once where nobody watches.
func Alive(ctx context.Context, alive func(ctx context.Context) bool) error {
	limit, err := daemon.SdWatchdogEnabled(false)
	if err != nil || limit == 0 {
		return err
	}
	ticker := time.NewTicker(limit / 3)
	defer ticker.Stop()
	for {
		asked, cancel := context.WithTimeout(ctx, limit/3)
		if alive(asked) && ctx.Err() == nil {
			err = say(daemon.SdNotifyWatchdog)
		}
		cancel()
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		if err != nil {
			return err
		}
	}
}
