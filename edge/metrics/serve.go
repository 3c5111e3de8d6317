package metrics

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Handler serves /metrics and /healthz of a board. Its metrics are in a registry
// of their own: the collectors that are usual for a Go program tell how much it
// has to do.
func Handler(b *Board) http.Handler {
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(collector{b})
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{DisableCompression: true, MaxRequestsInFlight: 2}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { health(w, b) })
	return mux
}

// Server is an [http.Server] for a Handler, with limits.
func Server(b *Board) *http.Server {
	return &http.Server{
		Handler: Handler(b), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 5 * time.Second,
		WriteTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 1 << 13,
	}
}

// health answers 200 if the door's machine is well, and else 503 with what is
// not.
func health(w http.ResponseWriter, b *Board) {
	answer := struct {
		OK   bool     `json:"ok"`
		Ills []string `json:"ills,omitempty"`
	}{Ills: b.ills()}
	answer.OK = len(answer.Ills) == 0
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if !answer.OK {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(answer) // whoever asked may be gone
}

// collector makes the metrics of what was published.
type collector struct{ board *Board }

// metric is a name and what it means.
type metric struct {
	name, help string
	label      string
}

func (m metric) desc() *prometheus.Desc {
	var labels []string
	if m.label != "" {
		labels = []string{m.label}
	}
	return prometheus.NewDesc("facelatch_"+m.name, m.help, labels, nil)
}

func (m metric) gauge(value float64, label ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(m.desc(), prometheus.GaugeValue, value, label...)
}

func infoMetric() metric {
	return metric{"build_info", "Always 1; the label is the program's version.", "version"}
}

func partMetric() metric {
	return metric{"part_up", "Whether a part of the machine works, as of the last full minute.", "part"}
}

// gauges are those without a label, with how each is read.
func gauges() map[metric]func(Machine) float64 {
	seconds := func(read func(Machine) time.Duration) func(Machine) float64 {
		return func(m Machine) float64 { return read(m).Seconds() }
	}
	return map[metric]func(Machine) float64{
		{"bundle_number", "Number of the bundle that is held, 0 for none.", ""}:                                                   func(m Machine) float64 { return float64(m.Bundle) },
		{"bundle_age_seconds", "How old the bundle is, to the minute.", ""}:                                                       seconds(func(m Machine) time.Duration { return m.Age }),
		{"bundle_left_seconds", "How long plain passes are still accepted offline.", ""}:                                          seconds(func(m Machine) time.Duration { return m.Plain }),
		{"bundle_face_left_seconds", "How long faces are still accepted offline.", ""}:                                            seconds(func(m Machine) time.Duration { return m.Face }),
		{"certificate_left_seconds", "How long the door's certificate is still good.", ""}:                                        seconds(func(m Machine) time.Duration { return m.Certificate }),
		{"disk_distrusted", "Whether the disk was not as it was left.", ""}:                                                       func(m Machine) float64 { return number(m.Distrusted) },
		{"ledger_refused", "Whether a bundle was refused over the public record.", ""}:                                            func(m Machine) float64 { return number(m.Ledger) },
		{"faces_cannot_ask", "Whether faces are refused because the models cannot see the movements that the zone asks for.", ""}: func(m Machine) float64 { return number(m.CannotAsk) },
		{"temperature_celsius", "The hottest sensor of the machine, to five degrees.", ""}:                                        func(m Machine) float64 { return m.Temperature },
	}
}

func number(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// Describe is a method of [prometheus.Collector].
func (c collector) Describe(ch chan<- *prometheus.Desc) {
	ch <- infoMetric().desc()
	ch <- partMetric().desc()
	for m := range gauges() {
		ch <- m.desc()
	}
}

// Collect is a method of [prometheus.Collector].
func (c collector) Collect(ch chan<- prometheus.Metric) {
	machine, works, ready := c.board.look()
	if !ready {
		return
	}
	ch <- infoMetric().gauge(1, machine.Version)
	for _, p := range parts() {
		if well, known := works[p]; known {
			ch <- partMetric().gauge(number(well), string(p))
		}
	}
	for m, read := range gauges() {
		ch <- m.gauge(read(machine))
	}
}
