package result

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// StatusType is the media type of a status list.
const StatusType = "application/statuslist+jwt"

const (
	typStatus = "statuslist+jwt"
	// maxList is the longest list that is made or read, in bytes: of 1,048,576 results.
	maxList = 128 << 10
)

// statusBody is a Token Status List (draft-ietf-oauth-status-list-17, 5.1).
type statusBody struct {
	Subject string `json:"sub"`
	Issued  int64  `json:"iat"`
	Expires int64  `json:"exp"`
	TTL     int64  `json:"ttl"`
	List    struct {
		Bits int    `json:"bits"`
		List string `json:"lst"`
	} `json:"status_list"`
}

// StatusList signs a status list for publication at its URI, with [StatusType]. Bit
// i, counted from the lowest of the first byte, is 1 for a result that was revoked.
// It holds for a time, and may be kept by others for half of that. It fails for a
// list that is empty or of more than 131,072 bytes.
func (m Maker) StatusList(bits []byte, uri string, now time.Time, holds time.Duration) (string, error) {
	if len(bits) == 0 || len(bits) > maxList || uri == "" || holds < 2*time.Second {
		return "", fmt.Errorf("%w: a status list", ErrInput)
	}
	var packed bytes.Buffer
	w, err := zlib.NewWriterLevel(&packed, zlib.BestCompression)
	if err != nil {
		return "", err
	}
	_, err = w.Write(bits)
	if err := errors.Join(err, w.Close()); err != nil {
		return "", err
	}
	body := statusBody{Subject: uri, Issued: now.Unix(), Expires: now.Add(holds).Unix(), TTL: int64(holds/time.Second) / 2}
	body.List.Bits = 1
	body.List.List = base64.RawURLEncoding.EncodeToString(packed.Bytes())
	data, err := json.Marshal(body)
	if err != nil {
		return "", err
	}
	return m.Keys.sign(typStatus, data)
}

// revoked reads a status list, and says whether a place in it is revoked. It fails
// with [ErrStatus].
func revoked(list string, at Place, keys jose.JSONWebKeySet, now time.Time) (bool, error) {
	typ, payload, err := open(list, keys)
	if err != nil || typ != typStatus {
		return false, fmt.Errorf("%w: it is not a list that the desk signed", ErrStatus)
	}
	var body statusBody
	if err := parse(payload, &body); err != nil {
		return false, fmt.Errorf("%w: not in its form", ErrStatus)
	}
	switch {
	case body.Subject != at.URI:
		return false, fmt.Errorf("%w: it is another list", ErrStatus)
	case now.Unix() >= body.Expires || now.Add(maxSkew).Unix() < body.Issued:
		return false, fmt.Errorf("%w: it does not hold now", ErrStatus)
	case body.List.Bits != 1:
		return false, fmt.Errorf("%w: it does not have one bit for each", ErrStatus)
	}
	bits, err := inflate(body.List.List)
	if err != nil || at.Index < 0 || at.Index/8 >= len(bits) {
		return false, fmt.Errorf("%w: it has no such place", ErrStatus)
	}
	return bits[at.Index/8]>>(at.Index%8)&1 == 1, nil
}

// inflate unpacks at most [maxList] bytes.
func inflate(text string) ([]byte, error) {
	packed, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, err
	}
	r, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	bits, err := io.ReadAll(io.LimitReader(r, maxList+1))
	if err == nil && len(bits) > maxList {
		err = errors.New("too long")
	}
	return bits, err
}
