package extract

import (
	"strings"

	"fangzhi/archive"
)

// Join makes one article of the pages that it was parted into, in their order:
// title, date and the like from the first that has them, bodies one after the
// other, pictures and attachments each once. Paragraphs at the start of a page
// that repeat the end of the one before are left out, and so is a page whose
// whole body stands in the first: servers answer pages that are not there with
// the first one.
func Join(parts ...archive.Article) archive.Article {
	if len(parts) == 0 {
		return archive.Article{}
	}
	out := parts[0]
	out.Pictures = append([]string(nil), out.Pictures...)
	out.Attachments = append([]archive.Attachment(nil), out.Attachments...)
	out.Evidence = append([]archive.Evidence(nil), out.Evidence...)
	bodies := []string{}
	if out.Body != "" {
		bodies = append(bodies, out.Body)
	}
	for _, p := range parts[1:] {
		fill(&out.Subtitle, p.Subtitle)
		fill(&out.Title, p.Title)
		fill(&out.Source, p.Source)
		fill(&out.Author, p.Author)
		fill(&out.Editor, p.Editor)
		fill(&out.DocumentNumber, p.DocumentNumber)
		fill(&out.IndexNumber, p.IndexNumber)
		fill(&out.Issuer, p.Issuer)
		fill(&out.Written, p.Written)
		if out.Published.IsZero() {
			out.Published, out.DayOnly = p.Published, p.DayOnly
		}
		if body := withoutOverlap(bodies, p.Body); body != "" {
			bodies = append(bodies, body)
		}
		for line := range strings.Lines(p.LeftOut) {
			if line = strings.TrimSuffix(line, "\n"); !strings.Contains("\n"+out.LeftOut+"\n", "\n"+line+"\n") {
				out.LeftOut = strings.TrimPrefix(out.LeftOut+"\n"+line, "\n")
			}
		}
		for _, u := range p.Pictures {
			if !holdsString(out.Pictures, u) {
				out.Pictures = append(out.Pictures, u)
			}
		}
		for _, a := range p.Attachments {
			if !holdsAttachment(out.Attachments, a.URL) {
				out.Attachments = append(out.Attachments, a)
			}
		}
	}
	out.Body = strings.Join(bodies, "\n\n")
	return out
}

func fill(to *string, from string) {
	if *to == "" {
		*to = from
	}
}

// withoutOverlap returns body without the paragraphs at its start that the last
// of bodies ends with, "" where one of bodies holds it whole.
func withoutOverlap(bodies []string, body string) string {
	if body == "" || len(bodies) == 0 {
		return body
	}
	for _, b := range bodies {
		if b == body || strings.Contains(b, body) {
			return ""
		}
	}
	last := strings.Split(bodies[len(bodies)-1], "\n\n")
	next := strings.Split(body, "\n\n")
	for n := min(len(last), len(next)-1, 3); n > 0; n-- {
		same := true
		for i := range n {
			same = same && last[len(last)-n+i] == next[i]
		}
		if same {
			return strings.Join(next[n:], "\n\n")
		}
	}
	return body
}

func holdsString(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func holdsAttachment(list []archive.Attachment, url string) bool {
	for _, x := range list {
		if x.URL == url {
			return true
		}
	}
	return false
}
