package export_test

import (
	"context"
	"iter"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/archive/export"
)

// found is an archive in which visits found a page gone.
type found struct {
	*store
	visits []archive.Visit
}

func (f found) Visits(_ context.Context, of archive.Filter) iter.Seq2[archive.Visit, error] {
	return func(yield func(archive.Visit, error) bool) {
		for _, v := range f.visits {
			if v.URL == of.URL && !v.At.Before(of.Since) && !yield(v, nil) {
				return
			}
		}
	}
}

// A tombstone is dated when the absence was noticed, and gives the reason for the
// state in which the page is: that of the last visit.
func TestTombstoneOfAWithdrawal(t *testing.T) {
	s := found{store: portal().state("http://a/2", archive.StateWithdrawn)}
	for i, reason := range []string{"observation 1 of 3 wanted", "gone at 3 visits over 3 days"} {
		outcome := archive.Gone
		if i == 1 {
			outcome = archive.Withdrawn
		}
		s.visits = append(s.visits, archive.Visit{Site: "a", URL: "http://a/2", At: day(21 + 3*i), Outcome: outcome, Reason: reason},
			archive.Visit{Site: "a", URL: "http://a/2", At: day(22 + 3*i), Outcome: archive.Unreachable, Reason: "no answer"})
	}
	path := filepath.Join(t.TempDir(), "feed.atom")
	if _, err := export.Run(t.Context(), s, export.Job{Format: export.Atom}, export.Target{Path: path}); err != nil {
		t.Fatal(err)
	}
	got := text(t, path)
	if !strings.Contains(got, `when="`+day(21).Format(time.RFC3339)+`"`) || !strings.Contains(got, ": gone at 3 visits over 3 days</at:comment>") {
		t.Errorf("feed %s", got)
	}
}
