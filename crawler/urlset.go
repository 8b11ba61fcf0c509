package crawler

import (
	"hash/maphash"
	"sync"
)

// urlSet remembers the addresses that it was told of last, twelve thousand at
// least: about what the findings of one batch lead to, and little memory.
type urlSet struct {
	mu          sync.Mutex
	young, aged map[string]struct{}
}

const generation = 12_000

func newURLSet() *urlSet { return &urlSet{young: map[string]struct{}{}} }

// add says whether url is news.
func (s *urlSet) add(url string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.has(url) {
		return false
	}
	s.put(url)
	return true
}

// unknown returns those of urls that are not remembered.
func (s *urlSet) unknown(urls []string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var rest []string
	for _, u := range urls {
		if !s.has(u) {
			rest = append(rest, u)
		}
	}
	return rest
}

// addAll remembers urls.
func (s *urlSet) addAll(urls []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range urls {
		if !s.has(u) {
			s.put(u)
		}
	}
}

func (s *urlSet) has(url string) bool {
	if _, ok := s.young[url]; ok {
		return true
	}
	_, ok := s.aged[url]
	if ok {
		s.put(url) // what is asked for stays
	}
	return ok
}

// remembers is has, for those who do not hold the lock.
func (s *urlSet) remembers(url string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.has(url)
}

func (s *urlSet) put(url string) {
	if len(s.young) >= generation {
		s.aged, s.young = s.young, make(map[string]struct{}, generation)
	}
	s.young[url] = struct{}{}
}

// foundSet remembers the addresses that a run found first: in a list they are
// news to whichever list shows them. Of a run that finds very many it takes
// every address for one of them.
type foundSet struct {
	mu   sync.Mutex
	hash map[uint64]struct{}
}

const mostFound = 100_000 // about 3 MB

func newFoundSet() *foundSet { return &foundSet{hash: map[uint64]struct{}{}} }

func (s *foundSet) add(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.hash) < mostFound {
		s.hash[maphash.String(listSeed, url)] = struct{}{}
	}
}

func (s *foundSet) has(url string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.hash[maphash.String(listSeed, url)]
	return ok || len(s.hash) >= mostFound
}
