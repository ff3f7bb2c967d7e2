package screen

import "flag"

var long = flag.Bool("long", false, "measure on all names, not on a sample")
