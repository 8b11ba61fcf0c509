package crawler

import (
	"errors"
	"slices"
	"time"

	"fangzhi/archive"
)

// importEntries is how many entries an import commits at once: nobody waits for
// one of them.
const importEntries = 256

// add puts a finding among those that wait for the next commit.
func (im *importing) add(g gathered) error {
	if g.entry.Page.Kind != archive.KindArticle && g.entry.Page.Kind != archive.KindList || g.entry.Page.Request != nil {
		g.entry.Page.Due = time.Time{} // pictures and scripts are asked for with what needs them
	}
	var err error
	if g.entry.Discovered, err = im.discovered(&g); err != nil {
		return err
	}
	im.gathered = append(im.gathered, g)
	im.pending[g.entry.Page.URL] = true
	for i := range g.entry.Discovered {
		im.pending[g.entry.Discovered[i].URL] = true // it has a column then
	}
	im.gathered[len(im.gathered)-1].entry.Discovered = append(g.entry.Discovered, g.needs...)
	im.bytes += len(g.entry.Payload)
	for i := range g.parts {
		im.pending[g.parts[i].Page.URL] = true
		im.bytes += len(g.parts[i].Payload)
	}
	if len(im.gathered) >= importEntries || im.bytes >= batchBytes {
		return im.flush()
	}
	return nil
}

// commit is findings that are made durable while the next ones are judged.
type commit struct {
	gathered []gathered
	findings []finding
	batch    []archive.Entry
	pending  map[string]bool
	done     chan error
}

// flushFor waits until nothing of the page at url is on its way into the archive.
func (im *importing) flushFor(url string) error {
	if im.pending[url] {
		return errors.Join(im.flush(), im.settle())
	}
	if im.under != nil && im.under.pending[url] {
		return im.settle()
	}
	return nil
}

// flush begins to make durable what waits, in one commit, once the one before it
// is done.
func (im *importing) flush() error {
	if err := im.settle(); err != nil || len(im.gathered) == 0 {
		return err
	}
	c := &commit{gathered: im.gathered, pending: im.pending, done: make(chan error, 1)}
	var cut []*archive.Snapshot
	for i := range c.gathered {
		g := &c.gathered[i]
		if s := g.entry.Snapshot; s != nil {
			if err := im.story(s, g.story, cut); err != nil {
				return err
			}
			cut = append(cut, s)
		}
		c.batch = append(append(c.batch, g.parts...), g.entry)
		c.findings = append(c.findings, g.finding)
	}
	im.gathered, im.pending, im.bytes = nil, map[string]bool{}, 0
	im.under = c
	go func() { c.done <- im.k.c.store.Record(im.ctx, im.k.run.ID, c.batch) }()
	return nil
}

// settle waits for the commit that is under way, counts it and learns of it. That
// is done here and not beside, so that what is known when a page is read does not
// depend on how quick the archive is.
func (im *importing) settle() error {
	k, c := im.k, im.under
	if c == nil {
		return nil
	}
	im.under = nil
	if err := <-c.done; err != nil {
		return err
	}
	for i := range c.gathered {
		if c.gathered[i].behind {
			im.report.Behind++
		}
		if c.gathered[i].lost {
			im.report.Lost++
		}
	}
	for i := range c.batch {
		im.report.Stored[c.batch[i].Visit.Outcome]++
		if s := c.batch[i].Snapshot; s != nil {
			im.report.Versions++
			if slices.ContainsFunc(s.Parts, func(p archive.Part) bool { return p.Missing != "" }) {
				im.report.Lacking++
			}
		}
		count(&k.run, c.batch[i].Visit)
		if k.c.options.Observe != nil {
			k.tell(Event{Entry: c.batch[i]})
		}
	}
	if err := k.learn(im.ctx, c.findings); err != nil {
		return err
	}
	k.frontier.release(urlsOf(c.batch)...)
	if im.options.Observe != nil {
		im.options.Observe(im.report)
	}
	return nil
}

func urlsOf(batch []archive.Entry) (urls []string) {
	for i := range batch {
		urls = append(urls, batch[i].Page.URL)
	}
	return urls
}

// discovered are the pages that g found and the files have captures of: what
// else was linked then may not be there by now, and crawls find what is.
func (im *importing) discovered(g *gathered) (pages []archive.Page, err error) {
	for _, list := range [][]archive.Page{g.fresh, g.again, g.also} {
		for _, p := range list {
			if p.State == archive.StateAlias {
				continue
			}
			held, err := im.from.Holds(p.URL)
			if err != nil {
				return nil, err
			}
			if !held {
				continue
			}
			p.Due = time.Time{}
			p.Item = itemOf(p.URL)
			pages = append(pages, p)
		}
	}
	return pages, nil
}

// story says which story a version tells: by its text; of several that it could
// be, the one of which the file tells. Texts that were fetched at once are in the
// order in which they were stored, which dates do not tell.
func (im *importing) story(s *archive.Snapshot, told string, before []*archive.Snapshot) error {
	if told == s.URL && s.Article.Body != "" {
		s.Story = s.URL
		return nil
	}
	if err := im.k.recorder.assignStory(im.ctx, s, before); err != nil || told == "" || s.Story == told || s.Story != s.URL {
		return err
	}
	held, err := im.from.Holds(told)
	if held {
		s.Story = told
	}
	return err
}
