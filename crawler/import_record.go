package crawler

import (
	"time"

	"fangzhi/archive"
)

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
	im.bytes += len(g.entry.Payload)
	for i := range g.parts {
		im.pending[g.parts[i].Page.URL] = true
		im.bytes += len(g.parts[i].Payload)
	}
	if len(im.gathered) >= batchEntries || im.bytes >= batchBytes {
		return im.flush()
	}
	return nil
}

// flushFor makes durable what waits, where the page at url is part of it.
func (im *importing) flushFor(url string) error {
	if !im.pending[url] {
		return nil
	}
	return im.flush()
}

// flush makes durable what waits, in one commit.
func (im *importing) flush() error {
	if len(im.gathered) == 0 {
		return nil
	}
	k := im.k
	var batch []archive.Entry
	var cut []*archive.Snapshot
	var findings []finding
	for i := range im.gathered {
		g := &im.gathered[i]
		if s := g.entry.Snapshot; s != nil {
			if err := im.story(s, g.story, cut); err != nil {
				return err
			}
			cut = append(cut, s)
		}
		batch = append(append(batch, g.parts...), g.entry)
		findings = append(findings, g.finding)
	}
	if err := k.c.store.Record(im.ctx, k.run.ID, batch); err != nil {
		return err
	}
	for i := range im.gathered {
		g := &im.gathered[i]
		if g.behind {
			im.report.Behind++
		}
		if g.lost {
			im.report.Lost++
		}
	}
	for i := range batch {
		im.report.Stored[batch[i].Visit.Outcome]++
		if batch[i].Snapshot != nil {
			im.report.Versions++
		}
		count(&k.run, batch[i].Visit)
		if k.c.options.Observe != nil {
			k.tell(Event{Entry: batch[i]})
		}
	}
	if err := k.learn(im.ctx, findings); err != nil {
		return err
	}
	im.gathered, im.bytes = im.gathered[:0], 0
	clear(im.pending)
	k.frontier.release(urlsOf(batch)...)
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
