package boost

import (
	"sync"
	"sync/atomic"
)

// blockRows is how many rows a goroutine takes at a time where work is by rows.
// What is drawn or summed by blocks depends on it, so it is no option.
const blockRows = 1 << 13

// parallel calls do for every task from 0 to n-1, on so many goroutines. Which
// worker does which task is left to chance, so a result may not depend on it.
func parallel(workers, n int, do func(worker, task int)) {
	if workers = min(workers, n); workers <= 1 {
		for i := range n {
			do(0, i)
		}
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	work := func(worker int) {
		for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
			do(worker, i)
		}
	}
	for w := 1; w < workers; w++ {
		wg.Go(func() { work(w) })
	}
	work(0)
	wg.Wait()
}
