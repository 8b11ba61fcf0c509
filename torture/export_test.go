package torture

import (
	"context"

	"fangzhi/archive"
)

// Sound holds an archive against what was reported, for tests.
func Sound(ctx context.Context, store archive.Store, reported map[string]int) (int, []string, error) {
	return sound(ctx, store, reported)
}
