package spoor

// Attempt is one labelled laundering attempt: the ground truth that a
// simulator planted or a data set publishes beside its payments.
type Attempt struct {
	Name     string   // unique in its source, "fan-out-17"
	Typology Typology // the shape or behaviour that was planted
	Detail   string   // the source's own words, "Max 16-degree Fan-Out"
	Payments []Payment
}
