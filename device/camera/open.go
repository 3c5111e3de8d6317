package camera

import (
	"errors"
	"fmt"
	"net/url"
)

// ErrAddress means that an address names no camera that can be opened.
var ErrAddress = errors.New("not the address of a camera")

// Open starts the camera at an address:
//
//	kiosk:                          the tablet's browser; the Source is a *Pushed
//	rtsp://[name:password@]host/... a network camera, through ffmpeg
//	v4l2:/dev/video0                a camera on USB, through ffmpeg
//	http://... https://...          MJPEG, or single JPEG pictures asked for again and again
//	folder:/path?fps=15             the pictures of a folder, in the order of their names, again and again
//
// There is no rtsps: ffmpeg encrypts it, and does not check who answers.
//
// Nothing is connected when it returns: that a camera cannot be reached is
// Next's to say. An error names what is wrong with the address, and never
// repeats it, since it may contain a password.
func Open(address string) (Source, error) {
	if err := CheckAddress(address); err != nil {
		return nil, err
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, ErrAddress
	}
	switch u.Scheme {
	case "kiosk":
		return NewPushed(), nil
	case "folder":
		return openFolder(u)
	case "http", "https":
		return openMJPEG(u), nil
	default:
		return openChild(u)
	}
}

// CheckAddress says whether Open would take an address, without opening it.
func CheckAddress(address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return fmt.Errorf("%w: it cannot be read as a URL", ErrAddress) // err repeats the address
	}
	switch u.Scheme {
	case "kiosk":
		if u.Opaque+u.Host+u.Path != "" {
			return fmt.Errorf("%w: nothing may follow it", ErrAddress)
		}
	case "folder":
		if _, err := folderRate(u); err != nil {
			return err
		}
		return needPath(u)
	case "v4l2":
		return needPath(u)
	case "rtsp", "http", "https":
		if u.Hostname() == "" {
			return fmt.Errorf("%w: it names no host", ErrAddress)
		}
	default:
		return fmt.Errorf("%w: it must begin with kiosk:, rtsp:, v4l2:, http:, https:, or folder:, and a path or host", ErrAddress)
	}
	return nil
}

func needPath(u *url.URL) error {
	if u.Path == "" || u.Path[0] != '/' {
		return fmt.Errorf("%w: the path must begin with /", ErrAddress)
	}
	return nil
}

// place says where a camera is, for an error: no name, password, path or query.
func place(u *url.URL) string {
	if u.Host != "" {
		return u.Scheme + "://" + u.Host
	}
	return u.Scheme + ":" + u.Path
}
