package score

import (
	"runtime"
	"sync"
)

// inParallel cuts n rows into one run a core.
func inParallel(n int, do func(lo, hi int)) {
	workers := runtime.GOMAXPROCS(0)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() { do(w*n/workers, (w+1)*n/workers) })
	}
	wg.Wait()
}
