package crawler

// Admit returns why scope s refuses rawURL, "" where it does not.
func Admit(s Scope, rawURL string) string {
	scope, err := newScope(s, nil)
	if err != nil {
		return err.Error()
	}
	a, err := canonical(rawURL)
	if err != nil {
		return err.Error()
	}
	_, why := scope.admit(a)
	return why
}
