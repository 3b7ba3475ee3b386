// The resource API as a tutorial would write it in Go: net/http, encoding/json, one
// mutex. It answers the requests that the benchmarks send, and those only, with the
// bodies of counterd: adding, with and without a key; reading; batches of additions;
// lists. Keys are never forgotten, and nothing expires, which costs counterd
// something and this server nothing.
package main

import (
	"encoding/hex"
	"encoding/json"
	"flag"
	"log"
	"net/http"
	"sort"
	"strconv"
	"strings"
	"sync"
)

type counter struct {
	value   int64
	version int64
}

// addition is a change and its response; Status only in a batch.
type addition struct {
	Status    int     `json:"status,omitempty"`
	Name      string  `json:"name"`
	Value     int64   `json:"value"`
	Previous  *int64  `json:"previous"`
	Applied   int64   `json:"applied"`
	Version   int64   `json:"version"`
	Created   bool    `json:"created"`
	ExpiresAt *string `json:"expires_at"`
}

type reading struct {
	Name      string  `json:"name"`
	Value     int64   `json:"value"`
	Version   int64   `json:"version"`
	ExpiresAt *string `json:"expires_at"`
}

type page struct {
	Counters   []reading `json:"counters"`
	NextCursor *string   `json:"next_cursor"`
}

var mutex sync.Mutex
var counters = map[string]*counter{}
var names []string // in byte order
var responses = map[string]addition{}
var version int64 = 3000000000000000 // as long as counterd's

// add must be called with the mutex locked.
func add(name string, delta int64) addition {
	version++
	known, ok := counters[name]
	if !ok {
		at := sort.SearchStrings(names, name)
		names = append(names, "")
		copy(names[at+1:], names[at:])
		names[at] = name
		counters[name] = &counter{delta, version}
		return addition{Name: name, Value: delta, Applied: delta, Version: version, Created: true}
	}
	previous := known.value
	known.value += delta
	known.version = version
	return addition{Name: name, Value: known.value, Previous: &previous, Applied: delta,
		Version: version}
}

func status(done addition) int {
	if done.Created {
		return http.StatusCreated
	}
	return http.StatusOK
}

func respond(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	w.Write(text)
}

func tag(w http.ResponseWriter, version int64) {
	w.Header().Set("ETag", `"`+strconv.FormatInt(version, 10)+`"`)
}

func post(w http.ResponseWriter, r *http.Request, name string) {
	given := struct{ Delta int64 }{1}
	if err := json.NewDecoder(r.Body).Decode(&given); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	key := r.Header.Get("Idempotency-Key")
	var done addition
	var replayed bool
	mutex.Lock()
	if key == "" {
		done = add(name, given.Delta)
	} else if done, replayed = responses[name+" "+key]; !replayed {
		done = add(name, given.Delta)
		responses[name+" "+key] = done
	}
	mutex.Unlock()
	if replayed {
		w.Header().Set("Idempotency-Replayed", "true")
	}
	tag(w, done.Version)
	respond(w, status(done), done)
}

func get(w http.ResponseWriter, name string) {
	mutex.Lock()
	known, ok := counters[name]
	var read reading
	if ok {
		read = reading{Name: name, Value: known.value, Version: known.version}
	}
	mutex.Unlock()
	if !ok {
		http.Error(w, "the counter does not exist", http.StatusNotFound)
		return
	}
	tag(w, read.Version)
	respond(w, http.StatusOK, read)
}

func batch(w http.ResponseWriter, r *http.Request) {
	var given struct {
		Ops []struct {
			Op    string
			Name  string
			Delta *int64
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&given); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	results := make([]addition, len(given.Ops))
	mutex.Lock()
	for i, op := range given.Ops {
		delta := int64(1)
		if op.Delta != nil {
			delta = *op.Delta
		}
		results[i] = add(op.Name, delta)
		results[i].Status = status(results[i])
	}
	mutex.Unlock()
	respond(w, http.StatusOK, map[string]any{"results": results})
}

func list(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	limit, err := strconv.Atoi(query.Get("limit"))
	after, err2 := hex.DecodeString(query.Get("cursor"))
	if err != nil || err2 != nil || limit < 1 || limit > 1000 {
		http.Error(w, "limit or cursor", http.StatusBadRequest)
		return
	}
	found := page{Counters: make([]reading, 0, limit)}
	mutex.Lock()
	at := sort.Search(len(names), func(i int) bool { return names[i] > string(after) })
	for ; at < len(names) && len(found.Counters) < limit; at++ {
		known := counters[names[at]]
		found.Counters = append(found.Counters,
			reading{Name: names[at], Value: known.value, Version: known.version})
	}
	if at < len(names) {
		cursor := hex.EncodeToString([]byte(names[at-1]))
		found.NextCursor = &cursor
	}
	mutex.Unlock()
	respond(w, http.StatusOK, found)
}

func main() {
	address := flag.String("listen", "127.0.0.1:8000", "where to listen")
	flag.Parse()
	http.HandleFunc("/v1/batch", batch)
	http.HandleFunc("/v1/counters", list)
	http.HandleFunc("/v1/counters/", func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/v1/counters/")
		if r.Method == http.MethodPost {
			post(w, r, name)
		} else {
			get(w, name)
		}
	})
	log.Fatal(http.ListenAndServe(*address, nil))
}
