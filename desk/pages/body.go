package pages

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/facelatch/facelatch/device/camera"
	"github.com/facelatch/facelatch/internal/doorapi"
)

const (
	// maxBody is the largest body that is no picture, in bytes.
	maxBody = 4 << 10
	// maxFrame is the largest frame of a face, and maxDocument the largest picture of
	// a document.
	maxFrame    = 3 << 19
	maxDocument = 6 << 20
)

// read reads one JSON object, strictly and within limits.
func (c call) read(into any) error {
	if c.r.Header.Get("Content-Type") != "application/json" {
		return problem(doorapi.ProblemRequest, http.StatusUnsupportedMediaType, "The body has to be application/json")
	}
	data, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, maxBody))
	defer clear(data)
	if err != nil {
		return badBody(err)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return badRequest("The request cannot be read")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return badRequest("There is something after the request")
	}
	return nil
}

// readPicture reads a picture into memory that is made once, so that clearing what
// it returns, also beside an error, clears all of it.
func (c call) readPicture(most int64) ([]byte, error) {
	if c.r.Header.Get("Content-Type") != "image/jpeg" {
		return nil, problem(doorapi.ProblemRequest, http.StatusUnsupportedMediaType, "A picture has to be image/jpeg")
	}
	size := c.r.ContentLength
	switch {
	case size > most:
		return nil, tooLarge()
	case size < 0:
		return nil, problem(doorapi.ProblemRequest, http.StatusLengthRequired, "A picture has to come with its length")
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(c.r.Body, data); err != nil {
		return data, badBody(err)
	}
	if err := camera.CheckJPEG(data); err != nil {
		return data, err
	}
	return data, nil
}

// write answers with an object. Errors are those of a line that broke.
func (c call) write(value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	c.w.Header().Set("Content-Type", "application/json")
	_, _ = c.w.Write(data)
	return nil
}

// done answers that it was done.
func (c call) done(err error) error {
	if err == nil {
		c.w.WriteHeader(http.StatusNoContent)
	}
	return err
}
