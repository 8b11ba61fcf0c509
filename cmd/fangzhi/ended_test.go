package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// That a command was interrupted hides nothing else that went wrong meanwhile.
func TestInterruptedAndFailed(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := fmt.Errorf("crawl: %w", errors.Join(context.Canceled, errors.New("close archive: no space left on device")))
	if _, said := ended(ctx, err); !strings.Contains(said.Error(), "no space left") {
		t.Errorf("ended says %q of %q", said, err)
	}
	if said := goesOn(ctx, err); !strings.Contains(said.Error(), "no space left") {
		t.Errorf("goesOn says %q of %q", said, err)
	}
}
