package intake

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"fangzhi/archive"
)

// toldHead begins the metadata that fangzhi writes of a visit.
const toldHead = "format: fangzhi visit 1\r\n"

// maxTold bounds, in bytes, each text that is taken from a file.
const maxTold = 4 << 10

// readTold reads what fangzhi wrote of a visit. What cannot be so is an error:
// the file is damaged, or was made to deceive.
func readTold(block []byte, date time.Time) (*archive.Told, error) {
	t := &archive.Told{}
	for line := range strings.SplitSeq(strings.TrimSuffix(string(block), "\r\n"), "\r\n") {
		name, value, ok := strings.Cut(line, ": ")
		if !ok {
			return nil, fmt.Errorf("its line %q is no field", text(line))
		}
		var err error
		switch name {
		case "fetchedAt":
			t.At, err = time.Parse(time.RFC3339Nano, value)
			t.At = t.At.UTC()
			if err == nil && !t.At.Truncate(time.Second).Equal(date.Truncate(time.Second)) {
				err = fmt.Errorf("is another second than WARC-Date")
			}
		case "fetchTimeMs":
			var n int64
			n, err = number(value)
			t.Took = time.Duration(n) * time.Millisecond
		case "via":
			t.FoundOn = text(value)
		case "site":
			t.Site = text(value)
		case "column":
			t.Column = text(value)
		case "kind":
			if t.Kind = archive.Kind(value); !slices.Contains(archive.Kinds, t.Kind) {
				err = fmt.Errorf("is no kind of page")
			}
		case "outcome":
			t.Outcome = archive.Outcome(value)
			if !slices.Contains(archive.Outcomes, t.Outcome) {
				err = fmt.Errorf("is no outcome")
			}
		case "reason":
			t.Reason = text(value)
		case "status":
			var n int64
			n, err = number(value)
			t.Status = int(n)
		case "attempts":
			var n int64
			n, err = number(value)
			t.Attempts = int(min(n, 1000))
		case "bytes":
			t.Bytes, err = number(value)
		case "movedTo":
			t.MovedTo = text(value)
		case "truncated":
			t.Truncated = text(value)
		case "trust":
			t.Trust = archive.Trust(value)
			switch t.Trust {
			case archive.TrustVerified, archive.TrustPinned, archive.TrustUnverified, archive.TrustDowngraded:
			default:
				err = fmt.Errorf("is no trust")
			}
		case "security":
			t.Security = text(value)
		case "story":
			t.Story = text(value)
		case "absence":
			t.Absence = &archive.Absence{}
			if err = json.Unmarshal([]byte(value), t.Absence); err == nil && len(t.Absence.Controls)+len(t.Absence.Lists) > 20 {
				err = fmt.Errorf("has more sightings than a visit keeps")
			}
		case "article":
			t.Documents, err = documents(value)
		case "asked":
			t.Request = &archive.Request{}
			if err = json.Unmarshal([]byte(value), t.Request); err == nil {
				err = usable(t.Request)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("its field %s: %q: %w", name, text(value), err)
		}
	}
	if t.Outcome == "" {
		return nil, fmt.Errorf("tells of a visit without an outcome")
	}
	return t, nil
}

// documents are the digests of what an article attached.
func documents(article string) (map[string]archive.Digest, error) {
	var a struct {
		Attachments []archive.Attachment `json:"attachments"`
	}
	if err := json.Unmarshal([]byte(article), &a); err != nil {
		return nil, err
	}
	digests := map[string]archive.Digest{}
	for _, d := range a.Attachments {
		if d.Digest != "" {
			digests[d.URL] = d.Digest
		}
	}
	return digests, nil
}

func number(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("must be a number")
	}
	return n, nil
}

// text is a text of a file, of a length that can be kept.
func text(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= maxTold {
		return s
	}
	return strings.ToValidUTF8(s[:maxTold], "") + "…"
}

// usable says whether a page may be asked for so.
func usable(r *archive.Request) error {
	if !strings.HasPrefix(r.URL, "http://") && !strings.HasPrefix(r.URL, "https://") {
		return fmt.Errorf("is of no http or https address")
	}
	if r.Method != "" && r.Method != "POST" && r.Method != "GET" {
		return fmt.Errorf("must be GET or POST")
	}
	if len(r.Body) > 64<<10 || len(r.Header) > 20 {
		return fmt.Errorf("is larger than a list's request")
	}
	for name, value := range r.Header {
		if !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value) {
			return fmt.Errorf("has the header %q, which cannot be sent", text(name))
		}
	}
	return nil
}
