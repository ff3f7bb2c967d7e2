package usual

import "math"

// Chance is kept as bans: tenfold steps of improbability, -log10 of a
// probability or of an expected count (I. J. Good, Probability and the Weighing
// of Evidence, 1950). They add up where events are independent, and people can
// read them: 3 bans is one in a thousand.

// How often chance had a try, in bans: results are reckoned for 100,000
// transfers between 20,000 accounts, about a bank's month, so that a score means
// the same in a small file and a large one.
const (
	TriesTransfers = 5.0
	TriesAccounts  = 4.3
)

// MaxBans bounds what one observation can say, since no model of ordinary
// business is right in its far tail.
const MaxBans = 8.0

// Bans converts a probability or an expected count, to at most MaxBans.
func Bans(p float64) float64 {
	if p >= 1 {
		return 0
	}
	return min(MaxBans, -math.Log10(p))
}

// TailBans converts the tail of a count, which says more than one observation:
// to at most twice MaxBans.
func TailBans(p float64) float64 {
	if p <= 0 {
		return 2 * MaxBans
	}
	return min(2*MaxBans, -math.Log10(p))
}

// GammaPoissonTail is the probability of k or more events in a time w, of
// something that was seen n times in a time t, among many such things whose
// rates are spread as a gamma distribution of the given mean and shape: the
// negative binomial, Poisson's tail with the rate not known but estimated.
// Times and 1/mean are in the same unit.
func GammaPoissonTail(k, n int, w, t, mean, shape float64) float64 {
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

// BinomialTail is the probability of k or more of n, each with chance p.
func BinomialTail(k, n int, p float64) float64 {
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

// Spread gathers numbers for their mean and deviation. The zero value has none.
type Spread struct{ n, sum, square float64 }

// Add takes in a number.
func (s *Spread) Add(v float64) {
	s.n++
	s.sum += v
	s.square += v * v
}

// Deviation is the standard deviation, 0 for fewer than two numbers.
func (s *Spread) Deviation() float64 {
	if s.n < 2 {
		return 0
	}
	mean := s.sum / s.n
	return math.Sqrt(max(0, s.square/s.n-mean*mean))
}

// gamma fits a negative binomial to counts by moments and gives the mean per
// day and the shape, kept within what makes sense for accounts.
func (s *Spread) gamma(days float64) (mean, shape float64) {
	if s.n == 0 || s.sum == 0 {
		return 1e-3, 1
	}
	mu := s.sum / s.n
	over := s.square/s.n - mu*mu - mu // variance beyond Poisson's
	shape = 5
	if over > 0 {
		shape = mu * mu / over
	}
	return mu / days, min(5, max(0.3, shape))
}
