package archive

import (
	"context"
	"iter"
)

// Lesson is what crawls learnt of a site under a name; see Store.Learn.
type Lesson struct {
	Site, Name string
	Data       []byte
	Damaged    bool // is not what was written, by its sum
	Kept       Sum  // the sum that was kept, where it is damaged
}

// lessonOf returns what was learnt of site under name with what its sum tells,
// ErrNotFound when there was none.
func lessonOf(ctx context.Context, s interface {
	Lessons(ctx context.Context) iter.Seq2[Lesson, error]
}, site, name string) (Lesson, error) {
	for l, err := range s.Lessons(ctx) {
		if err != nil || l.Site == site && l.Name == name {
			return l, err
		}
		if l.Site > site || l.Site == site && l.Name > name {
			break
		}
	}
	return Lesson{}, ErrNotFound
}

// Import is what another archive holds, to be added as it is there.
type Import struct {
	Runs     []Run
	Payloads [][]byte
	Pages    []Page
	Leaves   []Leaf  // as Store.Leaves yields them, one after the other
	Again    []Again // further readings of versions, each version's in their order
	Lessons  []Lesson
}

// Empty says whether there is nothing in it.
func (i Import) Empty() bool {
	return len(i.Runs)+len(i.Payloads)+len(i.Pages)+len(i.Leaves)+len(i.Again)+len(i.Lessons) == 0
}
