package main

import (
	"regexp"
	"testing"

	"fangzhi/lazyregexp"
)

// What is compiled when it is first needed is valid, in every package of the program.
func TestRegexpsAreValid(t *testing.T) {
	all := lazyregexp.All()
	if len(all) < 80 {
		t.Errorf("%d expressions are known, of some hundred", len(all))
	}
	for _, text := range all {
		if _, err := regexp.Compile(text); err != nil {
			t.Error(err)
		}
	}
}
