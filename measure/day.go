package measure

import (
	"fmt"
	"maps"
	"slices"
)

// DailyRecall is the share of all positives that are read when on each day only
// the highest-scored rows are, as many as the budget: how analysts work, who
// cannot save a quiet day's time for a busy one. There is one figure for each
// budget. Ties at the end of a budget count by their share, as in
// [Ranking.Recall]. day numbers the day of each row, from any origin.
//
// It fails as [Rank] does.
func DailyRecall[S Score](scores []S, truth []bool, day []int32, budgets ...int) ([]float64, error) {
	if len(day) != len(scores) {
		return nil, fmt.Errorf("measure: %d days for %d scores", len(day), len(scores))
	}
	if err := check(scores, truth); err != nil {
		return nil, err
	}
	recalls, positives := make([]float64, len(budgets)), 0
	for _, rows := range byDay(day) {
		s, t := make([]S, len(rows)), make([]bool, len(rows))
		for i, j := range rows {
			s[i], t[i] = scores[j], truth[j]
		}
		r := rank(s, t)
		positives += r.Positives()
		for i, n := range budgets {
			recalls[i] += r.foundIn(n)
		}
	}
	for i := range recalls {
		recalls[i] /= float64(max(positives, 1))
	}
	return recalls, nil
}

// byDay lists the rows of each day that has any, in order of days: sums of
// floats must not depend on a map's order.
func byDay(day []int32) [][]int {
	count := map[int32]int{}
	for _, d := range day {
		count[d]++
	}
	days := slices.Sorted(maps.Keys(count))
	place := make(map[int32]int, len(days))
	rows := make([][]int, len(days))
	for i, d := range days {
		place[d], rows[i] = i, make([]int, 0, count[d])
	}
	for j, d := range day {
		i := place[d]
		rows[i] = append(rows[i], j)
	}
	return rows
}
