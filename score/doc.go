// Package score learns which payments are likely to be laundering from what can
// be seen in the graph around them, and explains each one it suspects.
//
//	trial, err := score.Train(source, setup, options) // a model, and what it scored
//	judge, o := model.Judge(g, workers)
//	x := extract.New(g, d, o)                         // d.Add(&payment) as ever
//	alerts := judge.Alerts(d.Close())                 // after x.Close()
//
// A payment is looked at twice. As it arrives, it is scored by what the payer
// and the payee did until then, what is known of the pair, which shapes the
// payment completes and where tainted money has come from: nothing of it
// depends on a later payment, so that a gate can use it. Some days later it is
// reviewed with what followed, for the analyst's queue, which need not hurry.
//
// The trees are boost's; what they see is listed in score/feature and made in
// score/extract.
package score
