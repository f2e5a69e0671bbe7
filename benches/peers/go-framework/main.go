// A provider for Wavix SIP trunks as a Go author writes one: on
// terraform-plugin-framework, with net/http and the usual retry library. It is
// what our provider is measured against, and is not meant to be used.
package main

import (
	"context"
	"flag"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
)

// Set by the linker in a release.
var version = "0.1.0"

func main() {
	var debug bool
	flag.BoolVar(&debug, "debug", false, "serve until interrupted, for a debugger")
	flag.Parse()

	err := providerserver.Serve(context.Background(), newProvider, providerserver.ServeOpts{
		Address: "registry.terraform.io/wavix/wavix",
		Debug:   debug,
	})
	if err != nil {
		log.Fatal(err)
	}
}
