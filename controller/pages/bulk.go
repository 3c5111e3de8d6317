package pages

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"

	"github.com/facelatch/facelatch/card"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/device/qr"
	"github.com/facelatch/facelatch/pass"
)

func (v *visit) importPage() error { return v.showImport(0, filled()) }

func (v *visit) showImport(status int, f *form) error {
	return v.show(page{name: "import", title: "import.title", status: status, data: struct {
		Form *form
		Most int
	}{f, acts.MaxImport}})
}

// importHolders reads a file of holders, in a job.
func (v *visit) importHolders() error {
	f := v.entered()
	file, _, err := v.r.FormFile("file")
	if err != nil {
		f.wrong["file"] = v.say("wrong.file")
		return v.showImport(http.StatusUnprocessableEntity, f)
	}
	data, err := io.ReadAll(file) // the whole body is limited
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	actor := v.actor
	id, err := v.jobs.begin("import", v.me.ID, nil, func(ctx context.Context, progress func(int, int)) (_ []acts.BulkLine, report acts.ImportReport, err error) {
		report, err = v.c.Acts.ImportHolders(ctx, actor, bytes.NewReader(data), progress)
		return nil, report, err
	})
	if err != nil {
		return err
	}
	return v.to(Path+"jobs/"+id, "")
}

// bulkForm is what many passes are to be.
type bulkForm struct {
	passForm
	Query   string
	Holders []acts.Holder
	// More says that there are holders beyond those that are listed.
	More bool
}

func (v *visit) bulkPage() error {
	f := filled("hours", hoursAlways, "q", v.value("q"), "once", randomID(16))
	f.values["zone"] = v.site.Site.Zones
	return v.showBulk(0, f, true)
}

// showBulk lists the holders to choose from. all ticks each of them.
func (v *visit) showBulk(status int, f *form, all bool) error {
	found, next, err := v.c.Acts.Holders(v.r.Context(), v.actor, acts.Query{Text: f.Get("q"), Limit: acts.MaxPage})
	if errors.Is(err, acts.ErrInvalid) {
		found, next, err = nil, "", nil
	}
	if err != nil {
		return err
	}
	if all {
		for _, h := range found {
			f.values.Add("holder", h.ID)
		}
	}
	longest := v.now().AddDate(0, 0, v.site.Site.Policy.PlainDays)
	return v.show(page{name: "bulk", title: "bulk.title", status: status, data: bulkForm{
		passForm{f, acts.Holder{}, v.zones(), v.day(longest)}, f.Get("q"), found, next != "",
	}})
}

// issueBulk makes passes for all holders that were chosen, in a job.
func (v *visit) issueBulk() error {
	f := v.entered()
	in := v.readPass(f)
	holders, labels, err := v.chosen(f)
	if err != nil {
		return err
	}
	switch {
	case len(holders) == 0:
		f.wrong["holder"] = v.say("wrong.nobody")
	case len(holders) > acts.MaxBulk:
		f.wrong["holder"] = v.say("wrong.many", "most", acts.MaxBulk)
	}
	if !f.ok() {
		return v.showBulk(http.StatusUnprocessableEntity, f, false)
	}
	var all []acts.BulkInput
	for _, id := range holders {
		all = append(all, acts.BulkInput{Holder: id, PassInput: in})
	}
	claim, err := v.claim(f)
	if err != nil {
		return err
	}
	actor := v.actor
	id, err := v.jobs.begin("passes", v.me.ID, labels, func(ctx context.Context, progress func(int, int)) (lines []acts.BulkLine, _ acts.ImportReport, err error) {
		lines, err = v.c.Acts.IssueBulk(ctx, actor, all, progress)
		return lines, acts.ImportReport{}, err
	})
	if err != nil {
		return errors.Join(err, v.c.Acts.Unclaim(v.r.Context(), claim))
	}
	return v.to(Path+"jobs/"+id, "")
}

