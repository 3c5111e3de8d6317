package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
)

// route is a row of the table: one thing that can be asked for.
type route struct {
	method, path string // the path below /api/v1
	// name is the operationId, summary a sentence without its full stop.
	name, summary string
	// act is what it is: whoever asks has to be allowed it.
	act acts.Act
	// status is that of success.
	status int
	// once says that it takes an Idempotency-Key, match that it needs If-Match, and
	// etag that it answers with an ETag.
	once, match, etag bool
	// params are those of the path and the query.
	params []param
	// body is what is sent, nil for nothing; limit is how much of it there may be,
	// in bytes, 0 for [maxBody]. csv says that it is not JSON.
	body  reflect.Type
	limit int64
	csv   bool
	// out is what is answered: a type, or media if that is not JSON of a type.
	out   reflect.Type
	media string

	read   func(w http.ResponseWriter, r *http.Request) (in any, body []byte, err error)
	answer func(c call, in any) reply
}

// param is one of the path or of the query.
type param struct {
	name, doc string
	path      bool
	of        schema
}

// request is what came with a request whose body is a B.
type request[B any] struct {
	values  map[string]string // of params
	version int64             // of If-Match
	body    B
}

func (r request[B]) number(name string) int {
	n, err := strconv.Atoi(r.values[name])
	if err != nil {
		return 0 // it is not there: it was checked
	}
	return n
}

// nothing stands for a body that there is not.
type nothing struct{}

const (
	// maxBody is the largest body unless a route says otherwise.
	maxBody = 64 << 10
	// bodyTime is how long one may take to arrive.
	bodyTime = 20 * time.Second
)

// does adds to a route what it does: answer JSON of an O.
func does[B, O any](r route, do func(c call, in request[B]) (O, error)) route {
	if t := reflect.TypeFor[O](); t != reflect.TypeFor[nothing]() {
		r.out = t
	}
	return replies(r, func(c call, in request[B]) reply {
		out, err := do(c, in)
		if err != nil {
			return reply{err: err}
		}
		if r.out == nil {
			return reply{status: r.status}
		}
		made := jsonReply(r.status, out)
		if v, ok := any(out).(versioned); ok && r.etag {
			made.etag = etagOf(v.version())
		}
		if l, ok := any(out).(located); ok && r.status == http.StatusCreated {
			made.location = l.location()
		}
		return made
	})
}

// versioned is what has an ETag, and located what has an address of its own.
type (
	versioned interface{ version() int64 }
	located   interface{ location() string }
)

// replies adds to a route what it does, where the answer is more than JSON.
func replies[B any](r route, do func(c call, in request[B]) reply) route {
	if t := reflect.TypeFor[B](); t != reflect.TypeFor[nothing]() {
		r.body = t
	}
	known := make(schemas)
	var of *schema
	if r.body != nil && !r.csv {
		of = known.of(r.body)
	}
	r.read = func(w http.ResponseWriter, q *http.Request) (any, []byte, error) {
		var in request[B]
		var err error
		if in.values, err = r.readParams(q); err != nil {
			return nil, nil, err
		}
		if in.version, err = r.readMatch(q); err != nil {
			return nil, nil, err
		}
		data, err := r.readBody(w, q)
		if err != nil || r.body == nil {
			return in, data, err
		}
		if r.csv {
			reflect.ValueOf(&in.body).Elem().SetBytes(data)
			return in, data, nil
		}
		return in, data, decode(known, of, data, &in.body)
	}
	r.answer = func(c call, in any) reply { return do(c, in.(request[B])) }
	return r
}

// decode checks a body and reads it.
func decode(known schemas, of *schema, data []byte, into any) error {
	value, err := parse(data)
	if err != nil {
		return badRequest("The body is not JSON as it has to be: " + err.Error())
	}
	if faults := known.check(of, value, ""); len(faults) > 0 {
		return invalid(faults...)
	}
	if err := json.NewDecoder(bytes.NewReader(data)).Decode(into); err != nil {
		return badRequest("The body cannot be read")
	}
	return nil
}

// readParams reads and checks what stands in the path and in the query.
func (r route) readParams(q *http.Request) (map[string]string, error) {
	values := make(map[string]string)
	query := q.URL.Query()
	var faults []Fault
	for _, p := range r.params {
		if p.path {
			// Whatever cannot be an id is the id of nothing.
			if values[p.name] = q.PathValue(p.name); checkText(&p.of, values[p.name]) != "" {
				return nil, acts.ErrNotFound
			}
			continue
		}
		given, there := query[p.name]
		delete(query, p.name)
		switch {
		case !there:
		case len(given) > 1:
			faults = append(faults, Fault{p.name, "is there twice"})
		default:
			faults = append(faults, fault(p.name, p.check(given[0]))...)
			values[p.name] = given[0]
		}
	}
	for name := range query {
		faults = append(faults, Fault{shown(name), "is not known here"})
	}
	if len(faults) > 0 {
		return nil, invalid(faults...)
	}
	return values, nil
}

func (p param) check(text string) string {
	switch p.of.Type {
	case "integer":
		return checkNumber(&p.of, text)
	case "boolean":
		if text != "true" && text != "false" {
			return "has to be true or false"
		}
		return ""
	}
	return checkText(&p.of, text)
}

// readMatch reads the version that If-Match names.
func (r route) readMatch(q *http.Request) (int64, error) {
	if !r.match {
		return 0, nil
	}
	text := q.Header.Get("If-Match")
	if text == "" {
		return 0, &Problem{Type: problemPrecondition, Detail: "Send the ETag of what you read, so that nobody's change is lost"}
	}
	found := regexp.MustCompile(`^"v([0-9]{1,18})"$`).FindStringSubmatch(text)
	if found == nil || len(q.Header.Values("If-Match")) > 1 {
		return 0, &Problem{Type: problemChanged, Detail: "If-Match takes one ETag as it was given, such as \"v3\""}
	}
	return strconv.ParseInt(found[1], 10, 64)
}

func etagOf(version int64) string { return `"v` + strconv.FormatInt(version, 10) + `"` }

// readBody reads what is sent, within its limits.
func (r route) readBody(w http.ResponseWriter, q *http.Request) ([]byte, error) {
	want := typeJSON
	if r.csv {
		want = typeCSV
	}
	if r.body != nil {
		if media, _, err := mime.ParseMediaType(q.Header.Get("Content-Type")); err != nil || media != want {
			return nil, &Problem{Type: problemMedia, Detail: "It takes " + want}
		}
	}
	limit := r.limit
	if limit == 0 {
		limit = maxBody
	}
	rc := http.NewResponseController(w)
	// A server whose connections have no deadlines has said so on purpose.
	if err := rc.SetReadDeadline(time.Now().Add(bodyTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return nil, err
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, q.Body, limit))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, err
	case err != nil:
		return nil, badRequest("The body did not arrive")
	case r.body == nil && len(data) > 0:
		return nil, badRequest("There is a body, and nothing is expected in it")
	}
	if err := rc.SetReadDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return nil, err
	}
	return data, nil
}
