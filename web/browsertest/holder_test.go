package browsertest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/holder"
	"github.com/facelatch/facelatch/controller/holder/holdertest"
	"github.com/facelatch/facelatch/controller/public/words"
	"github.com/facelatch/facelatch/internal/testenv"
)

// holderWalk is one walk: with or without JavaScript.
type holderWalk struct {
	Size    string `json:"size"`
	Lang    string `json:"lang"`
	Scripts bool   `json:"scripts"`
	Base    string `json:"base"`
	// Child is where the page of a child is, whose guardian's year ends soon.
	Child string `json:"child"`
}

// TestHolder walks a holder's page with a house behind it: a link, everything
// that is held, a pass for a guest, a lost pass, a passkey, what is wrong, taking a
// consent back, renewing one, and leaving. In make soak it does so in every language and size.
func TestHolder(t *testing.T) {
	t.Parallel()
	executable := browser(t)
	var walks []holderWalk
	for _, w := range []holderWalk{
		{Size: "phone", Lang: "zh-CN", Scripts: true},
		{Size: "landscape", Lang: "en", Scripts: true},
		{Size: "phone", Lang: "en"},
		{Size: "phone", Lang: "en", Scripts: true},
		{Size: "landscape", Lang: "zh-CN", Scripts: true},
	}[:testenv.Count(3, 5)] {
		w.Base, w.Child = servedHouse(t, holdertest.New()), servedHouse(t, holdertest.New().Child(40))
		walks = append(walks, w)
	}
	run(t, "holder.mjs", map[string]any{"walks": walks, "shots": shots(t), "executable": executable})
}

// servedHouse serves a house, at a name to which passkeys can belong.
func servedHouse(t *testing.T, house *holdertest.House) string {
	t.Helper()
	mux := http.NewServeMux()
	server := httptest.NewUnstartedServer(mux)
	server.StartTLS()
	t.Cleanup(server.Close)
	origin := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	h, err := holder.New(holder.Config{
		Do: house, Site: house, Origin: origin, Now: holdertest.At,
		Contact: func() words.Text {
			return words.Both("花园小区物业服务中心，电话 021-5555 0100", "Garden Court Property Services, telephone 021-5555 0100")
		},
		Card: func(acts.Issued, words.Tag) ([]byte, error) { return []byte("%PDF-1.3"), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	mux.Handle("/me/", h)
	mux.HandleFunc("GET /control/link", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(house.Link())) })
	mux.HandleFunc("GET /control/done", func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(house.Done()) })
	return origin
}
