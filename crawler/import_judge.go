package crawler

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"fangzhi/archive"
	"fangzhi/lazyregexp"
)

// judge decides what a capture means for p.
func (im *importing) judge(p archive.Page, a address, s archive.Saved) (g gathered, err error) {
	k := im.k
	if s.Told != nil {
		g.story = s.Told.Story
	}
	got := answer{Capture: s.Capture}
	got.URL = p.URL
	switch got.Truncated {
	case "", "length", "time", "disconnect":
	default:
		got.Truncated = "unspecified"
	}
	switch {
	case s.Bare:
		g.finding, g.lost, err = im.bare(p, got, *s.Told)
		im.agree(&g, s)
		return g, err
	case s.Confirms == archive.ConfirmsStand && s.Lost == "":
		g.finding, g.lost = im.confirmed(p, got, archive.NotModified, "status 304 Not Modified, says the file", "a 304 Not Modified")
		im.agree(&g, s)
		return g, nil
	case s.Confirms != archive.ConfirmsNothing || s.Lost != "":
		found, err := im.recall(p, s, &got.Capture)
		if err != nil {
			return g, err
		}
		if !found {
			g.lost = true
			got.Payload = nil
			g.finding = im.settled(p, got, archive.Verdict{
				Outcome: archive.Unreadable, Reason: fmt.Sprintf("the file has a revisit of %s: %s, nor in the archive", s.Refers.URL, s.Lost),
			})
			return g, nil
		}
	}
	switch p.Kind {
	case archive.KindPart:
		g.entry, err = im.judgePart(p, got)
	case archive.KindRequisite:
		g.entry, err = im.judgeRequisite(p, got)
	default:
		g.finding, err = k.judged(p, a, got)
	}
	if err != nil {
		return g, err
	}
	if v := g.entry.Snapshot; v != nil && v.Kind == archive.KindAttachment && v.Article.Title == "" {
		v.Article.Title = p.Anchor
	}
	im.agree(&g, s)
	im.keep(&g, s)
	return g, nil
}

// judgeRequisite is the entry of a requisite.
func (im *importing) judgeRequisite(p archive.Page, got answer) (archive.Entry, error) {
	r, err := im.k.readKept(p, got.Capture)
	if err != nil {
		return archive.Entry{}, err
	}
	v := archive.JudgeRequisite(p, got.Capture, r)
	if r = nil; v.Outcome.There() {
		r = &archive.Reading{Kind: archive.KindRequisite}
	}
	e := archive.Settle(im.k.run.ID, p, got.Capture, r, v)
	if v.Outcome == archive.Moved {
		if to, err := resolve(p.URL, got.Location()); err == nil {
			e.Visit.MovedTo, e.Page.MovedTo = to.url, to.url
		}
	}
	return e, nil
}

// settled is the finding of a verdict on what was not read.
func (im *importing) settled(p archive.Page, got answer, v archive.Verdict) finding {
	e := archive.Settle(im.k.run.ID, p, got.Capture, nil, v)
	e.Page.Due = im.k.dueAgain(e.Page, got)
	return finding{entry: e, was: p}
}

// confirmed is the finding of what says that p stands, without its bytes.
func (im *importing) confirmed(p archive.Page, got answer, o archive.Outcome, reason, what string) (f finding, lost bool) {
	v, ok := archive.Confirmed(p, o, reason)
	if !ok {
		return im.settled(p, got, archive.Verdict{
			Outcome: archive.Unreadable, Reason: what + " that confirms what is neither in the files nor in the archive",
		}), true
	}
	f = im.settled(p, got, v)
	// Which bytes there were nobody knows.
	f.entry.Page.LastDigest, f.entry.Page.ETag, f.entry.Page.LastModified = p.LastDigest, p.ETag, p.LastModified
	f.entry.Visit.Payload = ""
	f.entry.Page.ReadAs = p.ReadAs
	return f, false
}

// bare is the finding of what fangzhi told of a visit that left no capture.
// It is lost where that is about something that is neither in the files nor in the
// archive.
func (im *importing) bare(p archive.Page, got answer, t archive.Told) (f finding, lost bool, err error) {
	got.Status, got.Took, got.Attempts, got.Truncated = t.Status, t.Took, t.Attempts, text(t.Truncated, 20)
	switch o := t.Outcome; o {
	case archive.NotModified, archive.Unchanged, archive.Restored:
		if o == archive.Restored {
			o = archive.Unchanged
		}
		f, lost = im.confirmed(p, got, o, t.Reason, "a visit without a capture")
		if o == archive.Unchanged && f.entry.Visit.Outcome.There() {
			f.entry.Page.LastDigest, f.entry.Page.ETag, f.entry.Page.LastModified = "", "", "" // it had other bytes
		}
	case archive.New, archive.Changed:
		f = im.settled(p, got, archive.Verdict{Outcome: archive.Unreadable, Reason: "the file tells of other bytes, and has them not"})
	case archive.Gone, archive.Withdrawn:
		f = im.settled(p, got, archive.Verdict{Outcome: archive.Gone, Reason: t.Reason})
		err = im.missed(&f, p, t)
	default:
		f = im.settled(p, got, archive.Verdict{Outcome: o, Reason: t.Reason})
		if o == archive.Moved {
			if to, err := canonical(t.MovedTo); err == nil {
				f.entry.Visit.MovedTo, f.entry.Page.MovedTo = to.url, to.url
			}
		}
	}
	f.entry.Visit.Bytes = t.Bytes
	if p.Kind == archive.KindPart || p.Request != nil {
		f.entry.Page.Due = time.Time{}
	}
	return f, lost, err
}

