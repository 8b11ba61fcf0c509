// Package storetest holds what every archive.Store must do: each sentence of
// the interface's comments is a subtest. Run is called from the tests of each
// store.
//
//	storetest.go          Run and the list of groups
//	fixture.go            a store with a run, and the entries that fill it
//	compare.go            how records are compared, and what a whole archive holds
//	pages.go              Page, Pages, Summaries
//	snapshots.go          Snapshots
//	visits.go             Visits
//	absence.go            the evidence of visits that found a page gone
//	filters.go            each field of archive.Filter
//	payloads.go           bytes by digest, Check
//	record.go             what Record adds, and that it adds it once
//	discovered.go         pages found on a page
//	begin.go, runs.go     opening, renewing, closing and losing a run
//	frontier.go           Due, Known, Alike
//	aliases.go            Namesakes, aliases, the columns that list a page
//	again.go              Reread, Earlier
//	learn.go              Learnt, Learn
//	search.go             Search
//	sums.go               what is damaged, and stays told
//	log.go                the log: leaves, nodes, checkpoints
//	import.go             what is taken from another archive
//	copy.go               Copies: what a copy between two kinds of store is
//	copy_damage.go        Copies of archives that were damaged since
//	mend.go               Mend, and what archive.Mend restores from a copy
//	sharing.go            many goroutines, iterators, contexts that end
//
// What needs the inside of a store is tested by the store itself: damage,
// crashes, two processes, versions of its format.
package storetest

import (
	"testing"

	"fangzhi/archive"
)

// Run checks that the store that open returns keeps every promise of
// archive.Store. Each subtest asks open for a store of its own, which holds
// nothing yet, and closes it.
func Run(t *testing.T, open func(t *testing.T) archive.Store) {
	for _, group := range []struct {
		name  string
		tests []subtest
	}{
		{"page", pageTests},
		{"pages", pagesTests},
		{"snapshots", snapshotTests},
		{"visits", visitTests},
		{"absence", absenceTests},
		{"filters", filterTests},
		{"summaries", summaryTests},
		{"payloads", payloadTests},
		{"record", recordTests},
		{"discovered", discoveredTests},
		{"lost", lostTests},
		{"runs", runTests},
		{"begin", beginTests},
		{"due", dueTests},
		{"known", knownTests},
		{"alike", alikeTests},
		{"aliases", aliasTests},
		{"learn", learnTests},
		{"reread", rereadTests},
		{"search", searchTests},
		{"sums", sumTests},
		{"log", logTests},
		{"import", importTests},
		{"mend", mendTests},
		{"sharing", sharingTests},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, test := range group.tests {
				t.Run(test.name, func(t *testing.T) {
					test.run(newFixture(t, open))
				})
			}
		})
	}
}

type subtest struct {
	name string
	run  func(*fixture)
}
