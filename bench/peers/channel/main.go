// The same server with the map in a manager goroutine, which is asked through a
// channel: an actor, on Go's scheduler.
package main

import (
	"flag"
	"fmt"
	"log"
	"net/http"
	"strconv"
)

type command struct {
	kind  byte // 'g', 's' or 'i'
	name  string
	value int
	reply chan result
}

type result struct {
	value int
	ok    bool
}

var commands = make(chan command)

func manage() {
	counters := map[string]int{}
	for c := range commands {
		switch c.kind {
		case 's':
			counters[c.name] = c.value
		case 'i':
			counters[c.name]++
		}
		value, ok := counters[c.name]
		c.reply <- result{value, ok}
	}
}

func ask(kind byte, name string, value int) result {
	reply := make(chan result)
	commands <- command{kind, name, value, reply}
	return <-reply
}

func main() {
	address := flag.String("listen", "127.0.0.1:8000", "where to listen")
	logging := flag.Bool("log", false, "log a line per request")
	flag.Parse()
	go manage()
	logged := func(r *http.Request) {
		if *logging {
			log.Printf("%s %s", r.Method, r.URL)
		}
	}
	http.HandleFunc("/get", func(w http.ResponseWriter, r *http.Request) {
		logged(r)
		name := r.URL.Query().Get("name")
		if got := ask('g', name, 0); got.ok {
			fmt.Fprintf(w, "%s: %d\n", name, got.value)
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
		ask('s', r.URL.Query().Get("name"), value)
		fmt.Fprintf(w, "ok\n")
	})
	http.HandleFunc("/inc", func(w http.ResponseWriter, r *http.Request) {
		logged(r)
		ask('i', r.URL.Query().Get("name"), 0)
		fmt.Fprintf(w, "ok\n")
	})
	log.Fatal(http.ListenAndServe(*address, nil))
}
