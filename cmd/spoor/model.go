package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"spoor/score"
)

type modelCmd struct {
	Model string `arg:"" help:"A file that train wrote, or default for the model inside the program." default:"default"`
	Top   int    `help:"How many features to show." default:"15"`
	JSON  bool   `name:"json" help:"Write the card and the features as JSON."`
}

func (c *modelCmd) Run(e *env) error {
	m, err := loadModel(c.Model)
	if err != nil {
		return err
	}
	if c.Top < 0 {
		return usage("--top: want 0 or more")
	}
	features := m.Weights()
	if c.JSON {
		return writeJSON(e.stdout, map[string]any{"card": m.Card, "features": features})
	}
	showCard(e.stdout, &m.Card)
	showWeights(e.stdout, features[:min(c.Top, len(features))])
	return nil
}

func showWeights(w io.Writer, features []score.Weight) {
	fmt.Fprintln(w, "\nWhat it goes by at review, in shares of what its trees gain (the risk at arrival shared out among what made it):")
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, f := range features {
		fmt.Fprintf(t, "%.1f %%\t%s\t%s\t\n", 100*f.Share, f.Name, f.Doc)
	}
	t.Flush()
}
