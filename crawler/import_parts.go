package crawler

import (
	"fmt"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler/discover"
	"fangzhi/extract"
)

// filesHave begins why a page of an article is missing of which the files tell too little.
const filesHave = "the files have "

// judgePart is the entry of a further page of an article that was captured by
// itself.
func (im *importing) judgePart(p archive.Page, got answer) (archive.Entry, error) {
	known := im.k.furniture.known.Load()
	reading, _, err := im.k.readPart(p, got.Capture, known)
	if err != nil {
		return archive.Entry{}, err
	}
	return im.partEntry(p, got, reading, known)
}

func (im *importing) partEntry(p archive.Page, got answer, reading *archive.Reading, known *extract.Furniture) (archive.Entry, error) {
	v := archive.JudgePart(p, got.Capture, reading)
	if v.Keep && p.Payload != "" && v.Outcome.There() {
		before, err := im.k.recallArticle(p.Site, p.URL, p.Payload, known)
		if err != nil && !gone(err) {
			return archive.Entry{}, err
		}
		if err == nil && archive.FingerprintOf(before) == archive.FingerprintOf(reading.Article) {
			v = archive.Verdict{Outcome: archive.Unchanged, Reason: "says what it said: it is read otherwise by now"}
		}
	}
	e := archive.Settle(im.k.run.ID, p, got.Capture, reading, v)
	e.Page.Due = time.Time{}
	return e, nil
}

// part finds the capture of a further page of the article that is judged: the one
// whose nearest capture of the article this is.
func (im *importing) part(got *part, at archive.Page, first archive.Reading, next discover.Part, known *extract.Furniture) (kept bool, page *extract.Page, stranger string, err error) {
	when, ok, err := im.beside(at.URL)
	if err != nil {
		return false, nil, "", err
	}
	var s archive.Saved
	if ok {
		if s, ok, err = im.from.At(at.URL, when); err != nil {
			return false, nil, "", err
		}
	}
	if !ok {
		got.Missing = filesHave + "no capture of it that belongs to this one"
		return false, nil, "", nil
	}
	ledger, err := im.ledger(at, s)
	if err != nil {
		return false, nil, "", err
	}
	moment, held := placed(s, ledger)
	if moment.IsZero() {
		got.Missing = filesHave + "too many captures of it in one second"
		return false, nil, "", nil
	}
	late := !held && !at.LastVisit.IsZero() && !moment.After(at.LastVisit)
	s.At = moment
	answer := answer{Capture: s.Capture}
	answer.URL = at.URL
	if s.Lost != "" {
		found, err := im.recall(at, s, &answer.Capture)
		if err != nil {
			return false, nil, "", err
		}
		if !found {
			got.Missing = filesHave + "a revisit of it alone"
			return false, nil, "", nil
		}
	}
	stands := s.Bare || s.Confirms == archive.ConfirmsStand
	var reading *archive.Reading
	if !stands {
		if reading, page, err = im.k.readPart(at, answer.Capture, known); err != nil {
			return false, nil, "", err
		}
		if reading != nil && !next.Sure && reading.Kind == archive.KindPart {
			if why := notAPart(first.Article, reading.Article); why != "" {
				return false, nil, fmt.Sprintf("%s, which it leads to as a page of its own, %s", at.URL, why), nil
			}
		}
	}
	judged := at
	if late {
		judged = at.Before(moment, ledger)
	}
	var e archive.Entry
	switch {
	case s.Bare:
		f, _, err := im.bare(judged, answer, *s.Told)
		if err != nil {
			return false, nil, "", err
		}
		e = f.entry
	case stands:
		f, _ := im.confirmed(judged, answer, archive.NotModified, "status 304 Not Modified, says the file", "a 304 Not Modified")
		e = f.entry
	default:
		if e, err = im.partEntry(judged, answer, reading, known); err != nil {
			return false, nil, "", err
		}
	}
	e.Page.Due = time.Time{}
	g := gathered{finding: finding{entry: e}}
	im.agree(&g, s)
	im.keep(&g, s)
	got.settle(g.entry)
	if late {
		*got.entry = g.entry.Amid(at, ledger)
	}
	if held {
		// It is in the archive. Whether it said something else then nobody asks.
		got.entry, got.same = nil, false
	}
	switch {
	case got.Missing != "":
	case stands || reading == nil:
		got.article, err = im.k.recallArticle(at.Site, at.URL, at.Payload, known)
		if gone(err) {
			got.Missing, got.passing, err = err.Error(), true, nil
		}
		got.Payload = at.Payload
	default:
		got.article = reading.Article
	}
	return got.entry != nil, page, "", err
}

// beside is when the page at url was captured beside the capture that is judged.
func (im *importing) beside(url string) (when time.Time, ok bool, err error) {
	var articles []time.Time
	for t, err := range im.from.Times(im.page) {
		if err != nil {
			return when, false, err
		}
		articles = append(articles, t)
	}
	nearest := func(t time.Time) time.Time {
		best := im.now.At
		for _, a := range articles {
			if t.Sub(a).Abs() < t.Sub(best).Abs() {
				best = a
			}
		}
		return best
	}
	for t, err := range im.from.Times(url) {
		if err != nil {
			return when, false, err
		}
		// Captures of a whole second may have been put some milliseconds later.
		if !nearest(t).Truncate(time.Second).Equal(im.now.At.Truncate(time.Second)) {
			continue
		}
		if !ok || !t.Before(im.now.At) && when.Before(im.now.At) || t.Before(im.now.At) && when.Before(t) {
			when, ok = t, true
		}
	}
	return when, ok, nil
}
