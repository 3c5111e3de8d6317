package metrics

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// well is a machine on which all is as it should be.
func well() Machine {
	return Machine{Version: "v1", Bundle: 7, Age: time.Hour, Plain: 6 * 24 * time.Hour, Face: 23 * time.Hour, Certificate: 50 * 24 * time.Hour, Temperature: 48}
}

func allWell() *Board {
	b := new(Board)
	for _, p := range parts() {
		b.Set(p, false)
	}
	b.Publish(well())
	return b
}

func get(t *testing.T, b *Board, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	Handler(b).ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	body, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, string(body)
}

func TestMetrics(t *testing.T) {
	code, body := get(t, allWell(), "/metrics")
	if code != http.StatusOK {
		t.Fatalf("%d: %s", code, body)
	}
	for _, line := range []string{
		`facelatch_build_info{version="v1"} 1`, `facelatch_part_up{part="camera"} 1`, "facelatch_bundle_number 7",
		"facelatch_bundle_age_seconds 3600", "facelatch_bundle_face_left_seconds 82800", "facelatch_temperature_celsius 50",
		"facelatch_disk_distrusted 0", "facelatch_ledger_refused 0", "facelatch_faces_cannot_ask 0",
	} {
		if !strings.Contains(body, line+"\n") {
			t.Errorf("no %s in\n%s", line, body)
		}
	}
}

func TestHealth(t *testing.T) {
	if code, body := get(t, allWell(), "/healthz"); code != http.StatusOK || body != "{\"ok\":true}\n" {
		t.Errorf("%d %s", code, body)
	}
	if code, body := get(t, new(Board), "/healthz"); code != http.StatusServiceUnavailable || !strings.Contains(body, "starting") {
		t.Errorf("%d %s", code, body)
	}
	for _, p := range parts() {
		b := allWell()
		b.Set(p, true)
		if code, _ := get(t, b, "/healthz"); code != http.StatusOK {
			t.Errorf("%s shows before the minute is over", p)
		}
		b.Publish(well())
		code, body := get(t, b, "/healthz")
		if want := p != Controller; (code == http.StatusServiceUnavailable) != want || strings.Contains(body, string(p)) != want {
			t.Errorf("%s: %d %s", p, code, body)
		}
	}
	for ill, change := range map[string]func(*Machine){
		"no bundle":      func(m *Machine) { m.Bundle = 0 },
		"over for faces": func(m *Machine) { m.Face = 0 },
		"bundle is over": func(m *Machine) { m.Plain, m.Face = 0, 0 },
		"the disk":       func(m *Machine) { m.Distrusted = true },
		"join again":     func(m *Machine) { m.Certificate = 0 },
		"movements":      func(m *Machine) { m.CannotAsk = true },
		"public record":  func(m *Machine) { m.Ledger = true },
	} {
		b, m := allWell(), well()
		change(&m)
		b.Publish(m)
		if code, body := get(t, b, "/healthz"); code != http.StatusServiceUnavailable || !strings.Contains(body, ill) {
			t.Errorf("%s: %d %s", ill, code, body)
		}
	}
}

// TestPromise5MetricsSayNothingOfPassages: whoever reads them before and after
// people came by reads the same, although a latch failed for one of them and an
// engine ran hot for another.
func TestPromise5MetricsSayNothingOfPassages(t *testing.T) {
	b := allWell()
	_, before := get(t, b, "/metrics")
	_, healthBefore := get(t, b, "/healthz")
	for range 20 { // what a passage does to a process
		b.Set(Latch, true)
		b.Set(Latch, false)
		b.Set(Camera, false)
		burn()
	}
	runtime.GC()
	b.Set(Latch, true)
	_, after := get(t, b, "/metrics")
	_, healthAfter := get(t, b, "/healthz")
	if before != after || healthBefore != healthAfter {
		t.Errorf("it tells:\n%s\n%s", before, after)
	}
	hotter := well()
	hotter.Temperature += 2
	hotter.Age += 3 * time.Second
	b.Set(Latch, false)
	b.Publish(hotter)
	if _, after := get(t, b, "/metrics"); after != before {
		t.Errorf("it tells, a minute later:\n%s\n%s", before, after)
	}
}

// burn is work, and garbage.
func burn() {
	for range 1000 {
		_ = strings.Repeat("face", 1000)
	}
}

// TestPromise5NoMetricsOfTheProcess: those that every Go program has would tell
// how much it has to do.
func TestPromise5NoMetricsOfTheProcess(t *testing.T) {
	_, body := get(t, allWell(), "/metrics")
	for line := range strings.Lines(body) {
		name := strings.TrimPrefix(strings.TrimPrefix(line, "# HELP "), "# TYPE ")
		if !strings.HasPrefix(name, "facelatch_") {
			t.Errorf("found %q", line)
		}
		if strings.Contains(line, "counter") || strings.Contains(line, "histogram") {
			t.Errorf("something is counted: %q", line)
		}
	}
}

func TestTemperature(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"thermal_zone0": "41000\n", "thermal_zone1": "52500\n", "thermal_zone2": "cold"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name, "temp"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := Temperature(dir); got != 52.5 {
		t.Errorf("%v degrees", got)
	}
	if got := Temperature(t.TempDir()); got != 0 {
		t.Errorf("%v degrees where nothing measures them", got)
	}
}

func TestServerHasLimits(t *testing.T) {
	if s := Server(new(Board)); s.ReadHeaderTimeout == 0 || s.WriteTimeout == 0 || s.IdleTimeout == 0 || s.MaxHeaderBytes == 0 {
		t.Errorf("%+v", s)
	}
}
