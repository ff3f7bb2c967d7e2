// Package boost trains gradient-boosted decision trees for a yes-or-no label,
// applies them and says why a row scores as it does. It also reads models that
// XGBoost trained.
//
//	table := boost.NewTable([]string{"amount", "night"})
//	table.Append([]float32{250, 1}, true) // and so on; NaN is a missing value
//
//	o := boost.DefaultOptions()
//	o.Metric = boost.PRAUC // for rare positives, with NegativeSample
//	model, err := boost.Train(table.Slice(0, n), table.Slice(n, table.Rows()), o)
//
//	s := model.Scorer() // one for each goroutine
//	p := s.Probability(row)
//	base := s.Explain(row, phi) // base + sum of phi == s.Margin(row)
//
// # Training
//
// Each tree is fitted to the gradients and hessians of the logistic loss of
// those before it. The gain of splits and the weight of leaves are XGBoost's,
// as are the meaning of a threshold (below it goes left), of missing values
// (every split learns a way for them) and of monotone constraints: Chen and
// Guestrin, XGBoost: a scalable tree boosting system, KDD 2016. Gains are in
// its code's units, twice those of the paper.
//
// A column is cut into at most 255 bins at quantiles of up to 100,000 rows; a
// split looks at histograms of bins, of which only the smaller child's is built
// and the other's is what is left of the parent's: Ke and others, LightGBM: a
// highly efficient gradient boosting decision tree, NIPS 2017. Codes of a
// categorical column are ordered by their mean gradient and then split like
// numbers: Fisher, On grouping for maximum homogeneity, JASA 1958. With many
// codes of few rows each, that fits noise: raise MinChildWeight.
//
// Where positives are rare, most negatives teach little. NegativeSample shows
// every tree another share of them, weighted up by its inverse, so that
// probabilities stay what they were.
//
// # The same input gives the same model
//
// That holds whatever the number of workers: sums are taken in integers, and
// random numbers belong to a block of rows, not to a goroutine. Processors of
// different kinds may round exponentials differently.
//
// # Reasons
//
// Scorer.Explain gives exact Shapley values with respect to the shares that
// training rows took at each split (path-dependent TreeSHAP): Lundberg and
// others, From local explanations to global understanding with explainable AI
// for trees, Nature Machine Intelligence 2020.
package boost
