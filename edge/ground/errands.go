package ground

import (
	"context"
	"crypto/x509"
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/facelatch/facelatch/edge/link"
	"github.com/facelatch/facelatch/edge/state"
	"github.com/facelatch/facelatch/edge/timekeeper"
	"github.com/facelatch/facelatch/internal/doorapi"
)

const (
	// errandEvery is how often there is something to ask or tell the controller;
	// waitingEvery while a person at a station is about to let the door in.
	errandEvery  = 30 * time.Second
	waitingEvery = 2 * time.Second
	// waitingTime is for how long it is asked so often, so that a door that needs
	// no secrets does not go on for years.
	waitingTime = time.Hour
	// jumpShown is for how long a jump of the clock is shown.
	jumpShown = time.Hour
	// takenWithin is how soon after a bundle a door asks for the secrets that
	// belong to it.
	takenWithin = 2 * time.Second
	// reportEvery is how often the machine may report.
	reportEvery = time.Hour
	// keepDays is how many days of counts wait for a controller.
	keepDays = 31
)

// tidy does what needs no controller, every minute.
func (g *Ground) tidy(ctx context.Context) {
	for {
		g.minute()
		select {
		case <-ctx.Done():
			return
		case <-timekeeper.After(g.options.Clock, timekeeper.SaveEvery):
		}
	}
}

// minute saves the marks, notices a clock that jumped, ends a day's counts, and
// deletes keys that are over.
func (g *Ground) minute() {
	g.noticeJump(g.keeper.Jump())
	// No lock: a mark must be saved whatever else is going on.
	if err := g.keeper.Save(); err != nil {
		g.log.Error("the mark of time cannot be saved: the door will close", "error", err)
	}
	g.writing.Lock()
	defer g.writing.Unlock()
	g.dropOver()
	if g.contents != nil {
		g.endDay(g.contents.Trust.Location)
	}
}

// noticeJump reports a jump of the clock, and shows it for jumpShown.
func (g *Ground) noticeJump(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case d != 0:
		g.reports.add(ClockJump)
		g.log.Warn("the clock of this machine jumped", "by", d.Round(time.Second).String())
		g.jump, g.jumpLeft = d, int(jumpShown/timekeeper.SaveEvery)
		g.tell()
	case g.jumpLeft > 0:
		if g.jumpLeft--; g.jumpLeft == 0 {
			g.jump = 0
			g.tell()
		}
	}
}

// endDay keeps the counts of a day that is over, and lets its reports go. The
// caller holds writing.
func (g *Ground) endDay(where *time.Location) {
	r, err := g.options.Clock.Read()
	if err != nil {
		return
	}
	if d, over := g.counter.Over(g.keeper.Now().In(where), r.Up); over {
		if err := g.folder.SaveCounts(d); err != nil {
			g.log.Error("the counts of a day were lost", "error", err)
		}
		for k := range g.today.take() {
			g.reports.add(k)
		}
	}
}

// errands does what needs the controller.
func (g *Ground) errands(ctx context.Context, client *link.Client) {
	began := time.Now()
	told := began // so that the first report leaves after an hour, too
	for ctx.Err() == nil {
		wait := errandEvery
		if !g.Snapshot().Approved && time.Since(began) < waitingTime {
			wait = waitingEvery
		}
		select {
		case <-ctx.Done():
		case <-timekeeper.After(g.options.Clock, wait):
		case <-g.took:
			// A pass may have been made under a key that is new, too. Doors heard
			// of it together, and need not all ask at once.
			select {
			case <-ctx.Done():
			case <-timekeeper.After(g.options.Clock, rand.N(takenWithin)):
			}
		}
		if ctx.Err() != nil || !g.Snapshot().Contact.Reached {
			continue
		}
		report := time.Since(told) >= reportEvery
		if report {
			told = time.Now()
		}
		if err := g.errand(ctx, client, report); err != nil && ctx.Err() == nil {
			g.log.Warn("an errand to the controller failed and is tried again", "error", err)
		}
	}
}

// errand is one round of them. What fails does not keep the others.
func (g *Ground) errand(ctx context.Context, client *link.Client, report bool) error {
	err := errors.Join(g.fetchSecrets(ctx, client), g.renew(ctx, client), g.sendCounts(ctx, client))
	if report {
		err = errors.Join(err, g.sendReports(ctx, client))
	}
	return err
}

func (g *Ground) fetchSecrets(ctx context.Context, client *link.Client) error {
	texts, err := client.Secrets(ctx)
	if errors.Is(err, link.ErrNotYet) {
		return nil
	}
	if err != nil {
		return err
	}
	return g.takeSecrets(texts)
}

// renew asks for the next certificate after two thirds of its life.
func (g *Ground) renew(ctx context.Context, client *link.Client) error {
	i := g.Identity()
	if g.Now().Before(link.RenewAt(i.Certificate)) {
		return nil
	}
	next, err := client.Renew(ctx, i, namesLeft(g.config.Kiosk.Hosts, i.Certificate))
	if err != nil {
		return err
	}
	g.writing.Lock()
	defer g.writing.Unlock()
	next.Signers = g.identity.Signers
	if err := g.folder.SaveIdentity(next); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.identity = next
	g.tell()
	g.log.Info("renewed the certificate", "until", next.Certificate.NotAfter)
	return nil
}

// namesLeft returns those of the configured host names that the certificate has:
// a door that joined gets no others. With none left it keeps all that it has, so
// that it does not lose its line to the controller over its screen.
func namesLeft(configured []string, c *x509.Certificate) (left []string) {
	for _, host := range configured {
		if c.VerifyHostname(host) == nil {
			left = append(left, host)
		}
	}
	if len(left) > 0 {
		return left
	}
	left = slices.Clone(c.DNSNames)
	for _, ip := range c.IPAddresses {
		left = append(left, ip.String())
	}
	return left
}

// sendCounts hands over the days that are over, and drops those that nobody
// wants any more.
func (g *Ground) sendCounts(ctx context.Context, client *link.Client) error {
	days, err := g.folder.Days()
	if err != nil {
		return err
	}
	for i, d := range days {
		day, err := g.folder.Counts(d)
		if err == nil && i >= len(days)-keepDays {
			err = client.Counts(ctx, doorapi.Counts{Day: d, Zone: g.Identity().Zone, Counts: day.Counts})
		}
		if err != nil && !final(err) {
			return err
		}
		g.writing.Lock()
		gone := g.folder.RemoveCounts(d)
		g.writing.Unlock()
		if gone != nil {
			return gone
		}
	}
	return nil
}

// final says whether trying again is of no use.
func final(err error) bool {
	var refused *doorapi.Problem
	if errors.As(err, &refused) {
		return refused.Status/100 == 4 && refused.Status != http.StatusTooManyRequests && refused.Status != http.StatusUnauthorized
	}
	return errors.Is(err, state.ErrDamaged)
}

func (g *Ground) sendReports(ctx context.Context, client *link.Client) error {
	all := g.reports.take()
	for kind, n := range all {
		if err := client.Report(ctx, doorapi.Report{Kind: string(kind), Count: n}); err != nil {
			g.reports.back(all)
			return err
		}
		delete(all, kind)
	}
	return nil
}
