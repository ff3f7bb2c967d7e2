//go:build race

package instruct

// raced is true under the race detector, which takes readers from their pool.
const raced = true
