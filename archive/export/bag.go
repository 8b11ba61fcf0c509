package export

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// A bag is a folder as RFC 8493 has it: the export in data/, and beside it what
// checks it.

// bagTags are the files of a bag that are not its payload.
var bagTags = []string{"bagit.txt", "bag-info.txt", "manifest-sha256.txt", tagManifest}

// tagManifest lists the other tag files.
const tagManifest = "tagmanifest-sha256.txt"

// writeBag writes the tag files for the payload, whose paths are below data/.
func writeBag(s *stage, payload []File, about Receipt) error {
	bytes := int64(0)
	for _, f := range payload {
		bytes += f.Bytes
	}
	manifest := func(w io.Writer) error {
		for _, f := range payload {
			if _, err := fmt.Fprintf(w, "%s  data/%s\n", f.SHA256, bagPath(f.Path)); err != nil {
				return err
			}
		}
		return nil
	}
	text := func(s string) func(io.Writer) error {
		return func(w io.Writer) error {
			_, err := io.WriteString(w, s)
			return err
		}
	}
	s.root = ""
	var tags strings.Builder
	for _, t := range []struct {
		name string
		text func(io.Writer) error
	}{
		{"bagit.txt", text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")},
		{"bag-info.txt", text(bagInfo(bytes, len(payload), about))},
		{"manifest-sha256.txt", manifest},
	} {
		f, err := s.write(t.name, t.text)
		if err != nil {
			return err
		}
		fmt.Fprintf(&tags, "%s  %s\n", f.SHA256, f.Path)
	}
	_, err := s.write(tagManifest, text(tags.String()))
	return err
}

// bagInfo says what is in the bag. It has no Bagging-Date: the day on which a bag
// is made would be the only thing that told two bags of the same apart. It says
// when the archive was visited last instead.
func bagInfo(bytes int64, files int, about Receipt) string {
	info := fmt.Sprintf("Payload-Oxum: %d.%d\n", bytes, files)
	info += "Bag-Software-Agent: " + about.Job.Software + "\n"
	if o := about.Job.Operator; strings.Contains(o, "@") && !strings.Contains(o, "://") {
		info += "Contact-Email: " + o + "\n"
	}
	info += "External-Description: " + string(about.Job.Format) + " export of an archive of fangzhi"
	if last := about.Archive.LastVisit; !last.IsZero() {
		info += ", as it was after its visit of " + last.UTC().Format(time.RFC3339)
	}
	if c := about.Archive.PartOf; c != nil {
		info += "\nIncomplete: the archive was only a part of " + strings.Join(strings.Fields(c.From), " ") + ", of which it was to be a copy, begun at " + c.Began.UTC().Format(time.RFC3339)
	}
	info += "\nInternal-Sender-Description: " + about.Job.Selection.text() + "\n"
	return info
}

// bagPath is a path as a manifest has it, RFC 8493 section 2.1.3.
func bagPath(path string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(path)
}

// realPath is the path that bagPath wrote.
func realPath(path string) string {
	return strings.NewReplacer("%25", "%", "%0D", "\r", "%0d", "\r", "%0A", "\n", "%0a", "\n").Replace(path)
}
