package archive

import (
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"
)

// Verdict is what a capture means for its page.
type Verdict struct {
	Outcome Outcome
	Reason  string // for people: what told it
	Cut     bool   // a version is cut
	Keep    bool   // the payload goes into the archive
}

// Judge decides what capture c means for page p, of which r was read; r is nil
// where the bytes were not read, which is right for answers without content
// and for the same bytes as last time. It is pure, and changes nothing.
func Judge(p Page, c Capture, r *Reading) Verdict {
	if c.Status == 0 {
		return Verdict{Outcome: Unreachable, Reason: c.Failure}
	}
	if r != nil && r.Trouble == TroubleChallenge {
		return Verdict{Outcome: Challenged, Reason: fmt.Sprintf("status %d: %s", c.Status, r.Signature), Keep: keepTrouble(p, c)}
	}
	if v, ok := judgeStatus(p, c, r); ok {
		if v.Outcome == Gone && c.brokeOff() {
			// A server that says in half an answer that a page is gone is in trouble.
			return Verdict{Outcome: Truncated, Reason: v.Reason + ": " + truncation(c), Keep: true}
		}
		return v
	}
	if c.Truncated != "" {
		return Verdict{Outcome: Truncated, Reason: truncation(c), Keep: true}
	}
	digest := DigestOf(c.Payload)
	if p.LastDigest != "" && digest == p.LastDigest {
		return here(p, "same bytes")
	}
	if r == nil {
		return Verdict{Outcome: Unreadable, Reason: "the answer was not read", Keep: true}
	}
	if v, ok := judgeTrouble(p, c, r); ok {
		return v
	}
	switch r.Kind {
	case KindList:
		return judgeList(p)
	case KindAttachment:
		return judgeContent(p, digest, "")
	}
	return judgeArticle(p, r)
}

// judgeTrouble decides by what a page is in place of what was asked for; ok is
// false where it is that.
func judgeTrouble(p Page, c Capture, r *Reading) (v Verdict, ok bool) {
	switch r.Trouble {
	case TroubleSoft404:
		return Verdict{Outcome: Gone, Reason: "soft 404: " + r.Signature, Keep: keepTrouble(p, c)}, true
	case TroubleLogin:
		return Verdict{Outcome: Refused, Reason: "login page: " + r.Signature, Keep: keepTrouble(p, c)}, true
	case TroubleError:
		return Verdict{Outcome: Unreachable, Reason: "error page: " + r.Signature, Keep: keepTrouble(p, c)}, true
	case TroubleUnreadable:
		return Verdict{Outcome: Unreadable, Reason: r.Signature, Keep: true}, true
	}
	return Verdict{}, false
}

// keepTrouble says whether the bytes of a page that stands for p, under a status
// of 200, go into the archive, for the verdict to be read again: of the first
// visit that ends so after one that could tell something else. A bot wall makes
// other bytes for every visit.
func keepTrouble(p Page, c Capture) bool {
	return c.Status == http.StatusOK && c.Truncated == "" && p.Failures == 0 && !p.State.Gone()
}

// JudgePart is Judge for a further page of an article, read as of kind part: it
// has no versions, and is new, changed or unchanged by its own text. Its bytes
// are kept where that changed.
func JudgePart(p Page, c Capture, r *Reading) Verdict {
	if r != nil && r.Trouble == TroubleNone && r.Kind != KindPart && c.Status == http.StatusOK {
		return Verdict{Outcome: Unreadable, Reason: fmt.Sprintf("no page of an article: reads as %s (%s)", r.Kind, r.Signature), Keep: true}
	}
	v := Judge(p, c, r)
	if !v.Cut {
		return v
	}
	v.Cut = false
	switch {
	case p.Payload == "":
		v.Reason = "a page of an article, read for the first time"
	case FingerprintOf(r.Article) == p.said():
		return here(p, "other bytes that say the same")
	case p.State.Gone():
		v.Outcome, v.Reason = Restored, "was "+string(p.State)+", there again with another text"
	default:
		v.Outcome, v.Reason = Changed, "a page of an article, says something else than before"
	}
	return v
}

// judgeStatus decides by the status; ok is false where the content has to tell.
// Of what was read it goes by one thing: portals under maintenance say so under a
// status of 404 too, which is then no word about the page.
func judgeStatus(p Page, c Capture, r *Reading) (v Verdict, ok bool) {
	status := fmt.Sprintf("status %d", c.Status)
	if text := http.StatusText(c.Status); text != "" {
		status += " " + text
	}
	switch {
	case c.Status == http.StatusNotModified:
		if c.Request.Get("If-None-Match") == "" && c.Request.Get("If-Modified-Since") == "" {
			return Verdict{Outcome: Unreadable, Reason: status + " to a request without a validator"}, true
		}
		v := here(p, status)
		if v.Outcome == Unchanged {
			v.Outcome = NotModified
		}
		return v, true
	case LeadsTo404(c.Location()):
		return Verdict{Outcome: Gone, Reason: fmt.Sprintf("%s: to the portal's error page %q", status, brief(c.Location()))}, true
	case leadsHome(p, c.Location()):
		return Verdict{Outcome: Gone, Reason: fmt.Sprintf("%s: to %q, which is not the article", status, brief(c.Location()))}, true
	case c.Location() != "":
		return Verdict{Outcome: Moved, Reason: fmt.Sprintf("%s: to %q", status, brief(c.Location()))}, true
	case c.Status == http.StatusNotFound, c.Status == http.StatusGone:
		if r != nil && r.Trouble == TroubleError {
			return Verdict{Outcome: Unreachable, Reason: status + ": error page: " + r.Signature}, true
		}
		return Verdict{Outcome: Gone, Reason: status}, true
	case c.Status == http.StatusRequestTimeout, c.Status == http.StatusTooEarly,
		c.Status == http.StatusTooManyRequests, c.Status >= 500:
		return Verdict{Outcome: Unreachable, Reason: status}, true
	case c.Status >= 400:
		return Verdict{Outcome: Refused, Reason: status}, true
	case c.Status != http.StatusOK && c.Status != http.StatusAccepted && c.Status != http.StatusNonAuthoritativeInfo:
		return Verdict{Outcome: Unreadable, Reason: status + ": not an answer with a page", Keep: len(c.Payload) > 0}, true
	}
	return Verdict{}, false
}

