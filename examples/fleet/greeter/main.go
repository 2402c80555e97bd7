// A small server: says which version it is.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
	"sync/atomic"
)

// Set by the build.
var version = "unknown"

// A version that is meant to fail answers so many health checks and then crashes, on the machines named; 0 never crashes.
const (
	crashAfter = 0
	crashOn    = ""
)

func main() {
	var checks atomic.Int64
	http.HandleFunc("/", func(answer http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(answer, "greeter %s\n", version)
	})
	http.HandleFunc("/healthz", func(answer http.ResponseWriter, _ *http.Request) {
		here := crashOn == "" || crashOn == os.Getenv("GREETER_MACHINE")
		if crashAfter > 0 && here && checks.Add(1) > crashAfter {
			log.Fatal("out of memory, as it were")
		}
		fmt.Fprintln(answer, "ok")
	})
	log.Printf("greeter %s", version)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("GREETER_PORT"), nil))
}
