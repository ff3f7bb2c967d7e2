// Package shape holds the detectors of the eight shapes of AMLworld (Altman et
// al., Realistic Synthetic Financial Transactions for Anti-Money Laundering
// Models, NeurIPS 2023, figure 2): patterns that money makes between accounts,
// whatever the accounts are. Each detector is one file; [Fan] serves two
// shapes.
//
// The fields of a detector are its parameters, named as in typologies.toml,
// where their units, bounds and reasons are. All spans are in seconds.
package shape
