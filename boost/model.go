package boost

import (
	"io"

	"spoor/boost/internal/forest"
)

// Model is a sum of trees whose output is a margin, the log odds of the label.
// It has Save and Gain. Any number of goroutines may use it, each with a Scorer
// of its own.
type Model = forest.Model

// Scorer applies a model to rows: Margin, Probability and Explain. It holds
// scratch memory, so it is for one goroutine. Model.Scorer makes it.
type Scorer = forest.Scorer

// Load reads what Model.Save wrote. A file that is not a sound model is
// refused, whoever made it.
func Load(r io.Reader) (*Model, error) { return forest.Load(r) }

// ReadXGBoost reads a model that XGBoost 1.0 or later saved as JSON
// (Booster.save_model with a name that ends in .json). It takes boosted trees
// (gbtree) for two classes (binary:logistic) with codes up to 255 in
// categorical columns, and all trees in the file, whichever iteration was best.
func ReadXGBoost(r io.Reader) (*Model, error) { return forest.ReadXGBoost(r) }
