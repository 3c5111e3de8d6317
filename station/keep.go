package station

import (
	"context"
	"net/url"
	"time"

	"github.com/facelatch/facelatch/internal/doorapi"
)

const (
	// keepTime is how often a station looks after its keys though nothing happened.
	keepTime = 6 * time.Hour
	// keepAgain is how long it waits after it failed.
	keepAgain = time.Minute
	// keepLeast parts two looks, however often bundles change.
	keepLeast = 10 * time.Second
)

// Keep looks after a station that runs for long, until ctx ends: it renews the
// certificate, removes sealing keys of which the last pass has expired, and gives
// doors what they need, at once when the site changes, as after a theft. say is
// called with what the operator has to know.
func (s *Station) Keep(ctx context.Context, say func(string)) {
	failing := false
	for ctx.Err() == nil {
		number, err := s.keep(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			if !failing {
				say("the keys could not be looked after, which is tried again: " + err.Error())
			}
			failing = true
			pause(ctx, keepAgain)
			continue
		}
		failing = false
		pause(ctx, keepLeast)
		s.wait(ctx, number)
	}
}

// keep is one look, and returns the number of the site's bundle from before it. To
// relay is to read the keys, and that removes the old.
func (s *Station) keep(ctx context.Context) (number string, err error) {
	if err := s.Renew(ctx); err != nil {
		return "", err
	}
	if number, err = s.bundleNumber(ctx, ""); err != nil {
		return "", err
	}
	vault, err := s.Vault(ctx)
	if err != nil {
		return "", err
	}
	defer vault.Close()
	return number, s.RelayAll(ctx, vault)
}

// wait waits until the site has another bundle, or for [keepTime].
func (s *Station) wait(ctx context.Context, number string) {
	ctx, cancel := context.WithTimeout(ctx, keepTime)
	defer cancel()
	for ctx.Err() == nil {
		found, err := s.bundleNumber(ctx, number)
		if err != nil {
			pause(ctx, keepAgain)
		} else if found != number {
			return
		}
	}
}

// bundleNumber asks for the number of the site's bundle, and waits for a newer one
// as long as a controller lets it. The bundle itself is for doors.
func (s *Station) bundleNumber(ctx context.Context, after string) (string, error) {
	path := doorapi.PathBundle
	if after != "" {
		path += "?after=" + url.QueryEscape(after)
	}
	data, tag, err := s.client.Changed(ctx, path, "")
	if err != nil || data == nil {
		return after, err
	}
	return trimTag(tag), nil
}

// trimTag takes the quotes off an ETag.
func trimTag(tag string) string {
	if len(tag) > 2 && tag[0] == '"' && tag[len(tag)-1] == '"' {
		return tag[1 : len(tag)-1]
	}
	return tag
}
