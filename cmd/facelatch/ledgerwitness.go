package main

import (
	"bytes"
	"context"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/facelatch/facelatch/internal/keeper"
	"github.com/facelatch/facelatch/ledger"
)

// witnesses reads --witness of controller serve: for each witness its address, and
// after "=" a file with its key, as ledger verify takes it.
func witnesses(given []string) (all []keeper.Witness, err error) {
	for _, text := range given {
		i := strings.LastIndex(text, "=")
		if i < 0 {
			return nil, usagef("--witness %q is not like https://witness.example=key.txt", text)
		}
		u, err := url.Parse(text[:i])
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
			return nil, usagef("--witness %q: the address is not like https://witness.example", text)
		}
		keys, err := readWitnesses(text[i+1:])
		if err != nil {
			return nil, err
		}
		if len(keys) != 1 {
			return nil, usagef("--witness %q: the file has %d keys, and a witness has one", text, len(keys))
		}
		all = append(all, keeper.Witness{URL: strings.TrimSuffix(text[:i], "/"), Key: keys[0]})
	}
	return all, nil
}

// readWitnesses reads a file with the keys of witnesses, a line for each.
func readWitnesses(path string) (list []ledger.Witness, err error) {
	data, err := readShort(path, 1<<16)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		w, err := ledger.ParseWitness(line)
		if err != nil {
			return nil, inFile(path, err)
		}
		list = append(list, w)
	}
	return list, nil
}

// witnessClient reaches the witnesses of a ledger: a keeper.Poster.
type witnessClient struct{ client *http.Client }

// newWitnessClient returns one that follows no redirects.
func newWitnessClient() witnessClient {
	return witnessClient{&http.Client{
		Timeout:       10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Post is a method of keeper.Poster.
func (w witnessClient) Post(ctx context.Context, url string, body []byte, limit int) (int, string, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, "", nil, err
	}
	answer, err := w.client.Do(request)
	if err != nil {
		return 0, "", nil, err
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(io.LimitReader(answer.Body, int64(limit)))
	if err != nil {
		return 0, "", nil, err
	}
	media, _, err := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	if err != nil {
		media = "" // it says none, or rubbish
	}
	return answer.StatusCode, media, data, nil
}
