// A counter server as tutorials begin it: handlers share a map. Under load the
// Go runtime notices and ends the process: "concurrent map writes".
package main

import (
	"flag"
	"fmt"
	"log"
	"net/http"
	"strconv"
)

var counters = map[string]int{}

func main() {
	address := flag.String("listen", "127.0.0.1:8000", "where to listen")
	logging := flag.Bool("log", false, "log a line per request")
	flag.Parse()
	logged := func(r *http.Request) {
		if *logging {
			log.Printf("%s %s", r.Method, r.URL)
		}
	}
	http.HandleFunc("/get", func(w http.ResponseWriter, r *http.Request) {
		logged(r)
		name := r.URL.Query().Get("name")
		if value, ok := counters[name]; ok {
			fmt.Fprintf(w, "%s: %d\n", name, value)
		} else {
			fmt.Fprintf(w, "%s not found\n", name)
		}
	})
	http.HandleFunc("/set", func(w http.ResponseWriter, r *http.Request) {
		logged(r)
		value, err := strconv.Atoi(r.URL.Query().Get("val"))
		if err != nil {
			fmt.Fprintf(w, "%s\n", err)
			return
		}
		counters[r.URL.Query().Get("name")] = value
		fmt.Fprintf(w, "ok\n")
	})
	http.HandleFunc("/inc", func(w http.ResponseWriter, r *http.Request) {
		logged(r)
		counters[r.URL.Query().Get("name")]++
		fmt.Fprintf(w, "ok\n")
	})
	log.Fatal(http.ListenAndServe(*address, nil))
}
