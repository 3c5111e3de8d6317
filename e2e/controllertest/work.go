package controllertest

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// worker does what people do at a site, and says what was acknowledged: a word of
// those that a [Journal] knows.
type worker struct {
	site   *Site
	office *site.Office
	acts   *acts.Acts
}

func newWorker(s *Site, o *site.Office) (*worker, error) {
	a, err := actsOf(o, time.Now)
	return &worker{s, o, a}, err
}

// workers is how many work at once.
const workers = 6

// begin starts working, without end.
func (w *worker) begin(ctx context.Context) {
	for i := range workers {
		go func() {
			for {
				w.say(w.live(ctx, i%4))
			}
		}()
	}
	go func() {
		for {
			w.say(w.tell(ctx))
		}
	}()
}

// say says what failed.
func (w *worker) say(err error) {
	if err != nil {
		speak("failed", strings.ReplaceAll(err.Error(), "\n", "; "))
		time.Sleep(10 * time.Millisecond)
	}
}

// tell records an act about the site.
func (w *worker) tell(ctx context.Context) error {
	word := strings.ToLower(rand.Text())
	if err := w.office.Tell(ctx, "op-aaaa", "test.told", map[string]string{"word": word}); err != nil {
		return err
	}
	speak("told", word)
	return nil
}

// live is a holder's life, up to a point.
func (w *worker) live(ctx context.Context, upTo int) error {
	h, err := w.acts.AddHolder(ctx, owner(), acts.HolderInput{Label: "flat " + rand.Text()[:6]})
	if err != nil {
		return err
	}
	if upTo < 3 {
		speak("staying", h.ID)
	}
	c, err := w.acts.GiveConsent(ctx, holder(h.ID), h.ID, acts.ConsentInput{
		Agreed: true, Notice: w.site.Notice, Purpose: pass.PurposeAccess, Language: consent.Chinese,
	})
	if err != nil {
		return err
	}
	speak("consent", c.Hash, h.ID)
	face, err := w.face(ctx, c)
	if err != nil {
		return err
	}
	speak("pass", face)
	plain, err := w.acts.IssuePlain(ctx, owner(), h.ID, acts.PassInput{Zones: []string{Zone}})
	if err != nil {
		return err
	}
	speak("pass", plain.ID)
	return w.end(ctx, upTo, h.ID, c.Hash, face, plain.ID)
}

// end takes back what a holder has, or some of it.
func (w *worker) end(ctx context.Context, upTo int, h string, c pass.Hash16, face, plain pass.ID) error {
	switch upTo {
	case 1:
		speak("ending", plain)
		if err := w.acts.RevokePass(ctx, holder(h), plain); err != nil {
			return err
		}
		speak("revoked", plain)
	case 2:
		speak("ending", face)
		if _, err := w.acts.WithdrawConsent(ctx, holder(h), c); err != nil {
			return err
		}
		speak("withdrawn", c)
		speak("revoked", face)
	case 3:
		speak("ending", face)
		speak("ending", plain)
		if err := w.acts.DeleteHolder(ctx, holder(h), h); err != nil {
			return err
		}
		speak("deleted", h, face, plain)
	}
	return nil
}

// face makes a face pass as a station does, whose engine is not here.
func (w *worker) face(ctx context.Context, v acts.ConsentView) (id pass.ID, err error) {
	c, err := w.office.Controller(ctx)
	if err != nil {
		return id, err
	}
	r := issue.Request{Zones: []string{Zone}, NotBefore: v.Given, Expires: v.Given.AddDate(0, 1, 0), Models: []pass.ModelID{model()}}
	if r.Consent, err = consent.Decode(v.Record); err != nil {
		return id, err
	}
	made, err := c.Prepare(ctx, "", r)
	if err != nil {
		return id, err
	}
	var sealed [32]byte
	if _, err := rand.Read(sealed[:]); err != nil {
		return id, err
	}
	id = made[0].ID
	if _, err := c.Sign(ctx, "", issue.ToSign{ID: id, Sealed: sealed}); err != nil {
		return id, fmt.Errorf("sign: %w", err)
	}
	return id, c.Complete(ctx, "", id)
}
