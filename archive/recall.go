package archive

import (
	"context"
	"fmt"
	"iter"
)

// Recall returns the capture that brought payload d of a page of site into the
// archive: its bytes, status and headers as they were served. Where no visit
// tells the headers any more there are none. The error wraps ErrNotFound or
// ErrCorrupt where the bytes cannot be had.
func Recall(ctx context.Context, s interface {
	Payload(ctx context.Context, d Digest) ([]byte, error)
	Visits(ctx context.Context, f Filter) iter.Seq2[Visit, error]
}, site, url string, d Digest) (Capture, error) {
	c := Capture{URL: url}
	var err error
	if c.Payload, err = s.Payload(ctx, d); err != nil {
		return c, fmt.Errorf("recall %s: %w", url, err)
	}
	for v, err := range s.Visits(ctx, Filter{Site: site, URL: url, Newest: true}) {
		if err != nil {
			return c, fmt.Errorf("recall %s: %w", url, err)
		}
		if v.Payload != d || len(v.Header) == 0 {
			continue
		}
		c.At, c.Took, c.Status, c.Attempts = v.At, v.Took, v.Status, v.Attempts
		c.Header, c.Request, c.Address, c.Protocol, c.Truncated = v.Header, v.Request, v.Address, v.Protocol, v.Truncated
		break
	}
	return c, nil
}
