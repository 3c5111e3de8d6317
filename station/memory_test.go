package station

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/face/facetest"
	"github.com/facelatch/facelatch/picture/picturetest"
)

const needleEvery = 61 // bytes

// told is what a child tells its parent in a file.
type told struct{ URL, Enrolment string }

// TestMemoryChild is the other process of TestPromise1NothingOfAPictureRemains:
// a station that is sent pictures.
func TestMemoryChild(t *testing.T) {
	dir := os.Getenv("STATION_TEST_CHILD")
	if dir == "" {
		return // does nothing on its own
	}
	r := newRig(t, nil)
	tell, err := json.Marshal(told{r.url, r.begin("face")})
	if err != nil {
		t.Fatal(err)
	}
	for range cap(r.server.looks) { // nobody looks yet
		r.server.looks <- struct{}{}
	}
	write(t, filepath.Join(dir, "told"), tell)
	count := func() int {
		n, err := picturetest.CountNeedles(filepath.Join(dir, "needles"))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	held := 0
	for end := time.Now().Add(30 * time.Second); held < 100 && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		held = count()
	}
	fmt.Println("while held:", held)
	for range cap(r.server.looks) {
		<-r.server.looks
	}
	wait(t, filepath.Join(dir, "sent"))
	fmt.Println("after:", count())
}

// write makes a file that is whole as soon as it is there.
func write(t *testing.T, path string, data []byte) {
	t.Helper()
	err := os.WriteFile(path+".half", data, 0o600)
	if err == nil {
		err = os.Rename(path+".half", path)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// wait reads a file once it is there.
func wait(t *testing.T, path string) []byte {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if data, err := os.ReadFile(path); err == nil {
			return data
		}
	}
	t.Fatalf("%s does not come", filepath.Base(path))
	return nil
}

// noisy are pictures of one person with comments that look like nothing else.
func noisy(n int) (pictures, comments [][]byte) {
	random := rand.NewChaCha8([32]byte{'s'})
	person := facetest.JPEG(facetest.Alone(1))
	for i := range n {
		picture := bytes.Clone(person[:2])
		for range 1 + 4*i { // segments of 64 KB at most (ITU-T T.81, B.2.4.5)
			comment := make([]byte, 60_000)
			_, _ = random.Read(comment)
			picture = append(picture, 0xff, 0xfe)
			picture = binary.BigEndian.AppendUint16(picture, uint16(len(comment)+2))
			picture = append(picture, comment...)
			comments = append(comments, comment)
		}
		pictures = append(pictures, append(picture, person[2:]...))
	}
	return pictures, comments
}

// TestPromise1NothingOfAPictureRemains searches the memory of a station for
// pieces of the pictures that it was sent: while it holds one, and after.
func TestPromise1NothingOfAPictureRemains(t *testing.T) {
	if picturetest.UnderRace() {
		return // the detector keeps a shadow of memory
	}
	dir := t.TempDir()
	pictures, comments := noisy(5)
	if err := picturetest.WriteNeedles(filepath.Join(dir, "needles"), needleEvery, comments...); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	child := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestMemoryChild$", "-test.v")
	// Registers that the runtime saves where it interrupts are its own affair.
	child.Env = append(os.Environ(), "STATION_TEST_CHILD="+dir, "GODEBUG=asyncpreemptoff=1")
	var out strings.Builder
	child.Stdout, child.Stderr = &out, &out
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var at told
	if err := json.Unmarshal(wait(t, filepath.Join(dir, "told")), &at); err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}} // a station of this test
	defer client.CloseIdleConnections()
	for _, p := range pictures {
		send(t, client, at, p)
	}
	write(t, filepath.Join(dir, "sent"), nil)
	if err := child.Wait(); err != nil {
		t.Fatalf("%v: %s", err, out.String())
	}
	var held, left int
	_, said, _ := strings.Cut(out.String(), "while held: ")
	if n, err := fmt.Sscanf(said, "%d\nafter: %d", &held, &left); n != 2 {
		t.Fatalf("%v: %s", err, out.String())
	}
	t.Logf("%d pieces while a picture is held, %d afterwards", held, left)
	if held < 100 {
		t.Errorf("only %d pieces were found while a picture was held: the search does not work", held)
	}
	if left != 0 {
		t.Errorf("%d pieces of pictures remain", left)
	}
}

// send sends a picture, and sees that it was looked at.
func send(t *testing.T, client *http.Client, at told, picture []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, at.URL+"/api/frame?enrolment="+at.Enrolment, bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Origin", at.URL)
	request.Header.Set("Content-Type", "image/jpeg")
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if said, _ := io.ReadAll(response.Body); response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", response.Status, said)
	}
}
