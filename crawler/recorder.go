package crawler

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/semaphore"

	"fangzhi/archive"
)

const (
	batchEntries = 64
	batchBytes   = 8 << 20
	// pendingBytes bounds the payloads that wait to be recorded: past it
	// workers wait.
	pendingBytes = 32 << 20
	entryBytes   = 4 << 10 // an entry without its payload, about
)

// recorder makes findings durable, many in one commit: while one commit is
// under way the next batch gathers, so that a slow disk makes batches larger
// and never holds a fast one up.
type recorder struct {
	k       *crawl
	in      chan finding
	room    *semaphore.Weighted
	failure error // read once record has returned
}

func newRecorder(k *crawl) *recorder {
	return &recorder{k: k, in: make(chan finding, batchEntries), room: semaphore.NewWeighted(pendingBytes)}
}

// add hands in a finding; it waits while too much is pending.
func (r *recorder) add(f finding) {
	// Background: record takes in everything until in is closed, come what may.
	r.room.Acquire(context.Background(), weight(f))
	r.in <- f
}

// flush waits until all that was handed in before is recorded.
func (r *recorder) flush() {
	done := make(chan struct{})
	r.in <- finding{flushed: done}
	<-done
}

func weight(f finding) int64 {
	n := int64(len(f.entry.Payload)) + entryBytes
	for i := range f.parts {
		n += int64(len(f.parts[i].Payload)) + entryBytes
	}
	return min(n, pendingBytes)
}

// record commits what comes in until in is closed. When the archive fails it
// stops the run, and takes in the rest without recording it.
func (r *recorder) record(ctx context.Context) {
	var gathered []finding
	for first := range r.in {
		gathered = append(gathered[:0], first)
		bytes := weight(first)
	gather:
		for first.flushed == nil && len(gathered) < batchEntries && bytes < batchBytes {
			select {
			case f, ok := <-r.in:
				if !ok {
					break gather
				}
				gathered = append(gathered, f)
				if bytes += weight(f); f.flushed != nil {
					break gather
				}
			default:
				break gather
			}
		}
		var flushed chan<- struct{}
		if last := len(gathered) - 1; gathered[last].flushed != nil {
			flushed = gathered[last].flushed
			gathered = gathered[:last]
		}
		if r.failure == nil && len(gathered) > 0 {
			if err := r.commit(ctx, gathered); err != nil {
				r.failure = err
				r.k.stop(r.failure)
			}
		}
		var urls []string
		for i := range gathered {
			urls = append(urls, gathered[i].entry.Page.URL)
			for j := range gathered[i].parts {
				urls = append(urls, gathered[i].parts[j].Page.URL)
			}
			r.room.Release(weight(gathered[i]))
		}
		clear(gathered)
		r.k.frontier.done(urls...)
		if flushed != nil {
			close(flushed)
		}
	}
	if r.failure == nil {
		if err := errors.Join(r.k.keepFurniture(ctx), r.k.keepMasks(ctx), r.k.sessions.keep(ctx, r.k), r.k.keepSlowness(ctx)); err != nil {
			r.failure = fmt.Errorf("record: %w", err)
		}
	}
}

// commit records a batch and counts it.
func (r *recorder) commit(ctx context.Context, gathered []finding) error {
	batch := make([]archive.Entry, 0, len(gathered))
	found := 0
	var cut []*archive.Snapshot
	aliases, err := r.aliases(ctx, gathered)
	if err != nil {
		return err
	}
	for i := range gathered {
		f := &gathered[i]
		if err := aliases.learn(ctx, f); err != nil {
			return err
		}
		if err := aliases.revive(ctx, f); err != nil {
			return err
		}
		aliases.visited[f.entry.Page.URL] = f.entry.Page
		aliases.mark(f)
		fresh := 0
		f.entry.Discovered, fresh = r.discovered(f)
		found += fresh
		if batch = append(batch, f.parts...); !f.isEmpty() {
			batch = append(batch, f.entry)
		}
		if s := f.entry.Snapshot; s != nil {
			if err := r.assignStory(ctx, s, cut); err != nil {
				return err
			}
			cut = append(cut, s)
		}
	}
	if err := r.k.c.store.Record(ctx, r.k.run.ID, batch); err != nil {
		return err
	}
	for i := range gathered {
		if gathered[i].isEmpty() {
			continue
		}
		r.k.shapes.count(&gathered[i])
		if err := r.k.yields.count(ctx, r.k, &gathered[i]); err != nil {
			return err
		}
	}
	for i := range batch {
		r.k.mu.Lock()
		count(&r.k.run, batch[i].Visit)
		r.k.run.Discovered += found
		found = 0
		r.k.mu.Unlock()
		r.k.tell(Event{Entry: batch[i]})
	}
	return r.k.learn(ctx, gathered)
}

// discovered returns the pages to record as found by f, and how many of them
// are found for the first time. Other findings may have come first since their
// worker asked.
func (r *recorder) discovered(f *finding) ([]archive.Page, int) {
	pages := f.again
	first := 0
	now := r.k.c.now()
	ahead := f.entry.Visit.At.Sub(now) > archive.MaxAhead // a wrong clock dated the page: not what it leads to
	for _, p := range f.fresh {
		if ahead {
			p.FirstSeen = now
			if p.Due.IsZero() && p.State != archive.StateAlias {
				p.Due = now
			}
		}
		news := r.k.known.add(p.URL)
		if news {
			r.k.found.add(p.URL)
		}
		if news && p.State != archive.StateAlias {
			first++
		}
		if news || p.Kind != archive.KindUnread || !p.Due.IsZero() || p.Column != "" {
			pages = append(pages, p)
		}
	}
	return append(pages, f.also...), first
}

// assignStory says which story a version tells: that of a version whose text is
// nearly the same, be it in the archive or before it in the batch, else its
// own, named by its page.
func (r *recorder) assignStory(ctx context.Context, s *archive.Snapshot, before []*archive.Snapshot) error {
	if s.Article.Body == "" {
		return nil
	}
	s.Story = s.URL
	if len(s.Sketch) == 0 {
		return nil
	}
	for _, o := range before {
		if o.Story != "" && shareKey(s.Sketch, o.Sketch) && archive.SameStory(s.Article, o.Article) {
			s.Story = o.Story
			return nil
		}
	}
	alike, err := r.k.c.store.Alike(ctx, s.Sketch)
	if err != nil {
		return fmt.Errorf("look for the same story: %w", err)
	}
	for _, o := range alike {
		if o.Story != "" && archive.SameStory(s.Article, o.Article) {
			s.Story = o.Story
			return nil
		}
	}
	return nil
}

func shareKey(a, b archive.Sketch) bool {
	for i := range min(len(a), len(b)) {
		if a[i] == b[i] {
			return true
		}
	}
	return false
}
