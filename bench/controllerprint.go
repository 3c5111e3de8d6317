package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/facelatch/facelatch/e2e/controllertest"
	"github.com/facelatch/facelatch/e2e/rigtest"
)

// news is what doors that wait cost, in figures.
type news struct {
	Doors         int     `json:"doors"`
	ConnectS      float64 `json:"connect_s"`
	ConnectCPUS   float64 `json:"connect_cpu_s"`
	IdleS         float64 `json:"idle_s"`
	IdleCPUS      float64 `json:"idle_cpu_s"`
	NewsMedianMS  float64 `json:"news_median_ms"`
	News99MS      float64 `json:"news_99th_ms"`
	ListsMedianMS float64 `json:"list_median_ms"`
	Lists99MS     float64 `json:"list_99th_ms"`
	ChangeCPUS    float64 `json:"change_cpu_s"`
	ResidentMB    float64 `json:"resident_mb"`
	BundleBytes   int     `json:"bundle_bytes"`
	ListBytes     int     `json:"list_bytes"`
	Errors        int     `json:"errors"`
}

func newsOf(p controllertest.Polling) *news {
	return &news{
		Doors: p.Doors, ConnectS: p.Connected.Seconds(), ConnectCPUS: p.ConnectCPU.Seconds(), IdleS: p.Idle.Seconds(), IdleCPUS: p.IdleCPU.Seconds(),
		NewsMedianMS: ms(rigtest.Quantile(p.News, 0.5)), News99MS: ms(rigtest.Quantile(p.News, 0.99)),
		ListsMedianMS: ms(rigtest.Quantile(p.Lists, 0.5)), Lists99MS: ms(rigtest.Quantile(p.Lists, 0.99)),
		ChangeCPUS: p.ChangeCPU.Seconds(), ResidentMB: float64(p.Resident) / (1 << 20), BundleBytes: p.BundleBytes, ListBytes: p.ListBytes, Errors: p.Errors,
	}
}

func (r controllerResults) print() {
	fmt.Printf("%s; %s; %s; load %s before, %s after\n", r.Machine, r.Go, r.At.Format(time.RFC3339), r.Load[0], r.Load[1])
	r.printIssuing()
	r.printLists()
	r.printNews()
	r.printPair()
}

func (r controllerResults) printIssuing() {
	if r.Issuing == nil {
		return
	}
	fmt.Println("\n| passes issued, ledger on | passes/s | CPU ms each | of the server |\n|---|---:|---:|---:|")
	for _, i := range r.Issuing {
		server := ""
		if i.ServerMS > 0 {
			server = fmt.Sprintf("%.2f", i.ServerMS)
		}
		fmt.Printf("| %s, %s, %s | %.0f | %.2f | %s |\n", i.Database, i.Kind, i.Way, i.PerSecond, i.CPUMS, server)
	}
}

func (r controllerResults) printLists() {
	if r.Lists == nil {
		return
	}
	fmt.Println("\n| status lists | places | bytes | bundle bytes | sign all, s | after one change, ms | a new door fetches | in s | after one change bytes | in ms |")
	fmt.Println("|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
	for _, l := range r.Lists {
		fmt.Printf("| %d | %d | %d | %d | %.1f (CPU %.1f) | %.0f | %d | %.2f | %d | %.1f |\n", l.Lists, l.Places, l.Bytes, l.BundleBytes,
			l.Build.Seconds(), l.BuildCPU.Seconds(), ms(l.Again), l.FetchBytes, l.Fetch.Seconds(), l.ChangeBytes, ms(l.Change))
	}
}

func (r controllerResults) printNews() {
	n := r.News
	if n == nil {
		return
	}
	fmt.Printf("\n| %d doors that wait, a TLS connection each | |\n|---|---:|\n", n.Doors)
	for _, line := range []struct {
		what  string
		value string
	}{
		{"all connected, each with its first bundle and list, after", fmt.Sprintf("%.1f s (controller's CPU %.1f s)", n.ConnectS, n.ConnectCPUS)},
		{fmt.Sprintf("controller's CPU in %.0f s without news", n.IdleS), fmt.Sprintf("%.2f s", n.IdleCPUS)},
		{"from asking to revoke a pass to the bundle at a door, median", fmt.Sprintf("%.0f ms", n.NewsMedianMS)},
		{"99th percentile", fmt.Sprintf("%.0f ms", n.News99MS)},
		{"to the status list as well, median", fmt.Sprintf("%.0f ms", n.ListsMedianMS)},
		{"99th percentile", fmt.Sprintf("%.0f ms", n.Lists99MS)},
		{"controller's CPU for one change, all told", fmt.Sprintf("%.2f s", n.ChangeCPUS)},
		{"controller's memory", fmt.Sprintf("%.0f MB", n.ResidentMB)},
		{"bytes of the bundle and of the list", fmt.Sprintf("%d and %d", n.BundleBytes, n.ListBytes)},
		{"requests that failed and were made again", fmt.Sprint(n.Errors)},
	} {
		fmt.Printf("| %s | %s |\n", line.what, line.value)
	}
}

func (r controllerResults) printPair() {
	p := r.Pair
	if p == nil {
		return
	}
	fmt.Printf("\n| two controllers on PostgreSQL, %d stations, %d doors; the one that keeps the ledger is killed | |\n|---|---:|\n", r.With.Stations, r.With.Doors)
	verdict := "nothing"
	if len(p.Judgement.Faults) > 0 {
		verdict = strings.Join(p.Judgement.Faults, "; ")
	}
	for _, line := range []struct {
		what  string
		value string
	}{
		{"passes issued over TLS, and of them asked for after the kill", fmt.Sprintf("%d, %d", p.Issued, p.IssuedAfter)},
		{"passes revoked", fmt.Sprint(p.Revoked)},
		{"requests of stations that failed", fmt.Sprintf("%d (%s)", p.Lost, strings.Join(p.Why, ", "))},
		{"the other keeps the ledger after", fmt.Sprintf("%.0f ms", ms(p.Moved))},
		{"the first pass asked for after the kill is acknowledged after", fmt.Sprintf("%.0f ms", ms(p.Answered))},
		{"all doors have another bundle after", fmt.Sprintf("%.0f ms", ms(p.Heard))},
		{"entries in the ledger, and openings proved in it", fmt.Sprintf("%d, %d", p.Judgement.Entries, p.Judgement.Claims)},
		{"of what was acknowledged is missing", verdict},
	} {
		fmt.Printf("| %s | %s |\n", line.what, line.value)
	}
}
