package detect

import "math"

// Chance is kept as bans: tenfold steps of improbability, -log10 of a
// probability or of an expected count. They add up where events are
// independent, and people can read them: 3 bans is one in a thousand.

// How often chance had a try, in bans: results are reckoned for 100,000
// transfers between 20,000 accounts, about a bank's month, so that a score means
// the same in a small file and a large one.
const (
	triesTransfers = 5.0
	triesAccounts  = 4.3
)

// maxBans bounds what one observation can say, since no model of ordinary
// business is right in its far tail.
const maxBans = 8.0

// bans converts a probability or expected count.
func bans(p float64) float64 {
	if p >= 1 {
		return 0
	}
	return min(maxBans, -math.Log10(p))
}

// poissonTail is the probability of k or more events where mean are expected.
func poissonTail(k int, mean float64) float64 {
	if k <= 0 {
		return 1
	}
	if mean <= 0 {
		return 0
	}
	// Sum from k up: the terms fall fast where the tail is small.
	lg, _ := math.Lgamma(float64(k) + 1)
	term := math.Exp(float64(k)*math.Log(mean) - mean - lg)
	sum := term
	for i := k + 1; i < k+200 && term > sum*1e-9; i++ {
		term *= mean / float64(i)
		sum += term
	}
	return min(1, sum)
}

// gammaPoissonTail is the probability of k or more events in a time w, of
// something that was seen n times in a time t, among many such things whose
// rates are spread as a gamma distribution of the given mean and shape: the
// negative binomial, Poisson's tail with the rate not known but estimated.
// Times and 1/mean are in the same unit.
func gammaPoissonTail(k, n int, w, t, mean, shape float64) float64 {
	if k <= 0 {
		return 1
	}
	a, b := shape+float64(n), shape/mean+t
	q := w / (w + b) // chance that the next event falls into w rather than b
	lgA, _ := math.Lgamma(a)
	lgK, _ := math.Lgamma(float64(k) + 1)
	lgAK, _ := math.Lgamma(a + float64(k))
	term := math.Exp(lgAK - lgA - lgK + a*math.Log1p(-q) + float64(k)*math.Log(q))
	sum := term
	for i := k; i < k+2000 && term > sum*1e-9; i++ {
		term *= q * (a + float64(i)) / float64(i+1)
		sum += term
	}
	return min(1, sum)
}

// binomialTail is the probability of k or more of n, each with chance p.
func binomialTail(k, n int, p float64) float64 {
	if k <= 0 {
		return 1
	}
	lgN, _ := math.Lgamma(float64(n) + 1)
	sum := 0.0
	for i := k; i <= n; i++ {
		lgI, _ := math.Lgamma(float64(i) + 1)
		lgR, _ := math.Lgamma(float64(n-i) + 1)
		sum += math.Exp(lgN - lgI - lgR + float64(i)*math.Log(p) + float64(n-i)*math.Log1p(-p))
	}
	return min(1, sum)
}
