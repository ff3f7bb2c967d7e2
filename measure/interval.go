package measure

import (
	"fmt"
	"math"
)

// Interval is a figure and how sure it is: 95 % of intervals made like this
// hold the true value.
type Interval struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	// N is how many independent things are behind it: seeds, groups. With less
	// than two there is no interval, and Low and High are Value.
	N int `json:"n"`
}

// String gives "0.412 (0.380 to 0.444)", or "0.412 (no interval)".
func (i Interval) String() string {
	if i.N < 2 {
		return fmt.Sprintf("%.3f (no interval)", i.Value)
	}
	return fmt.Sprintf("%.3f (%.3f to %.3f)", i.Value, i.Low, i.High)
}

// Mean is the mean of one figure measured with several seeds, and its interval
// by Student's t, which takes the values to be about normal.
func Mean(values []float64) Interval {
	n := float64(len(values))
	if n == 0 {
		return Interval{}
	}
	mean, squares := 0.0, 0.0
	for _, v := range values {
		mean += v / n
	}
	for _, v := range values {
		squares += (v - mean) * (v - mean)
	}
	half := 0.0
	if n > 1 {
		half = student(len(values)-1) * math.Sqrt(squares/(n-1)/n)
	}
	return Interval{mean, mean - half, mean + half, len(values)}
}

// normal is the 97.5 % quantile of the normal distribution.
const normal = 1.959963984540054

// students are the 97.5 % quantiles of Student's t from 1 to 30 degrees of
// freedom.
var students = [...]float64{
	12.7062047, 4.3026527, 3.1824463, 2.7764451, 2.5705818, 2.4469119, 2.3646243, 2.3060041, 2.2621572, 2.2281389,
	2.2009852, 2.1788128, 2.1603687, 2.1447867, 2.1314495, 2.1199053, 2.1098156, 2.100922, 2.0930241, 2.0859634,
	2.0796138, 2.0738731, 2.0686576, 2.0638986, 2.0595386, 2.0555294, 2.0518305, 2.0484071, 2.0452296, 2.0422725,
}

// student is the quantile for any degree: past the table by its expansion
// around the normal one (Abramowitz and Stegun 26.7.5), good to 0.0001.
func student(degrees int) float64 {
	if degrees <= len(students) {
		return students[degrees-1]
	}
	const z = normal
	const z3, z5 = z * z * z, z * z * z * z * z
	v := float64(degrees)
	return z + (z3+z)/(4*v) + (5*z5+16*z3+3*z)/(96*v*v)
}

// Wilson is the interval of a rate of which k of n were seen (Wilson, JASA 22,
// 1927). Unlike the usual one it is right for rates near 0 and 1. Of none,
// nothing is known: 0 to 1.
func Wilson(k, n int) (low, high float64) {
	if n <= 0 {
		return 0, 1
	}
	const z = normal
	m, rate := float64(n), float64(k)/float64(n)
	middle := rate + z*z/(2*m)
	half := z * math.Sqrt(rate*(1-rate)/m+z*z/(4*m*m))
	low, high = (middle-half)/(1+z*z/m), (middle+half)/(1+z*z/m)
	// At the ends the bound is exactly the rate, which rounding may miss.
	return min(max(low, 0), rate), max(min(high, 1), rate)
}
