package controller

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"go.uber.org/goleak"

	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/testenv"
)

// TestMain sees to it that a controller that has stopped leaves nothing running.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bodies are all that somebody may send.
func bodies() []any {
	return []any{
		&doorapi.JoinRequest{}, &doorapi.RenewRequest{}, &doorapi.Counts{}, &doorapi.Report{}, &doorapi.SecretsRequest{},
		&doorapi.Act{}, &doorapi.PIN{}, &doorapi.PrepareRequest{}, &doorapi.SignRequest{}, &doorapi.PassRequest{}, &doorapi.DeskReport{},
	}
}

// FuzzBody: what is refused is refused as a bad request, and what is let through
// is all that was sent.
func FuzzBody(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, into := range bodies() {
			err := decode(data, into)
			if err != nil {
				if p := problemOf(err); p.Type != doorapi.ProblemRequest {
					t.Errorf("%T: %v", into, p)
				}
				continue
			}
			again, err := json.Marshal(into)
			if err != nil {
				t.Fatalf("%T: %v", into, err)
			}
			other := reflect.New(reflect.TypeOf(into).Elem()).Interface()
			if err := decode(again, other); err != nil {
				t.Fatalf("%T: %s: %v", into, again, err)
			}
			if third, err := json.Marshal(other); err != nil || !bytes.Equal(third, again) {
				t.Errorf("%T: %s became %s", into, again, third)
			}
		}
	})
}

func TestCorpus(t *testing.T) { testenv.Corpus(t, "FuzzBody") }
