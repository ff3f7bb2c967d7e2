package boost

// grad is a row's gradient and hessian of the loss, or sums of them, in fixed
// point. Sums of integers do not depend on the order they are taken in, which
// is what makes a model the same whatever the number of workers.
type grad struct{ g, h int64 }

func (a grad) plus(b grad) grad  { return grad{a.g + b.g, a.h + b.h} }
func (a grad) minus(b grad) grad { return grad{a.g - b.g, a.h - b.h} }

// hist is the histogram of a tile: for each of its eight columns the sums of g
// and h in each of 256 bins, side by side. It is 32 KiB.
type hist [tileWidth * 256 * 2]int64

// at is where the sums of bin b of the tile's column k are.
func at(k, b int) int { return k<<9 | b<<1 }

// add adds rows, whose gradients are grads, to the histogram of their tile.
// This is where training spends its time. Twice the bin is taken out of the
// word at once, by shifting one less; the masks spare the checks of bounds.
func (h *hist) add(tile []uint64, rows []uint32, grads []grad) {
	grads = grads[:len(rows)]
	for i, r := range rows {
		w, d := tile[r], grads[i]
		a := w << 1 & 0x1fe
		h[a] += d.g
		h[a+1] += d.h
		a = w >> 7 & 0x1fe
		h[a+0x200] += d.g
		h[a+0x201] += d.h
		a = w >> 15 & 0x1fe
		h[a+0x400] += d.g
		h[a+0x401] += d.h
		a = w >> 23 & 0x1fe
		h[a+0x600] += d.g
		h[a+0x601] += d.h
		a = w >> 31 & 0x1fe
		h[a+0x800] += d.g
		h[a+0x801] += d.h
		a = w >> 39 & 0x1fe
		h[a+0xa00] += d.g
		h[a+0xa01] += d.h
		a = w >> 47 & 0x1fe
		h[a+0xc00] += d.g
		h[a+0xc01] += d.h
		a = w >> 55 & 0x1fe
		h[a+0xe00] += d.g
		h[a+0xe01] += d.h
	}
}

// subtract leaves in h what is not in part.
func (h *hist) subtract(part *hist) {
	for i := range h {
		h[i] -= part[i]
	}
}

// sides says for each bin of a column which way a split sends it: 0 for left.
type sides [256]uint8

// partition puts the rows that go left first and keeps the order within either
// side. Their gradients move along, so that each leaf finds its own in one
// piece. The spare slices are as long as rows. It returns how many go left.
func partition(rows []uint32, grads []grad, spareRows []uint32, spareGrads []grad, tile []uint64, shift int, s *sides) int {
	grads, spareRows, spareGrads = grads[:len(rows)], spareRows[:len(rows)], spareGrads[:len(rows)]
	left, right := 0, 0
	for i, r := range rows {
		d := grads[i]
		rows[left], grads[left] = r, d
		spareRows[right], spareGrads[right] = r, d
		side := int(s[uint8(tile[r]>>(shift&63))])
		left += 1 - side
		right += side
	}
	copy(rows[left:], spareRows[:right])
	copy(grads[left:], spareGrads[:right])
	return left
}

// partitionRows is partition for rows without gradients.
func partitionRows(rows, spare []uint32, tile []uint64, shift int, s *sides) int {
	spare = spare[:len(rows)]
	left, right := 0, 0
	for _, r := range rows {
		rows[left], spare[right] = r, r
		side := int(s[uint8(tile[r]>>(shift&63))])
		left += 1 - side
		right += side
	}
	copy(rows[left:], spare[:right])
	return left
}
