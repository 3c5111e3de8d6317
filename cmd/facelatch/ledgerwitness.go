package main

import (
	"bytes"
	"context"
	"io"
	"mime"
	"net/http"
	"time"
)

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
