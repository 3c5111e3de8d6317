package main

import (
	"github.com/facelatch/facelatch/internal/cose"
	"github.com/facelatch/facelatch/spec/vectors"
)

// newSeeds adds what is taken from presentations, bundles, PINs and relay texts.
func newSeeds(files map[string][]byte, shown vectors.Presentations, bundles vectors.Bundles, relays vectors.Relays) {
	for _, v := range shown.Presentations {
		seed(files, "pass", "FuzzParsePresentation", seedName(v.Reason, v.Name), v.Text)
	}
	for _, v := range shown.Challenges {
		seed(files, "pass", "FuzzParseChallenge", "challenge-"+v.Name, v.Text)
	}
	for _, v := range bundles.Bundles {
		name := seedName(v.Error, v.Name)
		if len(v.Message) < 1<<13 {
			seed(files, "bundle", "FuzzVerify", name, []byte(v.Message))
		}
		if p := payload(v.Message); p != nil && len(p) < 1<<13 {
			seed(files, "bundle", "FuzzBundle", name, p)
		}
	}
	for _, v := range bundles.PINs {
		name := seedName(v.Error, "pins-"+v.Name)
		seed(files, "bundle", "FuzzVerify", name, []byte(v.Message))
		if p := payload(v.Message); p != nil {
			seed(files, "bundle", "FuzzPINs", name, p)
		}
	}
	for _, v := range relays.Relays {
		seed(files, "bundle", "FuzzRelay", seedName(v.Error, v.Name), []byte(v.Text))
		if v.Inside != nil {
			seed(files, "bundle", "FuzzSecrets", seedName(v.Error, v.Name), []byte(v.Inside))
		}
	}
}

func seedName(refused, name string) string {
	if refused == "" {
		return "accept-" + name
	}
	return "refuse-" + name
}

// payload returns what a message signs, or nil where it is no message.
func payload(data []byte) []byte {
	m, err := cose.ParseSign1(data)
	if err != nil {
		return nil
	}
	return m.Payload
}