// missed adds to the visit f, which found its page gone, the evidence of which
// the file tells. Withdrawn it is only where that evidence is enough.
func (im *importing) missed(f *finding, p archive.Page, t archive.Told) error {
	if t.Absence == nil {
		return nil
	}
	v := &f.entry.Visit
	v.Absence = t.Absence
	if t.Outcome != archive.Withdrawn {
		return nil
	}
	var before []archive.Visit
	for o, err := range im.k.c.store.Visits(im.ctx, archive.Filter{Site: p.Site, URL: p.URL, Since: p.LastSeen, Until: v.At}) {
		if err != nil {
			return err
		}
		before = append(before, o)
	}
	// Each was of another run where it took place.
	for i := range before {
		before[i].Run = before[i].At.String()
	}
	now := *v
	now.Run = now.At.String()
	withdrawn, reason := im.k.site.Withdrawal.Judge(p, before, now)
	if withdrawn {
		v.Outcome, f.entry.Page.State = archive.Withdrawn, archive.StateWithdrawn
		return nil
	}
	v.Reason = "gone, says the file, and withdrawn, for which its evidence is not enough: " + reason
	return nil
}

// agree takes over what the file tells of a capture where it ended as it says.
func (im *importing) agree(g *gathered, s archive.Saved) {
	t := s.Told
	if t == nil {
		return
	}
	v := &g.entry.Visit
	if v.Outcome == archive.Gone && (t.Outcome == archive.Gone || t.Outcome == archive.Withdrawn) && t.Absence != nil {
		v.Absence = t.Absence
	}
	if v.Outcome == t.Outcome && t.Reason != "" && !contradicts(v.Reason, t.Reason) {
		v.Reason = t.Reason
	}
	if s.Bare {
		return
	}
	if v.Payload != "" && len(v.Header) == 0 {
		v.Bytes = t.Bytes
	}
	if s.Confirms != archive.ConfirmsNothing {
		v.Bytes, v.Status = t.Bytes, t.Status
	}
}

// versionNamed is where a reason names a version.
var versionNamed = lazyregexp.New(`version \d+`)

// contradicts says whether what a file tells is not so here, as found tells: pages
// of an article are not in the files, or versions have other numbers, since files
// that hold a part of an archive lack what came before.
func contradicts(found, told string) bool {
	if strings.Contains(found, ", is missing: "+filesHave) && !strings.Contains(told, ", is missing: ") {
		return true
	}
	here, there := versionNamed.FindString(found), versionNamed.FindString(told)
	return here != "" && there != "" && here != there
}

// keep has the archive keep the bytes of a capture, whatever they say: the file
// may not be there for long. Of what fangzhi saved it kept what it keeps.
func (im *importing) keep(g *gathered, s archive.Saved) {
	v := &g.entry.Visit
	if s.Told != nil || s.Confirms != archive.ConfirmsNothing || len(s.Payload) == 0 || v.Header != nil || v.Outcome == archive.Restored {
		return
	}
	v.Payload, v.Header, v.Request = archive.DigestOf(s.Payload), s.Header, s.Capture.Request
	if v.Header == nil {
		v.Header = http.Header{}
	}
	v.Address, v.Protocol, v.Trust, v.Security = s.Address, s.Protocol, s.Trust, s.Security
	g.entry.Payload = s.Payload
}

// recall finds in the archive what a revisit refers to, where the files have it
// not, and fills it into c.
func (im *importing) recall(p archive.Page, s archive.Saved, c *archive.Capture) (found bool, err error) {
	if s.Lost == "" {
		return true, nil
	}
	if s.Confirms != archive.ConfirmsBytes {
		return false, nil
	}
	try := func(url string, d archive.Digest) error {
		held, err := archive.Recall(im.ctx, im.k.c.store, p.Site, url, d)
		if gone(err) || err == nil && s.Refers.Same != nil && !s.Refers.Same(held.Payload) {
			return nil
		}
		if err != nil {
			return err
		}
		c.Payload, found = held.Payload, true
		if c.Status == 0 {
			c.Status = held.Status
		}
		if c.Header == nil {
			c.Header, c.Protocol = held.Header, held.Protocol
		}
		return nil
	}
	to, err := canonical(s.Refers.URL)
	if err != nil || s.Refers.At.IsZero() {
		to.url = p.URL
	}
	second := s.Refers.At.Truncate(time.Second)
	if !s.Refers.At.IsZero() {
		for v, err := range im.k.c.store.Visits(im.ctx, archive.Filter{Site: p.Site, URL: to.url, Since: second, Until: second.Add(time.Second)}) {
			if err != nil {
				return false, err
			}
			if v.Payload != "" && !found {
				if err := try(to.url, v.Payload); err != nil {
					return false, err
				}
			}
		}
	}
	if !found && p.Payload != "" && s.Refers.Same != nil {
		err = try(p.URL, p.Payload)
		return found, err
	}
	return found, nil
}

// text is s, of so many bytes at most.
func text(s string, most int) string {
	if len(s) > most {
		return s[:most]
	}
	return s
}
