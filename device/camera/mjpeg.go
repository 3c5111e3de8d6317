package camera

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// snapshotEvery is how often a camera that sends single pictures is asked.
const snapshotEvery = 100 * time.Millisecond

// mjpeg reads a camera that answers HTTP with multipart/x-mixed-replace, a JPEG
// in each part, or with one JPEG. Name and password are sent as HTTP Basic.
type mjpeg struct {
	client *http.Client
	url    *url.URL
	place  string
}

func openMJPEG(u *url.URL) Source {
	c := &mjpeg{url: u, place: place(u), client: &http.Client{
		// A redirect could lead anywhere, with the password.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			ResponseHeaderTimeout:  nextFrameWithin,
			MaxResponseHeaderBytes: 16 << 10,
			DisableCompression:     true,
			Protocols:              onlyHTTP1(),
		},
	}}
	return start(c.session)
}

func onlyHTTP1() *http.Protocols {
	var p http.Protocols
	p.SetHTTP1(true)
	return &p
}

// session asks once, and goes on asking where the answer is a single picture.
func (c *mjpeg) session(ctx context.Context, m *mailbox, sink func(*Frame)) error {
	defer c.client.CloseIdleConnections()
	for ctx.Err() == nil {
		again, err := c.ask(ctx, m, sink)
		if err != nil {
			return c.explain(err)
		}
		if !again {
			break
		}
		sleep(ctx, snapshotEvery)
	}
	return fmt.Errorf("%w: %s ended the stream", ErrLost, c.place)
}

// ask says whether the answer was one picture, and there may be another.
func (c *mjpeg) ask(ctx context.Context, m *mailbox, sink func(*Frame)) (again bool, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url.String(), nil)
	if err != nil {
		return false, ErrAddress
	}
	answer, err := c.client.Do(r)
	if err != nil {
		return false, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return false, fmt.Errorf("it answered with status %d", answer.StatusCode)
	}
	kind, parameters, err := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	switch {
	case err == nil && kind == "image/jpeg":
		return true, c.single(answer.Body, m, sink)
	case err == nil && strings.HasPrefix(kind, "multipart/"):
		return false, c.parts(newParts(answer.Body, parameters["boundary"], m.pool), sink)
	}
	return false, fmt.Errorf("%w: it is neither multipart nor image/jpeg", ErrNotAFrame)
}

func (c *mjpeg) single(body io.Reader, m *mailbox, sink func(*Frame)) error {
	p := newParts(body, "", m.pool)
	defer p.wipe()
	data, err := p.rest()
	if err != nil {
		return err
	}
	return deliver(data, m.pool, sink)
}

func (c *mjpeg) parts(p *parts, sink func(*Frame)) error {
	defer p.wipe()
	for {
		data, err := p.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := deliver(data, p.pool, sink); err != nil {
			return err
		}
	}
}

// deliver checks a frame and passes it on, or wipes it.
func deliver(data []byte, pool *pool, sink func(*Frame)) error {
	if err := CheckJPEG(data); err != nil {
		pool.put(data)
		return err
	}
	sink(&Frame{JPEG: data})
	return nil
}

// explain names the camera, and leaves out what http's errors repeat of its
// address.
func (c *mjpeg) explain(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	if errors.Is(err, ErrNotAFrame) || errors.Is(err, ErrTooLarge) {
		return fmt.Errorf("%w, from %s", err, c.place)
	}
	return fmt.Errorf("%w: %s: %w", ErrLost, c.place, err)
}
