package home

import (
	"path/filepath"

	"github.com/facelatch/facelatch/models"
)

// File is one file of a home and the hash that it must have.
type File struct {
	Path   string // below the home, with slashes
	SHA256 string // lower-case hexadecimal
}

// The hashes in this file belong to the packages in setup/package-lock.json: a
// new version of one means new hashes here.

// QRReader is zbar, compiled to WebAssembly.
func QRReader() File {
	return File{"qr/zbar.wasm", "438f95e4b5d122c4c2a8da2b72ad19faa4ba4e541f473dcae0371e4cfc8159ee"}
}

// WebLibraries are the files that the pages load into a browser, which are
// served below /zxing/: ZXing-C++ as a script and WebAssembly, which reads QR
// codes, and a script that draws them.
func WebLibraries() []File {
	return []File{
		{"web/zxing_reader.js", "d33d09ce132a692faffbed0dce656c36cb2573b4b843885a6e036390d1071d95"},
		{"web/zxing_reader.wasm", "e8af31edb56d0522f4de74495839385ef019ba8bc90d38e5ecb2f18795d86fb2"},
		{"web/qrcode.js", "79ec86f82856005b1c887905cfccfcfbec3821ca61c7fd5a952faa5f778f791c"},
	}
}

// FontRegular is the font of printed cards, with Latin and Chinese letters.
func FontRegular() File {
	return File{"fonts/NotoSansSC_400Regular.ttf", "d45f67f0a7c0ca3f256950777ce6a61cc7ce5f9696d02900cbbaac25f8aa7d16"}
}

// FontBold is the same font in bold.
func FontBold() File {
	return File{"fonts/NotoSansSC_700Bold.ttf", "9a38ae0ab28cd5a256f9ea8e00dedc688aac17f7915fcb000572990afa956b96"}
}

// Runtime returns the model runtime's file for a Linux machine of an
// architecture (as in GOARCH), and whether there is one. It needs glibc 2.28
// or later and libstdc++.
func Runtime(arch string) (File, bool) {
	hash, ok := map[string]string{
		"amd64": "ffb75a925ba05e47b235bb66e3e3911714a80b328a9c9425539feb204aa32a23",
		"arm64": "1f549d46250b005580b597f4164984aaf75b3bcb9f3aeb07c7f8a8fe60b23c76",
	}[arch]
	return File{"lib/libonnxruntime.so.1", hash}, ok
}

// ModelFile returns the file of a model.
func ModelFile(m models.Model) File { return File{"models/" + m.File, m.SHA256} }

func (f File) in(d Dir) string { return filepath.Join(string(d), filepath.FromSlash(f.Path)) }