// claim sees to it that a form is acted on once, however often it is sent: pressed
// twice, or sent again to another controller. A form without a name of its own is
// taken as it is.
func (v *visit) claim(f *form) (acts.Claim, error) {
	c := acts.Claim{Secret: []byte("office form\x00" + v.me.ID), Key: f.Get("once")}
	if c.Key == "" || len(c.Key) > 64 {
		c.Key = randomID(16)
	}
	return c, v.c.Acts.Claim(v.r.Context(), c)
}

// chosen returns the holders of a form, in the order of the book: those that are
// ticked, or all that the search finds.
func (v *visit) chosen(f *form) (ids []string, labels map[string]string, err error) {
	labels = map[string]string{}
	everybody := f.Get("whom") == "all"
	for after := ""; ; {
		page, next, err := v.c.Acts.Holders(v.r.Context(), v.actor, acts.Query{Text: f.Get("q"), After: after, Limit: acts.MaxPage})
		if errors.Is(err, acts.ErrInvalid) {
			return nil, nil, nil
		}
		if err != nil {
			return nil, nil, err
		}
		for _, h := range page {
			if everybody || slices.Contains(f.values["holder"], h.ID) {
				ids = append(ids, h.ID)
				labels[h.ID] = h.Label
			}
		}
		if after = next; next == "" || !everybody || len(ids) > acts.MaxBulk {
			return ids, labels, nil
		}
	}
}

// jobView is a job as a page shows it.
type jobView struct {
	job
	Percent     int
	Made, Wrong []bulkLine
	Broken      string // key of what ended it, "" for nothing
	Cards       bool
}

// bulkLine is a line of what became of many.
type bulkLine struct{ Label, Short, Why string }

func (v *visit) jobPage() error {
	one, err := v.jobs.get(v.r.PathValue("job"), v.me.ID)
	if err != nil {
		return err
	}
	p := jobView{job: one, Percent: percent(one), Cards: len(v.c.Fonts.Regular) > 0}
	for _, line := range one.Lines {
		if line.Err != nil {
			p.Wrong = append(p.Wrong, bulkLine{Label: one.Labels[line.Holder], Why: v.say("trouble." + v.trouble(line.Err).key)})
			continue
		}
		p.Made = append(p.Made, bulkLine{Label: one.Labels[line.Holder], Short: line.Issued.ID.Short()})
	}
	if one.Err != nil {
		p.Broken = v.trouble(one.Err).key
	}
	return v.show(page{name: "job", title: "job." + one.Kind, once: true, data: p})
}

func percent(one job) int {
	if one.Total == 0 {
		return 0
	}
	return 100 * one.Done / one.Total
}

// jobProgress tells a script how far a job is.
func (v *visit) jobProgress() error {
	one, err := v.jobs.get(v.r.PathValue("job"), v.me.ID)
	if err != nil {
		return v.tell(err)
	}
	return v.answer(http.StatusOK, "application/json", map[string]any{
		"percent": percent(one), "over": !one.Over.IsZero(), "say": v.say("job.progress", "done", one.Done, "total", one.Total),
	})
}

// jobCards hands out the passes of a job as cards, while they are kept.
func (v *visit) jobCards() error {
	one, err := v.jobs.get(v.r.PathValue("job"), v.me.ID)
	if err != nil {
		return err
	}
	var claims []pass.Claims
	var codes []*qr.Code
	for _, line := range one.Lines {
		if line.Err != nil {
			continue
		}
		p, err := pass.Parse(line.Issued.Text)
		if err != nil {
			return err
		}
		code, err := qr.Encode(line.Issued.Text, qr.LevelL)
		if err != nil {
			return err
		}
		claims, codes = append(claims, p.Claims()), append(codes, code)
	}
	data, err := v.cards(card.Sheet, claims, codes)
	if err != nil {
		return err
	}
	v.file("passes-"+strconv.Itoa(len(codes))+".pdf", "application/pdf", data)
	return nil
}

func (v *visit) forgetJob() error {
	v.jobs.forget(v.r.PathValue("job"), v.me.ID)
	return v.to(Path+"holders", "")
}
