package crawler_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler"
)

// pile is a store's list of due pages.
type pile struct {
	mu    sync.Mutex
	pages map[string]archive.Page
	asked int
	rows  int
	most  int // rows of one answer
}

func (p *pile) add(at time.Time, urls ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pages == nil {
		p.pages = map[string]archive.Page{}
	}
	for _, u := range urls {
		p.pages[u] = archive.Page{URL: u, Due: at}
	}
}

// visited makes a page due again at once, as lists are.
func (p *pile) visited(url string, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	page := p.pages[url]
	page.LastVisit, page.Due = at, at.Add(time.Millisecond)
	p.pages[url] = page
}

func (p *pile) due(_ context.Context, n int, except archive.Except) ([]archive.Page, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []archive.Page
	for _, page := range p.pages {
		host, _, _ := strings.Cut(strings.TrimPrefix(page.URL, "http://"), "/")
		if !slices.Contains(except.Hosts, host) && (page.LastVisit.IsZero() || page.LastVisit.Before(except.VisitedSince)) {
			all = append(all, page)
		}
	}
	slices.SortFunc(all, func(a, b archive.Page) int {
		return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.URL, b.URL))
	})
	p.asked++
	p.rows += min(n, len(all))
	p.most = max(p.most, min(n, len(all)))
	return all[:min(n, len(all))], nil
}

// Each page has one turn, although it is due again at once, and the archive is
// not asked for all of them over and over.
func TestFrontierOneTurn(t *testing.T) {
	const pages = 3000
	start := time.Now()
	var p pile
	for i := range pages {
		p.add(start, fmt.Sprintf("http://a.cn/%05d", i))
	}
	f := crawler.NewFrontier(start, 0, p.due)
	turns := map[string]int{}
	for {
		page, ok, err := f.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			break
		}
		turns[page.URL]++
		p.visited(page.URL, start.Add(time.Second))
		f.Done(page.URL)
	}
	if len(turns) != pages {
		t.Errorf("%d pages had a turn, want %d", len(turns), pages)
	}
	for u, n := range turns {
		if n != 1 {
			t.Errorf("%s had %d turns", u, n)
		}
	}
	if p.rows > 2*pages || p.most > 1000 {
		t.Errorf("the archive was asked %d times for %d rows in all, for %d at once", p.asked, p.rows, p.most)
	}
}

// The run is over when nothing is due, nothing is in flight, and what was in
// flight led to nothing.
func TestFrontierWaitsForWhatIsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var p pile
		p.add(start, "http://a.cn/list")
		f := crawler.NewFrontier(start, 0, p.due)
		list, _, _ := f.Next(t.Context())
		got := make(chan string, 9)
		go func() {
			defer close(got)
			for {
				page, ok, _ := f.Next(t.Context())
				if !ok {
					return
				}
				got <- page.URL
				p.visited(page.URL, time.Now())
				f.Done(page.URL)
			}
		}()
		synctest.Wait()
		if len(got) != 0 {
			t.Fatal("a page came from nowhere")
		}
		p.add(start, "http://a.cn/1", "http://a.cn/2")
		p.visited(list.URL, time.Now())
		f.Done(list.URL)
		var urls []string
		for u := range got {
			urls = append(urls, u)
		}
		if !slices.Equal(urls, []string{"http://a.cn/1", "http://a.cn/2"}) {
			t.Errorf("then came %v", urls)
		}
	})
}

// What a look found before a commit is not news after it.
func TestFrontierLookAcrossACommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var p pile
		p.add(start, "http://a.cn/1")
		hold := make(chan struct{})
		looks := 0
		f := crawler.NewFrontier(start, 0, func(ctx context.Context, n int, except archive.Except) ([]archive.Page, error) {
			pages, err := p.due(ctx, n, except)
			if looks++; looks == 2 {
				<-hold
			}
			return pages, err
		})
		page, _, _ := f.Next(t.Context())
		f.Done("http://a.cn/other") // something was recorded: a look is worth it
		over := make(chan string)
		go func() {
			second, ok, _ := f.Next(t.Context())
			over <- fmt.Sprint(second.URL, ok)
		}()
		synctest.Wait()
		p.visited(page.URL, time.Now().Add(time.Second))
		f.Done(page.URL)
		close(hold)
		if got := <-over; got != "false" {
			t.Errorf("the page came a second time: %s", got)
		}
	})
}

func TestFrontierRests(t *testing.T) {
	start := time.Now()
	var p pile
	for i := range 5000 {
		p.add(start, fmt.Sprintf("http://a.cn/%04d", i))
	}
	p.add(start, "http://b.cn/")
	f := crawler.NewFrontier(start, 0, p.due)
	first, _, _ := f.Next(t.Context())
	f.Drop(first.URL)
	if !f.Rest("a.cn") || f.Rest("a.cn") {
		t.Error("Rest does not tell news from what is known")
	}
	page, ok, err := f.Next(t.Context())
	if !ok || err != nil || page.URL != "http://b.cn/" {
		t.Fatalf("Next = %s, %v, %v", page.URL, ok, err)
	}
	p.visited(page.URL, start.Add(time.Second))
	f.Done(page.URL)
	if page, ok, _ := f.Next(t.Context()); ok {
		t.Errorf("%s came although its host rests", page.URL)
	}
	if p.most > 1000 {
		t.Errorf("the archive was asked for %d pages at once", p.most)
	}
}

func TestFrontierErrors(t *testing.T) {
	fault := errors.New("no disk")
	f := crawler.NewFrontier(time.Now(), 0, func(context.Context, int, archive.Except) ([]archive.Page, error) { return nil, fault })
	if _, ok, err := f.Next(t.Context()); ok || !errors.Is(err, fault) {
		t.Errorf("Next = %v, %v", ok, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, ok, err := f.Next(ctx); ok || err != nil {
		t.Errorf("Next with a cancelled context = %v, %v", ok, err)
	}
}

// Nobody waits for the page of one who waits, so there is no ring of them; and the
// end of the run ends each wait.
func TestFrontierAwait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := crawler.NewFrontier(time.Now(), 0, (&pile{}).due)
		ring := []string{"http://a.cn/1", "http://a.cn/2", "http://a.cn/3"}
		for _, url := range ring {
			if !f.Claim(url) || f.Claim(url) {
				t.Fatalf("%s is not one worker's", url)
			}
		}
		var all sync.WaitGroup
		for i, url := range ring {
			all.Go(func() {
				defer f.Done(url)
				defer f.Waits(url)()
				if err := f.Await(t.Context(), ring[(i+1)%len(ring)]); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()

		f.Claim("http://a.cn/4")
		ctx, stop := context.WithCancelCause(t.Context())
		stopped := errors.New("stopped")
		go func() {
			synctest.Wait()
			stop(stopped)
		}()
		if err := f.Await(ctx, "http://a.cn/4"); !errors.Is(err, stopped) {
			t.Errorf("the wait ended with %v", err)
		}
	})
}