// brief is s as a reason may hold it.
func brief(s string) string {
	const most = 300
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// LeadsTo404 says whether a redirect leads to a page named 404: that is how
// portals answer for what is not there.
func LeadsTo404(location string) bool {
	u, err := url.Parse(location)
	if err != nil {
		return false
	}
	name := path.Base(u.Path)
	return strings.TrimSuffix(name, path.Ext(name)) == "404"
}

// leadsHome says whether a redirect leads from an article, or what a list calls
// one, to a home page or to the list: another way to answer for what is not
// there.
func leadsHome(p Page, location string) bool {
	if location == "" || p.Kind == KindList || p.FoundOn == "" {
		return false
	}
	from, err := url.Parse(p.URL)
	if err != nil {
		return false
	}
	to, err := from.Parse(location)
	if err != nil {
		return false
	}
	to.Fragment = ""
	return p.Versions > 0 && to.String() == p.FoundOn || IsHome(to) && !IsHome(from)
}

// IsHome says whether u is that of the home page of its host.
func IsHome(u *url.URL) bool {
	dir, name := path.Split(u.Path)
	name = strings.TrimSuffix(name, path.Ext(name))
	return u.Host != "" && (dir == "/" || dir == "") && u.RawQuery == "" && (name == "" || name == "index" || name == "default")
}

func judgeList(p Page) Verdict {
	switch {
	case p.Versions > 0:
		return Verdict{Outcome: Unreadable, Reason: "was an article, reads as a list now", Keep: true}
	case p.State.Gone():
		return Verdict{Outcome: Restored, Reason: "list, there again", Keep: true}
	case p.LastDigest == "":
		return Verdict{Outcome: New, Reason: "list, read for the first time", Keep: true}
	}
	return Verdict{Outcome: Changed, Reason: "list, other bytes than last time", Keep: true}
}

func judgeArticle(p Page, r *Reading) Verdict {
	a := r.Article
	if a.Body == "" && len(a.Pictures) == 0 && len(a.Attachments) == 0 {
		return Verdict{Outcome: Unreadable, Reason: "no body, no picture, no attachment" + missing(r), Keep: true}
	}
	return judgeContent(p, FingerprintOf(a), missing(r))
}

// judgeContent compares what a page says, by fingerprint, with what it said.
func judgeContent(p Page, fingerprint Digest, note string) Verdict {
	switch {
	case p.Versions == 0:
		return Verdict{Outcome: New, Reason: "first version" + note, Cut: true, Keep: true}
	case fingerprint == p.said():
		return here(p, "other bytes that say the same")
	case p.State.Gone():
		return Verdict{Outcome: Restored, Reason: "was " + string(p.State) + ", there again with another text" + note, Cut: true, Keep: true}
	}
	return Verdict{Outcome: Changed, Reason: "says something else than version " + fmt.Sprint(p.Versions) + note, Cut: true, Keep: true}
}

// Reconsider looks again at v, the verdict on p by the reading now, with what
// the payload of p's latest version says as it is read today, before: where the
// two say the same, it is the reading that changed and not the page, and no
// version is cut. It is pure.
func (v Verdict) Reconsider(p Page, now, before Reading) Verdict {
	if !v.Cut || p.Versions == 0 || now.Kind != before.Kind || before.Trouble != TroubleNone {
		return v
	}
	if FingerprintOf(now.Article) != FingerprintOf(before.Article) {
		return v
	}
	return here(p, fmt.Sprintf("says what version %d says: it is read otherwise by now, and so is that version", p.Versions))
}

// said is the fingerprint of what p said last, as it was read last.
func (p Page) said() Digest {
	if p.ReadAs != "" {
		return p.ReadAs
	}
	return p.Fingerprint
}

// here is the verdict on a page that says what it said before.
func here(p Page, reason string) Verdict {
	if p.State.Gone() {
		return Verdict{Outcome: Restored, Reason: "was " + string(p.State) + ", there again: " + reason}
	}
	return Verdict{Outcome: Unchanged, Reason: reason}
}

func missing(r *Reading) string {
	if len(r.Missing) == 0 {
		return ""
	}
	parts := make([]string, len(r.Missing))
	for i, m := range r.Missing {
		parts[i] = fmt.Sprintf("no %s (tried %s)", m.Field, m.Tried)
	}
	return "; " + strings.Join(parts, "; ")
}

func truncation(c Capture) string {
	s := fmt.Sprintf("cut short (%s) after %d bytes", c.Truncated, len(c.Payload))
	if c.Failure != "" {
		s += ": " + c.Failure
	}
	return s
}
