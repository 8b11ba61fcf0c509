package export_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"fangzhi/archive/export"
)

// Once its end is asked for an export writes nothing more, not even what it has
// read ahead.
func TestStopsAtOnce(t *testing.T) {
	export.SetParts(5, 5)
	defer export.SetParts(20_000, 5_000)
	k := county(t)
	for i := range 120 {
		k.visit(fmt.Sprintf("/n/%03d.html", i), day(10).Add(time.Duration(i)*time.Second), article(t, fmt.Sprintf("新闻%d", i), fmt.Sprintf("第%d条新闻的正文。", i)))
	}
	for _, f := range []export.Format{export.JSONL, export.Markdown, export.WARC, export.WACZ} {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		last := 0
		_, err := export.Run(ctx, k.store, export.Job{Format: f}, export.Target{Path: filepath.Join(t.TempDir(), "out"), Observe: func(done int) {
			last = done
			cancel()
		}})
		if !errors.Is(err, context.Canceled) || last != 5 {
			t.Errorf("%s: stopped after 5, went on to %d: %v", f, last, err)
		}
	}
}
