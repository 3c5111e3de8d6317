package holder_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/holder"
	"github.com/facelatch/facelatch/controller/public"
	"github.com/facelatch/facelatch/controller/public/gather"
	"github.com/facelatch/facelatch/controller/public/publictest"
	"github.com/facelatch/facelatch/controller/public/words"
	"github.com/facelatch/facelatch/internal/keeper"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/models"
	"github.com/facelatch/facelatch/pass"
)

// The acts of a site are what the page needs.
var (
	_ holder.Doing = (*acts.Acts)(nil)
	_ holder.Site  = (*acts.Acts)(nil)
)

// published reads what a ledger's keeper has published.
type published struct{ from *keeper.Public }

func (p published) Read(_ context.Context, path string, _ int) ([]byte, error) {
	data, _, err := p.from.Read(path)
	return data, err
}

// realSite is a site with its office, its store and its ledger.
func realSite(t *testing.T) *acts.Acts {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "site")
	_, err := site.CreateController(dir, site.Config{
		Name: "Garden Court", Zones: []string{"front", "garage"}, Timezone: "Asia/Shanghai", Policy: site.DefaultPolicy(),
		Rules: map[string]site.Rules{"garage": {Methods: []string{"plain"}}},
	}, time.Now())
	must(t, err)
	office, err := site.OpenOffice(dir, time.Now)
	must(t, err)
	t.Cleanup(func() { must(t, office.Close()) })
	must(t, office.Keep(site.KeepOptions{Interval: time.Second}))
	key, err := office.IssuingKey()
	must(t, err)
	all, err := acts.New(acts.Config{
		Store: office.Store(), Issuing: office, Doors: office, EncodeSite: site.Encode,
		Ledger: published{keeper.OpenPublic(office.Ledger())}, Kick: office.Kick, Key: key,
	})
	must(t, err)
	return all
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestOnARealSite opens the page over a site's own acts: everything that tests do
// with a house in memory, with the store, the ledger and the passes behind it.
func TestOnARealSite(t *testing.T) {
	ctx, site := t.Context(), realSite(t)
	owner := acts.Actor{Role: acts.Owner, Operator: "owner", Pseudonym: "op-aaaa"}
	notice, err := site.PublishNotice(ctx, owner, publictest.Notice())
	must(t, err)
	person, err := site.AddHolder(ctx, owner, acts.HolderInput{Label: "3-1201", Contact: "somebody@garden-court.example"})
	must(t, err)
	plain, err := site.IssuePlain(ctx, owner, person.ID, acts.PassInput{Zones: []string{"front"}})
	must(t, err)
	own := acts.Actor{Role: acts.HolderRole, Holder: person.ID}
	given, err := site.GiveConsent(ctx, own, person.ID, acts.ConsentInput{Agreed: true, Notice: notice.Hash, Purpose: pass.PurposeAccess, Language: consent.English})
	must(t, err)
	link, err := site.MakeLink(ctx, owner, person.ID)
	must(t, err)

	h, err := holder.New(holder.Config{Do: site, Site: site, Origin: origin})
	must(t, err)
	b := &browser{t: t, h: h, cookies: map[string]string{}, lang: "en", from: "192.0.2.1:1"}
	if w := b.post("/me/"+link.Token, nil); w.Code != http.StatusSeeOther {
		t.Fatalf("the link: %d %s", w.Code, w.Body)
	}
	b.expect(b.get("/me/"), http.StatusOK, "3-1201", "somebody@garden-court.example", "Plain pass", "Take it back now", plain.ID.String()[:8])
	b.expect(b.get("/me/consent/"+given.Hash.String()), http.StatusOK, "Garden Court Property Services", "/receipt")
	receipt := b.get("/me/consent/" + given.Hash.String() + "/receipt")
	if _, err := consent.ParseReceipt(receipt.Body.Bytes()); err != nil || receipt.Code != http.StatusOK {
		t.Errorf("the receipt: %d, %v", receipt.Code, err)
	}
	w := b.post("/me/pass/"+plain.ID.String()+"/replace", nil)
	b.expect(w, http.StatusCreated, "Your new pass")
	b.expect(b.post("/me/consent/"+given.Hash.String()+"/withdraw", nil), http.StatusOK, "taken back")
	b.expect(b.post("/me/station", nil), http.StatusCreated, "Show this code")
	export := b.get("/me/export")
	var all map[string]any
	if err := json.Unmarshal(export.Body.Bytes(), &all); err != nil || !strings.Contains(export.Body.String(), "3-1201") {
		t.Errorf("the export: %d, %v", export.Code, err)
	}
	b.expect(b.post("/me/delete", nil), http.StatusOK, "Everything of you is deleted")
	if _, err := site.Holder(ctx, owner, person.ID); err == nil {
		t.Error("the holder is still there")
	}
	other := &browser{t: t, h: h, cookies: map[string]string{}, lang: "en", from: "192.0.2.2:1"}
	other.expect(other.post("/me/"+link.Token, nil), http.StatusUnauthorized)
	publicPage(t, site)
}

// publicPage gathers the facts of a site, and makes its public page.
func publicPage(t *testing.T, site *acts.Acts) {
	t.Helper()
	facts, err := gather.New(site, gather.Given{
		Address: origin + "/", Engine: public.Engine{Models: models.Default(), Measured: public.Measured()}, Thief: public.Stolen(), MyPage: true,
		Ledger: public.Ledger{URL: origin + "/ledger/", Key: "key"},
	}, nil).Facts()
	must(t, err)
	pages, err := public.NewPages()
	must(t, err)
	var out bytes.Buffer
	must(t, pages.Write(&out, facts, words.English))
	for _, want := range []string{"Garden Court Property Services", "Looks at no face", "Version 2027-1", "about one stranger in 10,000"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the public page says nothing of %q", want)
		}
	}
	if facts.Acts.Count > 0 && !regexp.MustCompile(`covers [1-9]`).MatchString(out.String()) {
		t.Error("acts that stand in no ledger")
	}
}
