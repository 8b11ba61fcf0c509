package mongo_test

import (
	"fmt"
	"iter"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fangzhi/archive"
	"fangzhi/archive/mongo"
)

// namesOf are the names of what a listing yields, in its order.
func namesOf[T any](t *testing.T, all iter.Seq2[T, error], name func(T) string) (names []string) {
	t.Helper()
	for v, err := range all {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name(v))
	}
	return names
}

// A line that breaks while a listing is read is no more than a delay: it goes on
// behind what it has yielded.
func TestListingsOverABrokenLine(t *testing.T) {
	uri := database(t)
	p := newProxy(t, uri)
	s := open(t, p.uri)
	defer s.Close()
	r := begin(t, s, 0)
	var batch []archive.Entry
	for n := range 260 { // more than a server sends at first
		e := visited(r, found(fmt.Sprintf("https://www.zjg.example/%03d", n)), time.Second*time.Duration(n/100), "标题", fmt.Sprint("正文", n))
		batch = append(batch, e)
	}
	record(t, s, r, batch...)
	if _, err := s.Seal(t.Context(), t0); err != nil {
		t.Fatal(err)
	}
	for what, list := range map[string]func(t *testing.T) []string{
		"pages": func(t *testing.T) []string {
			return namesOf(t, s.Pages(t.Context(), archive.Filter{}), func(p archive.Page) string { return p.URL })
		},
		"versions": func(t *testing.T) []string {
			return namesOf(t, s.Snapshots(t.Context(), archive.Filter{Site: site}), func(v archive.Snapshot) string { return v.URL })
		},
		"visits, newest first": func(t *testing.T) []string {
			return namesOf(t, s.Visits(t.Context(), archive.Filter{Newest: true}), func(v archive.Visit) string { return v.At.String() + v.URL })
		},
		"payloads": func(t *testing.T) []string {
			return namesOf(t, s.Payloads(t.Context()), func(d archive.Digest) string { return string(d) })
		},
		"leaves": func(t *testing.T) []string {
			return namesOf(t, s.Leaves(t.Context(), 3), func(l archive.Leaf) string { return fmt.Sprint(l.N, l.Visit.URL) })
		},
		"log": func(t *testing.T) []string { return logOf(t, s) },
	} {
		t.Run(what, func(t *testing.T) {
			p.reset(nil, nil)
			want := fmt.Sprint(list(t))
			commands := p.seen()
			more := false
			for n := 1; n <= len(commands); n++ {
				// Leaves ask for what all the others ask for.
				if name(commands[n-1]) == "getMore" {
					more = true
				} else if what != "leaves" && what != "log" {
					continue
				}
				p.reset(func(i int, _ bson.Raw) fate {
					if i == n {
						return broken
					}
					return pass
				}, nil)
				if got := fmt.Sprint(list(t)); got != want {
					t.Fatalf("broken at command %d of %d: got %s\nwant %s", n, len(commands), got, want)
				}
			}
			if !more && what != "payloads" && what != "log" {
				t.Error("nothing came after the first batch")
			}
		})
	}
	// One that does not come back is an error.
	p.reset(func(i int, _ bson.Raw) fate {
		if i < 3 {
			return pass
		}
		return unheard
	}, nil)
	var err error
	for _, e := range s.Visits(t.Context(), archive.Filter{}) {
		err = e
	}
	if err == nil {
		t.Error("a listing over a line that is gone came to its end")
	}
}

func logOf(t *testing.T, s *mongo.Store) []string {
	t.Helper()
	l, err := s.Log(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return []string{fmt.Sprint(l.Size, l.Unsealed)}
}
