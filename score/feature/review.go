package feature

import "fmt"

func ofLater() (fs []Feature) {
	for _, end := range ends {
		for _, s := range sideWords {
			for _, span := range []struct{ name, word string }{{"1d", "day"}, {"8d", "eight days"}} {
				p := "later_" + end + "_" + s.name + "_"
				fs = append(fs,
					Feature{p + "count_" + span.name, Payments, fmt.Sprintf("payments the %s %s in the %s after", end, s.did, span.word), gfp, false},
					Feature{p + "times_" + span.name, Times, fmt.Sprintf("what the %s %s in the %s after, compared with this amount", end, s.gave, span.word), fatf, false})
			}
			fs = append(fs, Feature{"later_" + end + "_" + s.peers, Accounts, fmt.Sprintf("different %s of the %s in the eight days after", s.peers, end), gfp, false})
		}
	}
	return append(fs,
		Feature{"onward_like", Payments, "payments of about this amount that the payee made after it", fatf, false},
		Feature{"onward_gap", Hours, "time until the payee paid on the nearest amount", fatf, false},
		Feature{"onward_times", Times, "the nearest amount that the payee paid after it, compared with this", fatf, false},
		Feature{"covered_like", Payments, "payments of about this amount that the payer received after it", own, false},
		Feature{"later_pair", Payments, "later payments from the payer to the payee", own, false},
		Feature{"hops_on", Payments, "hops by which the money was handed on whole after it", fatf, false},
		Feature{"hops_all", Payments, "hops by which the money was handed on whole, before and after", fatf, false},
	)
}

func ofEvidence() (fs []Feature) {
	for _, t := range Shapes {
		fs = append(fs, Feature{"in_" + word(t), Payments, fmt.Sprintf("payments of the largest %s that it is part of", words(t)), own, false})
	}
	return fs
}

func ofCompany() []Feature {
	fs := []Feature{{"arrival_risk", Chance, "the risk when it arrived", own, false}}
	for _, end := range ends {
		for _, s := range sideWords {
			fs = append(fs,
				Feature{"riskiest_" + end + "_" + s.name, Chance, fmt.Sprintf("what the model makes of another payment that the %s %s within eight days", end, s.did), own, false},
				Feature{"second_" + end + "_" + s.name, Chance, fmt.Sprintf("what the model makes of a second other payment that the %s %s within eight days", end, s.did), own, false},
				Feature{"similar_" + end + "_" + s.name, Chance, fmt.Sprintf("what the model makes of a payment of about this amount that the %s %s within eight days", end, s.did), own, false})
		}
	}
	return fs
}
