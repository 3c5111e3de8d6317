package front

import (
	"context"
	"time"

	"github.com/facelatch/facelatch/controller/pages"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/pass"
)

// faultTime is how long reading what doors reported may take.
const faultTime = 2 * time.Second

// doors is the news of doors: what the controller heard since it started, and what
// their machines said is wrong with them.
func (f *Front) doors() pages.DoorNews {
	news := f.c.Doors()
	ctx, stop := context.WithTimeout(context.Background(), faultTime)
	defer stop()
	all, err := f.c.Office.AllReports(ctx)
	if err != nil {
		return news // the page says less
	}
	news.Faults = make(map[pass.DoorID][]pages.DoorFault)
	for id, reports := range all {
		for _, kind := range doorapi.ReportKinds() {
			if r, said := reports[kind]; said {
				news.Faults[id] = append(news.Faults[id], pages.DoorFault{Kind: kind, Count: r.Count, Last: r.Last})
			}
		}
	}
	return news
}
