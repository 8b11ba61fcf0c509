package mongo_test

import (
	"context"
	"strings"
	"testing"

	"fangzhi/archive/mongo"
)

// Nothing is thrown away but what was made for it.
func TestDropRefuses(t *testing.T) {
	for _, uri := range []string{"mongodb://127.0.0.1:1/fangzhi", "mongodb://127.0.0.1:1/", "mongodb://127.0.0.1:1/my_fangzhi_torture_1"} {
		for _, discard := range []func(context.Context, string) error{mongo.Drop, mongo.Empty} {
			if err := discard(t.Context(), uri); err == nil || !strings.Contains(err.Error(), "not one to be thrown away") {
				t.Errorf("%s: %v", uri, err)
			}
		}
	}
}
