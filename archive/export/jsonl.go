package export

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// appendJSONL appends r as one line. Text stays as it is: no escapes for HTML.
func appendJSONL(dst []byte, r Record) ([]byte, error) {
	buf := bytes.NewBuffer(dst)
	if err := encodeJSON(buf, r); err != nil {
		return dst, fmt.Errorf("%s version %d: %w", r.URL, r.Version, err)
	}
	return buf.Bytes(), nil
}

// encodeJSON writes v and a line feed.
func encodeJSON(buf *bytes.Buffer, v any) error {
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
