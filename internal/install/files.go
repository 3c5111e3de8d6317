package install

import (
	"fmt"
	"strings"

	"github.com/facelatch/facelatch/internal/blocked"
	"github.com/facelatch/facelatch/internal/faceapi"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/mend"
	"github.com/facelatch/facelatch/internal/tflite"
	"github.com/facelatch/facelatch/models"
)

// item is one file to install: where it stands in an npm package, what it must
// be there, and what it becomes in the home.
type item struct {
	pkg    string // npm package
	path   string // below the package, with slashes
	sha256 string // of the file in the package
	change change // what is done to it on the way; nil for nothing
	home.File
}

// change turns a file of a package into the file to install, and says for a
// person what it did. What stands beside the file, by its path in the package, is not
// checked by itself: the result is.
type change func(data []byte, beside func(path string) ([]byte, error)) (changed []byte, what string, err error)

// items lists the files of a home for an architecture, as in GOARCH, with the models
// of a manifest.
func items(arch string, m models.Manifest) ([]item, error) {
	const (
		onnx = "onnxruntime-node"
		zbar = "@undecaf/zbar-wasm"
		font = "@expo-google-fonts/noto-sans-sc"
		face = "faceplugin-face-recognition-js"
		read = "zxing-wasm"
		draw = "qrcode-generator"
	)
	node := map[string]string{"amd64": "x64", "arm64": "arm64"} // npm's names
	library, ok := home.Runtime(arch)
	if !ok {
		return nil, fmt.Errorf("%w: this machine is linux/%s; %v", ErrPrerequisite, arch, home.ErrUnsupported)
	}
	web := home.WebLibraries()
	list := []item{
		plain(onnx, "bin/napi-v6/linux/"+node[arch]+"/libonnxruntime.so.1", library),
		plain(zbar, "dist/zbar.wasm", home.QRReader()),
		plain(font, "400Regular/NotoSansSC_400Regular.ttf", home.FontRegular()),
		plain(font, "700Bold/NotoSansSC_700Bold.ttf", home.FontBold()),
		plain(read, "dist/iife/reader/index.js", web[0]),
		plain(read, "dist/reader/zxing_reader.wasm", web[1]),
		plain(draw, "dist/qrcode.js", web[2]),
		plain(read, "LICENSE", home.File{Path: "licences/zxing-wasm.txt", SHA256: "fb506e4ade12d7a9efa67c9d76a9a28c8e15d347ca49a69e48e29b40b34ad2ab"}),
		plain(zbar, "LICENSE", home.File{Path: "licences/zbar-wasm.txt", SHA256: "20c17d8b8c48a600800dfd14f95d5cb9ff47066a9641ddeab48dc54aec96e331"}),
		plain(font, "LICENSE", home.File{Path: "licences/expo-google-fonts.txt", SHA256: "f81a99a72ec5e64e3f74fad0db3df27ab69ab0edd4878368f83379d3e4fc9313"}),
		plain(font, "LICENSE_FONT", home.File{Path: "licences/noto-sans-sc.txt", SHA256: "1c05c68c34f9708415aada51f17e1b0092d2cea709bf4a94cd38114f9e73d7d9"}),
		plain(face, "LICENSE", home.File{Path: "licences/face-models.txt", SHA256: "ceb7e9130f684a8e335940a09ccfb81c2fa18f6aa54975d656c54bb7992aee1a"}),
	}
	for _, m := range m.Models {
		list = append(list, item{m.Source.Package, m.Source.Path, m.Source.SHA256, changeOf(m.Source), home.ModelFile(m)})
	}
	return list, nil
}

// changeOf returns what has to be done to a model before it can be installed.
func changeOf(s models.Source) change {
	switch {
	case !s.Mended:
		return nil
	case s.Blocked:
		return block
	case strings.HasSuffix(s.Path, ".tflite"):
		return convert
	case strings.HasSuffix(s.Path, faceAPIWeights):
		return faceAPI(s.Path)
	}
	return mendModel
}

func convert(data []byte, _ func(string) ([]byte, error)) ([]byte, string, error) {
	changed, err := tflite.ToONNX(data)
	return changed, "converted from TensorFlow Lite", err
}

func block(data []byte, _ func(string) ([]byte, error)) ([]byte, string, error) {
	changed, err := blocked.Rewrite(data)
	return changed, "rewritten in the layout that runs fastest", err
}

func mendModel(data []byte, _ func(string) ([]byte, error)) ([]byte, string, error) {
	changed, zeroed, err := mend.Mend(data)
	return changed, fmt.Sprintf("mended: %d tiny weights set to zero", zeroed), err
}

// How the files of face-api's recognition network end: its weights, and the list of
// what they are.
const (
	faceAPIWeights = "face_recognition_model.bin"
	faceAPIList    = "face_recognition_model-weights_manifest.json"
)

// faceAPI converts the weights at a path with the list beside them.
func faceAPI(path string) change {
	list := strings.TrimSuffix(path, faceAPIWeights) + faceAPIList
	return func(data []byte, beside func(string) ([]byte, error)) ([]byte, string, error) {
		described, err := beside(list)
		if err != nil {
			return nil, "", fmt.Errorf("%s: %w", list, err)
		}
		changed, err := faceapi.ToONNX(described, data)
		return changed, "converted from face-api's form", err
	}
}

// plain is an item that is copied as it is.
func plain(pkg, path string, file home.File) item {
	return item{pkg, path, file.SHA256, nil, file}
}
