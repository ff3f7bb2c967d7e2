package score

import (
	"spoor"
	"spoor/boost"
)

// rows is a table of payments. Of the licit ones in the training part it holds
// a sample, each for as many as it stands for; those from valid on are all there.
type rows struct {
	table *boost.Table
	share float64 // of the licit payments before valid that are kept
	valid int     // first payment of the validation part
	test  int
	kept  []int // payments of the training part, by row
}

// mostRows is about how many licit payments of the training part are kept.
const mostRows = 1_000_000

func (t *Trial) rows(names []string) *rows {
	return &rows{table: boost.NewTable(names), share: min(1, mostRows/float64(max(1, t.Valid))), valid: t.Valid, test: t.Test}
}

func (r *rows) add(i int, row []float32, label spoor.Label) {
	illicit := label == spoor.Illicit
	if i < r.valid {
		if label == spoor.Unlabelled || !illicit && !chosen(uint64(i), r.share) {
			return
		}
		r.kept = append(r.kept, i)
	}
	r.table.Append(row, illicit)
	if i < r.valid && !illicit {
		r.table.SetWeight(r.table.Rows()-1, float32(1/r.share))
	}
}

// chosen takes a share of all numbers, always the same ones (the mixer is
// SplitMix64's).
func chosen(i uint64, share float64) bool {
	i = (i + 1) * 0x9E3779B97F4A7C15
	i = (i ^ i>>30) * 0xBF58476D1CE4E5B9
	i = (i ^ i>>27) * 0x94D049BB133111EB
	return float64((i^i>>31)>>11)/(1<<53) < share
}

// train is the number of rows of the training part.
func (r *rows) train() int { return len(r.kept) }

// half is the row of the training part before which half of its illicit
// payments are.
func (r *rows) half() int {
	all, seen := r.illicit(), 0
	for i := range r.train() {
		if r.table.Label(i) {
			if seen++; 2*seen > all {
				return i
			}
		}
	}
	return r.train()
}

// illicit counts the illicit payments of the training part.
func (r *rows) illicit() (n int) {
	for i := range r.train() {
		if r.table.Label(i) {
			n++
		}
	}
	return n
}

// judged is the table of the validation part.
func (r *rows) judged() *boost.Table {
	return r.table.Slice(r.train(), min(r.train()+r.test-r.valid, r.table.Rows()))
}

// part is some rows of the training part, with none to judge by.
func (r *rows) part(from, to int) *rows {
	return &rows{table: r.table.Slice(from, to), share: r.share, kept: r.kept[from:to]}
}
