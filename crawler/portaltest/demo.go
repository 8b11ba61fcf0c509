package portaltest

// Demo makes the portal that the demo crawls.
func Demo() *Portal { return New(Options{PageSize: 5}) }
