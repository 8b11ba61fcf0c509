package storetest

import (
	"bytes"
	"iter"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"fangzhi/archive"
)

// same content, an empty list being no list, a sketch not being read back, and
// the sums of what is damaged as the test has them or not
var asStored = cmp.Options{
	cmpopts.EquateEmpty(),
	cmpopts.IgnoreFields(archive.Snapshot{}, "Sketch"),
	cmpopts.IgnoreFields(archive.Page{}, "Kept"), cmpopts.IgnoreFields(archive.Run{}, "Kept"), cmpopts.IgnoreFields(archive.Lesson{}, "Kept"),
	cmpopts.IgnoreFields(archive.Snapshot{}, "Kept"), cmpopts.IgnoreFields(archive.Earlier{}, "Kept"),
}

func (f *fixture) equal(what string, got, want any) {
	f.Helper()
	if diff := cmp.Diff(want, got, asStored); diff != "" {
		f.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// collect returns what seq yields, and fails the test at an error.
func collect[T any](t *testing.T, seq iter.Seq2[T, error]) []T {
	t.Helper()
	var all []T
	for v, err := range seq {
		if err != nil {
			t.Fatalf("after %d: %v", len(all), err)
		}
		all = append(all, v)
	}
	return all
}

// names returns name of each, never nil.
func names[T any](all []T, name func(T) string) []string {
	s := make([]string, len(all))
	for i, v := range all {
		s[i] = name(v)
	}
	return s
}

func (f *fixture) pageURLs(filter archive.Filter) []string {
	f.Helper()
	return names(collect(f.T, f.Pages(f.Context(), filter)), func(p archive.Page) string { return p.URL })
}

func (f *fixture) searchURLs(q string, filter archive.Filter) []string {
	f.Helper()
	return names(collect(f.T, f.Search(f.Context(), q, filter)), func(s archive.Snapshot) string { return s.URL })
}

// holdings is all that an archive says about itself.
type holdings struct {
	Pages     []archive.Page
	Snapshots []archive.Snapshot
	Visits    []archive.Visit
	Runs      []archive.Run
	Payloads  []archive.Digest
}

func (f *fixture) holdings() holdings {
	f.Helper()
	ctx := f.Context()
	return holdings{
		Pages:     collect(f.T, f.Pages(ctx, archive.Filter{})),
		Snapshots: collect(f.T, f.Snapshots(ctx, archive.Filter{})),
		Visits:    collect(f.T, f.Visits(ctx, archive.Filter{})),
		Runs:      collect(f.T, f.Runs(ctx, archive.Filter{})),
		Payloads:  collect(f.T, f.Payloads(ctx)),
	}
}

// unchanged fails the test when do changes what the archive holds.
func (f *fixture) unchanged(what string, do func()) {
	f.Helper()
	before := f.holdings()
	do()
	f.equal(what+" changed the archive", f.holdings(), before)
}

// inUTC fails the test at every time in record that is not in UTC.
func (f *fixture) inUTC(record any) {
	f.Helper()
	v := reflect.ValueOf(record)
	for i := range v.NumField() {
		if at, ok := v.Field(i).Interface().(time.Time); ok && at.Location() != time.UTC {
			f.Errorf("%s.%s is in %s, not in UTC", v.Type().Name(), v.Type().Field(i).Name, at.Location())
		}
	}
}

// Same fails the test unless two archives hold the same, of whatever kind they
// are: every page, version, visit, run and lesson, every payload to the byte,
// and the log. That it is a copy an archive keeps for itself.
func Same(t *testing.T, got, want archive.Store) {
	t.Helper()
	a, b := fixture{t, got}, fixture{t, want}
	a.equal("holdings", a.holdings(), b.holdings())
	a.equal("earlier readings", collect(t, a.Earlier(t.Context(), archive.Filter{})), collect(t, b.Earlier(t.Context(), archive.Filter{})))
	a.equal("lessons", a.lessons(), b.lessons())
	a.equal("leaves", a.leaves(0), b.leaves(0))
	a.equal("size of the log", a.log().Size, b.log().Size)
	edge := archive.Edge(b.log().Size)
	ours, err := got.Nodes(t.Context(), edge)
	theirs, err2 := want.Nodes(t.Context(), edge)
	if err != nil || err2 != nil {
		t.Errorf("nodes: %v, %v", err, err2)
	}
	a.equal("nodes", ours, theirs)
	for _, d := range collect(t, b.Payloads(t.Context())) {
		ours, err := got.Payload(t.Context(), d)
		theirs, err2 := want.Payload(t.Context(), d)
		if err != nil || err2 != nil || !bytes.Equal(ours, theirs) {
			t.Errorf("payload %s: %d bytes, %v, want %d bytes, %v", d, len(ours), err, len(theirs), err2)
		}
	}
}

func (f *fixture) lessons() []archive.Lesson {
	f.Helper()
	return slices.DeleteFunc(collect(f.T, f.Lessons(f.Context())), func(l archive.Lesson) bool { return l.Site == "" && l.Name == "copy" })
}
