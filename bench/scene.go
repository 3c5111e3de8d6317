package main

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"

	"golang.org/x/image/draw"
)

// scene is what is measured on: frames of 1280x720 as a camera at a door gives
// them, with a face of about 250 pixels, made from photographs in FACES. They
// lie in a temporary folder that is deleted at the end.
type scene struct{ Reference, Probe, Stranger string }

// newScene takes two photographs of one person and one of another, of the Face
// Research Lab London Set.
func newScene(faces, dir string) (scene, error) {
	var s scene
	for _, p := range []struct {
		to   *string
		from string
	}{
		{&s.Reference, "frll/neutral/001_03.jpg"},
		{&s.Probe, "frll/smiling/001_08.jpg"},
		{&s.Stranger, "frll/smiling/002_08.jpg"},
	} {
		*p.to = filepath.Join(dir, filepath.Base(p.from))
		if err := frame(filepath.Join(faces, filepath.FromSlash(p.from)), *p.to); err != nil {
			return scene{}, errors.Join(err, errors.New("bench needs the folder frll in FACES"))
		}
	}
	return s, nil
}

// frame draws the photograph in the middle of a grey frame and writes it as a
// JPEG of quality 90 with halved colour, as most cameras do.
func frame(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	photograph, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return err
	}
	img := image.NewRGBA(image.Rect(0, 0, 1280, 720))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.Gray{120}), image.Point{}, draw.Src)
	draw.CatmullRom.Scale(img, image.Rect(340, 60, 940, 660), photograph, photograph.Bounds(), draw.Src, nil)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 90}); err != nil {
		return err
	}
	return os.WriteFile(to, out.Bytes(), 0o600)
}
