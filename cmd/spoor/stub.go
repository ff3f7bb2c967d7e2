package main
type demoCmd struct{}
func (demoCmd) Run(e *env) error { return nil }
type traceCmd struct{ reading }
func (traceCmd) Run(e *env) error { return nil }
