package metrics

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Thermal is where Linux keeps its temperatures (sysfs-class-thermal).
const Thermal = "/sys/class/thermal"

// Temperature returns the hottest of a machine's sensors in degrees Celsius; 0
// where there is none.
func Temperature(dir string) float64 {
	files, _ := filepath.Glob(filepath.Join(dir, "thermal_zone*", "temp")) // the pattern is right
	hottest := 0.0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			continue // a sensor that is asleep
		}
		if n, err := strconv.ParseInt(strings.TrimSpace(string(data)), 10, 32); err == nil {
			hottest = max(hottest, float64(n)/1000)
		}
	}
	return hottest
}
